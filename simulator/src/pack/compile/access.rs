//! Auth schemes and the accounts that fit them.

use std::str::FromStr;

use ahash::AHashMap;
use http::HeaderName;

use super::Compiler;
use crate::{
    auth::{Part, PartCheck, Scheme, paseto::Verifier},
    finding::Finding,
    pack::{
        Account,
        file::{AuthCheckFile, AuthPlace, Name},
    },
};

impl Compiler<'_> {
    pub(super) fn scheme(&self, name: &str, accounts: &[Account]) -> Scheme {
        let file = &self.file.auth[name];
        let parts: Vec<_> = file
            .parts
            .iter()
            .map(|part| Part {
                name: part.name.value.clone(),
                place: part.place.clone(),
                header: match &part.place {
                    AuthPlace::Header(name) => HeaderName::from_str(name).ok(),
                    _ => None,
                },
                word: part.scheme.clone(),
                check: match &part.check {
                    AuthCheckFile::Secret => PartCheck::Secret(part.encoding),
                    AuthCheckFile::Issued(issued) => {
                        self.check_session(&issued.session);
                        PartCheck::Issued(issued.session.value.clone())
                    }
                    AuthCheckFile::Paseto(paseto) => {
                        let subjects = accounts
                            .iter()
                            .enumerate()
                            .filter_map(|(index, account)| {
                                let own = account
                                    .credentials
                                    .iter()
                                    .find(|(key, _)| *key == part.name.value)?;
                                Some((own.1.clone(), index))
                            })
                            .collect();
                        match Verifier::new(paseto, subjects) {
                            Ok(verifier) => PartCheck::Paseto(Box::new(verifier)),
                            Err(error) => {
                                self.find_in_vendor(
                                    format!("the PASETO keys cannot be used: {error}"),
                                    &paseto.signing_seed.span,
                                    "give `signing-seed` and `local-key` as 64 hex digits each",
                                );
                                PartCheck::Secret(part.encoding)
                            }
                        }
                    }
                },
            })
            .collect();
        if parts.is_empty() || parts.len() > 5 {
            self.find(
                Finding::new(format!("auth scheme `{name}` has {} parts", parts.len()))
                    .hint("give it one to five, or say `auth = \"none\"` at the endpoints"),
                &self.vendor_source,
            );
        }
        let mut index: AHashMap<String, usize> = AHashMap::new();
        for (at, account) in accounts.iter().enumerate() {
            let Some(key) = Scheme::key_of(&parts, &account.credentials) else { continue };
            if let Some(other) = index.insert(key, at) {
                let name = &self.file.accounts[at].name;
                self.find_in_vendor(
                    format!("account `{name}` has the credentials of `{}`", accounts[other].name),
                    &name.span,
                    "give each account credentials of its own",
                );
            }
        }
        Scheme { name: name.to_owned(), parts, accounts: index }
    }

    pub(super) fn check_session(&self, session: &Name) {
        let given = self
            .file
            .endpoints
            .iter()
            .filter_map(|endpoint| endpoint.issues.as_ref())
            .any(|issues| issues.session == session.value);
        if !given {
            self.find_in_vendor(
                format!("no endpoint issues the session `{session}`"),
                &session.span,
                "add `issues = { session = … }` to the login endpoint",
            );
        }
    }
}
