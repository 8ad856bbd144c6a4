//! The servers: processes of their own, one thread on one core each.

use std::{
    future::Future,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::SocketAddr,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use gsp_simulator::{Simulator, journal::Bounds};
use serde::{Deserialize, Serialize};

use crate::{
    Fallible,
    cases::Case,
    load::{Load, PING},
    reference::Plan,
    rules,
};

/// A server that runs until it is dropped.
pub(crate) struct Child {
    process: std::process::Child,
    pub(crate) address: SocketAddr,
    /// Files it was started with.
    folder: Option<std::path::PathBuf>,
}

/// How a simulator of this bench is made.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Setup {
    /// Stories that are being played, besides all that come with the program and are not.
    pub(crate) stories: usize,
    /// Rules in each of them.
    pub(crate) rules: usize,
    /// Exchanges that a journal keeps; `None`: as many as users get.
    pub(crate) journal: Option<usize>,
    /// Tenants besides the default one: `t0`, `t1` …
    pub(crate) tenants: usize,
}

/// Which program is started.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Program {
    /// This one, with a single thread.
    Bench,
    /// The command that users start.
    Gspsim,
}

impl Child {
    /// A simulator with one thread.
    pub(crate) fn simulator(setup: Setup) -> Fallible<Self> {
        let folder = rules::write(setup.stories, setup.rules)?;
        let path = folder.display().to_string();
        let text = serde_json::to_string(&setup)?;
        let mut child = Self::spawn(own_command()?.args(["serve-simulator", &text, &path]))?;
        child.folder = Some(folder);
        for number in 0..setup.tenants {
            let body = format!(r#"{{"name": "t{number}", "ttl": "never"}}"#);
            let request = format!(
                "POST /__sim/tenants HTTP/1.1\r\nhost: 127.0.0.1\r\n\
                 content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            Load::once(child.address, request.as_bytes())?;
        }
        Ok(child)
    }

    /// The program that users start, at a time.
    pub(crate) fn gspsim(now: &str) -> Fallible<Self> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gspsim"));
        command.args(["serve", "--port", "0", "--json", "--now", now]).stderr(Stdio::null());
        Self::spawn(&mut command)
    }

    /// The bare axum server for a case.
    pub(crate) fn reference(case: &Case) -> Fallible<Self> {
        let plan = serde_json::to_string(&Plan::from(case))?;
        Self::spawn(own_command()?.args(["serve-reference", &plan]))
    }

    /// Starts a program that prints its address in its first line.
    fn spawn(command: &mut Command) -> Fallible<Self> {
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let stdout = process.stdout.take().ok_or("a child without a standard output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let found = line
            .split_once("http://")
            .map(|(_, rest)| rest.split(['"', '/', ' ', '\n']).next().unwrap_or_default())
            .ok_or_else(|| format!("no address in `{}`", line.trim()))?;
        Ok(Self { process, address: found.parse()?, folder: None })
    }

    /// The time its first thread has been on a core.
    pub(crate) fn cpu(&self) -> Fallible<Duration> {
        let text = std::fs::read_to_string(format!("/proc/{}/schedstat", self.process.id()))?;
        let nanoseconds = text.split(' ').next().unwrap_or_default().parse()?;
        Ok(Duration::from_nanos(nanoseconds))
    }

    /// The time all its threads have been on a core; each of them must still be there.
    pub(crate) fn cpu_of_all(&self) -> Fallible<Duration> {
        let mut nanoseconds = 0;
        for thread in std::fs::read_dir(format!("/proc/{}/task", self.process.id()))? {
            let text = std::fs::read_to_string(thread?.path().join("schedstat"))?;
            nanoseconds += text.split(' ').next().unwrap_or_default().parse::<u64>()?;
        }
        Ok(Duration::from_nanos(nanoseconds))
    }

    /// Its resident memory in kilobytes.
    pub(crate) fn memory(&self) -> Fallible<f64> {
        self.status("VmRSS:")
    }

    /// The most memory that was ever resident, in kilobytes.
    pub(crate) fn peak(&self) -> Fallible<f64> {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> Fallible<f64> {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        Ok(line.ok_or("no such line")?.trim().trim_end_matches(" kB").parse()?)
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// Starts a program; how long until its first reply, and its memory then.
pub(crate) fn start(program: Program) -> Fallible<(Duration, f64)> {
    let mut command = match program {
        Program::Bench => {
            let mut command = own_command()?;
            command.args(["serve-simulator", "{}", ""]);
            command
        }
        Program::Gspsim => {
            let mut command = Command::new(env!("CARGO_BIN_EXE_gspsim"));
            command.args(["serve", "--port", "0", "--json"]).stderr(Stdio::null());
            command
        }
    };
    let begun = Instant::now();
    let child = Child::spawn(&mut command)?;
    Load::once(child.address, PING)?;
    Ok((begun.elapsed(), child.memory()?))
}

/// This program on the first core, where `taskset` is there.
fn own_command() -> Fallible<Command> {
    let own = std::env::current_exe()?;
    if !has_taskset() {
        return Ok(Command::new(own));
    }
    let mut command = Command::new("taskset");
    command.args(["-c", "0"]).arg(own);
    Ok(command)
}

/// Keeps this process off the servers' core, where `taskset` is there.
pub(crate) fn pin_this() -> Fallible {
    if has_taskset() {
        let own = std::process::id().to_string();
        Command::new("taskset").args(["-p", "-c", "1", &own]).output()?;
    }
    Ok(())
}

fn has_taskset() -> bool {
    Command::new("taskset").arg("--version").output().is_ok()
}

/// Serves as the simulator does, with the stories of a folder, if one is named.
pub(crate) fn serve_simulator(setup: &str, folder: &str) -> Fallible {
    let setup: Setup = serde_json::from_str(setup)?;
    run(async move {
        let mut builder = Simulator::builder().tenant_limit(setup.tenants + 1);
        if setup.stories > 0 {
            builder = builder.scenarios(folder)?;
        }
        for story in 0..setup.stories {
            builder = builder.scenario(&rules::name(story));
        }
        if let Some(exchanges) = setup.journal {
            builder = builder.journal(Bounds { exchanges, bytes: 1024 * 1024 * 1024 });
        }
        let simulator = builder.start().await?;
        writeln!(std::io::stdout(), "{}", simulator.url())?;
        std::future::pending::<()>().await;
        Ok(())
    })
}

/// Runs a server on this thread until standard input ends, as it does when the bench is no more.
pub(crate) fn run(serve: impl Future<Output = Fallible>) -> Fallible {
    let (ended, end) = tokio::sync::oneshot::channel::<()>();
    std::thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        let _ = ended.send(());
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        tokio::select! {
            result = serve => result,
            _ = end => Ok(()),
        }
    })
}
