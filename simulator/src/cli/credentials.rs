//! `gspsim credentials`: what to send to be let in, or to be refused.

use gsp_simulator::tell::credentials::{AccountCredentials, Gives, Sent, credentials};

use super::{
    Failure, Said, Told,
    global::Session,
    paint::{Table, bold, dim, shell_lines},
};

/// What `credentials` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only this vendor
    #[arg(long, value_name = "VENDOR")]
    vendor: Option<String>,
}

/// Longer values are cut in the table.
const LONGEST: usize = 60;

pub(crate) fn run(session: &Session, args: &Args) -> Result<Said, Failure> {
    let told = Told::load(session)?;
    let vendor = args.vendor.as_deref();
    let all = credentials(&told.teller(), vendor)
        .ok_or_else(|| told.no_vendor(vendor.unwrap_or_default()))?;
    if session.json {
        return Ok(Said::json(&all));
    }
    let mut text = String::new();
    for vendor in &all {
        text += &format!("{}  {}\n\n", bold(&vendor.vendor), dim(&vendor.title));
        let mut table = Table::new(&["account", "send", "gets"]).indented(2);
        let mut cut = false;
        for account in &vendor.accounts {
            let lines: Vec<_> = account.send.iter().map(|sent| line(sent, &mut cut)).collect();
            let gets = account.gives.as_ref().map_or_else(|| "answers".to_owned(), gets);
            table.row([account.account.clone(), lines.join("\n"), gets]);
        }
        text += &table.draw();
        if cut {
            let note = format!(
                "\n  Tokens are cut here: `gspsim token {} --account NAME` prints one.\n",
                vendor.vendor
            );
            text += &dim(&note);
        }
        text += "\n";
        for line in shell_lines(&vendor.curl_words) {
            text += &format!("  {line}\n");
        }
        text += "\n";
    }
    Ok(Said::text(text))
}

/// A credential as it stands in the call.
pub(crate) fn whole_line(sent: &Sent) -> String {
    let value = sent.value.clone().or_else(|| {
        sent.issued_by.as_ref().map(|endpoint| format!("<the token that `{endpoint}` gives>"))
    });
    let value = value.unwrap_or_default();
    match sent.place {
        "header" => format!("{}: {value}", sent.name),
        place => format!("{place} {}={value}", sent.name),
    }
}

/// As [`whole_line`], cut where it is too long for a table.
fn line(sent: &Sent, cut: &mut bool) -> String {
    let line = whole_line(sent);
    if line.chars().count() <= LONGEST + 20 {
        return line;
    }
    *cut = true;
    line.chars().take(LONGEST).chain(['…']).collect()
}

fn gets(gives: &Gives) -> String {
    match &gives.code {
        Some(code) if *code == gives.status.to_string() => code.clone(),
        Some(code) => format!("{code} ({})", gives.status),
        None => format!("{} ({})", gives.outcome, gives.status),
    }
}

/// An account and its credentials, in one line.
pub(crate) fn account_line(account: &AccountCredentials) -> String {
    let mut cut = false;
    let lines: Vec<_> = account.send.iter().map(|sent| line(sent, &mut cut)).collect();
    format!("account `{}`: {}", account.account, lines.join(", "))
}
