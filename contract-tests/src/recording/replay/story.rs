//! The story of a recording: a rule for each request, with the answer word for word.

use std::{collections::BTreeMap, fmt::Write as _};

use gsp_simulator::route::{pairs, read_of};
use serde_json::{Map, Value};

use crate::recording::{
    exchange::{Body, Taken, TakenReply},
    file::{Recording, long, quoted},
    known::Known,
};

/// The scenario; `None` where nothing was answered.
#[must_use]
pub fn write(
    recording: &Recording,
    known: &Known,
    name: &str,
    good_for_days: u32,
) -> Option<String> {
    let head = &recording.head;
    let vendor = &head.vendor.value;
    let mut out = format!(
        "# Made of a recording by gsp-contract; record anew and make it again rather than change it.\n\
         name = {}\nabout = {}\n\n[recorded]\non = \"{}\"\ngood-for-days = {good_for_days}\n",
        quoted(name),
        quoted(&format!(
            "What {vendor} said at {} on {}, word for word",
            head.target, head.recorded
        )),
        head.recorded
    );
    let rules = rules(recording, known);
    if rules.is_empty() {
        return None;
    }
    for rule in rules {
        out += &rule.text(vendor);
    }
    Some(out)
}

/// A request and what it is answered, as a rule.
struct Rule<'all> {
    method: &'all str,
    path: &'all str,
    /// Key → what it must be, as TOML.
    query: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
    body: BTreeMap<String, String>,
    /// Only the next call that fits.
    once: bool,
    code: Option<String>,
    reply: &'all TakenReply,
}

/// Requests that only differ in what they bring.
type Address<'all> = (&'all str, &'all str);

/// What a request brings: query and body by key.
struct Brought {
    query: BTreeMap<String, Value>,
    body: BTreeMap<String, Value>,
    /// The body can be looked into by a story.
    reads_body: bool,
}

fn rules<'all>(recording: &'all Recording, known: &Known) -> Vec<Rule<'all>> {
    let answered: Vec<&Taken> = recording
        .exchanges
        .iter()
        .map(|exchange| &exchange.value)
        .filter(|taken| taken.reply.is_some())
        .collect();
    let mut by_address: BTreeMap<Address<'_>, Vec<(usize, &Taken, Brought)>> = BTreeMap::new();
    for (at, taken) in answered.iter().enumerate() {
        let address = (taken.method.as_str(), taken.path.as_str());
        by_address.entry(address).or_default().push((at, taken, brought(taken, known)));
    }
    let mut rules = Vec::new();
    for ((method, path), all) in &by_address {
        let keys = |of: fn(&Brought) -> &BTreeMap<String, Value>| {
            let mut keys: Vec<&String> = all.iter().flat_map(|(.., one)| of(one).keys()).collect();
            keys.sort_unstable();
            keys.dedup();
            keys
        };
        let (query_keys, body_keys) = (keys(|one| &one.query), keys(|one| &one.body));
        let header_names = differing(all);
        let mut fresh: Vec<(usize, Rule<'all>)> = Vec::new();
        for (at, taken, one) in all {
            let tests = |keys: &[&String], brought: &BTreeMap<String, Value>| {
                let test = |key: &&String| ((*key).clone(), test(brought.get(*key)));
                keys.iter().map(test).collect::<BTreeMap<_, _>>()
            };
            let headers = header_names.iter().map(|name| {
                let found = taken.headers.iter().find(|(known, _)| known == name);
                let value = found.map(|(_, value)| Value::from(value.as_str()));
                (name.clone(), test(value.as_ref()))
            });
            let body = if one.reads_body { tests(&body_keys, &one.body) } else { BTreeMap::new() };
            let Some(reply) = &taken.reply else { continue };
            fresh.push((
                *at,
                Rule {
                    method,
                    path,
                    query: tests(&query_keys, &one.query),
                    headers: headers.collect(),
                    body,
                    once: false,
                    code: code(reply, known),
                    reply,
                },
            ));
        }
        // What cannot be told apart is answered in the order in which it was.
        for index in 0..fresh.len() {
            let same = |other: &Rule<'_>| {
                let own = &fresh[index].1;
                (&own.query, &own.headers, &own.body) == (&other.query, &other.headers, &other.body)
            };
            let later: Vec<&TakenReply> = fresh[index + 1..]
                .iter()
                .map(|(_, rule)| rule)
                .filter(|rule| same(rule))
                .map(|rule| rule.reply)
                .collect();
            fresh[index].1.once = !later.is_empty();
        }
        rules.extend(fresh);
    }
    rules.sort_by_key(|(at, rule)| {
        let tests = rule.query.len() + rule.headers.len() + rule.body.len();
        (std::cmp::Reverse(tests), *at)
    });
    rules.into_iter().map(|(_, rule)| rule).collect()
}

fn brought(taken: &Taken, known: &Known) -> Brought {
    let texts = |all: Vec<(String, String)>| {
        all.into_iter().map(|(key, value)| (key, Value::from(value))).collect()
    };
    let query =
        texts(taken.query.as_deref().map(|query| pairs(query.as_bytes())).unwrap_or_default());
    // As an endpoint at this address reads it; what none reads, no story can look into.
    let sent = match &taken.body {
        Body::Json(text) | Body::Text(text) => text.as_bytes(),
        Body::None => b"",
    };
    let content_type = taken.headers.iter().find(|(name, _)| name == "content-type");
    let content_type = content_type.map(|(_, value)| value.as_str()).unwrap_or_default();
    let body = known.pack.routes.at(&taken.path).ok().and_then(|matched| {
        let endpoints = matched.value.iter().filter_map(|index| known.pack.endpoints.get(*index));
        endpoints
            .filter(|one| one.method.as_str() == taken.method)
            .find_map(|one| read_of(one.body.as_ref()?, content_type, sent))
    });
    let reads = body.is_some();
    let body: Option<BTreeMap<String, Value>> = match body {
        // What begins with a slash is a pointer to a story.
        Some(Value::Object(map)) => {
            Some(map.into_iter().filter(|(key, _)| !key.starts_with('/')).collect())
        }
        _ => None,
    };
    Brought { query, reads_body: reads, body: body.unwrap_or_default() }
}

/// Headers that tell requests apart which nothing else does.
fn differing(all: &[(usize, &Taken, Brought)]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (index, (_, one, mine)) in all.iter().enumerate() {
        for (_, other, theirs) in &all[index + 1..] {
            if mine.query != theirs.query || mine.body != theirs.body || one.reply == other.reply {
                continue;
            }
            let value = |taken: &Taken, name: &str| {
                taken
                    .headers
                    .iter()
                    .find(|(known, _)| known == name)
                    .map(|(_, value)| value.clone())
            };
            for (name, _) in one.headers.iter().chain(&other.headers) {
                if value(one, name) != value(other, name) && !names.contains(name) {
                    names.push(name.clone());
                }
            }
        }
    }
    names
}

/// What a value must be, as TOML.
fn test(value: Option<&Value>) -> String {
    match value {
        None => "{ present = false }".to_owned(),
        // TOML has no null.
        Some(Value::Null) => "{ like = \"^null$\" }".to_owned(),
        Some(value) => match toml_value(value) {
            Some(text) => format!("{{ is = {text} }}"),
            None => "{ present = true }".to_owned(),
        },
    }
}

/// JSON as an inline value of TOML; `None` where a null is in it.
fn toml_value(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => {
            let text = number.to_string();
            // A float of TOML has a point before its exponent.
            (!number.is_f64() || text.contains('.')).then_some(text)?
        }
        Value::String(text) => literal(&quoted(text)),
        Value::Array(list) => {
            let all: Option<Vec<_>> = list.iter().map(toml_value).collect();
            format!("[{}]", all?.join(", "))
        }
        Value::Object(map) => object(map)?,
    })
}

fn object(map: &Map<String, Value>) -> Option<String> {
    let all: Option<Vec<_>> = map
        .iter()
        .map(|(key, value)| Some(format!("{} = {}", quoted(key), toml_value(value)?)))
        .collect();
    Some(format!("{{ {} }}", all?.join(", ")))
}

/// A text in which nothing stands for a parameter.
fn literal(text: &str) -> String {
    text.replace("${", "$${")
}

/// The vendor's code that an answer says, where it has one of its catalog.
fn code(reply: &TakenReply, known: &Known) -> Option<String> {
    let Body::Json(text) = &reply.body else { return None };
    let json: Value = serde_json::from_str(text).ok()?;
    let said = known.code_at.iter().find_map(|pointer| match json.pointer(pointer)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })?;
    let fits = |code: &&gsp_simulator::pack::Code| code.code == said && code.status == reply.status;
    known.pack.catalog.iter().find(fits).map(|code| code.code.clone())
}

impl Rule<'_> {
    fn text(&self, vendor: &str) -> String {
        let mut out = String::from("\n[[rule]]\n");
        if let Some(code) = &self.code {
            let _ = writeln!(out, "answer = {}", literal(&quoted(code)));
        }
        let holds = format!(
            "request.method == {} and request.path == {}",
            expression(self.method),
            expression(self.path)
        );
        let _ = write!(
            out,
            "\n[rule.when]\nvendor = {}\nholds = {}\n",
            quoted(vendor),
            literal(&quoted(&holds))
        );
        if self.once {
            out.push_str("calls = 1\n");
        }
        for (name, tests) in
            [("query", &self.query), ("body", &self.body), ("header", &self.headers)]
        {
            if tests.is_empty() {
                continue;
            }
            let _ = write!(out, "\n[rule.when.{name}]\n");
            for (key, test) in tests {
                let _ = writeln!(out, "{} = {test}", quoted(key));
            }
        }
        let _ = write!(out, "\n[rule.reply]\nstatus = {}\n", self.reply.status);
        match &self.reply.body {
            Body::None => {}
            Body::Json(text) => {
                let _ = writeln!(out, "json = {}", literal(&long(text)));
            }
            Body::Text(text) => {
                let _ = writeln!(out, "text = {}", literal(&long(text)));
            }
        }
        // A day of then would be told as one of now.
        let headers: BTreeMap<_, _> =
            self.reply.headers.iter().filter(|(name, _)| name != "date").cloned().collect();
        if !headers.is_empty() {
            out.push_str("\n[rule.reply.headers]\n");
            for (name, value) in &headers {
                let _ = writeln!(out, "{} = {}", quoted(name), literal(&quoted(value)));
            }
        }
        out
    }
}

/// A text in an expression.
fn expression(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}
