use proptest::prelude::*;
use serde_json::json;

use super::*;

/// Any JSON, with texts that are read as something now and then.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-5_i64..2000).prop_map(Value::from),
        Just(json!(0.5)),
        prop_oneof![
            Just(""),
            Just("NA"),
            Just("03-04-2025"),
            Just("25-04-2025"),
            Just("04-25-2025"),
            Just("102026"),
            Just("27AAACS0000A1ZG"),
            Just("eyJhIjoxfQ=="),
            Just("some words"),
        ]
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-d]", inner), 0..4)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

fn merged(one: &Shape, other: &Shape) -> Shape {
    let mut shape = one.clone();
    shape.merge(other);
    shape
}

proptest! {
    #[test]
    fn a_shape_accepts_what_it_was_inferred_from(one in any_json(), other in any_json()) {
        let (one, other) = (Shape::of(&one), Shape::of(&other));
        let both = merged(&one, &other);
        prop_assert!(both.accepts(&one) && both.accepts(&other));
    }

    #[test]
    fn neither_order_nor_repetition_of_answers_matters(
        one in any_json(),
        other in any_json(),
        third in any_json(),
    ) {
        let [one, other, third] = [one, other, third].map(|json| Shape::of(&json));
        prop_assert_eq!(merged(&one, &one), one.clone());
        prop_assert_eq!(merged(&one, &other), merged(&other, &one));
        prop_assert_eq!(
            merged(&merged(&one, &other), &third),
            merged(&one, &merged(&other, &third))
        );
    }
}

#[test]
fn a_key_that_is_not_always_there_may_be_left_out() {
    let shape = merged(&Shape::of(&json!({ "a": 1, "b": "x" })), &Shape::of(&json!({ "a": 2 })));
    assert_eq!(shape.outline(), "object\n  a: whole number\n  b?: text\n");
}

#[test]
fn the_order_of_a_date_is_decided_by_many() {
    let mut shape = Shape::of(&json!(["03-04-2025", "05-06-2025"]));
    assert_eq!(shape.outline(), "list\n  *: text (DD-MM-YYYY or MM-DD-YYYY)\n");
    shape.merge(&Shape::of(&json!(["25-06-2025"])));
    assert_eq!(shape.outline(), "list\n  *: text (DD-MM-YYYY)\n");
}

#[test]
fn what_stands_inside_a_text_has_a_shape_of_its_own() {
    let shape = Shape::of(&json!({ "data": "eyJhIjoxfQ==" }));
    let wanted =
        "object\n  data: text (JSON inside)\n    (inside): object\n      a: whole number\n";
    assert_eq!(shape.outline(), wanted);
}

#[test]
fn keys_that_stand_the_other_way_round_are_out_of_order() {
    let object = |json: Value| Shape::of(&json).object.expect("an object");
    let known = object(json!({ "a": 1, "b": 1, "c": 1 }));
    assert_eq!(known.disorder(&object(json!({ "a": 1, "c": 1 }))), None);
    let told = known.disorder(&object(json!({ "c": 1, "a": 1 })));
    assert_eq!(told, Some(("c".to_owned(), "a".to_owned())));
}
