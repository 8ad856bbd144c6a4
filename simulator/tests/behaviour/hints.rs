//! What a developer is told of a call that was refused.

use gsp_simulator::{
    Simulator,
    pack::{
        Endpoint, Pack,
        file::{AuthPlace, FieldPlace, Media},
    },
};

use crate::common::{Natural, Request, WORLD, call, lookups, record, simulator};

/// The hint of a call, and whether it was refused for what it is; the header and the journal agree.
async fn hint(simulator: &Simulator, request: &Request) -> (String, bool) {
    let reply = call(simulator, request).await;
    let hint = reply.header("x-sim-hint").unwrap_or_default().to_owned();
    let kept = record(simulator, &reply);
    assert_eq!(kept["hint"].as_str().unwrap_or_default(), hint, "{kept}");
    (hint, kept["outcome"] != "found")
}

fn with_body() -> Vec<Natural> {
    lookups(&WORLD).into_iter().filter(|natural| natural.body.is_some()).collect()
}

fn secret_headers(natural: &Natural) -> Vec<(String, String)> {
    let scheme = natural.endpoint().scheme.expect("look-ups ask who calls");
    let parts = &natural.pack.schemes[scheme].parts;
    let names = parts.iter().filter_map(|part| match &part.place {
        AuthPlace::Header(name) => Some(name),
        _ => None,
    });
    names
        .map(|name| {
            let found = natural.headers.iter().find(|(known, _)| known == name);
            found.expect("it is sent").clone()
        })
        .collect()
}

#[tokio::test]
async fn nothing_is_said_of_a_call_that_is_right() {
    let simulator = simulator().await;
    for natural in lookups(&WORLD) {
        let (hint, _) = hint(&simulator, &natural.request()).await;
        assert_eq!(hint, "", "{}", natural.name());
    }
}

#[tokio::test]
async fn a_gstin_in_another_form_is_put_right() {
    let simulator = simulator().await;
    for (gstin, says) in [
        ("27AAACS0000A1ZX", "the right one is `G`: `27AAACS0000A1ZG`"),
        ("27AAACSOO00A1ZG", "did you mean `27AAACS0000A1ZG`?"),
        ("27AAACS0000A1Z", "a GSTIN has 15 characters, not 14"),
        ("27-AAACS0000A-1ZG", "a GSTIN is written `27AAACS0000A1ZG`"),
    ] {
        let mut told = 0;
        for natural in lookups(&WORLD) {
            let (hint, refused) = hint(&simulator, &natural.about(gstin).request()).await;
            if refused {
                assert!(hint.contains(says), "{}: {gstin}: {hint:?}", natural.name());
                told += 1;
            }
        }
        assert!(told > 0, "nobody refuses {gstin}");
    }
}

#[tokio::test]
async fn credentials_of_another_vendor_are_recognised() {
    let simulator = simulator().await;
    let all = lookups(&WORLD);
    let mut named = 0;
    for natural in &all {
        for other in all.iter().filter(|other| other.pack.name != natural.pack.name) {
            let own = secret_headers(natural);
            let bare =
                own.iter().fold(natural.request(), |request, (name, _)| request.without(name));
            let foreign = secret_headers(other);
            let request =
                foreign.iter().fold(bare, |request, (name, value)| request.and(name, value));
            let (hint, _) = hint(&simulator, &request).await;
            // Where both use the same header, its form is told instead.
            let same_header =
                foreign.iter().any(|(name, _)| own.iter().any(|(own, _)| own == name));
            let names_other = hint.contains(&format!("`{}`", other.pack.name));
            assert!(names_other || same_header, "{} as {}: {hint}", other.name(), natural.name());
            named += usize::from(names_other);
            for (_, value) in &foreign {
                let secret = value.split_whitespace().last().expect("it is no space");
                assert!(!hint.contains(secret), "a hint keeps secrets: {hint}");
            }
        }
    }
    assert!(named >= 8, "{named}");
}

#[tokio::test]
async fn a_tenants_credentials_for_another_vendor_are_recognised() {
    let simulator = simulator().await;
    let tenant = simulator.tenant();
    let all = lookups(&WORLD);
    let mut named = 0;
    for other in all.iter().filter(|other| other.pack.name != all[0].pack.name) {
        let own = secret_headers(&all[0]);
        let bare = own.iter().fold(all[0].request(), |request, (name, _)| request.without(name));
        let foreign = tenant.headers(&other.pack.name);
        let request = foreign.iter().fold(bare, |request, (name, value)| request.and(name, value));
        let reply = call(&simulator, &request).await;
        let hint = reply.header("x-sim-hint").unwrap_or_default();
        named += usize::from(hint.contains(&format!("`{}`", other.pack.name)));
    }
    assert!(named >= 2, "{named}");
}

#[tokio::test]
async fn a_body_that_is_another_than_it_says_is_recognised() {
    let simulator = simulator().await;
    for natural in with_body() {
        let accepts = &natural.endpoint().body.as_ref().expect("it takes one").accepts;
        if accepts.as_slice() != [Media::Json] {
            continue;
        }
        let json = natural.request();
        let form = natural.request().body("gstin=27AAACS0000A1ZG&consent=Y");
        let urlencoded = "application/x-www-form-urlencoded";
        for (request, says) in [
            (form.clone(), "the body looks like application/x-www-form-urlencoded"),
            (form.clone().with("content-type", urlencoded), "application/json belongs there"),
            (natural.request().body(""), "the body is empty"),
            (natural.request().body(r#"{"a": 1,}"#), "no JSON: trailing comma at line 1"),
            (natural.request().body("{'a': 1}"), "double quotes"),
            (natural.request().body([0x1F, 0x8B, 8, 0]), "compressed"),
            (
                natural.request().body([b"\xEF\xBB\xBF", json.body.as_slice()].concat()),
                "byte order mark",
            ),
            (natural.request().body(r#""{\"a\": 1}""#), "encoded twice"),
            (natural.request().body("[1]"), "no object"),
        ] {
            let (hint, _) = hint(&simulator, &request).await;
            assert!(hint.contains(says), "{}: {says}: {hint:?}", natural.name());
        }
    }
}

#[tokio::test]
async fn a_field_under_another_name_or_in_another_place_is_found() {
    let simulator = simulator().await;
    let mut told = 0;
    for natural in with_body() {
        let body = natural.body.as_ref().expect("it has one");
        let Some(gstin) = body.get("gstin").and_then(|value| value.as_str()) else { continue };
        let mut renamed = natural.clone();
        let fields = renamed.body.as_mut().expect("it has one");
        fields.shift_remove("gstin");
        let mut moved = renamed.clone();
        moved.query.push(("gstin".to_owned(), gstin.to_owned()));
        renamed.body.as_mut().expect("it has one").insert("GST_IN".to_owned(), gstin.into());
        let (by_name, refused) = hint(&simulator, &renamed.request()).await;
        if !refused {
            continue;
        }
        told += 1;
        assert!(
            by_name.contains("`gstin` is missing from the body; the body has `GST_IN`"),
            "{by_name}"
        );
        let (by_place, _) = hint(&simulator, &moved.request()).await;
        assert!(by_place.contains("`gstin` is in the query; it belongs in the body"), "{by_place}");
    }
    assert!(told > 1);
}

#[tokio::test]
async fn an_address_that_is_nearly_right_is_told_where_it_differs() {
    let simulator = simulator().await;
    let (mut versions, mut slashes) = (0, 0);
    for natural in lookups(&WORLD) {
        let target = natural.request().target;
        let (path, query) = target.split_once('?').map_or((target.as_str(), ""), |(p, q)| (p, q));
        let with = |path: &str| {
            let target = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
            Request { target, ..natural.request() }
        };
        let (hint_of, _) = hint(&simulator, &with(&format!("{path}/"))).await;
        if hint_of.contains("without the slash at the end") {
            slashes += 1;
        }
        let is_version = |part: &&str| {
            part.starts_with('v') && part[1..].starts_with(|one: char| one.is_ascii_digit())
        };
        let Some(version) = path.split('/').find(is_version) else { continue };
        let (hint_of, _) = hint(&simulator, &with(&path.replace(version, "v99"))).await;
        if hint_of.contains("the version is another one") {
            assert!(hint_of.contains("`v99` stands where"), "{hint_of}");
            versions += 1;
        }
    }
    assert!(slashes > 2 && versions > 2, "{slashes} {versions}");
}

#[tokio::test]
async fn a_path_of_another_vendor_is_recognised() {
    let simulator = simulator().await;
    let all = lookups(&WORLD);
    let one = &all[0];
    let other = all.iter().find(|other| other.pack.name != one.pack.name).expect("there are more");
    let target = format!("/{}{}", one.pack.name, other.target());
    let (hint, _) = hint(&simulator, &Request { target, ..other.request() }).await;
    let says = format!("`{}` has such a path: it is below /{}", other.pack.name, other.pack.name);
    assert!(hint.contains(&says), "{hint}");
}

/// The names under which some vendor wants sealed data and its HMAC, and that endpoint.
fn sealing() -> (&'static Pack, &'static Endpoint, [&'static str; 2]) {
    let all = WORLD.packs.iter().flat_map(|pack| pack.endpoints.iter().map(move |one| (pack, one)));
    let mut sealing = all.filter_map(|(pack, endpoint)| {
        let step = endpoint.consent.as_ref()?;
        let name = |field: Option<usize>| Some(endpoint.fields.get(field?)?.key.as_str());
        Some((&**pack, endpoint, [name(step.data)?, name(step.hmac)?]))
    });
    sealing.next().expect("some vendor takes sealed data")
}

#[tokio::test]
async fn a_body_that_is_sealed_where_it_should_not_be_is_recognised() {
    let simulator = simulator().await;
    let (_, _, [data, hmac]) = sealing();
    let mut told = 0;
    for natural in with_body() {
        let request =
            natural.request().json(format!(r#"{{"{data}": "c2VhbGVk", "{hmac}": "c2VhbA=="}}"#));
        let (hint, refused) = hint(&simulator, &request).await;
        if refused {
            assert!(
                hint.contains(&format!("looks sealed (`{data}`, `{hmac}`)")),
                "{}: {hint}",
                natural.name()
            );
            told += 1;
        }
    }
    assert!(told > 2);
}

#[tokio::test]
async fn a_body_that_is_not_sealed_where_it_should_be_is_recognised() {
    let simulator = simulator().await;
    let (pack, endpoint, [data, hmac]) = sealing();
    let own = lookups(&WORLD).into_iter().find(|natural| natural.pack.name == pack.name);
    let credentials = secret_headers(&own.expect("it has look-ups, too"));
    let chosen = |place: FieldPlace| endpoint.select.iter().filter(move |one| one.place == place);
    let query: Vec<_> =
        chosen(FieldPlace::Query).map(|one| format!("{}={}", one.key, one.values[0])).collect();
    let mut body = serde_json::json!({ "gstin": "27AAACS0000A1ZG", "b2b": [] });
    for one in chosen(FieldPlace::Body) {
        body[&one.key] = one.values[0].as_str().into();
    }
    let target = format!("/{}{}?{}", pack.name, endpoint.path, query.join("&"));
    let request = Request::new(endpoint.method.as_str(), &target).json(body.to_string());
    let request =
        credentials.iter().fold(request, |request, (name, value)| request.with(name, value));
    let (hint, refused) = hint(&simulator, &request).await;
    let says =
        format!("the body looks unsealed: all but its action goes into `{data}` and `{hmac}`");
    assert!(refused && hint.contains(&says), "{target}: {hint}");
}
