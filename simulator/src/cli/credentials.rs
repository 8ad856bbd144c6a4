//! `gspsim credentials`: what to send to be let in, or to be refused.

use gsp_simulator::{
    tell::credentials::{AccountCredentials, Gives, Sent, credentials},
    tenants::checked,
};

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
    /// Those of this tenant
    #[arg(long, value_name = "NAME", value_parser = tenant_name)]
    tenant: Option<String>,
}

/// A name that a tenant may have.
pub(crate) fn tenant_name(text: &str) -> Result<String, String> {
    checked(text).map(str::to_owned).map_err(|error| error.to_string())
}

pub(crate) fn run(session: &Session, args: &Args) -> Result<Said, Failure> {
    let told = Told::load(session)?.to(args.tenant.clone());
    let vendor = args.vendor.as_deref();
    let all = credentials(&told.teller(), vendor)
        .ok_or_else(|| told.no_vendor(vendor.unwrap_or_default()))?;
    if session.json {
        return Ok(Said::json(&all));
    }
    let mut text = String::new();
    for vendor in &all {
        say!(text, "{}  {}\n\n", bold(&vendor.vendor), dim(&vendor.title));
        let mut table = Table::new(&["account", "send", "gets"]).indented(2);
        for account in &vendor.accounts {
            let lines = account
                .send
                .iter()
                .map(|sent| line(&vendor.vendor, account, sent, args.tenant.as_deref()));
            let lines: Vec<_> = lines.collect();
            let gets = match &account.gives {
                Some(one) => gets(one),
                None => std::iter::once("answers")
                    .chain(account.limits.iter().map(|allowed| allowed.told.as_str()))
                    .collect::<Vec<_>>()
                    .join(",\n"),
            };
            table.row([account.account.clone(), lines.join("\n"), gets]);
        }
        text += &table.draw();
        let minted = |account: &AccountCredentials| account.send.iter().any(|sent| sent.minted);
        if vendor.accounts.iter().any(minted) {
            text += &dim("  A shell fills `$(…)` in between double quotes.\n");
        }
        text += "\n";
        for line in shell_lines(&vendor.curl_words) {
            say!(text, "  {line}\n");
        }
        text += "\n";
    }
    Ok(Said::text(text))
}

/// A credential as it stands in the call; a minted token as the command that mints it.
fn line(vendor: &str, account: &AccountCredentials, sent: &Sent, tenant: Option<&str>) -> String {
    let value = match (&sent.value, &sent.issued_by) {
        (Some(value), _) if sent.minted => {
            let word =
                value.split_once(' ').map(|(word, _)| format!("{word} ")).unwrap_or_default();
            let tenant = tenant.map(|name| format!(" --tenant {name}")).unwrap_or_default();
            format!("{word}$(gspsim token {vendor} --account {}{tenant})", account.account)
        }
        (Some(value), _) => value.clone(),
        (None, Some(endpoint)) => format!("<the token that `{endpoint}` gives>"),
        (None, None) => "<none>".to_owned(),
    };
    match sent.place {
        "header" => format!("{}: {value}", sent.name),
        place => format!("{place} {}={value}", sent.name),
    }
}

fn gets(gives: &Gives) -> String {
    match &gives.code {
        Some(code) if *code == gives.status.to_string() => code.clone(),
        Some(code) => format!("{code} ({})", gives.status),
        None => format!("{} ({})", gives.outcome, gives.status),
    }
}

/// An account and its credentials, in one line.
pub(crate) fn account_line(vendor: &str, account: &AccountCredentials) -> String {
    let lines: Vec<_> = account.send.iter().map(|sent| line(vendor, account, sent, None)).collect();
    format!("account `{}`: {}", account.account, lines.join(", "))
}
