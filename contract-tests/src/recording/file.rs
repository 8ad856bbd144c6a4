//! The file of a recording: TOML that a review can read, strict when it is read again.

use std::fmt::Write as _;

use gsp_simulator::{
    finding::{Finding, Source},
    pack::located::Located,
};
use jiff::{Timestamp, civil::Date};
use schemars::JsonSchema;
use serde::Deserialize;

use super::exchange::{Body, Taken, TakenReply};

/// The form that is written.
pub const FORMAT: u32 = 1;

/// So long a recording counts where nothing else is said, in days.
pub const GOOD_FOR_DAYS: u32 = 90;

/// So large a file may be that is read.
pub const LARGEST: u64 = 256 * 1024 * 1024;

/// A recording as it is written.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RecordingFile {
    /// What it is.
    pub recording: HeadFile,
    /// What was said, in order.
    #[serde(default, rename = "exchange")]
    pub exchanges: Vec<Located<ExchangeFile>>,
}

/// What a recording is.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct HeadFile {
    /// The form of the file: 1.
    pub format: Located<u32>,
    /// The vendor, by its pack's name.
    pub vendor: Located<String>,
    /// The host that was asked, and no more of its address.
    pub target: String,
    /// The day, such as `"2026-11-22"`.
    #[schemars(with = "String")]
    pub recorded: Located<Date>,
    /// What wrote it.
    pub tool: String,
    /// That all that is somebody's was replaced before it was written; there is no other sort.
    pub stand_ins: Located<bool>,
}

/// A request and its answer.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ExchangeFile {
    /// When it was sent.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// How long the answer took, in milliseconds.
    #[serde(default)]
    pub took_ms: u64,
    /// What was left out, and why.
    #[serde(default)]
    pub dropped: Vec<String>,
    /// What was asked.
    pub request: RequestFile,
    /// What was answered; left out where nothing was.
    #[serde(default)]
    pub reply: Option<ReplyFile>,
}

/// A request.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RequestFile {
    /// HTTP method.
    pub method: String,
    /// The vendor's own path.
    pub path: String,
    /// The query, without `?`.
    #[serde(default)]
    pub query: Option<String>,
    /// Headers: name and text.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// The body: JSON.
    #[serde(default)]
    pub json: Option<Located<String>>,
    /// The body, where it is no JSON.
    #[serde(default)]
    pub text: Option<Located<String>>,
}

/// An answer.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ReplyFile {
    /// HTTP status.
    pub status: u16,
    /// Headers: name and text.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// The body: JSON.
    #[serde(default)]
    pub json: Option<Located<String>>,
    /// The body, where it is no JSON.
    #[serde(default)]
    pub text: Option<Located<String>>,
}

/// A recording that was read.
#[derive(Clone, Debug)]
pub struct Recording {
    /// Its file.
    pub source: Source,
    /// What it is.
    pub head: HeadFile,
    /// What was said, and where that stands.
    pub exchanges: Vec<Located<Taken>>,
}

impl Recording {
    /// Reads the text of a recording.
    ///
    /// # Errors
    ///
    /// All that is wrong with it.
    pub fn read(source: &Source) -> Result<Self, Vec<Finding>> {
        let file: RecordingFile = toml::from_str(&source.text)
            .map_err(|error| vec![Finding::from_toml(&error).within(source)])?;
        let mut findings = Vec::new();
        let head = file.recording;
        if head.format.value != FORMAT {
            findings.push(
                Finding::new(format!("a recording of the form {}", head.format))
                    .at(head.format.span.clone())
                    .hint(format!("this program reads the form {FORMAT}: record it anew")),
            );
        }
        if !head.stand_ins.value {
            findings.push(
                Finding::new("a recording without stand-ins")
                    .at(head.stand_ins.span.clone())
                    .hint("do not keep it: record it anew with `gsp-contract record`"),
            );
        }
        let mut exchanges = Vec::with_capacity(file.exchanges.len());
        for Located { value, span } in file.exchanges {
            let mut body =
                |json: Option<Located<String>>, text: Option<Located<String>>| match (json, text) {
                    (Some(json), None) => {
                        if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(&json) {
                            findings.push(
                                Finding::new(format!("this is no JSON: {error}"))
                                    .at(json.span.clone())
                                    .hint("mend it, or give it as `text`"),
                            );
                        }
                        Body::Json(json.value)
                    }
                    (None, Some(text)) => Body::Text(text.value),
                    (None, None) => Body::None,
                    (Some(json), Some(_)) => {
                        let finding = Finding::new("a message has one body").at(json.span.clone());
                        findings.push(finding.hint("keep `json` or `text`"));
                        Body::Json(json.value)
                    }
                };
            let RequestFile { method, path, query, headers, json, text } = value.request;
            let taken =
                Taken {
                    at: value.at,
                    took_ms: value.took_ms,
                    method,
                    path,
                    query,
                    headers,
                    body: body(json, text),
                    reply: value.reply.map(|ReplyFile { status, headers, json, text }| {
                        TakenReply { status, headers, body: body(json, text) }
                    }),
                    dropped: value.dropped,
                };
            exchanges.push(Located { value: taken, span });
        }
        if !findings.is_empty() {
            return Err(findings.into_iter().map(|finding| finding.within(source)).collect());
        }
        Ok(Self { source: source.clone(), head, exchanges })
    }

    /// What is wrong with its age on a day; `None` where it is young enough.
    #[must_use]
    pub fn too_old(&self, today: Date, good_for_days: u32) -> Option<Finding> {
        let days = (today - self.head.recorded.value).get_days();
        let finding = if days < 0 {
            Finding::new(format!("recorded on {}, which is not yet", self.head.recorded))
                .hint("look at the clock of the machine, or record it anew")
        } else if i64::from(days) > i64::from(good_for_days) {
            Finding::new(format!("recorded {days} days ago, and good for {good_for_days}"))
                .hint("record it anew, for the vendor may say something else by now; `--max-age DAYS` lets it be older")
        } else {
            return None;
        };
        Some(finding.at(self.head.recorded.span.clone()).within(&self.source))
    }
}

/// Whether a text is meant to be a recording.
#[must_use]
pub fn is_recording(text: &str) -> bool {
    text.lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with('#'))
        .is_some_and(|line| line == "[recording]")
}

/// The beginning of a file.
#[must_use]
pub fn head(vendor: &str, target: &str, recorded: Date) -> String {
    let tool = concat!("gsp-contract ", env!("CARGO_PKG_VERSION"));
    format!(
        "# What a vendor said, with stand-ins for all that is somebody's: docs/recordings.md\n\
         [recording]\nformat = {FORMAT}\nvendor = {}\ntarget = {}\nrecorded = \"{recorded}\"\n\
         tool = {}\nstand-ins = true\n",
        quoted(vendor),
        quoted(target),
        quoted(tool)
    )
}

/// An exchange, to be added to a file.
#[must_use]
pub fn exchange(taken: &Taken) -> String {
    let mut out = format!("\n[[exchange]]\nat = \"{}\"\ntook-ms = {}\n", taken.at, taken.took_ms);
    if !taken.dropped.is_empty() {
        let all: Vec<_> =
            taken.dropped.iter().map(|text| format!("    {},\n", quoted(text))).collect();
        let _ = write!(out, "dropped = [\n{}]\n", all.concat());
    }
    let _ = write!(
        out,
        "\n[exchange.request]\nmethod = {}\npath = {}\n",
        quoted(&taken.method),
        quoted(&taken.path)
    );
    if let Some(query) = &taken.query {
        let _ = writeln!(out, "query = {}", quoted(query));
    }
    headers(&mut out, &taken.headers);
    body(&mut out, &taken.body);
    if let Some(reply) = &taken.reply {
        let _ = write!(out, "\n[exchange.reply]\nstatus = {}\n", reply.status);
        headers(&mut out, &reply.headers);
        body(&mut out, &reply.body);
    }
    out
}

fn headers(out: &mut String, headers: &[(String, String)]) {
    if headers.is_empty() {
        return;
    }
    out.push_str("headers = [\n");
    for (name, value) in headers {
        let _ = writeln!(out, "    [{}, {}],", quoted(name), quoted(value));
    }
    out.push_str("]\n");
}

fn body(out: &mut String, body: &Body) {
    let (key, text) = match body {
        Body::None => return,
        Body::Json(text) => ("json", text),
        Body::Text(text) => ("text", text),
    };
    let _ = writeln!(out, "{key} = {}", long(text));
}

/// A text of several lines, as it is where that can be.
#[must_use]
pub fn long(text: &str) -> String {
    let is_plain = |letter: char| letter == '\n' || letter == '\t' || !letter.is_control();
    if text.contains('\n')
        && text.chars().all(is_plain)
        && !text.contains("'''")
        && !text.ends_with('\'')
    {
        return format!("'''\n{text}'''");
    }
    quoted(text)
}

/// A text in quotes.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            letter if letter.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(letter));
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn source(text: &str) -> Source {
        Source { path: "a.toml".into(), text: text.into() }
    }

    fn day(text: &str) -> Date {
        text.parse().expect("a day")
    }

    #[test]
    fn an_unknown_key_is_shown_with_its_line() {
        let text = head("attestr", "api.attestr.com", day("2026-11-22")) + "colour = \"red\"\n";
        let findings = Recording::read(&source(&text)).expect_err("nobody knows it");
        let drawn = findings[0].draw(false);
        assert!(
            drawn.contains("unknown field `colour`") && drawn.contains("a.toml:9:1"),
            "{drawn}"
        );
    }

    #[test]
    fn a_file_without_stand_ins_is_refused() {
        let text = head("attestr", "api.attestr.com", day("2026-11-22")).replace("true", "false");
        let findings = Recording::read(&source(&text)).expect_err("there is no other sort");
        assert_eq!(findings[0].message, "a recording without stand-ins");
    }

    #[test]
    fn a_recording_is_good_for_so_long() {
        let text = head("attestr", "api.attestr.com", day("2026-08-01"));
        let recording = Recording::read(&source(&text)).expect("it is one");
        assert!(recording.too_old(day("2026-10-30"), GOOD_FOR_DAYS).is_none(), "90 days");
        let finding = recording.too_old(day("2026-10-31"), GOOD_FOR_DAYS).expect("91 days");
        assert_eq!(finding.message, "recorded 91 days ago, and good for 90");
        assert!(
            recording.too_old(day("2026-07-31"), GOOD_FOR_DAYS).is_some(),
            "before it was made"
        );
    }

    fn any_body() -> impl Strategy<Value = Body> {
        prop_oneof![
            Just(Body::None),
            any::<String>().prop_map(|text| Body::Text(text.replace('\r', ""))),
            "\\{\n  \"a\": [1-9][0-9]{0,3}\n\\}".prop_map(Body::Json),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            body in any_body(),
            answer in any_body(),
            headers in proptest::collection::vec(("[a-z-]{1,8}", "[ -~]{0,12}"), 0..3),
            query in proptest::option::of("[a-z=&%]{0,9}"),
        ) {
            let taken = Taken {
                at: "2026-11-22T10:00:00Z".parse().expect("a moment"),
                took_ms: 7,
                method: "POST".to_owned(),
                path: "/a'b\"c".to_owned(),
                query,
                headers: headers.clone(),
                body,
                reply: Some(TakenReply { status: 200, headers, body: answer }),
                dropped: vec!["reply body: no text; 7 bytes".to_owned()],
            };
            let text = head("attestr", "127.0.0.1", day("2026-11-22")) + &exchange(&taken) + &exchange(&taken);
            let recording = Recording::read(&source(&text)).expect("it is one");
            prop_assert_eq!(recording.exchanges.len(), 2);
            let empty = |body: &Body| if body.text().is_empty() { Body::None } else { body.clone() };
            let back = &recording.exchanges[1].value;
            prop_assert_eq!(empty(&back.body), empty(&taken.body));
            prop_assert_eq!(&back.headers, &taken.headers);
            prop_assert_eq!(&back.query, &taken.query);
        }
    }
}
