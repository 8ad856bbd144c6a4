//! When: which calls a rule is about, ready to be asked.

use std::sync::Arc;

use http::{HeaderName, Method};
use regex_lite::Regex;
use serde_json::Value;

use super::{Asking, calendar::Calendar};
use crate::{
    model::dice::Dice,
    render::{
        expression::{Expression, Locals, Scope},
        scene::Scene,
    },
};

/// Names the stream of random numbers by which GSTINs are chosen.
const SHARE: u64 = 0x5348_4152;

/// Which calls a rule is about; what is empty is not asked.
#[derive(Debug, Default)]
pub(super) struct When {
    pub(super) vendors: Vec<String>,
    pub(super) endpoints: Vec<String>,
    pub(super) methods: Vec<Method>,
    /// Numbers that are named, in whatever way.
    pub(super) gstins: Option<Vec<String>>,
    pub(super) gstin_pattern: Option<Regex>,
    pub(super) state_codes: Vec<String>,
    pub(super) share: Option<f64>,
    pub(super) headers: Vec<(HeaderName, Test)>,
    pub(super) query: Vec<(String, Test)>,
    pub(super) body: Vec<(String, Test)>,
    pub(super) accounts: Vec<String>,
    pub(super) tenants: Vec<String>,
    pub(super) calendar: Option<Box<Calendar>>,
    /// Indices of states.
    pub(super) states: Vec<usize>,
    pub(super) holds: Option<Expression>,
}

/// What a value must be like.
#[derive(Debug, Default)]
pub(super) struct Test {
    /// One of these.
    pub(super) one_of: Option<Vec<Value>>,
    pub(super) like: Option<Regex>,
    pub(super) present: Option<bool>,
}

/// A value of the request.
#[derive(Clone, Copy)]
enum Found<'call> {
    Text(&'call str),
    Json(&'call Value),
}

impl When {
    /// Whether the call's vendor and endpoint fit.
    pub(super) fn fits_place(&self, scene: &Scene) -> bool {
        let named =
            |names: &[String], name: &str| names.is_empty() || names.iter().any(|one| one == name);
        named(&self.vendors, &scene.pack.name)
            && (self.endpoints.is_empty()
                || scene.endpoint().is_some_and(|endpoint| named(&self.endpoints, &endpoint.name)))
    }

    /// Whether all else fits, but for the state.
    pub(super) fn fits(&self, asked: &Asking<'_>) -> Result<bool, minijinja::Error> {
        let scene = asked.scene;
        let call = &scene.call;
        if !self.methods.is_empty() && !self.methods.contains(&call.method) {
            return Ok(false);
        }
        if self.calendar.as_ref().is_some_and(|calendar| !calendar.has(call.at_ms)) {
            return Ok(false);
        }
        let one_of = |wanted: &[String], name: Option<&str>| {
            wanted.is_empty() || name.is_some_and(|name| wanted.iter().any(|one| one == name))
        };
        let fits = one_of(&self.tenants, Some(asked.tenant))
            && self.fits_gstin(asked)
            && self.headers.iter().all(|(name, test)| {
                test.fits(
                    call.headers.get(name).and_then(|value| value.to_str().ok()).map(Found::Text),
                )
            })
            && self.query.iter().all(|(name, test)| {
                let mut values = scene.query.iter().filter(|(known, _)| known == name).peekable();
                match values.peek() {
                    None => test.fits(None),
                    Some(_) => values.any(|(_, value)| test.fits(Some(Found::Text(value)))),
                }
            })
            && self.body.iter().all(|(place, test)| {
                let body = scene.body.as_ref();
                let found = body.and_then(|body| {
                    if place.starts_with('/') { body.pointer(place) } else { body.get(place) }
                });
                test.fits(found.map(Found::Json))
            })
            && (self.accounts.is_empty() || one_of(&self.accounts, asked.account()));
        match &self.holds {
            Some(expression) if fits => expression.holds(Scope { scene, locals: &Locals::Empty }),
            _ => Ok(fits),
        }
    }

    fn fits_gstin(&self, asked: &Asking<'_>) -> bool {
        let asks = self.gstins.is_some()
            || self.gstin_pattern.is_some()
            || !self.state_codes.is_empty()
            || self.share.is_some();
        if !asks {
            return true;
        }
        let Some(gstin) = asked.gstin else { return false };
        self.gstins.as_ref().is_none_or(|all| all.iter().any(|one| one == gstin))
            && self.gstin_pattern.as_ref().is_none_or(|pattern| pattern.is_match(gstin))
            && (self.state_codes.is_empty()
                || self.state_codes.iter().any(|code| gstin.starts_with(code.as_str())))
            && self.share.is_none_or(|share| has_share(asked.scene, gstin, share))
    }
}

/// Whether a GSTIN is of the part that the seed chooses.
fn has_share(scene: &Arc<Scene>, gstin: &str, share: f64) -> bool {
    Dice::new(scene.seed, SHARE, gstin.as_bytes()).chance(share)
}

impl Test {
    fn fits(&self, found: Option<Found<'_>>) -> bool {
        if let Some(present) = self.present
            && present != found.is_some()
        {
            return false;
        }
        let Some(found) = found else {
            return self.one_of.is_none() && self.like.is_none();
        };
        self.one_of.as_ref().is_none_or(|wanted| wanted.iter().any(|one| found.is(one)))
            && self.like.as_ref().is_none_or(|pattern| match found {
                Found::Text(text) => pattern.is_match(text),
                Found::Json(Value::String(text)) => pattern.is_match(text),
                Found::Json(other) => pattern.is_match(&other.to_string()),
            })
    }
}

impl Found<'_> {
    /// Whether it is this value: JSON as such, texts as they read.
    fn is(self, wanted: &Value) -> bool {
        match (self, wanted) {
            (Self::Text(text), Value::String(wanted)) => text == wanted,
            (Self::Text(text), wanted) => *wanted.to_string() == *text,
            (Self::Json(Value::Number(found)), Value::Number(wanted)) => {
                found == wanted || found.as_f64() == wanted.as_f64()
            }
            (Self::Json(found), wanted) => found == wanted,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn one_of(values: &Value) -> Test {
        Test { one_of: values.as_array().cloned(), ..Test::default() }
    }

    #[test]
    fn a_value_is_tested_for_itself_a_pattern_and_presence() {
        let text = |text| Some(Found::Text(text));
        assert!(one_of(&json!(["Y", 7])).fits(text("Y")));
        assert!(one_of(&json!(["Y", 7])).fits(text("7")));
        assert!(!one_of(&json!(["Y"])).fits(text("y")));
        assert!(!one_of(&json!(["Y"])).fits(None));
        let like = Test { like: Some(Regex::new("^B2").expect("it is one")), ..Test::default() };
        assert!(like.fits(text("B2B")));
        assert!(!like.fits(text("CDN")));
        assert!(!like.fits(None));
        let absent = Test { present: Some(false), ..Test::default() };
        assert!(absent.fits(None));
        assert!(!absent.fits(text("")));
        let present = Test { present: Some(true), ..Test::default() };
        assert!(present.fits(text("")));
        assert!(!present.fits(None));
    }

    #[test]
    fn json_is_compared_as_json() {
        assert!(one_of(&json!([7])).fits(Some(Found::Json(&json!(7.0)))));
        assert!(!one_of(&json!(["7"])).fits(Some(Found::Json(&json!(7)))));
        assert!(one_of(&json!([true])).fits(Some(Found::Json(&json!(true)))));
        let like = Test { like: Some(Regex::new("^1").expect("it is one")), ..Test::default() };
        assert!(like.fits(Some(Found::Json(&json!(12)))));
    }
}
