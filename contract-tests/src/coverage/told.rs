//! Coverage, told to people.

use std::fmt::Write as _;

use owo_colors::{OwoColorize as _, Style};

use super::{CodeCovered, Covered, Share};
use crate::report::{Columns, Terminal};

impl Terminal {
    /// A table of shares, and for each vendor that anybody came across what is missing and how to
    /// get it.
    #[must_use]
    pub fn coverage(&self, vendors: &[Covered]) -> String {
        let paint = |style: Style, text: &str| {
            if self.colour { text.style(style).to_string() } else { text.to_owned() }
        };
        let mut columns = Columns::new(["vendor", "codes", "client", "runs"]).numbers_from(1);
        for one in vendors {
            columns.row([
                one.vendor.clone(),
                one.codes.len().to_string(),
                one.client.map_or_else(|| "-".to_owned(), share),
                one.runs.map_or_else(|| "-".to_owned(), share),
            ]);
        }
        let head = |row: Option<usize>, column: usize, text: &str| match (row, column) {
            (None, _) => paint(Style::new().dimmed(), text),
            (_, 0) => paint(Style::new().bold(), text),
            _ => text.to_owned(),
        };
        let mut out = columns.draw(self.width, head);
        for one in vendors.iter().filter(|one| one.share().met > 0 || vendors.len() == 1) {
            let missing: Vec<&CodeCovered> =
                one.codes.iter().filter(|code| !code.is_met()).collect();
            let who =
                if one.client.is_some() { "the client has met" } else { "the runs have tried" };
            let title = paint(Style::new().bold(), &one.vendor);
            if missing.is_empty() {
                let _ = writeln!(out, "\n{title}: {who} every code");
                continue;
            }
            let _ = writeln!(out, "\n{title}: {who} {}; missing:", share(one.share()));
            let mut columns =
                Columns::new(["code", "status", "outcome", "how to get it"]).indented(2);
            for code in missing {
                columns.row([
                    code.listed.code.clone(),
                    code.listed.status.to_string(),
                    code.listed.outcomes.join(", "),
                    ways(code),
                ]);
            }
            out.push_str(&columns.draw(self.width, head));
        }
        out
    }
}

/// `4 of 12 (33 %)`.
#[must_use]
pub fn share(share: Share) -> String {
    format!("{} of {} ({} %)", share.met, share.of, share.percent())
}

fn ways(code: &CodeCovered) -> String {
    let Some(ways) = &code.ways else { return String::new() };
    let mut all = Vec::new();
    all.extend(ways.magic_gstin.as_ref().map(|gstin| format!("GSTIN {gstin}")));
    all.extend(ways.account.as_ref().map(|account| format!("account {account}")));
    all.push(ways.header.clone());
    all.join("; ")
}
