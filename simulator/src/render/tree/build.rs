//! From a body's JSON to its [`Tree`]: holes and directives compiled, ready bytes settled.

use ahash::AHashMap;
use serde_json::Value as Json;

use super::{Encoding, Object, Tree, TreeError, Workshop};
use crate::render::{
    expression::{Expression, ExpressionError},
    json::write_string,
    names::{Kind, Known},
    template::{Cut, Template, cut},
};

pub(super) fn build<'pack>(
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
        return Tree::Object(Object::of(entries));
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
                None => match expression.direct(known) {
                    Some(direct) => Tree::Direct(direct, expression),
                    None => Tree::Hole(expression),
                },
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
        "match" => {
            let Some((looked_at, _)) = compile(key, rest, workshop, known, errors) else {
                return Tree::Static(b"null".to_vec());
            };
            matched(looked_at, key, value, workshop, known, errors)
        }
        "sealed" => simple(Encoding::Sealed, errors),
        "base64" => simple(Encoding::Base64, errors),
        "base64_unpadded" => simple(Encoding::Base64Unpadded, errors),
        "json_text" => simple(Encoding::JsonText, errors),
        _ => wrong(
            format!("`{word}` is no directive"),
            "there are: for, if, with, match, include, sealed, base64, base64_unpadded, json_text",
        ),
    }
}

fn matched<'pack>(
    looked_at: Expression,
    key: &str,
    cases: &'pack Json,
    workshop: &Workshop<'pack>,
    known: &Known<'pack>,
    errors: &mut Vec<TreeError>,
) -> Tree {
    let Json::Object(cases) = cases else {
        let error = ExpressionError {
            message: format!("`{key}` needs an object of cases"),
            hint: Some(
                "write `{\"{% match … %}\": {\"one\": …, \"another\": …, \"{% else %}\": …}}`"
                    .to_owned(),
            ),
        };
        errors.push(TreeError { at: key.to_owned(), error });
        return Tree::Static(b"null".to_vec());
    };
    let mut arms = AHashMap::new();
    let mut otherwise = None;
    for (text, case) in cases {
        let tree = build(case, workshop, known, errors);
        if is_else(text) {
            otherwise = Some(Box::new(tree));
        } else {
            arms.insert(text.clone(), tree);
        }
    }
    Tree::Match { value: looked_at, arms, otherwise }
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
