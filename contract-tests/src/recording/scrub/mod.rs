//! Scrubbing: an exchange as it was heard becomes one that may be written.
//!
//! - [`json`]: bodies, and what is encoded in them
//! - [`sealed`]: what the tax network seals

use std::{collections::HashSet, io::Read as _, sync::Arc};

use gsp_simulator::{
    gstn::Key,
    pack::{contract::PersonalKind, file::FieldPlace},
    route::pairs,
};
use serde_json::Value;

use super::{
    exchange::{Body, Raw, RawReply, Taken, TakenReply},
    forms::{self, Form},
    known::{Known, split},
    plain,
    pseudonyms::Pseudonyms,
    standin::{Secret, tokens},
};
pub mod json;
pub mod sealed;

use self::{json::Walk, sealed::Keyring};

/// A body that unpacks to more than this is not kept.
pub const LARGEST_BODY: usize = 16 * 1024 * 1024;

/// Headers that say how, and not of whom.
const PLAIN_HEADERS: [&str; 24] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "accept-ranges",
    "age",
    "allow",
    "cache-control",
    "content-language",
    "content-type",
    "date",
    "expires",
    "last-modified",
    "pragma",
    "retry-after",
    "server",
    "strict-transport-security",
    "vary",
    "x-content-type-options",
    "x-frame-options",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "ratelimit-limit",
    "ratelimit-remaining",
];

/// Headers of the connection, of the bytes on it, of who sends them, and ours.
const LEFT_OUT: [&str; 14] = [
    "connection",
    "content-encoding",
    "content-length",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];

/// Puts stand-ins into one exchange after the other.
#[derive(Debug)]
pub struct Scrubber {
    /// What was replaced so far.
    pub pseudonyms: Pseudonyms,
    keys: Keyring,
}

/// A field that a request may bring.
type Field = (FieldPlace, String, Option<PersonalKind>);

impl Scrubber {
    /// One that has replaced nothing yet.
    #[must_use]
    pub fn new(known: Known, secret: Secret) -> Self {
        Self { pseudonyms: Pseudonyms::new(known, secret), keys: Keyring::default() }
    }

    /// A client's key is known from now on.
    pub fn add_key(&mut self, key: Key) {
        self.keys.add(key);
    }

    /// The exchange with stand-ins.
    pub fn exchange(&mut self, raw: &Raw) -> Taken {
        let mut dropped = Vec::new();
        let fields: Vec<Field> = self
            .pseudonyms
            .known
            .fields(&raw.method, &raw.path)
            .into_iter()
            // What nobody is asked about by may still be anything.
            .map(|(place, name, kind)| {
                (place, name, Some(kind).filter(|kind| *kind != PersonalKind::Plain))
            })
            .collect();
        let body = self.body(raw, &fields, &mut dropped);
        let path = self.path(&raw.path, &fields);
        let query = raw.query.as_ref().map(|query| {
            let secrets = self.pseudonyms.known.pack.secret_queries.clone();
            self.pairs(query, &fields, FieldPlace::Query, &secrets)
        });
        let headers = self.headers(&raw.headers, &fields);
        let reply = raw.reply.as_ref().map(|reply| self.reply(raw, reply, &mut dropped));
        Taken {
            at: raw.at,
            took_ms: raw.took_ms,
            method: raw.method.clone(),
            path,
            query,
            headers,
            body,
            reply,
            dropped,
        }
    }

    fn reply(&mut self, raw: &Raw, reply: &RawReply, dropped: &mut Vec<String>) -> TakenReply {
        let body = match readable(&reply.headers, &reply.body) {
            Err(why) => {
                dropped.push(format!("reply body: {why}"));
                Body::None
            }
            Ok(None) => Body::None,
            Ok(Some(text)) => match serde_json::from_str::<Value>(&text) {
                Ok(mut json) => {
                    let mut done = HashSet::new();
                    for way in self.ways(raw) {
                        self.keys.reply(&mut self.pseudonyms, &way, &mut json, &mut done, dropped);
                    }
                    let mut walk = Walk {
                        pseudonyms: &mut self.pseudonyms,
                        fields: &[],
                        done: &done,
                        depth: 0,
                    };
                    walk.value(&mut json, &mut Vec::new());
                    Body::Json(format!("{json:#}"))
                }
                Err(_) => Body::Text(self.pseudonyms.sentence(&text)),
            },
        };
        TakenReply { status: reply.status, headers: self.headers(&reply.headers, &[]), body }
    }

    /// How answers at this address may be sealed.
    fn ways(&self, raw: &Raw) -> Vec<gsp_simulator::pack::contract::Handshake> {
        let known = &self.pseudonyms.known;
        let Ok(matched) = known.pack.routes.at(&raw.path) else { return Vec::new() };
        let mut kinds: Vec<usize> = matched
            .value
            .iter()
            .filter_map(|index| Some(known.pack.endpoints.get(*index)?.consent.as_ref()?.kind))
            .collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds.iter().filter_map(|kind| known.handshakes.get(*kind).cloned()).collect()
    }

    fn body(&mut self, raw: &Raw, fields: &[Field], dropped: &mut Vec<String>) -> Body {
        let text = match readable(&raw.headers, &raw.body) {
            Err(why) => {
                dropped.push(format!("request body: {why}"));
                return Body::None;
            }
            Ok(None) => return Body::None,
            Ok(Some(text)) => text,
        };
        let content_type = header(&raw.headers, "content-type").to_ascii_lowercase();
        // Some send JSON under whatever name their library gives it.
        let is_json = text.trim_start().starts_with(['{', '['])
            && serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
        if content_type.starts_with("application/x-www-form-urlencoded") && !is_json {
            return Body::Text(self.pairs(&text, fields, FieldPlace::Body, &[]));
        }
        if content_type.starts_with("multipart/form-data") {
            let boundary = boundary(header(&raw.headers, "content-type"));
            return Body::Text(self.multipart(&text, &boundary, fields));
        }
        let Ok(mut json) = serde_json::from_str::<Value>(&text) else {
            return Body::Text(self.pseudonyms.sentence(&text));
        };
        let mut done = HashSet::new();
        let pack = Arc::clone(&self.pseudonyms.known.pack);
        if let Ok(matched) = pack.routes.at(&raw.path) {
            for endpoint in matched.value.iter().filter_map(|index| pack.endpoints.get(*index)) {
                if let Some(own) = &endpoint.consent {
                    let (keys, pseudonyms) = (&mut self.keys, &mut self.pseudonyms);
                    // Endpoints share an address, and a field: it is opened once.
                    let seen = done.clone();
                    let mut rest = HashSet::new();
                    if seen.is_empty() {
                        keys.request(pseudonyms, endpoint, own, &mut json, &mut rest, dropped);
                        done.extend(rest);
                    }
                }
            }
        }
        let named: Vec<(String, Option<PersonalKind>)> = fields
            .iter()
            .filter(|(place, ..)| matches!(place, FieldPlace::Body | FieldPlace::Anywhere))
            .map(|(_, name, kind)| (name.clone(), *kind))
            .collect();
        let mut walk =
            Walk { pseudonyms: &mut self.pseudonyms, fields: &named, done: &done, depth: 0 };
        walk.value(&mut json, &mut Vec::new());
        Body::Json(format!("{json:#}"))
    }

    /// What stands for a named value of a request.
    fn field(&mut self, place: FieldPlace, name: &str, value: &str, fields: &[Field]) -> String {
        let fits = |known: FieldPlace| match place {
            FieldPlace::Body | FieldPlace::Query => known == place || known == FieldPlace::Anywhere,
            _ => known == place,
        };
        let declared = fields.iter().find(|(known, key, _)| {
            fits(*known)
                && (key == name || (place == FieldPlace::Header && key.eq_ignore_ascii_case(name)))
        });
        match declared {
            Some((.., Some(kind))) => self.pseudonyms.text(Some(*kind), value),
            Some((.., None)) if plain::is_period(value) => value.to_owned(),
            _ => self.pseudonyms.text(None, value),
        }
    }

    fn path(&mut self, path: &str, fields: &[Field]) -> String {
        let pack = Arc::clone(&self.pseudonyms.known.pack);
        let parameters: Vec<(String, String)> = pack.routes.at(path).map_or_else(
            |_| Vec::new(),
            |matched| {
                let all = matched.params.iter();
                all.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
            },
        );
        let fixed: HashSet<&str> =
            pack.endpoints.iter().flat_map(|endpoint| endpoint.path.split('/')).collect();
        let segments = path.split('/').map(|segment| {
            let parameter = parameters.iter().find(|(_, value)| value == segment);
            let known = &self.pseudonyms.known;
            let is_word =
                split(segment).count() > 0 && split(segment).all(|word| known.has_word(word));
            if segment.is_empty() || (parameter.is_none() && (fixed.contains(segment) || is_word)) {
                return segment.to_owned();
            }
            let text = decode(segment);
            let new = match parameter {
                Some((name, _)) => self.field(FieldPlace::Path, name, &text, fields),
                None => self.pseudonyms.text(None, &text),
            };
            if new == text { segment.to_owned() } else { encode(&new) }
        });
        segments.collect::<Vec<_>>().join("/")
    }

    /// `a=1&b=2`; what stays is as it was, to the last `%`.
    fn pairs(
        &mut self,
        text: &str,
        fields: &[Field],
        place: FieldPlace,
        secrets: &[String],
    ) -> String {
        let parts = text.split('&').map(|part| {
            let Some((name, value)) = pairs(part.as_bytes()).pop() else { return part.to_owned() };
            let is_key = name.len() <= 40
                && forms::find(&name).is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"_-.[]/".contains(&byte));
            if !is_key {
                // No key, but a text that has lost its way.
                return encode(&self.pseudonyms.sentence(&format!("{name} {value}")));
            }
            let new = if secrets.contains(&name) {
                self.pseudonyms.text(Some(PersonalKind::Token), &value)
            } else {
                self.field(place, &name, &value, fields)
            };
            if new == value {
                return part.to_owned();
            }
            let name = part.split_once('=').map_or(part, |(name, _)| name);
            format!("{name}={}", encode(&new))
        });
        parts.collect::<Vec<_>>().join("&")
    }

    fn multipart(&mut self, text: &str, boundary: &str, fields: &[Field]) -> String {
        if boundary.is_empty() {
            return self.pseudonyms.sentence(text);
        }
        let delimiter = format!("--{boundary}");
        let parts = text.split(&*delimiter).map(|part| {
            let Some((head, content)) = part.split_once("\r\n\r\n") else { return part.to_owned() };
            let lower = head.to_ascii_lowercase();
            let name = lower.find("name=\"").and_then(|at| head[at + 6..].split('"').next());
            let core = content.strip_suffix("\r\n").unwrap_or(content);
            let new = self.field(FieldPlace::Body, name.unwrap_or_default(), core, fields);
            // A file's name is its owner's.
            let head = match lower.find("; filename=") {
                Some(at) => {
                    let rest = head[at + 2..].find("\r\n").map_or("", |end| &head[at + 2 + end..]);
                    format!("{}; filename=\"sample\"{rest}", &head[..at])
                }
                None => head.to_owned(),
            };
            format!("{head}\r\n\r\n{new}{}", &content[core.len()..])
        });
        parts.collect::<Vec<_>>().join(&delimiter)
    }

    fn headers(&mut self, headers: &[(String, String)], fields: &[Field]) -> Vec<(String, String)> {
        let secrets = self.pseudonyms.known.pack.secret_headers.clone();
        let mut out = Vec::with_capacity(headers.len());
        for (name, value) in headers {
            let name = name.to_ascii_lowercase();
            if LEFT_OUT.contains(&name.as_str())
                || name.starts_with("x-sim-")
                || name.starts_with("x-forwarded-")
            {
                continue;
            }
            let new = if PLAIN_HEADERS.contains(&name.as_str()) {
                self.plain_header(value)
            } else if secrets.contains(&name) || is_secret(&name) {
                self.credential(value)
            } else {
                self.field(FieldPlace::Header, &name, value, fields)
            };
            out.push((name, new));
        }
        out
    }

    /// What says how; a number of somebody's form is not expected there, and goes. The mark between
    /// the parts of a body is a number of nobody's.
    fn plain_header(&mut self, value: &str) -> String {
        let is_somebody = |form: Form| !matches!(form, Form::Hex | Form::Uuid);
        if forms::find(value).iter().any(|found| is_somebody(found.form)) && !plain::is_day(value) {
            return self.pseudonyms.sentence(value);
        }
        value.to_owned()
    }

    /// A scheme and what proves who calls.
    fn credential(&mut self, value: &str) -> String {
        let (scheme, secret) = match value.split_once(' ') {
            Some((scheme, rest)) if scheme.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
                (format!("{scheme} "), rest)
            }
            _ => (String::new(), value),
        };
        if secret.is_empty() || tokens::is_ours(secret) {
            return value.to_owned();
        }
        format!("{scheme}{}", self.pseudonyms.text(Some(PersonalKind::Token), secret))
    }
}

/// Names that carry a secret wherever they are.
fn is_secret(name: &str) -> bool {
    ["authorization", "cookie", "set-cookie"].contains(&name)
        || ["token", "secret", "api-key", "apikey", "app-key", "password"]
            .iter()
            .any(|part| name.contains(part))
}

fn header<'all>(headers: &'all [(String, String)], name: &str) -> &'all str {
    headers
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map_or("", |(_, value)| value)
}

/// What parts the parts of a multipart body.
#[must_use]
pub fn boundary(content_type: &str) -> String {
    content_type
        .split(';')
        .filter_map(|part| part.trim().split_once('='))
        .find(|(name, _)| name.eq_ignore_ascii_case("boundary"))
        .map(|(_, value)| value.trim_matches('"').to_owned())
        .unwrap_or_default()
}

/// The text of a body, unpacked; none where it is empty.
fn readable(headers: &[(String, String)], body: &[u8]) -> Result<Option<String>, String> {
    if body.is_empty() {
        return Ok(None);
    }
    let told = |what: &str| format!("{what}; {} bytes", body.len());
    let mut unpacked = Vec::new();
    let limit = LARGEST_BODY as u64 + 1;
    let bytes = match header(headers, "content-encoding").to_ascii_lowercase().as_str() {
        "" | "identity" => body,
        "gzip" | "x-gzip" => {
            flate2::read::MultiGzDecoder::new(body)
                .take(limit)
                .read_to_end(&mut unpacked)
                .map_err(|_| told("gzip that does not unpack"))?;
            &unpacked
        }
        other => return Err(told(&format!("packed as `{}`", &other[..other.len().min(20)]))),
    };
    if bytes.len() > LARGEST_BODY {
        return Err(told("too large to be kept"));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Some(text.trim_start_matches('\u{feff}').to_owned())),
        Err(_) => Err(told("no text")),
    }
}

fn decode(segment: &str) -> String {
    let joined = segment.replace('+', "%2B");
    pairs(joined.as_bytes()).pop().map_or_else(String::new, |(name, _)| name)
}

/// A text for a path or a query.
#[must_use]
pub fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-._~:@".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}
