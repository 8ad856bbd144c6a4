//! How a caller shows who it is, as security schemes.

use serde_json::{Map, Value, json};

use crate::{
    auth::{Part, PartCheck, Scheme},
    pack::{
        Endpoint, Pack,
        file::{AuthPlace, Encoding, PasetoPurpose, TokenForm},
    },
    tell::credentials::{Sender, sent},
};

use super::schemas::component;

/// The security schemes of a pack, each with what the first account sends.
pub(super) fn schemes(pack: &Pack, sender: Sender<'_>) -> Map<String, Value> {
    let mut all = Map::new();
    for (index, scheme) in pack.schemes.iter().enumerate() {
        let values = sent(pack, Some(index), 0, sender);
        for (part, sent) in scheme.parts.iter().zip(values) {
            let Some(mut told) = told(pack, part) else { continue };
            let words = match (&part.check, sent.value) {
                (PartCheck::Secret(_), Some(value)) => {
                    format!("The default account sends `{}: {value}`.", sent.name)
                }
                (PartCheck::Issued(session), _) => {
                    let from = sent.issued_by.map(|from| format!(" (operation of `{from}`)"));
                    format!("A login gives it: `{session}`{}.", from.unwrap_or_default())
                }
                _ => format!(
                    "`gspsim token {}` mints one; GET /__sim/credentials shows one that holds now.",
                    pack.name
                ),
            };
            told["description"] = words.into();
            all.insert(name(scheme, part), told);
        }
    }
    all
}

/// What a document calls a part of a scheme.
fn name(scheme: &Scheme, part: &Part) -> String {
    component(&format!("{}/{}", scheme.name, part.name))
}

/// A part as a security scheme; `None` where documents have none for its place.
fn told(pack: &Pack, part: &Part) -> Option<Value> {
    let word = part.word.as_deref().unwrap_or_default();
    let in_authorization = matches!(
        &part.place, AuthPlace::Header(name) if name.eq_ignore_ascii_case("authorization")
    );
    let is = |known: &str| in_authorization && word.eq_ignore_ascii_case(known);
    Some(match (&part.place, &part.check) {
        (_, PartCheck::Secret(Encoding::Base64)) if is("Basic") => {
            json!({ "type": "http", "scheme": "basic" })
        }
        (_, PartCheck::Paseto(verifier)) if is("Bearer") => {
            let form = match verifier.purpose() {
                PasetoPurpose::Public => "PASETO v4.public",
                PasetoPurpose::Local => "PASETO v4.local",
            };
            json!({ "type": "http", "scheme": "bearer", "bearerFormat": form })
        }
        (_, PartCheck::Issued(session)) if is("Bearer") => {
            let form = pack.endpoints.iter().find_map(|endpoint| {
                let issues = endpoint.issues.as_ref()?;
                (issues.session == *session).then_some(issues.form)
            });
            let mut told = json!({ "type": "http", "scheme": "bearer" });
            match form {
                Some(TokenForm::Jwt) => told["bearerFormat"] = "JWT".into(),
                Some(TokenForm::Uuid) => told["bearerFormat"] = "UUID".into(),
                _ => {}
            }
            told
        }
        (_, _) if is("Bearer") => json!({ "type": "http", "scheme": "bearer" }),
        (AuthPlace::Header(header), _) => {
            let mut told = json!({ "type": "apiKey", "in": "header", "name": header });
            if !word.is_empty() {
                told["x-word-before"] = word.into();
            }
            told
        }
        (AuthPlace::Query(query), _) => json!({ "type": "apiKey", "in": "query", "name": query }),
        // These are a parameter of the path, a key of the body.
        (AuthPlace::Path(_) | AuthPlace::Body(_), _) => return None,
    })
}

/// What an endpoint asks for: all parts of its scheme together; nothing where it asks for nothing.
pub(super) fn requirement(pack: &Pack, endpoint: &Endpoint) -> Value {
    let scheme = endpoint.scheme.and_then(|index| pack.schemes.get(index));
    let parts = scheme.into_iter().flat_map(|scheme| {
        let told = scheme.parts.iter().filter(|part| told(pack, part).is_some());
        told.map(|part| (name(scheme, part), json!([])))
    });
    Value::Object(parts.collect())
}

/// Credentials that stand in the path or the body: place and name, what they are.
pub(super) fn elsewhere<'pack>(
    pack: &'pack Pack,
    endpoint: &Endpoint,
) -> impl Iterator<Item = (&'pack AuthPlace, &'pack Part)> {
    let scheme = endpoint.scheme.and_then(|index| pack.schemes.get(index));
    let parts = scheme.into_iter().flat_map(|scheme| &scheme.parts);
    parts.filter_map(|part| match &part.place {
        place @ (AuthPlace::Path(_) | AuthPlace::Body(_)) => Some((place, part)),
        AuthPlace::Header(_) | AuthPlace::Query(_) => None,
    })
}
