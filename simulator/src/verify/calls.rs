//! Which exchanges an expectation is about, and what it says of them.

use std::{collections::BTreeMap, fmt::Write as _};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Count, Wrong};
use crate::journal::{Statuses, Via};

/// A struct that says which exchanges are meant, and more.
macro_rules! meant {
    ($(#[$about:meta])* $name:ident { $($(#[$more:meta])* $field:ident: $kind:ty,)* }) => {
        $(#[$about])*
        #[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name {
            /// The vendor.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub vendor: Option<String>,
            /// The endpoint, by the pack's name.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub endpoint: Option<String>,
            /// The GSTIN asked about, as it was sent.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub gstin: Option<String>,
            /// The account that called.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub account: Option<String>,
            /// Our name for the answer.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub outcome: Option<String>,
            /// The vendor's code.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub code: Option<String>,
            /// The HTTP status, or a class of them such as `"4xx"`.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub status: Option<Statuses>,
            /// What decided the answer.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub via: Option<Via>,
            /// The HTTP method.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub method: Option<String>,
            /// The vendor's own path; `*` stands for anything.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub path: Option<String>,
            /// Headers of the request; `*` stands for anything, null for a header that is not there.
            #[serde(skip_serializing_if = "BTreeMap::is_empty")]
            pub header: BTreeMap<String, Option<String>>,
            /// Values of the query, decoded; `*` and null as in `header`.
            #[serde(skip_serializing_if = "BTreeMap::is_empty")]
            pub query: BTreeMap<String, Option<String>>,
            /// What the request's body says, or its sealed part: of an object the members given, of
            /// a list all of it; a text is looked for in the body as it was sent.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub body: Option<Value>,
            /// What was made to go wrong: a fault's name, `any` or `none`.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub fault: Option<String>,
            /// Whether there is a hint.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub hinted: Option<bool>,
            $($(#[$more])* pub $field: $kind,)*
        }
    };
}

meant! {
    /// Which exchanges are meant; all that is given must fit.
    ///
    /// ```
    /// use gsp_simulator::verify::Calls;
    ///
    /// let calls = Calls::to("alpha").endpoint("lookup").status(504);
    /// assert_eq!(calls.to_string(), "vendor `alpha`, endpoint `lookup`, status 504");
    /// ```
    Calls {}
}

meant! {
    /// What is expected of some exchanges: which they are, and what must be so.
    ///
    /// Where nothing is said of their number, order or distance, there must be at least one.
    Expectation {
        /// What this is called in the verdict.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// So many, no more and no fewer.
        #[serde(skip_serializing_if = "Option::is_none")]
        exactly: Option<u64>,
        /// So many or more.
        #[serde(skip_serializing_if = "Option::is_none")]
        at_least: Option<u64>,
        /// So many or fewer.
        #[serde(skip_serializing_if = "Option::is_none")]
        at_most: Option<u64>,
        /// So many: the least, the most.
        #[serde(skip_serializing_if = "Option::is_none")]
        between: Option<[u64; 2]>,
        /// None at all.
        #[serde(skip_serializing_if = "Option::is_none")]
        never: Option<bool>,
        /// These came one after the other; others may have come between.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        in_order: Vec<Calls>,
        /// Once one of these was answered, none came.
        #[serde(skip_serializing_if = "Option::is_none")]
        none_after: Option<Calls>,
        /// From each to the next it was as long at least, by the tenant's clock: `"2s"`, `"500ms"`.
        #[serde(skip_serializing_if = "Option::is_none")]
        gap_at_least: Option<String>,
    }
}

impl From<&str> for Calls {
    /// `alpha` is a vendor, `alpha::lookup` one of its endpoints.
    fn from(text: &str) -> Self {
        match text.split_once("::") {
            Some((vendor, endpoint)) => Self::to(vendor).endpoint(endpoint),
            None => Self::to(text),
        }
    }
}

impl Calls {
    /// All exchanges.
    #[must_use]
    pub fn any() -> Self {
        Self::default()
    }

    /// Those with a vendor.
    #[must_use]
    pub fn to(vendor: &str) -> Self {
        Self { vendor: Some(vendor.to_owned()), ..Self::default() }
    }

    /// Of those, the ones that an endpoint took.
    #[must_use]
    pub fn endpoint(mut self, endpoint: &str) -> Self {
        self.endpoint = Some(endpoint.to_owned());
        self
    }

    /// Of those, the ones about a GSTIN.
    #[must_use]
    pub fn gstin(mut self, gstin: &str) -> Self {
        self.gstin = Some(gstin.to_owned());
        self
    }

    /// Of those, the ones of an account.
    #[must_use]
    pub fn account(mut self, account: &str) -> Self {
        self.account = Some(account.to_owned());
        self
    }

    /// Of those, the ones with this outcome.
    #[must_use]
    pub fn outcome(mut self, outcome: &str) -> Self {
        self.outcome = Some(outcome.to_owned());
        self
    }

    /// Of those, the ones with this code.
    #[must_use]
    pub fn code(mut self, code: &str) -> Self {
        self.code = Some(code.to_owned());
        self
    }

    /// Of those, the ones with this HTTP status, or of this class.
    #[must_use]
    pub fn status(mut self, status: impl Into<Statuses>) -> Self {
        self.status = Some(status.into());
        self
    }

    /// Of those, the ones that this was made to go wrong with: a fault's name, `any` or `none`.
    #[must_use]
    pub fn fault(mut self, name: &str) -> Self {
        self.fault = Some(name.to_owned());
        self
    }

    /// Of those, the ones with this HTTP method.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        self.method = Some(method.to_owned());
        self
    }

    /// Of those, the ones with this path of the vendor's own; `*` stands for anything.
    #[must_use]
    pub fn path(mut self, pattern: &str) -> Self {
        self.path = Some(pattern.to_owned());
        self
    }

    /// Of those, the ones with this header; `*` stands for anything.
    #[must_use]
    pub fn header(mut self, name: &str, pattern: &str) -> Self {
        self.header.insert(name.to_owned(), Some(pattern.to_owned()));
        self
    }

    /// Of those, the ones with this value in the query; `*` stands for anything.
    #[must_use]
    pub fn query(mut self, name: &str, pattern: &str) -> Self {
        self.query.insert(name.to_owned(), Some(pattern.to_owned()));
        self
    }

    /// Of those, the ones whose body says this, and maybe more.
    #[must_use]
    pub fn body(mut self, part: impl Into<Value>) -> Self {
        self.body = Some(part.into());
        self
    }
}

impl std::fmt::Display for Calls {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut out = String::new();
        let mut add = |words: String| {
            let _ = write!(out, "{}{words}", if out.is_empty() { "" } else { ", " });
        };
        for (name, value) in [
            ("vendor", &self.vendor),
            ("endpoint", &self.endpoint),
            ("gstin", &self.gstin),
            ("account", &self.account),
            ("outcome", &self.outcome),
            ("code", &self.code),
        ] {
            if let Some(value) = value {
                add(format!("{name} `{value}`"));
            }
        }
        if let Some(status) = self.status {
            add(format!("status {status}"));
        }
        if let Some(via) = self.via {
            add(format!("via `{}`", via.as_str()));
        }
        for (name, value) in [("method", &self.method), ("path", &self.path)] {
            if let Some(value) = value {
                add(format!("{name} `{value}`"));
            }
        }
        for (place, pairs) in [("header", &self.header), ("query", &self.query)] {
            for (name, value) in pairs {
                match value {
                    Some(value) => add(format!("{place} `{name}: {value}`")),
                    None => add(format!("no {place} `{name}`")),
                }
            }
        }
        if let Some(body) = &self.body {
            add(format!("body {body}"));
        }
        if let Some(fault) = &self.fault {
            add(format!("fault `{fault}`"));
        }
        match self.hinted {
            Some(true) => add("a hint".to_owned()),
            Some(false) => add("no hint".to_owned()),
            None => {}
        }
        formatter.write_str(&out)
    }
}

impl From<Calls> for Expectation {
    fn from(calls: Calls) -> Self {
        Self {
            vendor: calls.vendor,
            endpoint: calls.endpoint,
            gstin: calls.gstin,
            account: calls.account,
            outcome: calls.outcome,
            code: calls.code,
            status: calls.status,
            via: calls.via,
            method: calls.method,
            path: calls.path,
            header: calls.header,
            query: calls.query,
            body: calls.body,
            fault: calls.fault,
            hinted: calls.hinted,
            ..Self::default()
        }
    }
}

impl Expectation {
    /// Which exchanges are meant, and nothing else.
    pub(super) fn meant(&self) -> Calls {
        Calls {
            vendor: self.vendor.clone(),
            endpoint: self.endpoint.clone(),
            gstin: self.gstin.clone(),
            account: self.account.clone(),
            outcome: self.outcome.clone(),
            code: self.code.clone(),
            status: self.status,
            via: self.via,
            method: self.method.clone(),
            path: self.path.clone(),
            header: self.header.clone(),
            query: self.query.clone(),
            body: self.body.clone(),
            fault: self.fault.clone(),
            hinted: self.hinted,
        }
    }

    /// How many there must be.
    pub(super) fn count(&self) -> Count {
        let of_another_kind =
            !self.in_order.is_empty() || self.none_after.is_some() || self.gap_at_least.is_some();
        match (self.exactly, self.at_least, self.at_most, self.between, self.never) {
            (Some(number), ..) => Count::Exactly(number),
            (_, Some(number), ..) => Count::AtLeast(number),
            (_, _, Some(number), ..) => Count::AtMost(number),
            (_, _, _, Some([least, most]), _) => Count::Between(least, most),
            (_, _, _, _, Some(true)) => Count::Never,
            _ if of_another_kind => Count::Any,
            _ => Count::AtLeast(1),
        }
    }

    /// The distance that is wanted, in milliseconds.
    pub(super) fn gap_ms(&self) -> Option<i64> {
        self.gap_at_least.as_deref().and_then(|text| read_gap(text).ok())
    }

    /// Whether it can be held against a journal; `place` stands before the field's name.
    pub(super) fn check(&self, place: &str) -> Result<(), Wrong> {
        let wrong = |field: &str, detail: String, hint: &str| {
            Err(Wrong { field: format!("{place}{field}"), detail, hint: hint.to_owned() })
        };
        let counts = [
            ("exactly", self.exactly.is_some()),
            ("at_least", self.at_least.is_some()),
            ("at_most", self.at_most.is_some()),
            ("between", self.between.is_some()),
            ("never", self.never.is_some()),
        ];
        let mut given = counts.iter().filter(|(_, given)| *given).map(|(name, _)| *name);
        if let (Some(first), Some(second)) = (given.next(), given.next()) {
            let detail = format!("`{first}` and `{second}` both say how many there must be");
            return wrong(second, detail, "give one of them; `between` takes two numbers");
        }
        if self.never == Some(false) {
            let hint = "`never = true` or nothing; `at_least = 1` where there must be one";
            return wrong("never", "`never` can only be true".to_owned(), hint);
        }
        if let Some([least, most]) = self.between
            && least > most
        {
            let detail = format!("no number is {least} or more and {most} or fewer");
            return wrong("between", detail, "give the lower number first");
        }
        if let Some(text) = &self.gap_at_least
            && let Err(detail) = read_gap(text)
        {
            return wrong("gap_at_least", detail, "write it as `2s` or `500ms`");
        }
        Ok(())
    }
}

fn read_gap(text: &str) -> Result<i64, String> {
    let read: Result<jiff::SignedDuration, _> = text.parse();
    match read {
        Ok(gap) if gap.is_negative() => Err(format!("`{text}` is less than nothing")),
        Ok(gap) => Ok(i64::try_from(gap.as_millis()).unwrap_or(i64::MAX)),
        Err(error) => Err(format!("`{text}` is no length of time: {error}")),
    }
}
