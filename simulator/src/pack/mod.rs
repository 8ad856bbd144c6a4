//! Packs: a vendor as data, read from `fixtures/<vendor>/`, checked and made ready.
//!
//! [`mod@file`] is what people write, [`compile`] turns it into the [`Pack`] that calls are played
//! with. Here is no vendor's name and no HTTP.

use std::sync::Arc;

use ahash::AHashMap;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use regex_lite::Regex;
use schemars::JsonSchema;
use serde_json::Value;

use crate::{
    auth::Scheme,
    books::ReturnKind,
    memory::consents::Policy,
    model::outcome::Outcome,
    render::{
        expression::{Expression, ValueMap},
        template::Template,
        tree::Tree,
    },
};

mod bulk;
pub mod check;
pub mod compile;
pub mod contract;
pub mod file;
pub mod folder;
pub mod limits;
pub mod located;
pub mod schemas;
pub mod settings;
pub mod vocabulary;

pub use bulk::{BulkKind, BulkStep, Queue};
pub use file::{Certainty, CheckFile, Layer, Retry};

/// A vendor, ready to be played.
#[derive(Debug)]
pub struct Pack {
    /// Its name: the folder's.
    pub name: String,
    /// Its product, for people.
    pub title: String,
    /// What is imitated.
    pub about: String,
    /// Its real host names.
    pub hosts: Vec<String>,
    /// Content type of JSON bodies.
    pub content_type: HeaderValue,
    /// Setting → value.
    pub settings: Value,
    /// What each setting decides.
    pub setting_notes: Vec<SettingNote>,
    /// What runs against a live side have shown to be so.
    pub verified: Vec<Verified>,
    /// Auth schemes.
    pub schemes: Vec<Scheme>,
    /// Who may call.
    pub accounts: Vec<Account>,
    /// Kinds of sessions that taxpayers consent to.
    pub consents: Vec<ConsentKind>,
    /// Files that large answers come as.
    pub files: Vec<BulkKind>,
    /// How often one may call, how much, and what it costs.
    pub limits: Vec<limits::Limit>,
    /// Operations.
    pub endpoints: Vec<Endpoint>,
    /// Path → endpoints, in their order.
    pub routes: matchit::Router<Vec<usize>>,
    /// Every code.
    pub catalog: Vec<Code>,
    /// Replies that no endpoint is needed for: all codes.
    pub replies: Replies,
    /// Replies to what HTTP itself refuses, as indices into [`Self::replies`].
    pub edges: EdgeReplies,
    /// GSTIN → what it gives, before any check.
    pub scripted: Scripted,
    /// Value maps.
    pub maps: AHashMap<String, Arc<ValueMap>>,
    /// Headers that carry credentials, in lower case.
    pub secret_headers: Vec<String>,
    /// Query values that carry credentials.
    pub secret_queries: Vec<String>,
}

/// A setting, told to people.
#[derive(Clone, Debug, serde::Serialize, JsonSchema)]
pub struct SettingNote {
    /// Its name.
    pub name: String,
    /// What it decides.
    pub about: String,
    /// Its value now.
    pub value: Value,
    /// What it may be; empty: anything of the value's type.
    pub choices: Vec<Value>,
}

/// A statement of a pack that a live side bore out.
#[derive(Clone, Debug, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct Verified {
    /// The endpoint that was asked.
    pub endpoint: String,
    /// What it said in the end, by our name.
    pub outcome: String,
    /// The vendor's code, where the answer is one.
    pub code: Option<String>,
    /// The setting whose value was borne out.
    pub setting: Option<String>,
    /// That value.
    pub value: Option<Value>,
    /// The day.
    pub on: String,
    /// The side that was asked.
    pub target: String,
}

/// Somebody who may call.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// What is particular about it.
    pub about: String,
    /// Auth part → value.
    pub credentials: Vec<(String, String)>,
    /// Outcome or code that each of its calls gets.
    pub refused: Option<String>,
    /// Facts for expressions; an object.
    pub facts: Value,
    /// Claims of its minted tokens.
    pub claims: serde_json::Map<String, Value>,
}

/// One operation.
#[derive(Debug)]
pub struct Endpoint {
    /// Its name.
    pub name: String,
    /// What it does.
    pub title: String,
    /// HTTP method.
    pub method: Method,
    /// Path below the vendor's root.
    pub path: String,
    /// What else a call must have.
    pub select: Vec<Selector>,
    /// Index of the auth scheme.
    pub scheme: Option<usize>,
    /// How the body is read.
    pub body: Option<BodyReading>,
    /// What the request brings.
    pub fields: Vec<Field>,
    /// Rules before auth, after it, and after the lookup.
    pub before_auth: Vec<Rule>,
    /// Rules after auth.
    pub rules: Vec<Rule>,
    /// Rules after the lookup.
    pub after_lookup: Vec<Rule>,
    /// Who is asked about.
    pub lookup: Option<Lookup>,
    /// Index of the reply when nothing is against it.
    pub success: usize,
    /// Index of the reply when nobody is there.
    pub not_found: Option<usize>,
    /// All it can say.
    pub replies: Replies,
    /// For each account, the reply that refuses it.
    pub refusals: Vec<Option<usize>>,
    /// Replies for missing and wrong credentials.
    pub auth_missing: Option<usize>,
    /// Reply for credentials that no account has.
    pub auth_wrong: Option<usize>,
    /// Reply for each auth part whose token's life is over.
    pub auth_expired: Vec<Option<usize>>,
    /// A token it gives.
    pub issues: Option<file::IssuesFile>,
    /// What it does with a session that a taxpayer consents to.
    pub consent: Option<ConsentStep>,
    /// The books it opens.
    pub books: Option<BooksPlan>,
    /// What it does with large answers.
    pub bulk: Option<BulkStep>,
    /// The limits that are looked at here.
    pub limits: limits::AtEndpoint,
}

/// A kind of session that a taxpayer consents to.
#[derive(Clone, Debug)]
pub struct ConsentKind {
    /// Its name in the pack.
    pub name: String,
    /// How such sessions are held.
    pub policy: Policy,
    /// Keys that a refresh may bring.
    pub refresh_keys: Vec<file::RefreshKeyFile>,
}

/// What an endpoint does with such a session; numbers are indices of fields.
#[derive(Clone, Debug)]
pub struct ConsentStep {
    /// Index of the kind.
    pub kind: usize,
    /// What is done.
    pub step: file::StepFile,
    /// The user's name.
    pub user: usize,
    /// The state code.
    pub state: usize,
    /// The client's key.
    pub app_key: Option<usize>,
    /// The one-time password.
    pub otp: Option<usize>,
    /// The token.
    pub token: Option<usize>,
    /// The GSTIN.
    pub gstin: Option<usize>,
    /// Sealed data.
    pub data: Option<usize>,
    /// Its HMAC.
    pub hmac: Option<usize>,
    /// The reply to each way of being refused that can happen at this step.
    pub refusals: AHashMap<&'static str, usize>,
}

/// The books that an endpoint opens; numbers are indices of fields.
#[derive(Clone, Debug)]
pub struct BooksPlan {
    /// The return.
    pub of: ReturnKind,
    /// The period.
    pub period: usize,
    /// The section.
    pub section: Option<usize>,
    /// From the vendor's names of sections to ours.
    pub sections: Option<Arc<ValueMap>>,
    /// The counterparty.
    pub party: Option<usize>,
    /// The place of supply.
    pub place: Option<usize>,
    /// The first day.
    pub since: Option<usize>,
    /// Whether it waits for the taxpayer.
    pub action_required: Option<usize>,
}

/// A value the call must have to belong to an endpoint.
#[derive(Clone, Debug)]
pub struct Selector {
    /// Where it stands.
    pub place: file::FieldPlace,
    /// Its name there.
    pub key: String,
    /// What it may be.
    pub values: Vec<String>,
}

/// How a body is read.
#[derive(Debug)]
pub struct BodyReading {
    /// Content types taken.
    pub accepts: Vec<file::Media>,
    /// Index of the reply when it cannot be read.
    pub unreadable: usize,
    /// Index of the reply for another content type.
    pub wrong_type: Option<usize>,
    /// The reply's reason when it cannot be read.
    pub reason: Option<Template>,
}

/// A value the request brings.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub place: file::FieldPlace,
    /// Its name there, or a JSON pointer.
    pub key: String,
    /// Other names there.
    pub also: Vec<String>,
    /// What texts are read as.
    pub read: file::ReadAs,
    /// What is done to a text before it is looked at.
    pub normalize: Vec<file::Normalize>,
}

/// One thing the vendor looks at.
#[derive(Debug)]
pub struct Rule {
    /// Index of the field it is about.
    pub field: Option<usize>,
    /// Looked at only if this holds.
    pub when: Option<Expression>,
    /// What must be so.
    pub check: Check,
    /// Index of the reply when it is not.
    pub otherwise: usize,
    /// The reply's reason.
    pub reason: Option<Template>,
}

/// What a rule asks.
#[derive(Debug)]
pub enum Check {
    /// There and not null.
    Present,
    /// There and not empty.
    Filled,
    /// A JSON type.
    Type(file::JsonType),
    /// One of these.
    OneOf(Vec<Value>),
    /// A pattern fits.
    Pattern(Box<Regex>),
    /// Length in characters.
    Length(file::LengthFile),
    /// A GSTIN.
    Gstin(file::GstinCheck),
    /// A PAN.
    Pan(file::PanForm),
    /// A financial year from this one to the current one.
    FinancialYear(crate::model::period::FinancialYear),
    /// An expression is true.
    Holds(Expression),
}

/// Who is asked about.
#[derive(Clone, Copy, Debug)]
pub enum Lookup {
    /// The taxpayer with the GSTIN in this field.
    Gstin(usize),
    /// The taxpayers with the PAN in this field.
    Pan {
        /// Index of the field.
        field: usize,
        /// The most of them.
        limit: usize,
    },
    /// The taxpayers with the text in this field in their legal name.
    LegalName {
        /// Index of the field.
        field: usize,
        /// The most of them.
        limit: usize,
    },
    /// By PAN where that field is there, else by legal name.
    PanOrLegalName {
        /// Index of the PAN's field.
        pan: usize,
        /// Index of the name's field.
        legal_name: usize,
        /// The most of them.
        limit: usize,
    },
}

impl Lookup {
    /// The field with the GSTIN, where it is one that is asked about.
    #[must_use]
    pub fn gstin_field(self) -> Option<usize> {
        match self {
            Self::Gstin(field) => Some(field),
            _ => None,
        }
    }
}

/// All that can be said somewhere, by outcome and by code.
#[derive(Debug, Default)]
pub struct Replies {
    /// Each of them.
    pub all: Vec<ReplyPlan>,
    /// Outcome → index.
    pub by_outcome: AHashMap<Outcome, usize>,
    /// Code → index.
    pub by_code: AHashMap<String, usize>,
}

impl Replies {
    /// The reply for an outcome or a code.
    #[must_use]
    pub fn find(&self, wish: &str) -> Option<usize> {
        self.by_outcome.get(wish).or_else(|| self.by_code.get(wish)).copied()
    }
}

/// How something is said.
#[derive(Clone, Debug)]
pub struct ReplyPlan {
    /// Our name.
    pub outcome: Outcome,
    /// Index into the catalog, where it has a code.
    pub code: Option<usize>,
    /// HTTP status.
    pub status: StatusCode,
    /// Headers besides the content type; `None` where filling them needs the call.
    pub headers: Arc<Vec<(HeaderName, HeaderText)>>,
    /// The body.
    pub body: Arc<Body>,
    /// The body's path below `bodies/`, without its ending.
    pub body_name: String,
    /// The reason, where the code has one of its own.
    pub reason: Option<Arc<Template>>,
}

/// A header's value.
#[derive(Debug)]
pub enum HeaderText {
    /// Ready.
    Ready(HeaderValue),
    /// With holes.
    Template(Template),
}

/// What a reply says.
#[derive(Debug)]
pub enum Body {
    /// Nothing.
    Empty,
    /// The part of a file that the call's link stands for.
    FilePart,
    /// JSON.
    Json(Tree),
    /// Text with holes, and its content type.
    Text(Template, HeaderValue),
}

/// Replies to what HTTP itself refuses.
#[derive(Clone, Copy, Debug, Default)]
pub struct EdgeReplies {
    /// No such path.
    pub unknown_path: Option<usize>,
    /// The path is known, the method is not.
    pub wrong_method: Option<usize>,
    /// The body is too large.
    pub body_too_large: Option<usize>,
}

impl EdgeReplies {
    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = usize> + use<> {
        [self.unknown_path, self.wrong_method, self.body_too_large].into_iter().flatten()
    }
}

/// GSTINs that give an outcome before any check.
#[derive(Debug, Default)]
pub struct Scripted {
    /// Exact texts.
    pub exact: AHashMap<String, String>,
    /// Patterns, in order.
    pub patterns: Vec<(Regex, String)>,
    /// What each is for, as written: text or pattern, outcome, why.
    pub notes: Vec<(String, String, String)>,
}

impl Scripted {
    /// The outcome or code this text gives.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<&str> {
        if let Some(wish) = self.exact.get(text) {
            return Some(wish);
        }
        self.patterns.iter().find(|(pattern, _)| pattern.is_match(text)).map(|(_, wish)| &**wish)
    }
}

/// One code of the vendor, for people and for cases.
#[derive(Clone, Debug, serde::Serialize, JsonSchema)]
pub struct Code {
    /// The vendor's word.
    pub code: String,
    /// Ours.
    pub outcomes: Vec<Outcome>,
    /// Those of them that are about who calls and how often.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub of_account: Vec<Outcome>,
    /// HTTP status.
    pub status: u16,
    /// The vendor's wording.
    pub message: String,
    /// Only these endpoints have it; empty: all.
    pub endpoints: Vec<String>,
    /// Who says it.
    pub layer: Layer,
    /// What makes the vendor say it.
    pub cause: String,
    /// What the caller should do.
    pub mend: String,
    /// Whether calling again helps.
    pub retry: Retry,
    /// Where this is written.
    pub source: String,
    /// How sure it is.
    pub certainty: Certainty,
}

impl Pack {
    /// The code of a reply.
    #[must_use]
    pub fn code_of(&self, plan: &ReplyPlan) -> Option<&Code> {
        self.catalog.get(plan.code?)
    }

    /// What a live side bore out of a code, the latest last.
    pub fn verified_code<'pack>(
        &'pack self,
        code: &'pack str,
    ) -> impl Iterator<Item = &'pack Verified> {
        self.verified.iter().filter(move |row| row.code.as_deref() == Some(code))
    }

    /// The endpoint of that name.
    #[must_use]
    pub fn endpoint(&self, name: &str) -> Option<(usize, &Endpoint)> {
        self.endpoints.iter().enumerate().find(|(_, endpoint)| endpoint.name == name)
    }

    /// Every outcome and code that this vendor can say, for a message.
    #[must_use]
    pub fn wishes(&self) -> (Vec<String>, Vec<String>) {
        let mut outcomes: Vec<_> = self
            .endpoints
            .iter()
            .flat_map(|endpoint| endpoint.replies.by_outcome.keys())
            .map(ToString::to_string)
            .collect();
        outcomes.sort();
        outcomes.dedup();
        let codes = self.catalog.iter().map(|code| code.code.clone()).collect();
        (outcomes, codes)
    }
}
