//! Validate: what the vendor says of the request, rule by rule.

use std::sync::Arc;

use serde_json::Value;

use crate::{
    model::{
        gstin::is_pan,
        period::{self, FinancialYear},
    },
    pack::{Check, Rule, file},
    render::{
        expression::{Locals, Scope},
        scene::Scene,
    },
};

/// The index of the first rule that fails, if any does; `body_waits` stops at the first rule that
/// needs the body.
///
/// # Errors
///
/// What an expression says.
pub fn first_failure(
    rules: &[Rule],
    scene: &Arc<Scene>,
    body_waits: bool,
) -> Result<Verdict, minijinja::Error> {
    for (index, rule) in rules.iter().enumerate() {
        if body_waits && needs_body(rule, scene) {
            return Ok(Verdict::BodyNeeded);
        }
        if !passes(rule, scene)? {
            return Ok(Verdict::Fails(index));
        }
    }
    Ok(if body_waits { Verdict::BodyNeeded } else { Verdict::Passes })
}

/// What the rules came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing is against the call.
    Passes,
    /// This rule is.
    Fails(usize),
    /// It is the body's turn, which could not be read.
    BodyNeeded,
}

fn needs_body(rule: &Rule, scene: &Scene) -> bool {
    let endpoint = scene.endpoint();
    let field = rule.field.and_then(|field| endpoint?.fields.get(field));
    field.is_some_and(|field| field.place == file::FieldPlace::Body)
}

fn passes(rule: &Rule, scene: &Arc<Scene>) -> Result<bool, minijinja::Error> {
    let scope = Scope { scene, locals: &Locals::Empty };
    if let Some(when) = &rule.when
        && !when.holds(scope)?
    {
        return Ok(true);
    }
    let value = rule.field.and_then(|field| scene.field(field)).filter(|value| !value.is_null());
    Ok(match (&rule.check, value) {
        (Check::Holds(expression), _) => expression.holds(scope)?,
        (Check::Present, value) => value.is_some(),
        (Check::Filled, value) => value.is_some_and(|value| value.as_str() != Some("")),
        (_, None) => true,
        (Check::Type(kind), Some(value)) => has_type(*kind, value),
        (Check::OneOf(values), Some(value)) => values.contains(value),
        (Check::Pattern(pattern), Some(value)) => {
            value.as_str().is_some_and(|text| pattern.is_match(text))
        }
        (Check::Length(bounds), Some(value)) => value.as_str().is_some_and(|text| {
            let length = text.chars().count();
            length >= bounds.min && bounds.max.is_none_or(|max| length <= max)
        }),
        (Check::Gstin(form), Some(value)) => value.as_str().is_some_and(|text| form.accepts(text)),
        (Check::Pan(file::PanForm::Any), Some(_)) => true,
        (Check::Pan(file::PanForm::Ordinary), Some(value)) => value.as_str().is_some_and(is_pan),
        (Check::FinancialYear(first), Some(value)) => value.as_str().is_some_and(|text| {
            let current = FinancialYear::of(period::ist_date(scene.call.at_ms));
            text.parse::<FinancialYear>().is_ok_and(|year| year >= *first && year <= current)
        }),
    })
}

fn has_type(kind: file::JsonType, value: &Value) -> bool {
    match kind {
        file::JsonType::String => value.is_string(),
        file::JsonType::Boolean => value.is_boolean(),
        file::JsonType::Integer => value.is_i64() || value.is_u64(),
        file::JsonType::Number => value.is_number(),
        file::JsonType::List => value.is_array(),
        file::JsonType::Object => value.is_object(),
        file::JsonType::Any => true,
    }
}
