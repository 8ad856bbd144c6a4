//! `contract/flows.toml`: sequences of requests, each with what must come of it.
//!
//! A step sends a case of `requests.toml`, changed as `like` changes one, or does something beside
//! the vendor: moves the clock, plays a story, rotates the certificate.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::{Case, RequestFile, case_named};
use crate::{
    finding::{Finding, Source},
    pack::{file::Name, located::Located},
    render::expression::closest,
};

/// `fixtures/<vendor>/contract/flows.toml`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct FlowsFile {
    /// The flows.
    pub flows: Vec<FlowFile>,
}

/// A sequence of requests.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FlowFile {
    /// `vendor::flows::<name>` is the case's name.
    pub name: Name,
    /// What is shown by it.
    pub about: String,
    /// Where this is written.
    #[serde(default)]
    pub source: String,
    /// Settings of the pack that it needs, as `--set` takes them.
    #[serde(default)]
    pub settings: IndexMap<String, Located<String>>,
    /// It may be played on a vendor's own side: it locks nobody out and saves nothing.
    #[serde(default)]
    pub live: bool,
    /// What is done, in order.
    pub steps: Vec<StepFile>,
}

/// One step: a request, or an act beside it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct StepFile {
    /// The step's name in the snapshot; left out, the case's.
    pub name: Option<Name>,
    /// Something beside the vendor's requests.
    pub act: Option<Located<Act>>,
    /// The client that does it, with keys and a session of its own; left out, the first.
    pub client: Option<Name>,
    /// What is sent: `endpoint::case`, or an endpoint, for its first request.
    pub request: Option<Name>,
    /// What the vendor says in the end; left out, the case's. Code, status and payload too.
    pub outcome: Option<Name>,
    /// The vendor's code.
    pub code: Option<Name>,
    /// HTTP status.
    pub status: Option<Located<u16>>,
    /// What is sealed in the answer must satisfy `contract/payloads/<payload>.schema.json`.
    pub payload: Option<Name>,
    /// What the simulator's journal must say of it, or a part of that.
    pub explained: Option<Located<String>>,
    /// Whose credentials it carries.
    pub account: Option<Name>,
    /// Parts of the path by name.
    pub path: IndexMap<String, Located<String>>,
    /// The query.
    pub query: IndexMap<String, Located<String>>,
    /// Headers.
    pub headers: IndexMap<String, Located<String>>,
    /// A JSON body.
    pub body: Option<Value>,
    /// An urlencoded body.
    pub form: Option<IndexMap<String, String>>,
    /// A multipart body.
    pub multipart: Option<IndexMap<String, String>>,
    /// A body as it is sent.
    pub text: Option<String>,
    /// The JSON that the sealed data of the request is made from.
    pub seal: Option<Value>,
    /// What is taken out.
    pub without: Vec<Name>,
    /// The user that a session is opened for.
    pub session_user: Option<Located<String>>,
    /// The state code that it is opened for.
    pub session_state: Option<Located<String>>,
    /// Path and query as they are sent, in place of the endpoint's path.
    pub target: Option<Located<String>>,
    /// What is kept of the answer: name → JSON pointer, through what is sealed.
    pub keep: IndexMap<String, Located<String>>,
    /// The answer is a file: a tar.gz with sealed JSON in it.
    pub file: Option<ReceivedFile>,
}

/// What is done beside the vendor's requests.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Act {
    /// Asks for an OTP and opens a session of this kind.
    LogIn(Name),
    /// Moves the simulator's clock on, such as by `30m`.
    Advance(Located<String>),
    /// Begins a scenario.
    Begin(Name),
    /// Ends one.
    End(Name),
    /// The network takes another key pair.
    RotateCertificate,
    /// The client takes the network's certificate anew.
    FetchCertificate,
}

/// How a received file is opened.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ReceivedFile {
    /// SHA-256 of its bytes in hex; may have holes.
    pub hash: Located<String>,
    /// The key in base64; may have holes.
    pub key: Located<String>,
    /// What is in it must satisfy `contract/payloads/<payload>.schema.json`.
    #[serde(default)]
    pub payload: Option<Name>,
    /// The hash is a wrong one, and that is what the flow shows.
    #[serde(default)]
    pub wrong_hash: bool,
}

/// A flow as it stands in the end.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Its name.
    pub name: String,
    /// What is shown by it.
    pub about: String,
    /// Where this is written.
    pub source: String,
    /// Settings that it needs.
    pub settings: IndexMap<String, String>,
    /// It may be played on a vendor's own side.
    pub live: bool,
    /// What is done.
    pub steps: Vec<Step>,
}

/// A step as it stands in the end.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its name in the snapshot.
    pub name: String,
    /// The client that does it.
    pub client: String,
    /// What is done.
    pub doing: Doing,
    /// The user that a session is opened for.
    pub session_user: Option<String>,
    /// The state code that it is opened for.
    pub session_state: Option<String>,
}

/// What a step does.
#[derive(Clone, Debug)]
pub enum Doing {
    /// Something beside the vendor's requests.
    Act(Act),
    /// Sends this.
    Send(Box<Sending>),
}

/// A request of a flow.
#[derive(Clone, Debug)]
pub struct Sending {
    /// What is sent, and what must come.
    pub case: Case,
    /// The step's changes to the case that it starts from, with their places in the file.
    pub changes: RequestFile,
    /// Path and query in place of the endpoint's.
    pub target: Option<String>,
    /// What is kept: name and JSON pointer.
    pub keep: Vec<(String, String)>,
    /// Those pointers, with their places in the file.
    pub kept_at: Vec<Located<String>>,
    /// How the received file is opened.
    pub file: Option<ReceivedFile>,
}

/// The client of a step that names none.
pub const FIRST_CLIENT: &str = "first";

impl FlowsFile {
    /// Reads `flows.toml`.
    ///
    /// # Errors
    ///
    /// What the TOML reader says.
    pub fn read(source: &Source) -> Result<Self, Vec<Finding>> {
        toml::from_str(&source.text)
            .map_err(|error| vec![Finding::from_toml(&error).within(source)])
    }

    /// Every flow as it stands in the end; `cases` are those of `requests.toml`.
    ///
    /// # Errors
    ///
    /// Flows that are there twice, steps that do nothing or two things, requests that are not
    /// there.
    pub fn flows(&self, cases: &[Case], source: &Source) -> Result<Vec<Flow>, Vec<Finding>> {
        let mut findings = Vec::new();
        let mut flows: Vec<Flow> = Vec::with_capacity(self.flows.len());
        for file in &self.flows {
            if flows.iter().any(|flow| flow.name == file.name.value) {
                findings.push(
                    Finding::new(format!("the flow `{}` is there twice", file.name))
                        .at(file.name.span.clone())
                        .hint("give one of them another name"),
                );
            }
            let steps = file.steps.iter().filter_map(|step| match step.read(&file.name, cases) {
                Ok(step) => Some(step),
                Err(finding) => {
                    findings.push(*finding);
                    None
                }
            });
            flows.push(Flow {
                steps: steps.collect(),
                name: file.name.value.clone(),
                about: file.about.clone(),
                source: file.source.clone(),
                live: file.live,
                settings: file
                    .settings
                    .iter()
                    .map(|(name, value)| (name.clone(), value.value.clone()))
                    .collect(),
            });
        }
        if findings.is_empty() {
            return Ok(flows);
        }
        Err(findings.into_iter().map(|finding| finding.within(source)).collect())
    }
}

impl StepFile {
    fn read(&self, flow: &Name, cases: &[Case]) -> Result<Step, Box<Finding>> {
        let (name, doing) = match (&self.act, &self.request) {
            (Some(act), None) => (act.told(), Doing::Act(act.value.clone())),
            (None, Some(request)) => {
                let Some(start) = case_named(cases, request) else {
                    let names: Vec<_> = cases.iter().map(Case::full_name).collect();
                    return Err(Box::new(
                        Finding::new(format!("there is no request `{request}`"))
                            .at(request.span.clone())
                            .hint(closest(request, &names)),
                    ));
                };
                let sending = self.sending(request, start.clone());
                (sending.case.name.clone(), Doing::Send(Box::new(sending)))
            }
            (act, request) => {
                let (message, span) = match (act, request) {
                    (Some(act), _) => ("a step acts or sends, not both", act.span.clone()),
                    _ => ("a step that neither acts nor sends does nothing", flow.span.clone()),
                };
                return Err(Box::new(
                    Finding::new(format!("{message} (flow `{flow}`)"))
                        .at(span)
                        .hint("`request = \"endpoint::case\"`, or `act = …`"),
                ));
            }
        };
        let text = |own: &Option<Located<String>>| own.as_ref().map(|own| own.value.clone());
        Ok(Step {
            name: text(&self.name).unwrap_or(name),
            client: text(&self.client).unwrap_or_else(|| FIRST_CLIENT.to_owned()),
            doing,
            session_user: text(&self.session_user),
            session_state: text(&self.session_state),
        })
    }

    /// The step's changes as a request that starts from the case.
    fn sending(&self, request: &Name, start: Case) -> Sending {
        let name = |value: &str| Located { value: value.to_owned(), span: request.span.clone() };
        let same = self.outcome.as_ref().is_none_or(|own| own.value == start.outcome);
        let code = start.code.clone().filter(|_| same);
        let outcome = self.outcome.clone().unwrap_or_else(|| name(&start.outcome));
        let changes = RequestFile {
            endpoint: name(&start.endpoint),
            // What the case's own schema promises is not promised of another outcome.
            case: Some(name(if same { &start.name } else { &outcome })),
            like: None,
            outcome,
            code: self.code.clone().or_else(|| code.as_deref().map(name)),
            // Another outcome has a status of its own, told by the pack.
            status: self.status.clone(),
            account: self.account.clone(),
            method: None,
            path: self.path.clone(),
            query: self.query.clone(),
            headers: self.headers.clone(),
            body: self.body.clone(),
            form: self.form.clone(),
            multipart: self.multipart.clone(),
            text: self.text.clone(),
            session: None,
            session_user: None,
            session_state: None,
            seal: self.seal.clone(),
            payload: self.payload.clone(),
            seed: None,
            hangs_on: None,
            explained: self.explained.clone(),
            reading: None,
            without: self.without.clone(),
            source: String::new(),
        };
        let start = Case { status: start.status.filter(|_| same), ..start };
        Sending {
            case: changes.merged(Some(start)),
            changes,
            target: self.target.as_ref().map(|target| target.value.clone()),
            keep: self
                .keep
                .iter()
                .map(|(name, pointer)| (name.clone(), pointer.value.clone()))
                .collect(),
            kept_at: self.keep.values().cloned().collect(),
            file: self.file.clone(),
        }
    }
}

impl Act {
    /// The act in words.
    #[must_use]
    pub fn told(&self) -> String {
        match self {
            Self::LogIn(kind) => format!("log in: {kind}"),
            Self::Advance(by) => format!("advance the clock by {by}"),
            Self::Begin(scenario) => format!("begin scenario {scenario}"),
            Self::End(scenario) => format!("end scenario {scenario}"),
            Self::RotateCertificate => "the network takes another key pair".to_owned(),
            Self::FetchCertificate => "the client fetches the certificate".to_owned(),
        }
    }
}
