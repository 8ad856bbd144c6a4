//! Parameters: `${name}` in a story's file becomes the value that whoever plays it chose.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde_json::Value;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::{finding::Finding, render::expression::closest};

/// What somebody chose: parameter → value. A text chosen for what is no text is read as TOML.
pub type Values = BTreeMap<String, Value>;

/// Where a choice can be wrong; by the time it is read here nobody knows which of them it was.
const WHERE: &str = "mend it where it was chosen";

/// Keys at the top of a file in which `${name}` stands for itself.
const LITERAL: &[&str] = &["name", "include", "parameters"];

/// A parameter with the value it has.
#[derive(Clone, Debug, PartialEq, serde::Serialize, JsonSchema)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// What it decides.
    pub about: String,
    /// Its value where nobody chose one.
    pub default: Value,
    /// What it may be; empty: anything of the default's type.
    pub choices: Vec<Value>,
    /// Its value now.
    pub value: Value,
}

/// The parameters that a file declares; what is wrong with its form the file's reader says.
pub(super) fn declared(table: &DeTable<'_>) -> IndexMap<String, Parameter> {
    let declared = table.get("parameters").and_then(|node| node.get_ref().as_table());
    let part = |node: &DeTable<'_>, key: &str| node.get(key).map(|part| to_json(part.get_ref()));
    declared
        .into_iter()
        .flatten()
        .filter_map(|(name, node)| {
            let name = name.get_ref().to_string();
            let table = node.get_ref().as_table()?;
            let default = part(table, "default")?;
            let choices = part(table, "choices").and_then(|list| list.as_array().cloned());
            let about = part(table, "about").and_then(|text| text.as_str().map(str::to_owned));
            let parameter = Parameter {
                name: name.clone(),
                about: about.unwrap_or_default(),
                value: default.clone(),
                default,
                choices: choices.unwrap_or_default(),
            };
            Some((name, parameter))
        })
        .collect()
}

/// Gives parameters the values that somebody chose.
///
/// # Errors
///
/// A finding without a place for each choice that is none: the file is right, whoever chose is not.
pub(super) fn choose(
    story: &str,
    parameters: &mut IndexMap<String, Parameter>,
    chosen: &Values,
) -> Result<(), Vec<Finding>> {
    let mut findings = Vec::new();
    for (name, value) in chosen {
        let Some(parameter) = parameters.get_mut(name) else {
            let known: Vec<_> = parameters.keys().cloned().collect();
            findings.push(
                Finding::new(format!("`{story}` has no parameter `{name}`"))
                    .hint(format!("{}; {WHERE}", closest(name, &known))),
            );
            continue;
        };
        let value = read(value, &parameter.default);
        let fits = if parameter.choices.is_empty() {
            same_type(&value, &parameter.default)
        } else {
            parameter.choices.contains(&value)
        };
        if fits {
            parameter.value = value;
            continue;
        }
        let allowed = if parameter.choices.is_empty() {
            format!("its type is {}", type_of(&parameter.default))
        } else {
            let words: Vec<_> = parameter.choices.iter().map(Value::to_string).collect();
            format!("choose one of {}", words.join(", "))
        };
        findings.push(
            Finding::new(format!("parameter `{name}` of `{story}` cannot be {value}"))
                .hint(format!("{allowed}; {WHERE}")),
        );
    }
    if findings.is_empty() { Ok(()) } else { Err(findings) }
}

/// A text read as TOML where no text is wanted; it stays one where TOML cannot read it.
fn read(value: &Value, default: &Value) -> Value {
    let Value::String(text) = value else { return value.clone() };
    if default.is_string() {
        return value.clone();
    }
    DeValue::parse(text).map_or_else(|_| value.clone(), |read| to_json(read.get_ref()))
}

fn same_type(value: &Value, default: &Value) -> bool {
    match (value, default) {
        (Value::Number(value), Value::Number(default)) => !value.is_f64() || default.is_f64(),
        _ => std::mem::discriminant(value) == std::mem::discriminant(default),
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Number(number) if !number.is_f64() => "a whole number",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Bool(_) => "true or false",
        Value::Array(_) => "a list",
        _ => "something else",
    }
}

/// Texts of TOML that values are read from: what stands in a table borrows from them.
pub(super) fn as_toml(parameters: &IndexMap<String, Parameter>) -> BTreeMap<String, String> {
    let text = |value: &Value| match value {
        // JSON's texts and lists of plain values are TOML's as well; a text is not read again.
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    parameters.iter().map(|(name, one)| (name.clone(), text(&one.value))).collect()
}

/// Puts values in the place of `${name}`, everywhere below the table; gives the names used.
///
/// Dates that are written without quotes become texts, since a story's are read from texts.
pub(super) fn fill<'text>(
    table: &mut DeTable<'text>,
    parameters: &IndexMap<String, Parameter>,
    texts: &'text BTreeMap<String, String>,
    findings: &mut Vec<Finding>,
) -> Vec<String> {
    let mut filler = Filler { parameters, texts, used: Vec::new(), findings };
    for (key, node) in table.iter_mut() {
        if !LITERAL.contains(&key.get_ref().as_ref()) {
            filler.node(node);
        }
    }
    filler.used
}

struct Filler<'fill, 'text> {
    parameters: &'fill IndexMap<String, Parameter>,
    texts: &'text BTreeMap<String, String>,
    used: Vec<String>,
    findings: &'fill mut Vec<Finding>,
}

impl<'text> Filler<'_, 'text> {
    fn node(&mut self, node: &mut Spanned<DeValue<'text>>) {
        let span = node.span();
        let replaced = match node.get_mut() {
            DeValue::String(text) if text.contains("${") => {
                let text = text.clone();
                self.text(&text, &span)
            }
            DeValue::Datetime(moment) => Some(DeValue::String(moment.to_string().into())),
            DeValue::Array(list) => {
                list.iter_mut().for_each(|item| self.node(item));
                None
            }
            DeValue::Table(table) => {
                table.iter_mut().for_each(|(_, item)| self.node(item));
                None
            }
            _ => None,
        };
        if let Some(value) = replaced {
            *node.get_mut() = value;
        }
    }

    /// What becomes of a text; nothing where a name in it stands for nothing.
    fn text(&mut self, text: &str, span: &std::ops::Range<usize>) -> Option<DeValue<'text>> {
        if let Some(name) = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'))
            && !name.contains("${")
        {
            return self.value(name, span);
        }
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            if let Some(before) = before.strip_suffix('$') {
                out.push_str(before);
                out.push_str("${");
                rest = after;
                continue;
            }
            let Some((name, behind)) = after.split_once('}') else {
                self.find("`${` is not closed", span, "write `${name}`, or `$${` for the signs");
                return None;
            };
            out.push_str(before);
            match self.value(name, span)? {
                DeValue::Array(_) | DeValue::Table(_) => {
                    self.find(
                        &format!("`{name}` is a list, which is no part of a text"),
                        span,
                        "let it be the whole value",
                    );
                    return None;
                }
                _ => out.push_str(&self.texts[name]),
            }
            rest = behind;
        }
        out.push_str(rest);
        Some(DeValue::String(out.into()))
    }

    fn value(&mut self, name: &str, span: &std::ops::Range<usize>) -> Option<DeValue<'text>> {
        let (Some(parameter), Some(text)) = (self.parameters.get(name), self.texts.get(name))
        else {
            let known: Vec<_> = self.parameters.keys().cloned().collect();
            let hint = if known.is_empty() {
                format!("declare it: `[parameters.{name}]` with a `default`")
            } else {
                format!("{} or declare `[parameters.{name}]`", closest(name, &known))
            };
            self.find(&format!("there is no parameter `{name}`"), span, &hint);
            return None;
        };
        self.used.push(name.to_owned());
        if parameter.value.is_string() {
            return Some(DeValue::String(text.as_str().into()));
        }
        DeValue::parse(text).ok().map(Spanned::into_inner)
    }

    fn find(&mut self, message: &str, span: &std::ops::Range<usize>, hint: &str) {
        self.findings.push(Finding::new(message).at(span.clone()).hint(hint));
    }
}

/// The value as JSON; dates and times as texts.
pub(super) fn to_json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).unwrap_or_default().into()
        }
        DeValue::Float(number) => number.as_str().parse::<f64>().unwrap_or_default().into(),
        DeValue::Boolean(flag) => Value::Bool(*flag),
        DeValue::Datetime(moment) => Value::String(moment.to_string()),
        DeValue::Array(list) => list.iter().map(|item| to_json(item.get_ref())).collect(),
        DeValue::Table(table) => Value::Object(
            table
                .iter()
                .map(|(key, item)| (key.get_ref().to_string(), to_json(item.get_ref())))
                .collect(),
        ),
    }
}
