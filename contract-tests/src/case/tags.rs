//! What kinds of case there are: `--tag` chooses by them.

use super::{Case, EDGES};
use crate::flow::{FLOWS, FlowCase};

/// Every tag and what it means.
pub const TAGS: [(&str, &str); 10] = [
    ("success", "answered with what was asked for"),
    (
        "error",
        "answered with a status of 400 or more, or with another code than the endpoint's success has",
    ),
    ("client-error", "answered with a status from 400 to 499"),
    ("server-error", "answered with a status of 500 or more"),
    ("asked-for", "asked for by a header that only a simulator knows"),
    ("account", "sent by another account than the first, or by none"),
    ("session", "sent under a session that a taxpayer consents to, or on the way to one"),
    ("edges", "refused by HTTP itself"),
    ("written", "written in requests.toml; the others follow from the list of replies"),
    (FLOWS, "requests that belong together"),
];

impl Case {
    /// The tags that it has.
    #[must_use]
    pub fn tags(&self) -> Vec<&'static str> {
        // Some vendors have a code for success as well.
        let success = self.pack.endpoint(&self.asked.endpoint).and_then(|(_, endpoint)| {
            let code = self.pack.code_of(&endpoint.replies.all[endpoint.success])?;
            Some(code.code.as_str())
        });
        let coded = self.code.as_deref().is_some_and(|code| Some(code) != success);
        let error = self.status >= 400 || coded;
        let all = [
            ("success", !error),
            ("error", error),
            ("client-error", (400..500).contains(&self.status)),
            ("server-error", self.status >= 500),
            ("asked-for", self.wish.is_some()),
            ("account", self.account != Some(0) && self.scheme.is_some()),
            ("session", self.session.is_some()),
            ("edges", self.endpoint == EDGES),
            ("written", !self.source.is_empty()),
        ];
        all.into_iter().filter(|(_, has)| *has).map(|(tag, _)| tag).collect()
    }
}

impl FlowCase {
    /// The tags that it has.
    #[must_use]
    pub fn tags(&self) -> Vec<&'static str> {
        vec![FLOWS, "session", "written"]
    }
}
