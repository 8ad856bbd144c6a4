use super::sound;

const MEND: &str = "mend the one that the vendor's documents do not bear out";

#[test]
fn a_body_that_breaks_its_schema_is_found_at_the_key() {
    let files = sound().change("alpha/bodies/verify/found.json", "\"gstin\"", "\"GSTIN\"");
    let hint = format!("  fixtures/alpha/contract/verify/found.schema.json promises it; {MEND}");
    assert_eq!(
        files.told(),
        [
            "fixtures/alpha/bodies/verify/found.json: the body: `gstin` promised, no such key \
             found (alpha::verify::found)",
            &hint,
            "fixtures/alpha/bodies/verify/found.json:2:3: the body: no other keys promised, \
             `GSTIN` found (alpha::verify::found)",
            &hint,
        ]
    );
}

#[test]
fn a_breach_in_an_included_part_is_found_under_its_pointer() {
    let files = sound().with("alpha/bodies/parts/place.json", "5");
    assert_eq!(
        files.told(),
        [
            "fixtures/alpha/bodies/verify/found.json:4:3: `/places/0`: object promised, number \
             found (alpha::verify::found)",
            &format!("  fixtures/alpha/contract/verify/found.schema.json promises it; {MEND}"),
        ]
    );
}

#[test]
fn a_key_that_is_there_more_than_once_is_found_at_the_end_of_its_pointer() {
    let files = sound()
        .change("alpha/bodies/verify/found.json", "{\n", "{\n  \"name\": \"first\",\n")
        .change("alpha/bodies/verify/found.json", "\n}", ",\n  \"owner\": { \"name\": 5 }\n}")
        .change(
            "alpha/contract/verify/found.schema.json",
            "\"gstin\": {",
            "\"name\": { \"type\": \"string\" },\n\"owner\": { \"properties\": { \"name\": { \
             \"type\": \"string\" } } },\n\"gstin\": {",
        );
    assert_eq!(
        files.told()[0],
        "fixtures/alpha/bodies/verify/found.json:6:14: `/owner/name`: string promised, number \
         found (alpha::verify::found)"
    );
}

#[test]
fn codes_are_held_against_their_own_schema_and_then_against_that_of_all_errors() {
    let code = "\"code\": \"{{ code }}\"";
    let files = sound().change("alpha/bodies/error.json", code, "\"code\": 5");
    assert_eq!(
        files.told(),
        [
            "fixtures/alpha/bodies/error.json:1:3: `/code`: string promised, number found \
             (alpha::verify::E1)",
            &format!("  fixtures/alpha/contract/error.schema.json promises it; {MEND}"),
        ]
    );

    let files = sound().with(
        "alpha/contract/codes/E2.schema.json",
        r#"{ "properties": { "code": { "const": "E-2" } } }"#,
    );
    assert_eq!(
        files.told(),
        [
            "fixtures/alpha/bodies/error.json:1:3: `/code`: \"E-2\" promised, \"E2\" found \
             (alpha::verify::E2)",
            &format!("  fixtures/alpha/contract/codes/E2.schema.json promises it; {MEND}"),
        ]
    );
}

#[test]
fn a_schema_of_a_case_comes_before_that_of_its_outcome() {
    let files = sound()
        .more(
            "alpha/contract/requests.toml",
            "[[requests]]\nendpoint = \"verify\"\nlike = \"found\"\ncase = \"plain\"\noutcome = \"found\"\n",
        )
        .with("alpha/contract/verify/plain.schema.json", r#"{ "required": ["plain"] }"#);
    assert_eq!(
        files.told(),
        [
            "fixtures/alpha/bodies/verify/found.json: the body: `plain` promised, no such key \
             found (alpha::verify::plain)",
            &format!("  fixtures/alpha/contract/verify/plain.schema.json promises it; {MEND}"),
        ]
    );
}

#[test]
fn an_answer_of_which_nothing_is_promised_is_found() {
    let files = sound().without("alpha/contract/verify/not-found.schema.json");
    assert_eq!(
        files.told(),
        [
            "fixtures/alpha/vendor.toml:24:8: nothing is promised of `alpha::verify::not-found`",
            "  add `contract/verify/not-found.schema.json`, from the vendor's documents",
        ]
    );
}

#[test]
fn a_code_of_which_nothing_is_promised_is_found_in_the_catalog() {
    let files = sound()
        .without("alpha/contract/error.schema.json")
        .with("alpha/contract/codes/E1.schema.json", "{}");
    assert_eq!(
        files.told(),
        [
            "fixtures/alpha/errors.toml:14:8: nothing is promised of `alpha::verify::E2`",
            "  add `contract/codes/E2.schema.json` or `contract/error.schema.json`, from the \
             vendor's documents",
        ]
    );
}

#[test]
fn a_keyword_that_is_not_read_is_found() {
    let schema = "alpha/contract/verify/found.schema.json";
    let files = sound().change(schema, "\"required\"", "\"requires\"");
    assert_eq!(
        files.told(),
        [
            "fixtures/alpha/contract/verify/found.schema.json:3:3: `requires` is no keyword that \
             is read here",
            "  there are: type, const, enum, required, properties, additionalProperties, items, \
             minItems, maxItems, minLength, maxLength, pattern, minimum, maximum, oneOf, anyOf, \
             allOf, not, $ref, $defs, contentSchema",
        ]
    );
}

#[test]
fn a_schema_that_is_no_json_is_found_at_its_line() {
    let files = sound().with("alpha/contract/error.schema.json", "{\n  \"type\": \n}");
    assert_eq!(
        files.told(),
        [
            "fixtures/alpha/contract/error.schema.json:3:1: this is no JSON: expected value at \
             line 3 column 1",
            "  a schema is one JSON object",
        ]
    );
}

#[test]
fn schemas_that_nothing_is_held_against_are_found() {
    let files = sound()
        .with("alpha/contract/codes/E3.schema.json", "{}")
        .with("alpha/contract/errors.schema.json", "{}")
        .with("alpha/contract/verfy/found.schema.json", "{}")
        .with("alpha/contract/verify/fuond.schema.json", "{}");
    assert_eq!(
        files.told(),
        [
            "fixtures/alpha/contract/codes/E3.schema.json: there is no case, outcome or code \
             `E3` at `codes`",
            "  did you mean `E1`?",
            "fixtures/alpha/contract/errors.schema.json: nothing is held against this schema",
            "  `contract/<endpoint>/<case>`, `contract/codes/<code>` or `contract/error`",
            "fixtures/alpha/contract/verfy/found.schema.json: `alpha` has no endpoint `verfy`",
            "  did you mean `verify`?",
            "fixtures/alpha/contract/verify/fuond.schema.json: there is no case, outcome or code \
             `fuond` at `verify`",
            "  did you mean `found`?",
        ]
    );
}

#[test]
fn requests_that_name_what_is_not_there_are_found() {
    let files = sound().more(
        "alpha/contract/requests.toml",
        r#"
[[requests]]
endpoint = "verfy"
outcome = "found"

[[requests]]
endpoint = "verify"
case = "a"
outcome = "fuond"
code = "E3"
account = "defualt"
path = { versoin = "v1" }

[[requests]]
endpoint = "verify"
like = "found"
outcome = "not-found"
status = 404

[volatile]
"/id" = "("
"#,
    );
    assert_eq!(
        files.told(),
        [
            "fixtures/alpha/contract/requests.toml:9:12: `alpha` has no endpoint `verfy`",
            "  did you mean `verify`?",
            "fixtures/alpha/contract/requests.toml:15:11: `verify` never says `fuond`",
            "  did you mean `found`?",
            "fixtures/alpha/contract/requests.toml:16:8: `verify` never says code `E3`",
            "  did you mean `E1`?",
            "fixtures/alpha/contract/requests.toml:17:11: there is no account `defualt`",
            "  did you mean `default`?",
            "fixtures/alpha/contract/requests.toml:18:20: the path of `verify` has no `{versoin}`",
            "  did you mean `version`?",
            "fixtures/alpha/contract/requests.toml:13:12: the request says nothing for \
             `{version}` of /{version}/verify",
            "  add `path = { version = … }`",
            "fixtures/alpha/contract/requests.toml:24:10: status 404 promised, 200 found in the pack",
            &format!("  {MEND}"),
            "fixtures/alpha/contract/requests.toml:27:9: `/id` can look like nothing: found open \
             group without closing ')'",
            "  uuid, epoch-ms, epoch-s, date-time, or a regular expression",
        ]
    );
}

#[test]
fn a_key_that_no_request_has_is_found() {
    let files = sound().more("alpha/contract/requests.toml", "queri = {}\n");
    let told = files.told();
    assert_eq!(told.len(), 2);
    assert!(
        told[0].starts_with("fixtures/alpha/contract/requests.toml:7:1: unknown field `queri`"),
        "{}",
        told[0]
    );
    assert!(told[1].contains("docs/pack-format.md"), "{}", told[1]);
}
