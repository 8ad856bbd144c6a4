//! Whole replies, ready to be sent.

use std::ops::Range;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header::CONTENT_TYPE};

use crate::{
    model::reply::Reply,
    scenario::file::{AnswerForm, ReplyFile, RuleFile},
};

/// What is wrong: message, place, hint.
type Wrong = Vec<(String, Range<usize>, &'static str)>;

/// The reply of a rule.
pub(super) fn compile(file: &ReplyFile, rule: &RuleFile) -> Result<Reply, Wrong> {
    let mut wrong = Vec::new();
    let status = StatusCode::from_u16(file.status.value).unwrap_or_else(|_| {
        let message = format!("{} is no HTTP status", file.status);
        wrong.push((message, file.status.span.clone(), "a number from 100 to 999"));
        StatusCode::OK
    });
    let mut headers = Vec::with_capacity(file.headers.len() + 1);
    for (name, text) in &file.headers {
        match (HeaderName::try_from(name), HeaderValue::from_str(text)) {
            (Ok(name), Ok(value)) => headers.push((name, value)),
            _ => wrong.push((
                format!("`{name}` with `{text}` is no header"),
                text.span.clone(),
                "a header has a name of letters, digits and dashes, and a text in one line",
            )),
        }
    }
    if let (Some(json), Some(_)) = (&file.json, &file.text) {
        let hint = "keep `json` or `text`";
        wrong.push(("a reply has one body".to_owned(), json.span.clone(), hint));
    }
    let mut body = Bytes::new();
    if let Some(json) = &file.json {
        if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(json) {
            let message = format!("this is no JSON: {error}");
            wrong.push((message, json.span.clone(), "mend it, or give it as `text`"));
        }
        if !headers.iter().any(|(name, _)| name == CONTENT_TYPE) {
            headers.insert(0, (CONTENT_TYPE, HeaderValue::from_static("application/json")));
        }
        body = Bytes::copy_from_slice(json.as_bytes());
    } else if let Some(text) = &file.text {
        body = Bytes::copy_from_slice(text.as_bytes());
    }
    if let Some(answer) = &rule.answer
        && !matches!(answer.0.value, AnswerForm::One(_))
    {
        wrong.push((
            "a reply that is told word for word has one name".to_owned(),
            answer.0.span.clone(),
            "make `answer` one outcome or code, or leave it out",
        ));
    }
    if wrong.is_empty() { Ok(Reply { status, headers, body }) } else { Err(wrong) }
}
