//! Schemas in `contract/`: what they say of a place, changed where they stand.

use serde_json::Value;

use super::{
    files::Files,
    json_text::{Node, indent, without},
};

/// The parts of a schema that are about a place, as they are written.
pub(super) fn parts(root: &Node, text: &str, pointer: &str) -> Vec<Node> {
    let mut found = vec![root.clone()];
    for step in pointer.split('/').skip(1).filter(|_| pointer != "/") {
        let step = step.replace("~1", "/").replace("~0", "~");
        let mut next = Vec::new();
        for part in found.iter().flat_map(|part| whole(root, text, part)) {
            let inside = part.get("contentSchema").cloned();
            let inside = inside.map(|one| whole(root, text, &one)).unwrap_or_default();
            for part in std::iter::once(part).chain(inside) {
                let own = match step.as_str() {
                    "*" => part.get("items"),
                    key => part.get("properties").and_then(|all| all.get(key)),
                };
                next.extend(own.cloned());
            }
        }
        next.dedup();
        found = next;
    }
    found
}

/// A part, what it refers to, and its alternatives.
fn whole(root: &Node, text: &str, part: &Node) -> Vec<Node> {
    const MOST: usize = 64;
    let mut left = vec![part.clone()];
    let mut all: Vec<Node> = Vec::new();
    while let Some(part) = left.pop() {
        if all.len() >= MOST || all.contains(&part) {
            continue;
        }
        let reference = part.get("$ref").and_then(|one| one.text(text));
        let target = reference.as_deref().and_then(|path| {
            let mut at = root;
            for step in path.strip_prefix("#/")?.split('/') {
                at = at.get(step)?;
            }
            Some(at.clone())
        });
        left.extend(target);
        for list in ["allOf", "anyOf", "oneOf"] {
            left.extend(part.get(list).into_iter().flat_map(|one| one.items().to_vec()));
        }
        all.push(part);
    }
    all
}

/// A change to what a schema says of a place.
#[derive(Clone, Debug)]
pub(super) enum Change<'a> {
    /// It is of this type, and nothing else is said of it.
    Type(&'a Value),
    /// It may be this, too.
    Also(&'a Value),
    /// Its date looks so.
    Date(&'a str),
    /// One word for another.
    Word(&'a str, &'a str),
    /// One more word.
    MoreWords(&'a str),
    /// A key of it need not be there.
    Optional(&'a str),
    /// A key of it may be there.
    Key(&'a str, &'a Value),
}

/// Makes a change at every part that is about the place; whether any was made.
pub(super) fn change(files: &mut Files<'_>, path: &str, pointer: &str, to: &Change<'_>) -> bool {
    let Some(text) = files.text(path) else { return false };
    let Some(root) = Node::read(&text) else { return false };
    let mut edits: Vec<(std::ops::Range<usize>, String)> = Vec::new();
    for part in parts(&root, &text, pointer) {
        for whole in whole(&root, &text, &part) {
            edits.extend(edit(&text, &whole, to, whole == part));
        }
    }
    edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    edits.dedup();
    let mut changed = false;
    for (span, new) in edits {
        changed |= files.replace(path, span, &new);
    }
    changed
}

fn edit(
    text: &str,
    part: &Node,
    to: &Change<'_>,
    first: bool,
) -> Option<(std::ops::Range<usize>, String)> {
    let empty = part.members().is_empty();
    match to {
        Change::Type(value) => (first && !empty).then(|| (part.span.clone(), type_of(value))),
        Change::Also(value) => {
            if !first || empty {
                return None;
            }
            let own = part.written(text);
            let also = match value {
                Value::Null => r#"{ "type": "null" }"#.to_owned(),
                value => format!(r#"{{ "const": {value} }}"#),
            };
            Some((part.span.clone(), format!(r#"{{ "anyOf": [{own}, {also}] }}"#)))
        }
        Change::Date(pattern) => {
            let key = if part.get("pattern").is_some() { "pattern" } else { "format" };
            let own = part.members().iter().find(|member| member.key == key)?;
            Some((own.span.clone(), format!(r#""pattern": {}"#, Value::from(looks(pattern)))))
        }
        Change::Word(old, new) => {
            let old = Value::from(*old).to_string();
            let listed = part.get("enum").map(Node::items).unwrap_or_default();
            let own = part.get("const").into_iter().chain(listed);
            let word = own.into_iter().find(|word| word.written(text) == old)?;
            Some((word.span.clone(), Value::from(*new).to_string()))
        }
        Change::MoreWords(new) => {
            if let Some(own) = part.members().iter().find(|member| member.key == "const") {
                let old = own.value.written(text);
                return Some((
                    own.span.clone(),
                    format!(r#""enum": [{old}, {}]"#, Value::from(*new)),
                ));
            }
            let last = part.get("enum")?.items().last()?.span.clone();
            let start = text[..last.start].trim_end();
            let between =
                if start.len() < last.start && text[start.len()..last.start].contains('\n') {
                    format!(",\n{}", indent(text, last.start))
                } else {
                    ", ".to_owned()
                };
            Some((last.end..last.end, format!("{between}{}", Value::from(*new))))
        }
        Change::Optional(key) => {
            let names = part.get("required")?.items();
            let quoted = Value::from(*key).to_string();
            let index = names.iter().position(|name| name.written(text) == quoted)?;
            let spans: Vec<_> = names.iter().map(|name| name.span.clone()).collect();
            Some(without(text, &spans, index))
        }
        Change::Key(key, value) => {
            let closed = part.get("additionalProperties")?.written(text) == "false";
            let properties = part.get("properties").filter(|_| closed)?;
            let last = properties.members().last()?;
            let between = if text[properties.span.start..last.span.start].contains('\n') {
                format!(",\n{}", indent(text, last.span.start))
            } else {
                ", ".to_owned()
            };
            let new = format!("{between}{}: {}", Value::from(*key), type_of(value));
            Some((last.span.end..last.span.end, new))
        }
    }
}

/// A schema that says of which type a value is.
fn type_of(value: &Value) -> String {
    let name = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    format!(r#"{{ "type": "{name}" }}"#)
}

/// The regular expression of a date's form.
fn looks(pattern: &str) -> String {
    const PARTS: [(&str, &str); 9] = [
        ("YYYY", "[0-9]{4}"),
        ("Month", "[A-Z][a-z]+"),
        ("Mon", "[A-Z][a-z]{2}"),
        ("MM", "(0[1-9]|1[0-2])"),
        ("DD", "(0[1-9]|[12][0-9]|3[01])"),
        ("YY", "[0-9]{2}"),
        ("hh", "[0-9]{2}"),
        ("mm", "[0-9]{2}"),
        ("ss", "[0-9]{2}"),
    ];
    let mut out = String::from("^");
    let mut rest = pattern;
    while let Some(letter) = rest.chars().next() {
        match PARTS.iter().find(|(token, _)| rest.starts_with(token)) {
            Some((token, form)) => {
                out.push_str(form);
                rest = &rest[token.len()..];
            }
            None => {
                if ".+?()[]{}|^$\\*".contains(letter) {
                    out.push('\\');
                }
                out.push(letter);
                rest = &rest[letter.len_utf8()..];
            }
        }
    }
    out.push('$');
    out
}
