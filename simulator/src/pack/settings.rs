//! Settings: `"$name"` anywhere in `vendor.toml` becomes the value a user chose.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::{finding::Finding, render::expression::closest};

/// What users chose: vendor → setting → value as TOML text.
pub type Choices = BTreeMap<String, BTreeMap<String, String>>;

/// Where a choice can be wrong; by the time it is read here nobody knows which of them it was.
const WHERE: &str = "mend it where it was chosen: `--set`, `GSPSIM_SET` or `gspsim.toml`";

/// Replaces `"$name"` in the table by the setting's value and gives the values for expressions.
///
/// # Errors
///
/// A finding for each setting that is not declared or has a value that is not among its choices.
/// A wrong choice has no span: the file is right, whoever chose is not.
pub fn apply<'text>(
    vendor: &str,
    table: &mut Spanned<DeTable<'text>>,
    chosen: Option<&'text BTreeMap<String, String>>,
) -> Result<Map<String, Value>, Vec<Finding>> {
    let mut findings = Vec::new();
    let mut values: BTreeMap<String, DeValue<'text>> = BTreeMap::new();
    if let Some(settings) =
        table.get_ref().get("settings").and_then(|node| node.get_ref().as_table())
    {
        for (name, node) in settings {
            let Some(setting) = node.get_ref().as_table() else { continue };
            if let Some(default) = setting.get("default") {
                values.insert(name.get_ref().to_string(), default.get_ref().clone());
            }
        }
        for (name, text) in chosen.into_iter().flatten() {
            let Some(setting) = settings.get(name.as_str()).and_then(|n| n.get_ref().as_table())
            else {
                let known: Vec<_> = settings.keys().map(|key| key.get_ref().to_string()).collect();
                findings.push(
                    Finding::new(format!("`{vendor}` has no setting `{name}`"))
                        .hint(format!("{}; {WHERE}", closest(name, &known))),
                );
                continue;
            };
            let value = read(text, values.get(name));
            let json = to_json(&value);
            let choices: Vec<Value> = setting
                .get("choices")
                .and_then(|node| node.get_ref().as_array())
                .map(|list| list.iter().map(|item| to_json(item.get_ref())).collect())
                .unwrap_or_default();
            let same_type = values.get(name).is_none_or(|default| default.same_type(&value));
            if (!choices.is_empty() && !choices.contains(&json))
                || (choices.is_empty() && !same_type)
            {
                let allowed = if choices.is_empty() {
                    format!("its type is {}", values[name].type_str())
                } else {
                    let words: Vec<_> = choices.iter().map(Value::to_string).collect();
                    format!("choose one of {}", words.join(", "))
                };
                findings.push(
                    Finding::new(format!("setting `{vendor}.{name}` cannot be `{text}`"))
                        .hint(format!("{allowed}; {WHERE}")),
                );
                continue;
            }
            values.insert(name.clone(), value);
        }
    }
    if !findings.is_empty() {
        return Err(findings);
    }

    for (key, node) in table.get_mut().iter_mut() {
        if key.get_ref() != "settings" {
            replace(node, &values, &mut findings);
        }
    }
    if findings.is_empty() {
        Ok(values.iter().map(|(name, value)| (name.clone(), to_json(value))).collect())
    } else {
        Err(findings)
    }
}

/// Reads a user's text as TOML, or as a plain text where the default is one or TOML cannot read it.
fn read<'text>(text: &'text str, default: Option<&DeValue<'text>>) -> DeValue<'text> {
    let plain = || DeValue::String(text.into());
    if default.is_some_and(DeValue::is_str) {
        return plain();
    }
    DeValue::parse(text).map_or_else(|_| plain(), Spanned::into_inner)
}

fn replace<'text>(
    node: &mut Spanned<DeValue<'text>>,
    values: &BTreeMap<String, DeValue<'text>>,
    findings: &mut Vec<Finding>,
) {
    let span = node.span();
    match node.get_mut() {
        DeValue::String(text) => {
            if let Some(rest) = text.strip_prefix("$$") {
                *text = format!("${rest}").into();
            } else if let Some(name) = text.strip_prefix('$') {
                match values.get(name) {
                    Some(value) => *node.get_mut() = value.clone(),
                    None => findings.push(
                        Finding::new(format!("there is no setting `{name}`"))
                            .at(span)
                            .hint(format!("declare it as `[settings.{name}]`, or write `$$`")),
                    ),
                }
            }
        }
        DeValue::Array(list) => {
            for item in list.iter_mut() {
                replace(item, values, findings);
            }
        }
        DeValue::Table(table) => {
            for (_, item) in table.iter_mut() {
                replace(item, values, findings);
            }
        }
        _ => {}
    }
}

/// The value as JSON; dates and times as text.
fn to_json(value: &DeValue<'_>) -> Value {
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
