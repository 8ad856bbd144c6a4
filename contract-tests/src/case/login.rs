//! Logins: how a case comes to a token that only a login endpoint gives.

use std::{collections::BTreeMap, sync::Arc};

use gsp_simulator::{
    auth::PartCheck,
    pack::{
        Pack,
        contract::{self, ContractFile},
        file::StepFile,
    },
};
use serde_json::Value;

use super::{Case, written::account_of};
use crate::{
    mismatch::kind,
    session::{Before, CaseSession, Way},
};

/// Session → token.
pub type Tokens = BTreeMap<String, String>;

/// A login endpoint, and where its answer has the token.
#[derive(Clone, Debug)]
pub struct Login {
    /// The session that its tokens are of.
    pub session: String,
    endpoint: usize,
    pointer: String,
    asked: contract::Case,
}

/// The logins of a pack; the first request of each login endpoint is the one that is sent.
pub(super) fn read(pack: &Pack, file: &ContractFile, requests: &[contract::Case]) -> Vec<Login> {
    pack.endpoints
        .iter()
        .enumerate()
        .filter_map(|(index, endpoint)| {
            let session = &endpoint.issues.as_ref()?.session;
            let pointer = file.tokens.get(session)?;
            let asked = requests.iter().find(|request| request.endpoint == endpoint.name)?;
            Some(Login {
                session: session.clone(),
                endpoint: index,
                pointer: pointer.value.clone(),
                asked: asked.clone(),
            })
        })
        .collect()
}

impl Login {
    /// The token in the login's answer.
    ///
    /// # Errors
    ///
    /// What stands there instead.
    pub fn token(&self, body: &[u8]) -> Result<String, String> {
        let json: Value = serde_json::from_slice(body).unwrap_or_default();
        let found = json.pointer(&self.pointer);
        found.and_then(Value::as_str).map(str::to_owned).ok_or_else(|| {
            let found = found.map_or("nothing", kind);
            format!("`{}`: a token promised, {found} found in the login's answer", self.pointer)
        })
    }
}

impl Case {
    /// The logins that the request needs first, each as a case of its own.
    #[must_use]
    pub fn logins(&self) -> Vec<(&Login, Case)> {
        if self.wish.is_some() || self.account.is_none() {
            return Vec::new();
        }
        let scheme = self.scheme.and_then(|index| self.pack.schemes.get(index));
        let parts = scheme.map(|scheme| scheme.parts.as_slice()).unwrap_or_default();
        parts
            .iter()
            .filter_map(|part| match &part.check {
                PartCheck::Issued(session) => {
                    self.logins.iter().find(|login| login.session == *session)
                }
                _ => None,
            })
            .map(|login| (login, self.before(login)))
            .collect()
    }

    /// The request of a step on the way to a session, as a case of its own; `None` where the way
    /// has none.
    #[must_use]
    pub(crate) fn on_the_way(&self, way: &Arc<Way>, step: StepFile) -> Option<Case> {
        let (_, asked) = way.steps.iter().find(|(own, _)| *own == step)?;
        let (_, endpoint) = self.pack.endpoint(&asked.endpoint)?;
        let session = CaseSession { way: Arc::clone(way), before: Before::Nothing };
        Some(Case {
            endpoint: endpoint.name.clone(),
            name: asked.name.clone(),
            outcome: asked.outcome.clone(),
            code: asked.code.clone(),
            status: asked.status.unwrap_or_default(),
            schema: None,
            payload: None,
            wish: None,
            method: asked.method.clone().unwrap_or_else(|| endpoint.method.to_string()),
            path: endpoint.path.clone(),
            scheme: endpoint.scheme,
            account: account_of(&self.pack, &asked.account),
            asked: asked.clone(),
            session: Some(session),
            adapted: false,
            ..self.clone()
        })
    }

    fn before(&self, login: &Login) -> Case {
        let endpoint = &self.pack.endpoints[login.endpoint];
        Case {
            endpoint: endpoint.name.clone(),
            method: login.asked.method.clone().unwrap_or_else(|| endpoint.method.to_string()),
            path: endpoint.path.clone(),
            scheme: endpoint.scheme,
            asked: login.asked.clone(),
            adapted: false,
            ..self.clone()
        }
    }
}
