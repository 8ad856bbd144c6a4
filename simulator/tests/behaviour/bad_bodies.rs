//! Bodies and GSTINs no vendor hopes for: each look-up endpoint says what its pack says of them.

use std::sync::Arc;

use gsp_simulator::{
    Simulator,
    pack::{
        Check, ReplyPlan,
        file::{FieldPlace, GstinCheck, Media},
    },
};

use crate::common::{
    Natural, Reply, Request, WORLD, call, lookups, record, send, settled, simulator,
};

/// What an endpoint says of a body that it cannot read, or of one of another type.
fn of_body(natural: &Natural, wrong_type: bool) -> &ReplyPlan {
    let endpoint = natural.endpoint();
    match &endpoint.body {
        Some(body) if wrong_type => {
            &endpoint.replies.all[body.wrong_type.unwrap_or(body.unreadable)]
        }
        Some(body) => &endpoint.replies.all[body.unreadable],
        None => &endpoint.replies.all[endpoint.success],
    }
}

/// What an endpoint says of a text that is no GSTIN.
fn of_malformed(natural: &Natural) -> &ReplyPlan {
    let endpoint = natural.endpoint();
    let rule = endpoint
        .rules
        .iter()
        .find(|rule| matches!(rule.check, Check::Gstin(form) if form != GstinCheck::Any));
    &endpoint.replies.all[rule.expect("it looks at the GSTIN").otherwise]
}

/// The plan's status, outcome and code, and the very words that asking for it by header gives.
async fn says(
    simulator: &Simulator,
    natural: &Natural,
    plan: &ReplyPlan,
    reply: &Reply,
    what: &str,
) {
    let what = format!("{}: {what}", natural.name());
    let wish = match natural.pack.code_of(plan) {
        Some(code) => code.code.clone(),
        None => plan.outcome.to_string(),
    };
    agrees(simulator, natural, plan, reply, &what);
    let asked = call(simulator, &natural.request().with("x-sim-outcome", wish)).await;
    assert_eq!(reply.status, asked.status, "{what}");
    // An unreadable body may have a reason of its own.
    let body = natural.endpoint().body.as_ref().filter(|body| body.reason.is_some());
    if body.is_none_or(|_| !std::ptr::eq(plan, of_body(natural, false))) {
        assert_eq!(settled(&reply.body), settled(&asked.body), "{what}");
    }
}

/// Status, outcome and code.
fn agrees(simulator: &Simulator, natural: &Natural, plan: &ReplyPlan, reply: &Reply, what: &str) {
    let record = record(simulator, reply);
    let code = natural.pack.code_of(plan).map_or("", |code| &code.code);
    assert_eq!(reply.status, plan.status.as_u16(), "{what}: {reply:?}");
    assert_eq!(record["via"], "cause", "{what}");
    assert_eq!(record["outcome"], plan.outcome.as_str(), "{what}");
    assert_eq!(record["code"], code, "{what}");
    assert_eq!(record["endpoint"], natural.endpoint().name, "{what}");
}

/// Tries something at every look-up endpoint, and after it a call that is right.
async fn everywhere(tries: impl AsyncFn(Arc<Simulator>, Natural)) {
    let simulator = Arc::new(simulator().await);
    let all = lookups(&WORLD);
    assert!(all.len() > WORLD.packs.len(), "there are look-ups at every vendor");
    for natural in all {
        let good = call(&simulator, &natural.request()).await;
        let success = &natural.endpoint().replies.all[natural.endpoint().success];
        agrees(&simulator, &natural, success, &good, &natural.name());
        tries(Arc::clone(&simulator), natural.clone()).await;
        let after = call(&simulator, &natural.request()).await;
        assert_eq!(settled(&after.body), settled(&good.body), "{}: serves on", natural.name());
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_unreadable() {
    everywhere(async |simulator, natural| {
        let deep =
            [b"{\"gstin\":".as_slice(), &b"[".repeat(10_000), &b"]".repeat(10_000), b"}"].concat();
        let bodies: [(&str, Vec<u8>); 11] = [
            ("broken", br#"{"gstin": "27AAACS0000A1ZG", "#.to_vec()),
            ("a list", br#"["27AAACS0000A1ZG"]"#.to_vec()),
            ("a text", br#""27AAACS0000A1ZG""#.to_vec()),
            ("null", b"null".to_vec()),
            ("white space", b"  \r\n ".to_vec()),
            ("two objects", b"{}{}".to_vec()),
            ("deep", deep),
            ("deep and never closed", b"[".repeat(10_000)),
            ("no UTF-8", b"{\"gstin\": \"27\xFF\xFE\"}".to_vec()),
            ("a raw NUL", b"{\"gstin\": \"27\0\"}".to_vec()),
            ("a byte order mark in UTF-16", b"\xFF\xFE{\0}\0".to_vec()),
        ];
        for (what, body) in bodies {
            let reply = call(&simulator, &natural.request().json(body)).await;
            says(&simulator, &natural, of_body(&natural, false), &reply, what).await;
        }
    })
    .await;
}

#[tokio::test]
async fn no_body_at_all_is_unreadable() {
    everywhere(async |simulator, natural| {
        let mut bare = natural.request();
        bare.body.clear();
        for (what, request) in [
            ("no body", bare.clone().without("content-type").with("content-length", "0")),
            ("no length either", bare.clone().without("content-type")),
            ("a content type and no body", bare),
        ] {
            let typed = request.headers.iter().any(|(name, _)| name == "content-type");
            let reply = call(&simulator, &request).await;
            says(&simulator, &natural, of_body(&natural, !typed), &reply, what).await;
        }
    })
    .await;
}

#[tokio::test]
async fn another_content_type_is_told_apart() {
    everywhere(async |simulator, natural| {
        for kind in ["text/plain", "application/xml", "application/jsonp", "json", ";;;", "\u{e9}"]
        {
            let reply = call(&simulator, &natural.request().with("content-type", kind)).await;
            let plan = match &natural.endpoint().body {
                // The body is tried all the same, and is right.
                Some(body) if body.wrong_type.is_none() => {
                    &natural.endpoint().replies.all[natural.endpoint().success]
                }
                _ => of_body(&natural, true),
            };
            says(&simulator, &natural, plan, &reply, kind).await;
        }
        for kind in ["APPLICATION/JSON", "application/json; charset=utf-8", "application/json;"] {
            let reply = call(&simulator, &natural.request().with("content-type", kind)).await;
            assert_eq!(
                record(&simulator, &reply)["outcome"],
                "found",
                "{}: {kind}",
                natural.name()
            );
        }
    })
    .await;
}

#[tokio::test]
async fn multipart_that_does_not_end_or_has_no_boundary_is_unreadable() {
    everywhere(async |simulator, natural| {
        let takes =
            |media| natural.endpoint().body.as_ref().is_some_and(|b| b.accepts.contains(&media));
        if !takes(Media::Multipart) {
            return;
        }
        let part = "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n";
        for (what, kind, body) in [
            ("no boundary", "multipart/form-data", format!("{part}--b--\r\n")),
            ("no end", "multipart/form-data; boundary=b", part.to_owned()),
            ("another boundary", "multipart/form-data; boundary=c", format!("{part}--b--\r\n")),
            ("no header", "multipart/form-data; boundary=b", "--b\r\n\r\n1\r\n--b--".to_owned()),
            ("an empty boundary", "multipart/form-data; boundary=", format!("{part}--b--\r\n")),
            ("JSON", "multipart/form-data; boundary=b", "{}".to_owned()),
        ] {
            let request = natural.request().with("content-type", kind).body(body);
            let reply = call(&simulator, &request).await;
            says(&simulator, &natural, of_body(&natural, false), &reply, what).await;
        }
    })
    .await;
}

#[tokio::test]
async fn the_last_of_duplicate_keys_and_the_first_of_duplicate_query_values_count() {
    everywhere(async |simulator, natural| {
        let request = match natural.gstin_place() {
            FieldPlace::Body | FieldPlace::Anywhere => {
                let request = natural.request();
                let text = String::from_utf8(request.body.clone()).expect("it is JSON");
                request.body(text.replacen('{', r#"{"gstin":"first",  "gstin":7,"#, 1))
            }
            FieldPlace::Query => {
                let mut request = natural.request();
                request.target.push_str("&gstin=second&action=third");
                request
            }
            FieldPlace::Path | FieldPlace::Header => return,
        };
        let reply = call(&simulator, &request).await;
        assert_eq!(record(&simulator, &reply)["outcome"], "found", "{}", natural.name());
    })
    .await;
}

#[tokio::test]
async fn odd_texts_are_malformed_gstins() {
    everywhere(async |simulator, natural| {
        let long = "2".repeat(match natural.gstin_place() {
            FieldPlace::Body | FieldPlace::Anywhere => 1_000_000,
            _ => 60_000,
        });
        for gstin in [
            "27AAACS0000A1Z\0",
            "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            "27AAACS0000A1Z😀",
            "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀",
            "२७AAACS0000A1ZG",
            "27AAACS0000A1Z\u{202e}",
            "../../../etc/passwd",
            "' OR '1'='1",
            "{{ 7 * 7 }}",
            "%s%n",
            "27AAACS0000A1ZG27AAACS0000A1ZG",
            &long,
        ] {
            let reply = call(&simulator, &natural.about(gstin).request()).await;
            let short: String = gstin.chars().take(30).collect();
            agrees(&simulator, &natural, of_malformed(&natural), &reply, &format!("{short:?}"));
        }
    })
    .await;
}

#[tokio::test]
async fn bytes_that_are_no_utf8_do_no_harm_in_an_address() {
    everywhere(async |simulator, natural| {
        if natural.gstin_place() == FieldPlace::Body {
            return;
        }
        let request = natural.about("MARK").request();
        for odd in ["%FF%FE", "%C3%28", "%ED%A0%80", "%zz%", "%00"] {
            let target = request.target.replace("MARK", odd);
            let reply = call(&simulator, &Request { target, ..request.clone() }).await;
            agrees(&simulator, &natural, of_malformed(&natural), &reply, odd);
        }
        let bytes = request.bytes();
        let at = bytes.windows(4).position(|window| window == b"MARK").expect("it is there");
        let raw = [&bytes[..at], b"\xFF\xFE", &bytes[at + 4..]].concat();
        let reply = send(&simulator, &raw).await.expect("it is answered");
        assert_eq!(reply.status, 400, "raw bytes have no place in a request line: {reply:?}");
    })
    .await;
}
