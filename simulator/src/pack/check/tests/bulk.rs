use super::{Files, sound};

const VENDOR: &str = "alpha/vendor.toml";

/// A vendor whose answers come as files when they are large.
fn with_files() -> Files {
    let outcomes = [
        "file-queued",
        "file-pending",
        "file-failed",
        "file-unknown",
        "link-expired",
        "link-refused",
    ];
    let mut files = sound()
        .change(VENDOR, "year = { in = \"body\" }", "year = { in = \"body\" }\ncount = { in = \"body\" }")
        .change(
            VENDOR,
            "[endpoints.answers]",
            "[endpoints.file]\nof = \"places\"\nstep = \"queue\"\ncount = \"fields.count\"\nover = 10\ncontents = \
             \"parts/content\"\n\n[endpoints.answers]\nfile-queued = { body = \"verify/found\" }",
        )
        .more(
            VENDOR,
            r#"
[files.places]
per-file = 10
wait-s = 60
life-s = 60
link = "/files/{{ file.token }}/{{ part.number }}"
signature = "md5"
expires = "expires"
member = "{{ part.number }}.json"

[[endpoints]]
name = "details"
method = "GET"
path = "/files"
fields.token = { in = "query" }
file = { of = "places", step = "details", token = "token" }
answers.found = { body = "error" }

[[endpoints]]
name = "fetch"
method = "GET"
path = "/files/{token}/{number}"
file = { of = "places", step = "fetch" }
answers.found = { body = "file-part" }
"#,
        )
        .with("alpha/bodies/parts/content.json", r#"{ "city": "{{ fields.gstin }}" }"#)
        .with("alpha/contract/details/found.schema.json", r#"{ "type": "object" }"#)
        .with("alpha/contract/verify/file-queued.schema.json", r#"{ "type": "object" }"#);
    for outcome in outcomes {
        files = files.more("outcomes.toml", &format!("[outcomes.{outcome}]\nabout = \"a\"\n"));
        if outcome != "file-queued" {
            files = files.more(
                "alpha/errors.toml",
                &format!(
                    "\n[[codes]]\ncode = \"{outcome}\"\noutcomes = [\"{outcome}\"]\nstatus = 404\nmessage = \
                     \"m\"\nlayer = \"vendor\"\ncause = \"c\"\nmend = \"m\"\nretry = \"never\"\nsource = \
                     \"s\"\ncertainty = \"assumed\"\n"
                ),
            );
        }
    }
    files
}

/// What is found, without where.
fn found(files: &Files) -> Vec<String> {
    let told = files.told();
    let messages = told.iter().filter(|line| !line.starts_with("  "));
    messages
        .map(|line| line.split_once(": ").map_or(line.as_str(), |(_, what)| what).to_owned())
        .collect()
}

#[test]
fn a_sound_vendor_with_files_is_sound() {
    let requests = "\n[[requests]]\nendpoint = \"details\"\noutcome = \"found\"\nstatus = 200\n\n[[requests]]\n\
                    endpoint = \"fetch\"\noutcome = \"found\"\nstatus = 200\npath = { token = \"t\", number = \"0\" }\n";
    let files = with_files().more("alpha/contract/requests.toml", requests);
    assert_eq!(files.told(), [] as [&str; 0]);
}

#[test]
fn a_link_that_stands_for_no_part_or_begins_with_nothing_is_found() {
    let files = with_files().change(
        VENDOR,
        "/files/{{ file.token }}/{{ part.number }}",
        "{{ file.token }}",
    );
    assert_eq!(
        found(&files)[..2],
        [
            "links of the files `places` begin with nothing to know them by",
            "links of the files `places` do not say the part's number",
        ]
    );
}

#[test]
fn what_a_step_lacks_or_has_no_use_for_is_found() {
    let files = with_files()
        .change(
            VENDOR,
            "step = \"details\", token = \"token\"",
            "step = \"details\", link = \"token\"",
        )
        .change(VENDOR, "over = 10\n", "");
    assert_eq!(
        found(&files),
        [
            "this step with a file needs `over`",
            "this step with a file has no `link`",
            "this step with a file needs `token`",
        ]
    );
}

#[test]
fn a_kind_of_file_that_is_not_there_or_not_used_is_found() {
    let files = with_files().change(
        VENDOR,
        "file = { of = \"places\", step = \"fetch\" }",
        "file = { of = \"place\", step = \"fetch\" }",
    );
    assert_eq!(found(&files), ["there is no kind of file `place`"]);

    let unused = sound().more(
        VENDOR,
        "\n[files.places]\nper-file = 10\nwait-s = 60\nlife-s = 60\nlink = \"/a/{{ file.token }}/{{ part.number \
         }}\"\nsignature = \"md5\"\nexpires = \"e\"\nmember = \"a.json\"\n",
    );
    assert_eq!(found(&unused), ["no endpoint has to do with the files `places`"]);
}

#[test]
fn an_expression_that_fails_in_a_file_is_found_in_its_body() {
    let files = with_files()
        .with("alpha/bodies/parts/content.json", r#"{ "city": "{{ part.first | nope }}" }"#);
    assert!(
        found(&files)
            .iter()
            .any(|what| what.contains("`part.first | nope` fails: filter nope is unknown")),
        "{:#?}",
        files.told()
    );
}
