use proptest::prelude::*;
use serde_json::json;

use super::*;

fn told(schema: &Value, value: &Value) -> Vec<String> {
    breaches(schema, value)
        .into_iter()
        .map(|breach| format!("{}: {}, {}", breach.pointer, breach.promised, breach.found))
        .collect()
}

#[test]
fn a_breach_says_where_what_was_promised_and_what_was_found() {
    let schema = json!({
        "type": "object",
        "required": ["id", "data"],
        "additionalProperties": false,
        "properties": {
            "data": { "type": "object", "properties": { "lgnm": { "type": "string" } } },
            "list": { "type": "array", "items": { "type": "integer" } },
        },
    });
    let value = json!({ "data": { "lgnm": 5 }, "list": [1, 2.5, 3.0], "x/y": null });

    assert_eq!(
        told(&schema, &value),
        [
            ": `id`, no such key",
            "/data/lgnm: string, number",
            "/list/1: integer, number",
            ": no other keys, `x/y`",
        ]
    );
}

#[test]
fn each_keyword_is_read() {
    for (schema, fits, breaks) in [
        (json!({ "const": 1 }), json!(1.0), json!(2)),
        (json!({ "enum": ["a", null] }), json!(null), json!("b")),
        (json!({ "type": ["string", "null"] }), json!(null), json!(1)),
        (json!({ "minLength": 2, "maxLength": 3 }), json!("पते"), json!("a")),
        (json!({ "maxLength": 3 }), json!("abc"), json!("abcd")),
        (json!({ "pattern": "^[0-9]{2}$" }), json!("12"), json!("1a")),
        (json!({ "minimum": 1, "maximum": 2 }), json!(2), json!(0.5)),
        (json!({ "minItems": 1, "maxItems": 2 }), json!([1]), json!([])),
        (json!({ "maxItems": 2 }), json!([1]), json!([1, 2, 3])),
        (
            json!({ "additionalProperties": { "type": "null" } }),
            json!({"a": null}),
            json!({"a": 1}),
        ),
        (json!({ "not": { "required": ["error"] } }), json!({}), json!({ "error": 1 })),
        (json!({ "allOf": [{ "minimum": 1 }, { "maximum": 2 }] }), json!(1), json!(3)),
        (json!({ "anyOf": [{ "type": "string" }, { "minimum": 1 }] }), json!("a"), json!(0)),
        (json!({ "oneOf": [{ "minimum": 1 }, { "maximum": 2 }] }), json!(5), json!(2)),
        (
            json!({ "$defs": { "day": { "type": "string" } }, "$ref": "#/$defs/day" }),
            json!("a"),
            json!(1),
        ),
        (json!(true), json!(1), json!(null)),
    ] {
        assert_eq!(told(&schema, &fits), [""; 0], "{schema} takes {fits}");
        if schema != json!(true) {
            assert_ne!(told(&schema, &breaks), [""; 0], "{schema} refuses {breaks}");
        }
    }
}

#[test]
fn of_several_shapes_the_closest_one_is_told_of() {
    let schema = json!({ "anyOf": [
        { "type": "string" },
        { "type": "object", "properties": { "code": { "type": "integer" } } },
    ]});

    assert_eq!(told(&schema, &json!({ "code": "422" })), ["/code: integer, string"]);
}

#[test]
fn json_inside_a_text_is_read_as_well() {
    let schema = json!({
        "properties": { "data": {
            "contentEncoding": "base64",
            "contentMediaType": "application/json",
            "contentSchema": { "properties": { "lgnm": { "type": "string" } } },
        } },
    });
    let data = |text: &str| json!({ "data": text });

    // {"lgnm":"A"}, {"lgnm":5}
    assert_eq!(told(&schema, &data("eyJsZ25tIjoiQSJ9")), [""; 0]);
    assert_eq!(told(&schema, &data("eyJsZ25tIjo1fQ==")), ["/data/lgnm: string, number"]);
    assert_eq!(told(&schema, &data("eyJsZ25tIjo1fQ")), ["/data/lgnm: string, number"]);
    assert_eq!(told(&schema, &data("{}")), ["/data: JSON in base64, \"{}\""]);
}

#[test]
fn a_schema_may_refer_to_itself_and_never_hangs() {
    let tree = json!({ "type": "array", "items": { "$ref": "#" } });
    assert_eq!(told(&tree, &json!([[], [[]]])), [""; 0]);
    assert_eq!(told(&tree, &json!([[], [1]])), ["/1/0: array, number"]);

    let endless = json!({ "$ref": "#" });
    assert_eq!(breaches(&endless, &json!(1)).len(), 1);
}

#[test]
fn what_cannot_be_read_in_a_schema_is_told() {
    let schema = json!({
        "title": "fine",
        "type": "text",
        "if": {},
        "properties": { "a": { "pattern": "(?=x)" }, "b": { "$ref": "#/$defs/none" }, "c": 5 },
        "required": "a",
    });

    let words: Vec<_> = inspect(&schema).into_iter().map(|fault| fault.word).collect();

    assert_eq!(words, ["type", "if", "pattern", "$ref", "5", "required"]);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-z/~ ]{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z/~]{1,4}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A schema that promises just this value's shape.
fn shape_of(value: &Value) -> Value {
    match value {
        Value::Array(list) => json!({
            "type": "array",
            "minItems": list.len(),
            "maxItems": list.len(),
            "items": list.first().map_or(json!(true), |_| json!({
                "anyOf": list.iter().map(shape_of).collect::<Vec<_>>(),
            })),
        }),
        Value::Object(map) => json!({
            "type": "object",
            "required": map.keys().collect::<Vec<_>>(),
            "additionalProperties": false,
            "properties": map
                .iter()
                .map(|(key, value)| (key.clone(), shape_of(value)))
                .collect::<Map<_, _>>(),
        }),
        other => json!({ "const": other, "type": kind(other) }),
    }
}

proptest! {
    #[test]
    fn a_value_keeps_what_its_own_shape_promises(value in any_json()) {
        let schema = shape_of(&value);
        prop_assert_eq!(inspect(&schema), vec![]);
        prop_assert_eq!(breaches(&schema, &value), vec![]);
        prop_assert_eq!(breaches(&json!({ "const": value }), &value), vec![]);
    }

    #[test]
    fn not_turns_a_verdict_round(value in any_json(), other in any_json()) {
        let schema = shape_of(&value);
        let turned = json!({ "not": schema });
        prop_assert_ne!(
            breaches(&schema, &other).is_empty(),
            breaches(&turned, &other).is_empty()
        );
    }

    #[test]
    fn a_breach_points_at_something_that_is_there(value in any_json(), other in any_json()) {
        for breach in breaches(&shape_of(&value), &other) {
            prop_assert!(other.pointer(&breach.pointer).is_some(), "{}", breach.pointer);
        }
    }

    #[test]
    fn any_json_may_be_taken_for_a_schema(schema in any_json(), value in any_json()) {
        let _ = inspect(&schema);
        let _ = breaches(&schema, &value);
    }
}
