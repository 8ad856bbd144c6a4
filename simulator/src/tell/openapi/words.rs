//! What is asked of a value, and what it is for, in words.

use crate::pack::{
    Check, Endpoint, Pack, ReplyPlan,
    file::{GstinCheck, JsonType, PanForm, StepFile},
};

/// A check in words; `None` where it asks for nothing.
pub(super) fn asked(check: &Check) -> Option<String> {
    Some(match check {
        Check::Present => "must be there".to_owned(),
        Check::Filled => "must be there and not empty".to_owned(),
        Check::Type(kind) => match kind {
            JsonType::Any => return None,
            JsonType::String => "must be a text".to_owned(),
            JsonType::Boolean => "must be `true` or `false`".to_owned(),
            JsonType::Integer => "must be a whole number".to_owned(),
            JsonType::Number => "must be a number".to_owned(),
            JsonType::List => "must be a list".to_owned(),
            JsonType::Object => "must be an object".to_owned(),
        },
        Check::OneOf(values) => {
            let values: Vec<_> = values.iter().map(|value| format!("`{value}`")).collect();
            format!("must be one of {}", values.join(", "))
        }
        Check::Pattern(regex) => format!("must fit `{}`", regex.as_str()),
        Check::Length(length) => match (length.min, length.max) {
            (0, None) => return None,
            (0, Some(max)) => format!("must have {max} characters at most"),
            (min, None) => format!("must have {min} characters at least"),
            (min, Some(max)) => format!("must have {min} to {max} characters"),
        },
        Check::Gstin(form) => match form {
            GstinCheck::Any => return None,
            GstinCheck::Strict => {
                "must be an ordinary GSTIN with the right check character".to_owned()
            }
            GstinCheck::Realistic => "must be a GSTIN with the right check character".to_owned(),
            GstinCheck::Pattern => "must look like a GSTIN".to_owned(),
            GstinCheck::LengthOnly => "must be 15 capital letters and digits".to_owned(),
        },
        Check::Pan(PanForm::Any) => return None,
        Check::Pan(PanForm::Ordinary) => "must be a PAN".to_owned(),
        Check::FinancialYear(first) => {
            format!("must be a financial year from `{first}` to the current one")
        }
        Check::Holds(expression) => match expression.constant() {
            Some(value) if value.is_true() => return None,
            _ => format!("`{}` must hold", expression.source()),
        },
    })
}

/// A reply by its code and our name for it.
pub(super) fn named(pack: &Pack, plan: &ReplyPlan) -> String {
    match pack.code_of(plan) {
        Some(code) => format!("`{}` (`{}`)", code.code, plan.outcome),
        None => format!("`{}`", plan.outcome),
    }
}

/// What a field is to a session that a taxpayer consents to.
pub(super) fn of_session(endpoint: &Endpoint, field: usize) -> Option<&'static str> {
    let step = endpoint.consent.as_ref()?;
    let is = |known: Option<usize>| known == Some(field);
    Some(if field == step.user {
        "Who consents: the taxpayer's user name."
    } else if field == step.state {
        "The state code of the session."
    } else if is(step.token) {
        "The token of a session that was opened with a one-time password."
    } else if is(step.otp) {
        "The one-time password, encrypted under the client's key: AES-256-ECB, base64."
    } else if is(step.app_key) && step.step == StepFile::Refresh {
        "The client's next key, encrypted under the session's: AES-256-ECB, base64."
    } else if is(step.app_key) {
        "The client's key of 32 bytes, encrypted with the network's certificate \
         (GET /__sim/gstn/certificate): RSA with PKCS#1 v1.5, base64."
    } else if is(step.data) {
        "The JSON of the request in base64, encrypted under the session's key: AES-256-ECB, base64."
    } else if is(step.hmac) {
        "HMAC-SHA256 of the JSON's base64 under the session's key, in base64."
    } else {
        return None;
    })
}
