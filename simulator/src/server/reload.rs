//! Reload: the files are read anew while calls go on.
//!
//! A world is loaded whole and then takes the old one's place: calls under way end in the old one,
//! tenants stay, and their stories go on where rules are still the same. Where a file is wrong, what was
//! loaded before goes on, and log, journal and health say what is wrong.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use arc_swap::ArcSwap;
use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header::CONTENT_TYPE};
use serde_json::json;
use tracing::{info, warn};

use super::App;
use crate::{
    finding::{Finding, FindingRecord},
    journal::{Entry, Secrets, Via},
    model::{call::Call, reply::Reply},
    pack::folder::Folder,
    world::{Ingredients, World},
};

/// Where the files come from, and what was wrong with them last.
#[derive(Debug)]
pub(crate) struct Shelf {
    /// As read last; `None`: the world was given ready-made.
    ingredients: Mutex<Option<Ingredients>>,
    trouble: ArcSwap<Vec<FindingRecord>>,
}

/// What came of reading anew.
#[derive(Debug)]
pub(crate) enum Reloaded {
    /// No file had changed.
    Same,
    /// A new world is played; these stories are wrong and stay as they were.
    New(Vec<Finding>),
}

/// Why nothing was loaded.
#[derive(Debug)]
pub(crate) enum NotReloaded {
    /// There are no files: the world was given ready-made.
    ReadyMade,
    /// They are wrong; what was loaded before goes on.
    Wrong(Vec<Finding>),
}

impl Shelf {
    pub(crate) fn new(ingredients: Option<Ingredients>) -> Self {
        Self { ingredients: Mutex::new(ingredients), trouble: ArcSwap::default() }
    }

    /// What was wrong with the files when they were read last.
    pub(crate) fn trouble(&self) -> Arc<Vec<FindingRecord>> {
        self.trouble.load_full()
    }

    /// The folders on disk that the world was read from.
    pub(crate) fn folders(&self) -> Vec<PathBuf> {
        let ingredients = self.ingredients.lock().unwrap_or_else(PoisonError::into_inner);
        let folders = ingredients.iter().flat_map(|all| all.fixtures.iter().chain(&all.scenarios));
        folders.filter(|folder| folder.is_on_disk()).map(|folder| folder.label.clone()).collect()
    }
}

impl App {
    /// Reads all files anew; `always`, even if none has changed.
    pub(crate) fn reload(&self, always: bool) -> Result<Reloaded, NotReloaded> {
        // Held to the end: two at once would load the same twice, the older one last.
        let mut kept = self.shelf.ingredients.lock().unwrap_or_else(PoisonError::into_inner);
        let ingredients = kept.as_ref().ok_or(NotReloaded::ReadyMade)?;
        let fresh = match again(ingredients) {
            Ok(fresh) => fresh,
            Err(finding) => return Err(self.wrong(vec![finding])),
        };
        let same = |one: &[Folder], other: &[Folder]| one == other;
        if !always
            && same(&fresh.fixtures, &ingredients.fixtures)
            && same(&fresh.scenarios, &ingredients.scenarios)
        {
            return Ok(Reloaded::Same);
        }
        let before = self.world.load_full();
        let loaded = before.reload(&fresh);
        *kept = Some(fresh);
        let (world, broken) = match loaded {
            Ok(loaded) => loaded,
            Err(findings) => return Err(self.wrong(findings)),
        };
        let world = Arc::new(world);
        self.world.store(Arc::clone(&world));
        let moved = Moved::between(&before, &world);
        for tenant in self.tenants.all() {
            tenant.move_to(&world, moved.accounts);
        }
        info!(
            vendors = world.packs.len(),
            scenarios = world.scenarios.len(),
            "files were read anew"
        );
        self.tell(&broken, "stories that are wrong go on as they were");
        Ok(Reloaded::New(broken))
    }

    fn wrong(&self, findings: Vec<Finding>) -> NotReloaded {
        self.tell(&findings, "what was loaded before goes on");
        NotReloaded::Wrong(findings)
    }

    /// Says in log, journal and health what is wrong with the files; or that nothing is.
    fn tell(&self, findings: &[Finding], so: &str) {
        let records: Vec<_> = findings.iter().map(Finding::record).collect();
        if !records.is_empty() {
            for finding in findings {
                warn!(%finding, "a file is wrong; {so}");
            }
            self.note(&records, so);
        }
        self.shelf.trouble.store(Arc::new(records));
    }

    /// An entry of the default tenant's journal that no client sent.
    fn note(&self, records: &[FindingRecord], so: &str) {
        let tenant = self.tenants.default_tenant();
        let call = Call {
            number: tenant.memory.count_call(),
            at_ms: tenant.memory.clock.now_ms(),
            method: Method::POST,
            path: "/__sim/reload".to_owned(),
            ..Call::default()
        };
        let body = json!({ "findings": records }).to_string();
        let reply = Reply {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            headers: vec![(CONTENT_TYPE, HeaderValue::from_static("application/json"))],
            body: Bytes::from(body),
        };
        tenant.journal.keep(&Entry {
            call: &call,
            secrets: Secrets::default(),
            vendor: "",
            endpoint: "",
            account: "",
            gstin: "",
            outcome: "files-wrong",
            code: "",
            via: Via::Simulator,
            reply: &reply,
            streamed: None,
            wait_ms: 0,
            hint: so,
            opened: ("", ""),
            faults: &[],
            wire: "",
        });
    }
}

/// What of tenants' memories does not go with another world.
struct Moved {
    /// Some vendor has other accounts: tokens of logins name them by their place.
    accounts: bool,
}

impl Moved {
    fn between(before: &World, after: &World) -> Self {
        let names = |world: &World| -> Vec<(String, Vec<String>)> {
            let accounts = |pack: &crate::pack::Pack| {
                pack.accounts.iter().map(|account| account.name.clone()).collect()
            };
            world.packs.iter().map(|pack| (pack.name.clone(), accounts(pack))).collect()
        };
        let now = names(after);
        // Vendors that are new do no harm.
        Self { accounts: names(before).iter().any(|was| !now.contains(was)) }
    }
}

/// The same, with folders read anew.
fn again(ingredients: &Ingredients) -> Result<Ingredients, Finding> {
    let read = |folders: &[Folder]| -> Result<Vec<Folder>, Finding> {
        let again = |folder: &Folder| {
            folder.again().map_err(|error| {
                let label = folder.label.display();
                Finding::new(format!("cannot read the folder `{label}`: {error}"))
                    .hint("it was there at the start; put it back, or start anew without it")
            })
        };
        folders.iter().map(again).collect()
    };
    Ok(Ingredients {
        fixtures: read(&ingredients.fixtures)?,
        scenarios: read(&ingredients.scenarios)?,
        ..ingredients.clone()
    })
}
