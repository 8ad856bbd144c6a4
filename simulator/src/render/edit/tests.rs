use serde_json::json;

use super::*;

const BODY: &str = r#"{"data":{"gstin":"27AAACS0000A1ZG","amount":12.5,"places":[{"pin":"400069"},{"pin":"110001"}],"active":true},"code":101}"#;

fn pointer(text: &str) -> Pointer {
    text.parse().expect("it is a pointer")
}

/// What becomes of the body, and what could not be changed.
fn edited(list: Vec<Edit>) -> (String, Vec<String>) {
    let edits = [Arc::new(Edits { story: "story".to_owned(), list })];
    let edited = apply(&edits, BODY.as_bytes(), Some("27AAACS0000A1ZG"));
    let json = edited.json.expect("the body is JSON");
    (String::from_utf8(json).expect("JSON is text"), edited.missed)
}

/// The body with one text in place of another.
fn with(from: &str, to: &str) -> (String, Vec<String>) {
    assert!(BODY.contains(from), "{from}");
    (BODY.replace(from, to), Vec::new())
}

#[test]
fn what_is_not_changed_stays_byte_for_byte() {
    assert_eq!(edited(Vec::new()), with("code", "code"));
}

#[test]
fn a_merge_patch_puts_values_in_place() {
    let merge = Edit::Merge(json!({ "data": { "active": false }, "code": null }));
    let (json, _) = edited(vec![merge]);
    assert!(json.ends_with(r#","active":false}}"#), "{json}");
}

#[test]
fn a_patch_is_made_whole_or_not_at_all() {
    let patch =
        |operations: Value| Edit::Patch(serde_json::from_value(operations).expect("it is a patch"));
    let add = json!({ "op": "replace", "path": "/code", "value": 102 });
    assert_eq!(edited(vec![patch(json!([add]))]), with("101", "102"));
    let (json, missed) = edited(vec![patch(json!([add, { "op": "remove", "path": "/nowhere" }]))]);
    assert_eq!(json, BODY);
    assert!(missed[0].starts_with("`story` has a patch that does not fit"), "{missed:?}");
}

#[test]
fn members_and_items_are_removed() {
    assert_eq!(edited(vec![Edit::Remove(pointer("/code"))]), with(",\"code\":101", ""));
    assert_eq!(
        edited(vec![Edit::Remove(pointer("/data/places/*"))]),
        with(r#"[{"pin":"400069"},{"pin":"110001"}]"#, "[]")
    );
    assert_eq!(
        edited(vec![Edit::Remove(pointer("/nowhere"))]),
        (
            BODY.to_owned(),
            vec!["`story` changes `/nowhere`, which is not in this reply".to_owned()]
        )
    );
}

#[test]
fn of_changes_for_several_vendors_one_is_enough() {
    let list = vec![Edit::Remove(pointer("/nowhere")), Edit::Remove(pointer("/code"))];
    assert_eq!(edited(list), with(",\"code\":101", ""));
}

#[test]
fn values_become_null_or_get_another_type() {
    assert_eq!(edited(vec![Edit::Null(pointer("/data/amount"))]), with("12.5", "null"));
    for (at, to, from, becomes) in [
        ("/code", JsonType::String, "101", "\"101\""),
        ("/data/amount", JsonType::String, "12.5", "\"12.5\""),
        ("/data/places/0/pin", JsonType::Number, "\"400069\"", "400069"),
        ("/data/gstin", JsonType::Number, "\"27AAACS0000A1ZG\"", "0"),
        ("/data/active", JsonType::Number, "true", "1"),
        ("/code", JsonType::Boolean, "101", "true"),
        ("/code", JsonType::Array, "101", "[101]"),
        ("/code", JsonType::Object, "101", "{\"value\":101}"),
        ("/data/places/1", JsonType::String, r#"{"pin":"110001"}"#, r#""{\"pin\":\"110001\"}""#),
    ] {
        assert_eq!(edited(vec![Edit::Retype(pointer(at), to)]), with(from, becomes), "{at}");
    }
}

#[test]
fn a_member_is_added_and_a_pattern_adds_nothing_new() {
    let add = |at, value| edited(vec![Edit::Add(pointer(at), value)]);
    assert_eq!(add("/new", json!(1)), with("101}", "101,\"new\":1}"));
    assert_eq!(add("/code", json!("x")), with("101", "\"x\""));
    assert_eq!(add("/data/places/-", json!(1)), with("\"110001\"}]", "\"110001\"},1]"));
    assert_eq!(add("/**/pin", json!("")).0.matches("\"pin\":\"\"").count(), 2);
    assert_eq!(add("/**/new", json!(1)).1.len(), 1);
    assert_eq!(add("/code/new", json!(1)).1.len(), 1, "a number has no members");
}

#[test]
fn a_key_is_written_twice() {
    assert_eq!(
        edited(vec![Edit::Repeat(pointer("/code"), None)]),
        with("\"code\":101", "\"code\":101,\"code\":101")
    );
    assert_eq!(
        edited(vec![Edit::Repeat(pointer("/**/gstin"), Some(json!("")))]),
        with("\"27AAACS0000A1ZG\",", "\"27AAACS0000A1ZG\",\"gstin\":\"\",")
    );
}

#[test]
fn another_gstin_is_said() {
    let other = Edit::OtherGstin("09AAACV0000X1Z0".to_owned());
    assert_eq!(edited(vec![other]), with("27AAACS0000A1ZG", "09AAACV0000X1Z0"));
}

#[test]
fn where_no_gstin_is_said_its_pan_may_be() {
    let other = |gstin| {
        let list = vec![Edit::OtherGstin("09AAACV0000X1Z0".to_owned())];
        let edits = [Arc::new(Edits { story: "story".to_owned(), list })];
        apply(&edits, br#"{"pan":"AAACS0000A"}"#, gstin)
    };
    let said = other(Some("27AAACS0000A1ZG")).json;
    assert_eq!(said.as_deref(), Some(&br#"{"pan":"AAACV0000X"}"#[..]));
    for (gstin, why) in [
        (Some("29AAPFU1234F1Z2"), "`story` says another GSTIN, but this reply says none"),
        (None, "`story` says another GSTIN, but this call asks about none"),
    ] {
        assert_eq!(other(gstin).missed, [why]);
    }
}

#[test]
fn what_is_no_json_stays_as_it_is_and_is_told() {
    let edits = [Arc::new(Edits { story: "story".to_owned(), list: Vec::new() })];
    let edited = apply(&edits, b"<html>", None);
    assert_eq!(edited.json, None);
    assert_eq!(edited.missed, ["`story` changes JSON, this reply is none"]);
}
