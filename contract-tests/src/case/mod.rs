//! Cases: a request, and what is promised of its answer.
//!
//! Written ones stand in `contract/requests.toml`; what those leave out is derived from the
//! list of replies in the pack. [`request`] makes what is sent.

use std::sync::Arc;

use gsp_simulator::{
    finding::Finding,
    pack::{
        Endpoint, Pack,
        contract::{self, ContractFile, case_of_step, payload_names},
        file::StepFile,
        folder::Folder,
    },
    world::{Ingredients, World},
};
use serde_json::Value;

use crate::{
    flow::FlowCase,
    schema::Schema,
    session::{CaseSession, Way},
    target::Target,
    verdict::Place,
    volatile::Volatile,
};

mod derived;
mod flows;
pub mod login;
mod places;
pub mod request;
pub mod tags;
mod written;

pub use login::Login;
pub use request::Request;

use places::Places;

/// The word that stands for an endpoint where HTTP itself refuses.
pub const EDGES: &str = "edges";

/// One promise.
#[derive(Clone, Debug)]
pub struct Case {
    /// The vendor.
    pub vendor: String,
    /// The endpoint; `edges` for what HTTP itself refuses.
    pub endpoint: String,
    /// Its name at the endpoint.
    pub name: String,
    /// HTTP status.
    pub status: u16,
    /// What the vendor says in the end, by our name.
    pub outcome: String,
    /// The vendor's code, where the answer is one.
    pub code: Option<String>,
    /// The form of the answer.
    pub schema: Option<Schema>,
    /// What differs from call to call.
    pub volatile: Arc<Volatile>,
    /// What the request would not cause by itself is asked for: `X-Sim-Outcome`.
    pub wish: Option<String>,
    /// Where the promise is written; empty where it follows from the pack.
    pub source: String,
    /// The line of the file that it is written on, or derived from.
    pub place: Option<Place>,
    /// The session that its request is made under, and the way to it.
    pub session: Option<CaseSession>,
    /// The form of what is sealed in the answer.
    pub payload: Option<Schema>,
    /// Where the vendor's answers have their code: JSON pointers, the first that is there counts.
    pub code_at: Arc<Vec<String>>,
    pub(crate) pack: Arc<Pack>,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) scheme: Option<usize>,
    pub(crate) account: Option<usize>,
    pub(crate) asked: contract::Case,
    pub(crate) logins: Arc<Vec<Login>>,
    /// Its texts are those of a live target already.
    pub(crate) adapted: bool,
}

impl Case {
    /// `vendor::endpoint::case`.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}::{}::{}", self.vendor, self.endpoint, self.name)
    }

    /// Why it cannot be tried at a target; `None` where it can.
    #[must_use]
    pub fn obstacle(&self, target: &Target) -> Option<String> {
        if let Some(live) = target.live() {
            return live.obstacle(self);
        }
        let seed = self.asked.seed.filter(|seed| target.seed() != Some(*seed))?;
        let other = target.seed().map_or_else(|| "another".to_owned(), |seed| seed.to_string());
        Some(format!(
            "it asks about somebody as seed {seed} makes them; the target's seed is {other}"
        ))
    }

    /// The names of headers and query parameters that carry credentials.
    #[must_use]
    pub(crate) fn secret_names(&self) -> Vec<String> {
        let pack = &self.pack;
        pack.secret_headers.iter().chain(&pack.secret_queries).cloned().collect()
    }

    /// The setting whose default it relies on.
    #[must_use]
    pub fn reading(&self) -> Option<&str> {
        self.asked.reading.as_deref()
    }

    /// The code that an answer says, as a text; none where it has none.
    #[must_use]
    pub fn code_in(&self, body: &Value) -> Option<String> {
        let mut found = self.code_at.iter().filter_map(|pointer| body.pointer(pointer));
        found.find_map(|value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    }

    /// What of an answer comes from a simulator's dice, and so is another where others have called
    /// it before: JSON pointers.
    #[must_use]
    pub fn loose(&self, target: &Target) -> Vec<String> {
        let shared = target.world().is_none() && !target.is_own();
        let session = self.session.as_ref().filter(|_| shared);
        session.map(|session| session.way.rolled_pointers()).unwrap_or_default()
    }
}

/// All cases of all vendors, and what they were read from.
#[derive(Debug)]
pub struct Suite {
    /// Vendors, nation, stories.
    pub world: Arc<World>,
    /// The cases, in the order of vendors, endpoints and files.
    pub cases: Vec<Case>,
    /// The flows, in the order of vendors and files.
    pub flows: Vec<FlowCase>,
}

impl Suite {
    /// Reads the packs and their contracts.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with any file, at once.
    pub fn load(ingredients: &Ingredients) -> Result<Self, Vec<Finding>> {
        let world = Arc::new(World::load(ingredients)?);
        let mut cases = Vec::new();
        let mut flows = Vec::new();
        let mut findings = Vec::new();
        let shared = Arc::new(ingredients.clone());
        for pack in &world.packs {
            let read = Vendor::read(pack, &ingredients.fixtures);
            match read.and_then(|vendor| Ok((vendor.cases()?, vendor.flows(&shared)?))) {
                Ok((more, more_flows)) => {
                    cases.extend(more);
                    flows.extend(more_flows);
                }
                Err(more) => findings.extend(more),
            }
        }
        if findings.is_empty() { Ok(Self { world, cases, flows }) } else { Err(findings) }
    }

    /// The cases of a vendor, or of all.
    pub fn of<'suite>(
        &'suite self,
        vendor: Option<&'suite str>,
    ) -> impl Iterator<Item = &'suite Case> {
        self.cases.iter().filter(move |case| vendor.is_none_or(|name| name == case.vendor))
    }
}

/// A vendor's pack with its contract.
struct Vendor<'folder> {
    pack: Arc<Pack>,
    folder: &'folder Folder,
    requests: Vec<contract::Case>,
    volatile: Arc<Volatile>,
    code_at: Arc<Vec<String>>,
    logins: Arc<Vec<Login>>,
    ways: Vec<Arc<Way>>,
    places: Places,
}

/// What a case is made from.
struct Promise<'a> {
    name: String,
    outcome: &'a str,
    code: Option<&'a str>,
    status: u16,
    wish: Option<String>,
    account: Option<usize>,
    asked: contract::Case,
    place: Option<Place>,
}

impl<'folder> Vendor<'folder> {
    fn read(pack: &Arc<Pack>, folders: &'folder [Folder]) -> Result<Self, Vec<Finding>> {
        let home = format!("{}/vendor.toml", pack.name);
        let folder = folders.iter().rev().find(|folder| folder.source(&home).is_some());
        let Some(folder) = folder else {
            return Err(vec![Finding::new(format!("`{}` has no folder", pack.name))]);
        };
        let path = format!("{}/contract/requests.toml", pack.name);
        let source = folder.source(&path).ok_or_else(|| {
            let message = format!("vendor `{}` has no requests to try", pack.name);
            let hint = format!("add `{path}`; docs/pack-format.md section 7 tells its form");
            vec![Finding::new(message).hint(hint)]
        })?;
        let file = ContractFile::read(&source)?;
        let volatile = Volatile::read(&file)
            .map_err(|all| all.into_iter().map(|one| one.within(&source)).collect::<Vec<_>>())?;
        let requests = file.cases(&source)?;
        let unknown: Vec<_> = file
            .requests
            .iter()
            .filter(|request| pack.endpoint(&request.endpoint).is_none())
            .map(|request| {
                Finding::new(format!("there is no endpoint `{}`", request.endpoint))
                    .at(request.endpoint.span.clone())
                    .within(&source)
            })
            .collect();
        if !unknown.is_empty() {
            return Err(unknown);
        }
        let logins = Arc::new(login::read(pack, &file, &requests));
        let volatile = Arc::new(volatile);
        let code_at = file.code_at.iter().map(|pointer| pointer.value.clone()).collect();
        let code_at = Arc::new(code_at);
        let ways = ways(pack, &file, &requests);
        let places = Places::read(&pack.name, folder, &file, &requests, &source);
        Ok(Self {
            pack: Arc::clone(pack),
            folder,
            requests,
            volatile,
            code_at,
            logins,
            ways,
            places,
        })
    }

    fn cases(&self) -> Result<Vec<Case>, Vec<Finding>> {
        let mut cases = Vec::new();
        let mut findings = Vec::new();
        let mut keep = |made: Result<Case, Finding>| match made {
            Ok(case) => cases.push(case),
            Err(finding) => findings.push(finding),
        };
        for endpoint in &self.pack.endpoints {
            let requests: Vec<_> =
                self.requests.iter().filter(|one| one.endpoint == endpoint.name).collect();
            let Some(first) = requests.first() else {
                keep(Err(Finding::new(format!(
                    "endpoint `{}` of `{}` has no request in `contract/requests.toml`",
                    endpoint.name, self.pack.name
                ))));
                continue;
            };
            self.written(endpoint, &requests)
                .into_iter()
                .chain(self.derived(endpoint, first, &requests))
                .for_each(|promise| keep(self.case(endpoint, promise)));
        }
        for (endpoint, path, promise) in self.edges() {
            keep(self.case(endpoint, promise).map(|case| Case {
                endpoint: EDGES.to_owned(),
                path,
                ..case
            }));
        }
        if findings.is_empty() { Ok(cases) } else { Err(findings) }
    }

    fn case(&self, endpoint: &Endpoint, promise: Promise<'_>) -> Result<Case, Finding> {
        let Promise { name, outcome, code, status, wish, account, asked, place } = promise;
        let schema =
            Schema::find(self.folder, &self.pack.name, &endpoint.name, &name, outcome, code)?;
        let session = CaseSession::of(&self.pack, endpoint, &asked, &self.ways);
        let names = payload_names(&endpoint.name, &name, outcome, asked.payload.as_deref());
        let payload = match &session {
            Some(_) => Schema::find_payload(self.folder, &self.pack.name, &names)?,
            None => None,
        };
        Ok(Case {
            vendor: self.pack.name.clone(),
            endpoint: endpoint.name.clone(),
            name,
            status,
            outcome: outcome.to_owned(),
            code: code.map(str::to_owned),
            schema,
            volatile: Arc::clone(&self.volatile),
            wish,
            source: asked.source.clone(),
            place,
            session,
            payload,
            code_at: Arc::clone(&self.code_at),
            pack: Arc::clone(&self.pack),
            method: asked.method.clone().unwrap_or_else(|| endpoint.method.to_string()),
            path: endpoint.path.clone(),
            scheme: endpoint.scheme,
            account,
            asked,
            logins: Arc::clone(&self.logins),
            adapted: false,
        })
    }
}

/// The way to each kind of session that the pack has.
fn ways(pack: &Pack, file: &ContractFile, requests: &[contract::Case]) -> Vec<Arc<Way>> {
    const STEPS: [StepFile; 4] =
        [StepFile::RequestOtp, StepFile::Open, StepFile::Refresh, StepFile::Close];
    let kinds = pack.consents.iter().enumerate();
    kinds
        .map(|(index, kind)| {
            let own = file.consents.get(&kind.name);
            let steps = STEPS.iter().filter_map(|step| {
                let named = own.and_then(|own| own.named(*step)).map(|name| name.value.as_str());
                Some((*step, case_of_step(pack, requests, index, *step, named)?.clone()))
            });
            Arc::new(Way {
                handshake: file.handshake(&kind.name),
                kind: index,
                steps: steps.collect(),
            })
        })
        .collect()
}
