//! `gspsim openapi` from outside.

use std::fs;

use crate::{folder, json, list, refused, said, text, vendors};

#[test]
fn a_vendors_document_is_printed_and_written() {
    let place = folder("openapi").join("one.json");
    let file = place.to_str().expect("a path of ours");
    for vendor in vendors() {
        let printed = json(&["openapi", &vendor]);
        assert_eq!(printed["openapi"], "3.1.0", "{vendor}");
        assert_eq!(printed["info"]["x-vendor"], *vendor);
        assert_eq!(printed["servers"][0]["url"], format!("http://127.0.0.1:4777/{vendor}"));
        let told = said(&["openapi", &vendor, "--out", file]);
        assert_eq!(told, format!("{vendor}: written to {file}\n"));
        let written = fs::read_to_string(&place).expect("it was written");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&written).expect("JSON"), printed);
        said(&["openapi", &vendor, "--out", file]);
        assert_eq!(fs::read_to_string(&place).expect("it was written"), written, "same bytes");
    }
}

#[test]
fn all_documents_are_an_object_by_vendor() {
    let all = json(&["openapi"]);
    let names: Vec<_> = all.as_object().expect("an object").keys().cloned().collect();
    assert_eq!(names, vendors());
}

#[test]
fn people_see_a_table_of_operations() {
    for vendor in vendors() {
        let document = json(&["openapi", &vendor]);
        let told = said(&["openapi", &vendor]);
        for path in document["paths"].as_object().expect("paths").keys() {
            assert!(told.contains(path), "{path}\n{told}");
        }
        assert!(told.contains("--out FILE"), "{told}");
    }
}

#[test]
fn the_admin_api_has_a_document_of_its_own() {
    let document = json(&["openapi", "--admin"]);
    assert_eq!(text(&document["info"]["title"]), "gspsim: the admin API");
    assert!(document["paths"]["/__sim/journal"]["get"].is_object());
    assert!(list(&document["tags"]).len() > 5);
}

#[test]
fn what_is_wrong_with_an_argument_is_told() {
    let err = refused(&["openapi", "nobody"]);
    assert!(err.starts_with("error: there is no vendor `nobody`\nhint: "), "{err}");
    let err = refused(&["openapi", "--out", "all.json"]);
    assert!(err.starts_with("error: one file holds one document\nhint: "), "{err}");
    let err = refused(&["openapi", "--admin", "--out", "/no/such/folder/admin.json"]);
    assert!(err.starts_with("error: cannot write to `/no/such/folder/admin.json`"), "{err}");
}
