//! The names an expression may use, so that a wrong one is found before the first call.

pub use crate::model::told::Kind;
use crate::{
    books::BOOKS,
    bulk::seen::{FILE, PART},
    render::limited::LIMIT,
};
use Kind::{Any, Fields, Record, Records, Scalar, Settings, Texts};

/// A tax office.
pub const OFFICE: &[(&str, Kind)] = &[("name", Scalar), ("code", Scalar)];

/// A place of business.
pub const PLACE: &[(&str, Kind)] = &[
    ("kind", Scalar),
    ("building_number", Scalar),
    ("building_name", Scalar),
    ("floor", Scalar),
    ("street", Scalar),
    ("locality", Scalar),
    ("city", Scalar),
    ("district", Scalar),
    ("state", Scalar),
    ("pin", Scalar),
    ("latitude", Scalar),
    ("longitude", Scalar),
    ("landmark", Scalar),
    ("natures", Texts),
    ("full", Scalar),
];

/// A return as filed.
pub const FILING: &[(&str, Kind)] = &[
    ("return_type", Scalar),
    ("period", Scalar),
    ("period_month", Scalar),
    ("period_year", Scalar),
    ("filed_on", Scalar),
    ("arn", Scalar),
    ("mode", Scalar),
    ("status", Scalar),
    ("valid", Scalar),
];

/// A registration.
pub const TAXPAYER: &[(&str, Kind)] = &[
    ("gstin", Scalar),
    ("pan", Scalar),
    ("legal_name", Scalar),
    ("trade_name", Scalar),
    ("constitution", Scalar),
    ("taxpayer_type", Scalar),
    ("status", Scalar),
    ("active", Scalar),
    ("registered_on", Scalar),
    ("cancelled_on", Scalar),
    ("updated_on", Scalar),
    ("state_code", Scalar),
    ("state_name", Scalar),
    ("state_jurisdiction", Record(OFFICE)),
    ("central_jurisdiction", Record(OFFICE)),
    ("natures", Texts),
    ("core_business", Scalar),
    ("einvoice", Scalar),
    ("members", Texts),
    ("frequency", Scalar),
    ("principal_place", Record(PLACE)),
    ("additional_places", Records(PLACE)),
    ("places", Records(PLACE)),
    ("filings", Records(FILING)),
    ("last_filing", Record(FILING)),
    ("filings_in", Any),
];

/// Parts of the request.
const REQUEST: &[(&str, Kind)] = &[
    ("method", Scalar),
    ("path", Scalar),
    ("query", Any),
    ("headers", Any),
    ("path_parameters", Any),
    ("body", Any),
];

/// The names at the top.
pub const ROOT: &[(&str, Kind)] = &[
    ("fields", Fields),
    ("request", Record(REQUEST)),
    ("taxpayer", Record(TAXPAYER)),
    ("taxpayers", Records(TAXPAYER)),
    ("account", Record(&[("name", Scalar), ("facts", Any)])),
    ("claims", Any),
    (
        "session",
        Record(&[
            ("token", Scalar),
            ("life_s", Scalar),
            ("expires_at", Scalar),
            ("user", Scalar),
            ("window_min", Scalar),
            ("key", Scalar),
            ("generation", Scalar),
            ("calls", Scalar),
        ]),
    ),
    ("books", Record(BOOKS)),
    ("payload", Any),
    ("file", Record(FILE)),
    ("part", Record(PART)),
    ("limit", Record(LIMIT)),
    ("seal", Record(&[("rek", Scalar), ("hmac", Scalar)])),
    ("settings", Settings),
    ("code", Scalar),
    ("code_number", Scalar),
    ("message", Scalar),
    ("reason", Scalar),
    ("status", Scalar),
    ("outcome", Scalar),
    ("now", Scalar),
    ("today", Scalar),
    ("call", Record(&[("number", Scalar)])),
    (
        "random",
        Record(&[
            ("uuid", Scalar),
            ("uuid_hex", Scalar),
            ("hex", Any),
            ("digits", Any),
            ("alphanumeric", Any),
        ]),
    ),
];

/// What a pack adds to the names: its endpoint's fields, its settings, names bound in the body.
#[derive(Clone, Debug, Default)]
pub struct Known<'pack> {
    /// The endpoint's fields.
    pub fields: Vec<&'pack str>,
    /// The pack's settings.
    pub settings: Vec<&'pack str>,
    /// Names bound by `for` and `with`, the innermost last.
    pub bound: Vec<(&'pack str, Kind)>,
}

impl Known<'_> {
    /// What a dotted path stands for.
    ///
    /// # Errors
    ///
    /// The part that names nothing, and the names that would have been right there.
    pub fn kind_of(&self, path: &str) -> Result<Kind, (String, Vec<String>)> {
        let mut parts = path.split('.');
        let root = parts.next().unwrap_or_default();
        let bound = self.bound.iter().rev().find(|(name, _)| *name == root);
        let mut kind = match bound {
            Some((_, kind)) => *kind,
            None => find(ROOT, root)?,
        };
        for part in parts {
            kind = match kind {
                Record(names) => find(names, part)?,
                Fields => self.one_of(&self.fields, part, Any)?,
                Settings => self.one_of(&self.settings, part, Any)?,
                Any | Records(_) | Texts | Scalar => Any,
            };
        }
        Ok(kind)
    }

    #[expect(clippy::unused_self, reason = "reads as a question to the names")]
    fn one_of(
        &self,
        names: &[&str],
        part: &str,
        kind: Kind,
    ) -> Result<Kind, (String, Vec<String>)> {
        if names.contains(&part) {
            Ok(kind)
        } else {
            Err((part.to_owned(), names.iter().map(|name| (*name).to_owned()).collect()))
        }
    }
}

fn find(names: &'static [(&'static str, Kind)], part: &str) -> Result<Kind, (String, Vec<String>)> {
    names.iter().find(|(name, _)| *name == part).map(|(_, kind)| *kind).ok_or_else(|| {
        (part.to_owned(), names.iter().map(|(name, _)| (*name).to_owned()).collect())
    })
}
