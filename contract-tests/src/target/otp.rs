//! One-time passwords of a live side: somebody or something tells them.

use std::{env, fs, process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::Command,
    time::timeout,
};

use crate::config::OtpFile;

/// A program, or whoever sits there, may take so long.
const PATIENCE: Duration = Duration::from_mins(3);

/// Comes by the password that was just sent to a user.
///
/// # Errors
///
/// Why there is none, for people.
pub(super) async fn ask(way: &OtpFile, user: &str, state: &str) -> Result<String, String> {
    let told = match way {
        OtpFile::Env(name) => env::var(name.value.as_str())
            .map_err(|_| format!("the environment has no `{name}`, which holds the OTP"))?,
        OtpFile::File(path) => fs::read_to_string(path.value.as_str())
            .map_err(|error| format!("`{path}`, which holds the OTP, cannot be read: {error}"))?,
        OtpFile::Command(words) => run(words, user, state).await?,
        OtpFile::Ask(_) => from_person(user).await?,
    };
    let otp = told.trim();
    if otp.is_empty() {
        return Err("no OTP was told".to_owned());
    }
    Ok(otp.to_owned())
}

async fn run(words: &[String], user: &str, state: &str) -> Result<String, String> {
    let Some((program, rest)) = words.split_first() else {
        return Err("`otp.command` names no program".to_owned());
    };
    let mut command = Command::new(program);
    command.args(rest).env("GSP_OTP_USER", user).env("GSP_OTP_STATE", state);
    command.stdin(Stdio::null()).stderr(Stdio::inherit()).kill_on_drop(true);
    let output = timeout(PATIENCE, command.output())
        .await
        .map_err(|_| format!("`{program}`, which tells the OTP, took too long"))?
        .map_err(|error| format!("`{program}`, which tells the OTP, cannot be run: {error}"))?;
    if !output.status.success() {
        return Err(format!("`{program}`, which tells the OTP, failed: {}", output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[expect(clippy::print_stderr, reason = "the question has to be seen")]
async fn from_person(user: &str) -> Result<String, String> {
    eprint!("OTP for {user}: ");
    let mut line = String::new();
    let mut input = BufReader::new(tokio::io::stdin());
    timeout(PATIENCE, input.read_line(&mut line))
        .await
        .map_err(|_| "nobody told the OTP in time".to_owned())?
        .map_err(|error| format!("the OTP cannot be read: {error}"))?;
    Ok(line)
}
