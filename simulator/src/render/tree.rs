//! Bodies as trees: JSON whose strings may have holes, compiled to pieces that a call fills.

use std::io::Write as _;

use base64::{prelude::BASE64_STANDARD, prelude::BASE64_STANDARD_NO_PAD};
use serde_json::Value as Json;

use super::{
    datum::{Datum, Record},
    expression::{Expression, ExpressionError, Filled, Lexicon, Locals, Scope},
    names::{Kind, Known},
    template::{Cut, Template, cut},
};

/// A node of a body.
#[derive(Debug)]
pub enum Tree {
    /// No value: the key is left out.
    Nothing,
    /// Ready bytes.
    Static(Vec<u8>),
    /// A string that is wholly one hole: the value with its type.
    Hole(Expression),
    /// A string with holes: a text.
    Mixed(Template),
    /// An object; keys are written as `"key":`.
    Object(Vec<(Vec<u8>, Tree)>),
    /// A list.
    List(Vec<Tree>),
    /// `{% for name in list %}`.
    For {
        /// The bound name.
        name: String,
        /// The list.
        list: Expression,
        /// One item.
        item: Box<Tree>,
    },
    /// `{% if condition %}`.
    If {
        /// The condition.
        condition: Expression,
        /// When it holds.
        then: Box<Tree>,
        /// When it does not.
        otherwise: Option<Box<Tree>>,
    },
    /// `{% with name = value %}`.
    With {
        /// The bound name.
        name: String,
        /// Its value.
        value: Expression,
        /// The tree that may use it.
        tree: Box<Tree>,
    },
    /// `{% base64 %}`, `{% base64_unpadded %}`, `{% json_text %}`.
    Encoded(Encoding, Box<Tree>),
}

/// How a tree becomes a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Base64 with padding.
    Base64,
    /// Base64 without padding.
    Base64Unpadded,
    /// JSON in a string.
    JsonText,
}

/// What is wrong in a body: the string it is about, as written, and why.
#[derive(Clone, Debug)]
pub struct TreeError {
    /// The key or string.
    pub at: String,
    /// Why.
    pub error: ExpressionError,
}

/// What a tree may use while it is compiled.
pub struct Workshop<'pack> {
    /// The pack's value maps and settings.
    pub lexicon: &'pack Lexicon,
    /// Gives the JSON of another body, for `include`.
    pub include: &'pack dyn Fn(&str) -> Option<Json>,
    /// How deep includes may still go.
    pub depth: usize,
}

impl Tree {
    /// Compiles a body; all that is wrong with it at once.
    ///
    /// # Errors
    ///
    /// Bad expressions, unknown directives, includes of bodies that are not there.
    pub fn compile<'pack>(
        json: &'pack Json,
        workshop: &Workshop<'pack>,
        known: &Known<'pack>,
    ) -> Result<Self, Vec<TreeError>> {
        let mut errors = Vec::new();
        let tree = build(json, workshop, known, &mut errors);
        if errors.is_empty() { Ok(tree) } else { Err(errors) }
    }

    /// Writes the tree; false, and nothing written, where it has no value.
    ///
    /// # Errors
    ///
    /// What an expression says.
    pub fn write(&self, scope: Scope<'_>, out: &mut Vec<u8>) -> Result<bool, minijinja::Error> {
        match self {
            Self::Nothing => Ok(false),
            Self::Static(bytes) => {
                out.extend_from_slice(bytes);
                Ok(true)
            }
            Self::Hole(expression) => {
                let filled = expression.fill(scope)?;
                if filled.is_missing() {
                    return Ok(false);
                }
                write_json(&filled, scope, out);
                Ok(true)
            }
            Self::Mixed(template) => {
                let mut text = String::with_capacity(64);
                template.fill(scope, &mut text)?;
                write_string(&text, out);
                Ok(true)
            }
            Self::Object(entries) => {
                out.push(b'{');
                let mut first = true;
                for (key, tree) in entries {
                    let before = out.len();
                    if !first {
                        out.push(b',');
                    }
                    out.extend_from_slice(key);
                    if tree.write(scope, out)? {
                        first = false;
                    } else {
                        out.truncate(before);
                    }
                }
                out.push(b'}');
                Ok(true)
            }
            Self::List(items) => {
                out.push(b'[');
                let mut first = true;
                for tree in items {
                    write_item(tree, scope, &mut first, out)?;
                }
                out.push(b']');
                Ok(true)
            }
            Self::For { name, list, item } => {
                let list = list.fill(scope)?;
                let before = out.len();
                out.push(b'[');
                let mut first = true;
                let is_list = list.each(|value| {
                    let locals = Locals::Bound { name, value, outer: scope.locals };
                    let inner = Scope { scene: scope.scene, locals: &locals };
                    write_item(item, inner, &mut first, out)
                })?;
                if is_list {
                    out.push(b']');
                } else {
                    out.truncate(before);
                }
                Ok(is_list)
            }
            Self::If { condition, then, otherwise } => {
                if condition.holds(scope)? {
                    then.write(scope, out)
                } else {
                    otherwise.as_ref().map_or(Ok(false), |tree| tree.write(scope, out))
                }
            }
            Self::With { name, value, tree } => {
                let value = value.fill(scope)?;
                if value.is_missing() {
                    return Ok(false);
                }
                let locals = Locals::Bound { name, value: &value, outer: scope.locals };
                tree.write(Scope { scene: scope.scene, locals: &locals }, out)
            }
            Self::Encoded(encoding, tree) => {
                let mut inner = Vec::with_capacity(1024);
                if !tree.write(scope, &mut inner)? {
                    return Ok(false);
                }
                match encoding {
                    Encoding::JsonText => write_string(&String::from_utf8_lossy(&inner), out),
                    Encoding::Base64 => write_base64(&BASE64_STANDARD, &inner, out),
                    Encoding::Base64Unpadded => write_base64(&BASE64_STANDARD_NO_PAD, &inner, out),
                }
                Ok(true)
            }
        }
    }
}

fn write_item(
    tree: &Tree,
    scope: Scope<'_>,
    first: &mut bool,
    out: &mut Vec<u8>,
) -> Result<(), minijinja::Error> {
    let before = out.len();
    if !*first {
        out.push(b',');
    }
    if tree.write(scope, out)? {
        *first = false;
    } else {
        out.truncate(before);
    }
    Ok(())
}

fn write_base64(engine: &impl base64::Engine, bytes: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    let start = out.len();
    out.resize(start + bytes.len().div_ceil(3) * 4, 0);
    let written = engine.encode_slice(bytes, &mut out[start..]).unwrap_or_default();
    out.truncate(start + written);
    out.push(b'"');
}

/// Writes a value as JSON.
pub fn write_json(filled: &Filled<'_>, scope: Scope<'_>, out: &mut Vec<u8>) {
    match filled {
        Filled::Datum(datum) => write_datum(datum, scope, out),
        Filled::Value(value) => {
            let before = out.len();
            if serde_json::to_writer(&mut *out, value).is_err() {
                out.truncate(before);
                out.extend_from_slice(b"null");
            }
        }
    }
}

fn write_datum(datum: &Datum<'_>, scope: Scope<'_>, out: &mut Vec<u8>) {
    match datum {
        Datum::Missing | Datum::Null => out.extend_from_slice(b"null"),
        Datum::Bool(true) => out.extend_from_slice(b"true"),
        Datum::Bool(false) => out.extend_from_slice(b"false"),
        Datum::Int(number) => {
            let _ = write!(out, "{number}");
        }
        Datum::Str(text) => write_string(text, out),
        Datum::Owned(text) => write_string(text, out),
        Datum::Day(day) => {
            let _ = write!(out, "\"{day}\"");
        }
        Datum::Texts(texts) => {
            out.push(b'[');
            for (at, text) in texts.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write_string(text, out);
            }
            out.push(b']');
        }
        Datum::Json(json) => {
            let _ = serde_json::to_writer(&mut *out, json);
        }
        Datum::Record(record) => write_record(record, scope, out),
        Datum::Records(records) => {
            out.push(b'[');
            for (at, record) in records.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write_record(record, scope, out);
            }
            out.push(b']');
        }
        Datum::Filings(filings) => {
            out.push(b'[');
            for (at, filing) in filings.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write_record(&Record::Filing(filing), scope, out);
            }
            out.push(b']');
        }
    }
}

/// Writes a whole record, all parts that have a value; of little use, but never wrong JSON.
fn write_record(record: &Record<'_>, scope: Scope<'_>, out: &mut Vec<u8>) {
    out.push(b'{');
    let mut first = true;
    for (name, _) in record.names() {
        let datum = record.get(name);
        if matches!(datum, Datum::Missing) {
            continue;
        }
        if !first {
            out.push(b',');
        }
        first = false;
        write_string(name, out);
        out.push(b':');
        write_datum(&datum, scope, out);
    }
    out.push(b'}');
}

/// Writes a text as a JSON string.
pub fn write_string(text: &str, out: &mut Vec<u8>) {
    // Looks at every byte: so the compiler looks at many at once, half of the work.
    let escapes = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
    if text.as_bytes().iter().fold(false, |found, byte| found | escapes(byte)) {
        let _ = serde_json::to_writer(&mut *out, text);
    } else {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    }
}

/// Writes a value as it reads in a text; nothing where there is no value.
pub fn write_text(filled: &Filled<'_>, out: &mut String) {
    use std::fmt::Write as _;
    match filled {
        Filled::Datum(Datum::Missing | Datum::Null | Datum::Json(Json::Null)) => {}
        Filled::Datum(Datum::Str(text)) => out.push_str(text),
        Filled::Datum(Datum::Owned(text) | Datum::Json(Json::String(text))) => out.push_str(text),
        Filled::Datum(Datum::Int(number)) => {
            let _ = write!(out, "{number}");
        }
        Filled::Datum(Datum::Bool(flag)) => {
            let _ = write!(out, "{flag}");
        }
        Filled::Datum(Datum::Day(day)) => {
            let _ = write!(out, "{day}");
        }
        Filled::Datum(Datum::Texts(texts)) => out.push_str(&texts.join(", ")),
        Filled::Datum(Datum::Json(json)) => {
            let _ = write!(out, "{json}");
        }
        Filled::Datum(Datum::Record(_) | Datum::Records(_) | Datum::Filings(_)) => {}
        // Jinja would write `True`; JSON and every vendor write `true`.
        Filled::Value(value) if value.kind() == minijinja::value::ValueKind::Bool => {
            let _ = write!(out, "{}", value.is_true());
        }
        Filled::Value(value) => {
            if !value.is_undefined() && !value.is_none() {
                let _ = write!(out, "{value}");
            }
        }
    }
}

fn build<'pack>(
    json: &'pack Json,
    workshop: &Workshop<'pack>,
    known: &Known<'pack>,
    errors: &mut Vec<TreeError>,
) -> Tree {
    match json {
        Json::String(text) => string(text, workshop, known, errors),
        Json::Array(items) => {
            let trees: Vec<_> =
                items.iter().map(|item| build(item, workshop, known, errors)).collect();
            settle_list(trees)
        }
        Json::Object(entries) => match entries.iter().next() {
            Some((key, value)) if key.starts_with("{%") => {
                directive(key, value, entries, workshop, known, errors)
            }
            _ => {
                let mut trees = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    let mut quoted = Vec::new();
                    write_string(key, &mut quoted);
                    quoted.push(b':');
                    trees.push((quoted, build(value, workshop, known, errors)));
                }
                settle_object(trees)
            }
        },
        other => Tree::Static(other.to_string().into_bytes()),
    }
}

/// An object of ready bytes is ready bytes.
fn settle_object(mut entries: Vec<(Vec<u8>, Tree)>) -> Tree {
    entries.retain(|(_, tree)| !matches!(tree, Tree::Nothing));
    if !entries.iter().all(|(_, tree)| matches!(tree, Tree::Static(_))) {
        return Tree::Object(entries);
    }
    let mut out = vec![b'{'];
    for (at, (key, tree)) in entries.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        out.extend_from_slice(key);
        if let Tree::Static(bytes) = tree {
            out.extend_from_slice(bytes);
        }
    }
    out.push(b'}');
    Tree::Static(out)
}

fn settle_list(mut items: Vec<Tree>) -> Tree {
    items.retain(|tree| !matches!(tree, Tree::Nothing));
    if !items.iter().all(|tree| matches!(tree, Tree::Static(_))) {
        return Tree::List(items);
    }
    let mut out = vec![b'['];
    for (at, tree) in items.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        if let Tree::Static(bytes) = tree {
            out.extend_from_slice(bytes);
        }
    }
    out.push(b']');
    Tree::Static(out)
}

fn string<'pack>(
    text: &'pack str,
    workshop: &Workshop<'pack>,
    known: &Known<'pack>,
    errors: &mut Vec<TreeError>,
) -> Tree {
    if let Some(body) = text.strip_prefix("{%").and_then(|rest| rest.strip_suffix("%}")) {
        return include(text, body.trim(), workshop, known, errors);
    }
    let mut fail = |error| {
        errors.push(TreeError { at: text.to_owned(), error });
        Tree::Static(b"null".to_vec())
    };
    let pieces = match cut(text) {
        Ok(pieces) => pieces,
        Err(error) => return fail(error),
    };
    match pieces.as_slice() {
        [Cut::Hole(hole)] => match Expression::compile(hole, workshop.lexicon, known) {
            Ok((expression, _)) => match expression.constant() {
                Some(value) if value.is_undefined() => Tree::Nothing,
                Some(value) => Tree::Static(serde_json::to_vec(value).unwrap_or_default()),
                None => Tree::Hole(expression),
            },
            Err(error) => fail(error),
        },
        pieces if pieces.iter().all(|piece| matches!(piece, Cut::Text(_))) => {
            let mut out = Vec::new();
            write_string(text, &mut out);
            Tree::Static(out)
        }
        _ => match Template::compile(text, workshop.lexicon, known) {
            Ok(template) => Tree::Mixed(template),
            Err(error) => fail(error),
        },
    }
}

fn include<'pack>(
    text: &'pack str,
    body: &str,
    workshop: &Workshop<'pack>,
    known: &Known<'pack>,
    errors: &mut Vec<TreeError>,
) -> Tree {
    let mut fail = |message: String, hint: &str| {
        let error = ExpressionError { message, hint: Some(hint.to_owned()) };
        errors.push(TreeError { at: text.to_owned(), error });
        Tree::Static(b"null".to_vec())
    };
    let Some(name) = body.strip_prefix("include").map(str::trim) else {
        return fail(
            format!("`{body}` is no directive for a string"),
            "only `{% include 'parts/name' %}` is; others are keys: `{\"{% if … %}\": …}`",
        );
    };
    let name = name.trim_matches(['\'', '"']);
    if workshop.depth == 0 {
        return fail(format!("`{name}` is included too deep"), "does it include itself?");
    }
    let Some(json) = (workshop.include)(name) else {
        return fail(
            format!("there is no body `{name}`"),
            "its path below `bodies/`, without `.json`",
        );
    };
    let inner = Workshop {
        lexicon: workshop.lexicon,
        include: workshop.include,
        depth: workshop.depth - 1,
    };
    let mut inner_errors = Vec::new();
    let tree = build(&json, &inner, known, &mut inner_errors);
    errors.extend(inner_errors);
    tree
}

fn directive<'pack>(
    key: &'pack str,
    value: &'pack Json,
    entries: &'pack serde_json::Map<String, Json>,
    workshop: &Workshop<'pack>,
    known: &Known<'pack>,
    errors: &mut Vec<TreeError>,
) -> Tree {
    let inner = key.trim_start_matches("{%").trim_end_matches("%}").trim();
    let (word, rest) =
        inner.split_once(' ').map_or((inner, ""), |(word, rest)| (word, rest.trim()));
    let mut wrong = |message: String, hint: &str| {
        let error = ExpressionError { message, hint: Some(hint.to_owned()) };
        errors.push(TreeError { at: key.to_owned(), error });
        Tree::Static(b"null".to_vec())
    };
    let has_else =
        entries.len() == 2 && entries.keys().nth(1).is_some_and(|second| is_else(second));
    if entries.len() > 1 && !(word == "if" && has_else) {
        return wrong(
            format!("`{key}` must be the only key of its object"),
            "only `{% if … %}` may be followed by `{% else %}`",
        );
    }
    let simple = |encoding, errors: &mut Vec<TreeError>| {
        Tree::Encoded(encoding, Box::new(build(value, workshop, known, errors)))
    };
    match word {
        "for" => {
            let Some((name, list)) = rest.split_once(" in ") else {
                return wrong(format!("`{inner}` is no loop"), "write `{% for name in list %}`");
            };
            let Some((list, kind)) = compile(key, list, workshop, known, errors) else {
                return Tree::Static(b"null".to_vec());
            };
            let item_kind = match kind {
                Kind::Records(names) => Kind::Record(names),
                Kind::Texts => Kind::Scalar,
                _ => Kind::Any,
            };
            let bound = bind(known, name.trim(), item_kind);
            let item = Box::new(build(value, workshop, &bound, errors));
            Tree::For { name: name.trim().to_owned(), list, item }
        }
        "if" => {
            let Some((condition, _)) = compile(key, rest, workshop, known, errors) else {
                return Tree::Static(b"null".to_vec());
            };
            let then = build(value, workshop, known, errors);
            let otherwise =
                entries.values().nth(1).map(|second| build(second, workshop, known, errors));
            match condition.constant().map(minijinja::Value::is_true) {
                Some(true) => then,
                Some(false) => otherwise.unwrap_or(Tree::Nothing),
                None => {
                    Tree::If { condition, then: Box::new(then), otherwise: otherwise.map(Box::new) }
                }
            }
        }
        "with" => {
            let Some((name, expression)) = rest.split_once('=') else {
                return wrong(
                    format!("`{inner}` binds no name"),
                    "write `{% with name = expression %}`",
                );
            };
            let Some((expression, kind)) = compile(key, expression, workshop, known, errors) else {
                return Tree::Static(b"null".to_vec());
            };
            let bound = bind(known, name.trim(), kind);
            let tree = Box::new(build(value, workshop, &bound, errors));
            Tree::With { name: name.trim().to_owned(), value: expression, tree }
        }
        "base64" => simple(Encoding::Base64, errors),
        "base64_unpadded" => simple(Encoding::Base64Unpadded, errors),
        "json_text" => simple(Encoding::JsonText, errors),
        _ => wrong(
            format!("`{word}` is no directive"),
            "there are: for, if, with, include, base64, base64_unpadded, json_text",
        ),
    }
}

fn is_else(key: &str) -> bool {
    key.trim_start_matches("{%").trim_end_matches("%}").trim() == "else"
}

fn bind<'pack>(known: &Known<'pack>, name: &'pack str, kind: Kind) -> Known<'pack> {
    let mut bound = known.bound.clone();
    bound.push((name, kind));
    Known { fields: known.fields.clone(), settings: known.settings.clone(), bound }
}

fn compile<'pack>(
    key: &str,
    source: &str,
    workshop: &Workshop<'pack>,
    known: &Known<'pack>,
    errors: &mut Vec<TreeError>,
) -> Option<(Expression, Kind)> {
    Expression::compile(source, workshop.lexicon, known)
        .map_err(|error| errors.push(TreeError { at: key.to_owned(), error }))
        .ok()
}
