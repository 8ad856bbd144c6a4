//! Values that differ from call to call: each is checked before a placeholder takes its place.

use gsp_simulator::{finding::Finding, pack::contract::ContractFile};
use jiff::Timestamp;
use regex_lite::Regex;
use serde_json::Value;

use crate::mismatch::{Mismatch, brief, place};

/// A time of an answer may be this far from the time it was sent at.
const SLACK_MS: i64 = 5 * 60 * 1000;

/// What a volatile value must look like.
#[derive(Clone, Debug)]
enum Look {
    Uuid,
    EpochMs,
    EpochS,
    DateTime,
    Pattern(Regex),
}

/// The volatile values of a vendor's answers.
#[derive(Clone, Debug, Default)]
pub struct Volatile(Vec<(Vec<String>, Look)>);

impl Volatile {
    /// Reads the table `[volatile]`.
    ///
    /// # Errors
    ///
    /// Patterns that are no regular expressions.
    pub fn read(file: &ContractFile) -> Result<Self, Vec<Finding>> {
        let mut findings = Vec::new();
        let mut all = Vec::new();
        for (pointer, look) in &file.volatile {
            let steps = pointer.split('/').skip(1).map(unescape).collect();
            let look = match look.as_str() {
                "uuid" => Look::Uuid,
                "epoch-ms" => Look::EpochMs,
                "epoch-s" => Look::EpochS,
                "date-time" => Look::DateTime,
                pattern => match Regex::new(pattern) {
                    Ok(pattern) => Look::Pattern(pattern),
                    Err(error) => {
                        findings.push(Finding::new(error.to_string()).at(look.span.clone()));
                        continue;
                    }
                },
            };
            all.push((steps, look));
        }
        if findings.is_empty() { Ok(Self(all)) } else { Err(findings) }
    }

    /// Checks every volatile value of a body that was sent at `moment_ms`, and hides it.
    #[must_use]
    pub fn hide(&self, body: &mut Value, moment_ms: i64) -> Vec<Mismatch> {
        self.hide_within(body, "", moment_ms)
    }

    /// The same for what stands inside a text at `pointer`: encoded, or sealed.
    #[must_use]
    pub fn hide_within(&self, json: &mut Value, pointer: &str, moment_ms: i64) -> Vec<Mismatch> {
        let outer: Vec<_> = pointer.split('/').skip(1).map(unescape).collect();
        let mut mismatches = Vec::new();
        for (steps, look) in &self.0 {
            let Some((before, within)) = steps.split_at_checked(outer.len()) else { continue };
            // A rule that ends at the text itself is about the text.
            let whole = within.is_empty() && !outer.is_empty();
            if !whole && before.iter().zip(&outer).all(|(step, key)| step == "*" || step == key) {
                look.hide(json, within, &mut pointer.to_owned(), moment_ms, &mut mismatches);
            }
        }
        mismatches
    }
}

fn unescape(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

impl Look {
    fn hide(
        &self,
        value: &mut Value,
        steps: &[String],
        pointer: &mut String,
        moment_ms: i64,
        mismatches: &mut Vec<Mismatch>,
    ) {
        let Some((step, rest)) = steps.split_first() else {
            if self.fits(value, moment_ms) {
                *value = Value::String(self.placeholder());
            } else {
                mismatches.push(Mismatch::new(place(pointer), self.told(), brief(value)));
            }
            return;
        };
        let children: Vec<(String, &mut Value)> = match value {
            Value::Object(map) => map.iter_mut().map(|(key, value)| (key.clone(), value)).collect(),
            Value::Array(list) => list
                .iter_mut()
                .enumerate()
                .map(|(index, value)| (index.to_string(), value))
                .collect(),
            _ => Vec::new(),
        };
        for (key, child) in children {
            if step == "*" || *step == key {
                let length = pointer.len();
                pointer.push('/');
                pointer.push_str(&key);
                self.hide(child, rest, pointer, moment_ms, mismatches);
                pointer.truncate(length);
            }
        }
    }

    fn fits(&self, value: &Value, moment_ms: i64) -> bool {
        let near = |ms: i64| (ms - moment_ms).abs() <= SLACK_MS;
        match self {
            Self::Uuid => value.as_str().is_some_and(is_uuid_v4),
            Self::EpochMs => value.as_i64().is_some_and(near),
            Self::EpochS => value.as_i64().is_some_and(|s| near(s.saturating_mul(1000))),
            Self::DateTime => value
                .as_str()
                .and_then(|text| text.parse::<Timestamp>().ok())
                .is_some_and(|moment| near(moment.as_millisecond())),
            Self::Pattern(pattern) => value.as_str().is_some_and(|text| pattern.is_match(text)),
        }
    }

    fn placeholder(&self) -> String {
        match self {
            Self::Uuid => "[uuid]".to_owned(),
            Self::EpochMs => "[epoch-ms]".to_owned(),
            Self::EpochS => "[epoch-s]".to_owned(),
            Self::DateTime => "[date-time]".to_owned(),
            Self::Pattern(pattern) => format!("[{}]", pattern.as_str()),
        }
    }

    fn told(&self) -> String {
        match self {
            Self::Uuid => "a UUID of version 4".to_owned(),
            Self::EpochMs => "the time of the answer in epoch milliseconds".to_owned(),
            Self::EpochS => "the time of the answer in epoch seconds".to_owned(),
            Self::DateTime => "the time of the answer as RFC 3339 writes it".to_owned(),
            Self::Pattern(pattern) => format!("a text like {}", pattern.as_str()),
        }
    }
}

/// Lower case, version 4, variant 1.
fn is_uuid_v4(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            14 => byte == b'4',
            19 => matches!(byte, b'8' | b'9' | b'a' | b'b'),
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn volatile(pointer: &str, look: &str) -> Volatile {
        let text = format!("[volatile]\n\"{pointer}\" = \"{look}\"");
        let source = gsp_simulator::finding::Source { path: "t.toml".into(), text: text.into() };
        Volatile::read(&ContractFile::read(&source).expect("it is TOML")).expect("it is right")
    }

    #[test]
    fn a_value_that_looks_right_is_hidden() {
        let mut body = json!({ "list": [{ "id": "0b0e5a4a-6d9c-4b3e-9a51-1f0c3d2e4b5a" }] });
        assert_eq!(volatile("/list/*/id", "uuid").hide(&mut body, 0), []);
        assert_eq!(body, json!({ "list": [{ "id": "[uuid]" }] }));
    }

    #[test]
    fn a_value_that_looks_wrong_stays_and_is_told() {
        let mut body = json!({ "at": 1_000 });
        let told = volatile("/at", "epoch-ms").hide(&mut body, 1_763_699_400_000);
        assert_eq!(
            told[0].to_string(),
            "`/at`: the time of the answer in epoch milliseconds promised, 1000 found"
        );
        assert_eq!(body, json!({ "at": 1_000 }));
    }

    #[test]
    fn what_stands_inside_a_text_is_hidden_by_its_whole_pointer() {
        let mut inside = json!({ "token": "0a", "other": "0b" });
        assert_eq!(
            volatile("/data/token", "^[0-9a-f]{2}$").hide_within(&mut inside, "/data", 0),
            []
        );
        assert_eq!(inside, json!({ "token": "[^[0-9a-f]{2}$]", "other": "0b" }));
        let told = volatile("/data/other", "uuid").hide_within(&mut inside, "/data", 0);
        assert_eq!(told[0].at, "/data/other");
    }

    #[test]
    fn a_value_that_is_not_there_is_no_matter() {
        let mut body = json!({ "other": 1 });
        assert_eq!(volatile("/at", "^TID$").hide(&mut body, 0), []);
    }
}
