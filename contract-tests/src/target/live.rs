//! A vendor's own side: nothing of ours is there, and its taxpayers are others.
//!
//! The cases ask about personas. Here each GSTIN of theirs is replaced by the one that the target
//! names for its role, wherever it stands in a request; so are periods and other texts. What has no
//! stand-in, or cannot be caused from outside, is not asked for, and the reason is told.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use gsp_simulator::{
    auth::{PartCheck, encoded},
    model::gstin::Gstin,
    pack::{
        contract::{RequestBody, SessionOf, flows::Act},
        file::StepFile,
    },
    world::World,
};
use serde_json::Value;

use crate::{
    case::{Case, EDGES},
    client::Client,
    config::{Given, GivenSession, GivenVendor, OtpFile},
    flow::{FlowCase, FlowDoing},
    session::SessionKey,
};

/// A target of `contract.toml` that is no simulator.
#[derive(Debug)]
pub struct Live {
    /// What the file says.
    pub given: Given,
    roles: Roles,
    /// Makes the keys of this run's sessions its own.
    pub(super) salt: [u8; 32],
    /// Sessions that the next case can go on with.
    sessions: Mutex<BTreeMap<[String; 5], (Case, Client)>>,
}

/// Which GSTINs of the cases stand for whom.
#[derive(Debug, Default)]
struct Roles {
    /// GSTIN → its roles, the most particular first.
    of_gstin: BTreeMap<String, Vec<String>>,
    /// Names of personas, in capitals, and whose they are.
    names: Vec<(String, String)>,
}

impl Roles {
    fn of(world: &World) -> Self {
        let mut roles = Self::default();
        for persona in world.register.personas().filter(|persona| !persona.documented_example) {
            roles.of_gstin.entry(persona.gstin.clone()).or_default().push(persona.name.clone());
            let taxpayer = persona.taxpayer(world.seed);
            for name in [taxpayer.legal_name, taxpayer.trade_name] {
                roles.names.push((name.to_ascii_uppercase(), persona.name.clone()));
            }
        }
        // Of the rows that are answered with a record, the first is the plain one.
        let mut seen = BTreeSet::new();
        for row in world.magic.rows().filter(|row| seen.insert(row.outcome.value.as_str())) {
            let own = roles.of_gstin.entry(row.gstin.value.clone()).or_default();
            own.push(row.outcome.value.clone());
        }
        roles
    }

    /// Whose name a text is a part of.
    fn named(&self, text: &str) -> Option<&str> {
        const SHORTEST: usize = 5;
        let upper = text.trim().to_ascii_uppercase();
        let long = upper.len() >= SHORTEST && upper.chars().any(|letter| letter == ' ');
        let found = self.names.iter().find(|(name, _)| long && name.contains(&upper));
        found.map(|(_, persona)| persona.as_str())
    }
}

impl Live {
    /// A target and whom its GSTINs stand for.
    #[must_use]
    pub fn new(given: Given, world: &World, salt: [u8; 32]) -> Self {
        Self { given, roles: Roles::of(world), salt, sessions: Mutex::default() }
    }

    /// What is said of a vendor; `None` where it is not there.
    #[must_use]
    pub fn vendor(&self, name: &str) -> Option<&GivenVendor> {
        self.given.vendors.get(name)
    }

    /// A vendor's session of a kind.
    #[must_use]
    pub fn session(&self, vendor: &str, kind: &str) -> Option<&GivenSession> {
        self.vendor(vendor)?.sessions.get(kind)
    }

    /// Keeps a session for the next case.
    pub(crate) fn keep_session(&self, key: SessionKey, client: Client) {
        if client.session.is_some()
            && let Ok(mut all) = self.sessions.lock()
        {
            all.insert(key.whole, (key.like, client));
        }
    }

    /// A session that was kept; it is taken, so that no two cases have it at a time.
    pub(crate) fn kept_session(&self, key: &SessionKey) -> Option<Client> {
        self.sessions.lock().ok()?.remove(&key.whole).map(|(_, client)| client)
    }

    /// All sessions that were kept, each with a case to end it by.
    pub(crate) fn kept_sessions(&self) -> Vec<(Case, Client)> {
        let all = self.sessions.lock().map(|mut all| std::mem::take(&mut *all));
        all.unwrap_or_default().into_values().collect()
    }

    /// Why a case cannot be tried here; `None` where it can.
    #[must_use]
    pub fn obstacle(&self, case: &Case) -> Option<String> {
        let Some(vendor) = self.vendor(&case.vendor) else {
            return Some(format!("the target has no vendor `{}`", case.vendor));
        };
        if case.wish.is_some() {
            let what = case.code.as_deref().unwrap_or(&case.outcome);
            return Some(format!(
                "nothing a caller can send makes a vendor answer `{what}`: only a simulator does so on demand"
            ));
        }
        if case.endpoint == EDGES && case.name == "body-too-large" {
            return Some("a megabyte is not sent to a vendor to see it refused".to_owned());
        }
        if let Some(what) = &case.asked.hangs_on {
            return Some(format!("it hangs on {what}, which another taxpayer may not have"));
        }
        if case.asked.seed.is_some() {
            return Some(
                "it asks about somebody whom only one seed of a simulator makes".to_owned(),
            );
        }
        let account = case.account.and_then(|index| case.pack.accounts.get(index));
        if let Some(account) = account
            && case.account != Some(0)
            && vendor.accounts.get(&account.name).is_none_or(BTreeMap::is_empty)
        {
            return Some(format!(
                "it needs credentials of an account `{0}` ({1}): [targets.{2}.vendors.{3}.accounts.{0}]",
                account.name,
                if account.about.is_empty() { "refused" } else { &account.about },
                self.given.name,
                case.vendor,
            ));
        }
        self.session_obstacle(case, vendor).or_else(|| self.adapt(case).err())
    }

    fn session_obstacle(&self, case: &Case, vendor: &GivenVendor) -> Option<String> {
        let kind = match (&case.asked.session, &case.session) {
            (SessionOf::Nobody, _) | (_, None) => return None,
            (_, Some(session)) => &session.way.handshake.kind,
        };
        if !vendor.sessions.contains_key(kind) {
            return Some(format!(
                "it needs a session `{kind}`: [targets.{}.vendors.{}.sessions.{kind}]",
                self.given.name, case.vendor
            ));
        }
        if let Some(state) = &case.asked.session_state {
            return Some(format!("it needs a session of another state ({state}) than its GSTIN's"));
        }
        if let Some(user) = &case.asked.session_user {
            return Some(format!("it needs a user who is as the simulator's `{user}` is"));
        }
        let asks_person = matches!(vendor.sessions[kind].otp, Some(OtpFile::Ask(_)));
        let (_, endpoint) = case.pack.endpoint(&case.asked.endpoint)?;
        let step = endpoint.consent.as_ref().map(|own| own.step);
        (asks_person && step != Some(StepFile::Use)).then(|| {
            "it needs a login of its own, and a person would be asked for its OTP: give `otp.command`"
                .to_owned()
        })
    }

    /// Why a flow cannot be played here; `None` where it can.
    #[must_use]
    pub fn flow_obstacle(&self, flow: &FlowCase) -> Option<String> {
        if !flow.live {
            return Some(
                "it may lock a user out or change what is saved: flows.toml does not call it `live`"
                    .to_owned(),
            );
        }
        if let Some((name, value)) = flow.settings.first() {
            return Some(format!("it holds where a vendor goes by `{name} = {value}`"));
        }
        flow.steps.iter().find_map(|step| match &step.doing {
            FlowDoing::Act(act) => match act {
                Act::LogIn(_) | Act::FetchCertificate => None,
                Act::Advance(_) => {
                    Some("it moves the clock, and a vendor's stands to nobody".into())
                }
                Act::Begin(_) | Act::End(_) => {
                    Some("it plays a scenario, which only a simulator has".into())
                }
                Act::RotateCertificate => {
                    Some("it changes the network's certificate, which only a simulator does".into())
                }
            },
            FlowDoing::Send(send) => self.obstacle(&send.case),
        })
    }

    /// A case as it is asked here.
    ///
    /// # Errors
    ///
    /// What has no stand-in here.
    pub fn adapt(&self, case: &Case) -> Result<Case, String> {
        let mut case = case.clone();
        let Some(vendor) = self.vendor(&case.vendor) else { return Ok(case) };
        if std::mem::replace(&mut case.adapted, true) {
            return Ok(case);
        }
        let credentials = self.written_credentials(&case);
        let mut one = |text: &mut String| self.stand_in(vendor, &case.vendor, &credentials, text);
        let asked = &mut case.asked;
        let maps = [&mut asked.path, &mut asked.query, &mut asked.headers];
        maps.into_iter().flat_map(|map| map.values_mut()).try_for_each(&mut one)?;
        match &mut asked.body {
            RequestBody::None => {}
            RequestBody::Json(json) => in_json(json, &mut one)?,
            RequestBody::Form(pairs) | RequestBody::Multipart(pairs) => {
                pairs.values_mut().try_for_each(&mut one)?;
            }
            RequestBody::Text(text) => one(text)?,
        }
        if let Some(seal) = &mut asked.seal {
            in_json(seal, &mut one)?;
        }
        Ok(case)
    }

    /// Credentials of the pack's first account as requests may have them written, and what stands for
    /// each here.
    fn written_credentials(&self, case: &Case) -> Vec<(String, String)> {
        let Some(account) = case.pack.accounts.first() else { return Vec::new() };
        let mut found = Vec::new();
        for part in case.pack.schemes.iter().flat_map(|scheme| &scheme.parts) {
            let known = account.credentials.iter().find(|(name, _)| *name == part.name);
            let own = self.credential(&case.vendor, &account.name, &part.name);
            if let (PartCheck::Secret(encoding), Some((_, known)), Some(own)) =
                (&part.check, known, own)
            {
                found.push((encoded(*encoding, known), encoded(*encoding, own)));
            }
        }
        found
    }

    /// Replaces what stands for somebody or something else here.
    fn stand_in(
        &self,
        vendor: &GivenVendor,
        name: &str,
        credentials: &[(String, String)],
        text: &mut String,
    ) -> Result<(), String> {
        for (known, own) in credentials {
            if text.contains(known.as_str()) {
                *text = text.replace(known.as_str(), own);
                return Ok(());
            }
        }
        if let Some(own) = vendor.replace.get(text.as_str()) {
            own.clone_into(text);
            return Ok(());
        }
        let table = || format!("[targets.{}.vendors.{name}", self.given.name);
        let upper = text.to_ascii_uppercase();
        for (gstin, roles) in &self.roles.of_gstin {
            let pan = gstin.get(2..12).unwrap_or_default();
            let whole = upper.contains(gstin.as_str());
            // Someone's PAN by itself; as a part of another GSTIN it means that one.
            if !whole && upper.trim() != pan {
                continue;
            }
            let Some(own) = roles.iter().find_map(|role| vendor.gstins.get(role)) else {
                return Err(format!(
                    "no GSTIN here is `{}`: {}.gstins] {} = \"…\"",
                    roles.join("` or `"),
                    table(),
                    roles[0],
                ));
            };
            let (from, to) = match own.get(2..12) {
                Some(own_pan) if !whole => (pan, own_pan),
                _ => (gstin.as_str(), own.as_str()),
            };
            *text = if text.contains(from) {
                text.replace(from, to)
            } else {
                text.replace(&from.to_ascii_lowercase(), &to.to_ascii_lowercase())
            };
            return Ok(());
        }
        let made_up = text
            .parse::<Gstin>()
            .is_ok_and(|gstin| gstin.pan().is_some_and(|pan| pan.get(5..9) == Some("0000")));
        if made_up {
            return Err(format!("`{text}` is made up: {}.replace] {text} = \"…\"", table()));
        }
        if let Some(persona) = self.roles.named(text) {
            return Err(format!(
                "`{text}` is a part of the name of `{persona}`: {}.replace] \"{text}\" = \"…\"",
                table()
            ));
        }
        Ok(())
    }

    /// A credential of an account here.
    #[must_use]
    pub(crate) fn credential(&self, vendor: &str, account: &str, part: &str) -> Option<&str> {
        let own = self.vendor(vendor)?.accounts.get(account)?;
        own.get(part).map(secrecy::ExposeSecret::expose_secret)
    }
}

/// Every text of a JSON value.
fn in_json(
    json: &mut Value,
    one: &mut impl FnMut(&mut String) -> Result<(), String>,
) -> Result<(), String> {
    match json {
        Value::String(text) => one(text),
        Value::Array(list) => list.iter_mut().try_for_each(|item| in_json(item, one)),
        Value::Object(map) => map.values_mut().try_for_each(|item| in_json(item, one)),
        _ => Ok(()),
    }
}

/// A live side that many hold.
pub type Side = Arc<Live>;
