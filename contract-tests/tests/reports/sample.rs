//! A run with a case of every kind, and with awkward texts.

use std::collections::BTreeMap;

use gsp_contract_tests::{
    coverage::Met,
    drift::{Drift, Kind as DriftKind},
    mismatch::Mismatch,
    run::{Asked, FORMAT, Kind, Run},
    target::Strictness,
    verdict::{Heard, Place, Promised, Reply, Verdict},
};

/// What breaks out of HTML, XML, a terminal and an annotation, where nobody looks.
pub(crate) const AWKWARD: &str = "<script>alert(\"1\")</script> & 100 %, a::b,\r\n::error::forged\n\u{1b}[31mred\u{1b}[0m \u{202e}back 🧾 ]]>";

fn verdict(case: &str, status: u16, outcome: &str, code: Option<&str>) -> Verdict {
    let mut parts = case.split("::");
    Verdict {
        case: case.to_owned(),
        vendor: parts.next().unwrap_or_default().to_owned(),
        endpoint: parts.next().unwrap_or_default().to_owned(),
        promised: Some(Promised {
            status,
            outcome: outcome.to_owned(),
            code: code.map(str::to_owned),
        }),
        request: "POST /api/v2/public/corpx/gstin, {\"gstin\":\"27AAACS0000A1ZG\"}".to_owned(),
        place: Some(Place { file: "fixtures/attestr/contract/requests.toml".to_owned(), line: 12 }),
        source: String::new(),
        mismatches: Vec::new(),
        drifts: Vec::new(),
        skipped: None,
        at: "2026-11-21T04:30:00.25Z".parse().expect("a time"),
        took_ms: 42,
        exchanges: Vec::new(),
    }
}

fn drift(at: &str, kind: DriftKind, promised: &str, found: &str) -> Drift {
    Drift::new(at, kind, promised, found)
}

fn heard() -> Heard {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Heard {
        method: "POST".to_owned(),
        url: "https://api.example.com/v2?x=<1>&y=2".to_owned(),
        headers: vec![pair("authorization", "…"), pair("content-type", "application/json")],
        body: "{\"gstin\":\"27AAACS0000A1ZG\"}".to_owned(),
        at: "2026-11-21T04:30:00.25Z".parse().expect("a time"),
        took_ms: 40,
        reply: Some(Reply {
            status: 422,
            headers: vec![pair("content-type", "application/json")],
            body: format!("{{\"message\":{}}}", serde_json::json!(AWKWARD)),
        }),
    }
}

/// Every way that a case can go, at a live target; the run did not come to its end.
pub(crate) fn run() -> Run {
    let failed = Verdict {
        mismatches: vec![
            Mismatch::new("status", "200", "422"),
            Mismatch::new("/data/lgnm", "string", "number"),
            Mismatch::new("/message", "\"Invalid GSTIN\"", AWKWARD),
            Mismatch::new(
                "/data/pradr/addr/a-very-long-key-that-nobody-would-write/0",
                "a".repeat(300),
                "no key",
            ),
        ],
        exchanges: vec![heard()],
        source: "API page, Sample <Request>".to_owned(),
        ..verdict("attestr::verify-gstin::found", 200, "found", None)
    };
    let drifted = Verdict {
        drifts: vec![
            drift("/statusCode", DriftKind::Type, "the string \"422\"", "the number 422"),
            drift("/result/data/new", DriftKind::NewKey, "no key", "string"),
            drift(
                "/error",
                DriftKind::MessageWording,
                "\"Invalid GSTIN\"",
                "\"GSTIN is not valid: 100 %\"",
            ),
            drift("/result", DriftKind::KeyGone, "object", "no key"),
        ],
        place: Some(Place { file: "fixtures/hyperverge/errors.toml".to_owned(), line: 7 }),
        ..verdict("hyperverge::search-gstin::invalid-gstin", 422, "invalid-gstin", Some("422"))
    };
    let cosmetic = Verdict {
        drifts: vec![drift("/", DriftKind::KeyOrder, "a, b", "b, a")],
        place: None,
        ..verdict("attestr::verify-gstin::4001", 400, "malformed-request", Some("4001"))
    };
    let skipped = |case: &str, why: &str| Verdict {
        skipped: Some(why.to_owned()),
        took_ms: 0,
        ..verdict(case, 500, "internal-error", Some("5001"))
    };
    let verdicts = vec![
        verdict("attestr::verify-gstin::cancelled", 200, "found", None),
        failed,
        cosmetic,
        skipped("attestr::verify-gstin::internal-error", "a live side cannot be made to fail"),
        skipped("attestr::search-gstins::internal-error", "a live side cannot be made to fail"),
        skipped("attestr::search-gstins::4291", "the plan's limit is not known: 100 % <unsure>"),
        drifted,
        Verdict {
            took_ms: 1_234,
            place: None,
            ..verdict("hyperverge::search-gstin::found", 200, "found", None)
        },
    ];
    let mut chosen: Vec<_> = verdicts.iter().map(|one| one.case.clone()).collect();
    chosen.push("hyperverge::search-gstin::rate-limited".to_owned());
    let address = |vendor: &str| (vendor.to_owned(), format!("https://{vendor}.example.com"));
    Run {
        format: FORMAT,
        program: "0.1.0".to_owned(),
        target: Asked {
            name: "sandbox".to_owned(),
            kind: Kind::Live,
            addresses: BTreeMap::from([address("attestr"), address("hyperverge")]),
        },
        compared: Strictness::Shape,
        began: "2026-11-21T04:30:00Z".parse().expect("a time"),
        ended: None,
        chosen,
        verdicts,
        put_off: Vec::new(),
        asked_again: BTreeMap::new(),
    }
}

/// A run in which all went well.
pub(crate) fn passing() -> Run {
    let mut run = run();
    run.verdicts.retain(Verdict::passed);
    run.chosen = run.verdicts.iter().map(|one| one.case.clone()).collect();
    run.ended = Some("2026-11-21T04:30:02.5Z".parse().expect("a time"));
    run.target =
        Asked { name: "embedded".to_owned(), kind: Kind::Embedded, addresses: BTreeMap::new() };
    run.compared = Strictness::Values;
    run
}

/// What a client has met.
pub(crate) fn met() -> Met {
    let met = serde_json::json!({
        "calls": 5,
        "vendors": [
            {"vendor": "attestr", "calls": 5, "codes": {"met": 2, "of": 12, "calls": {"4001": 3, "4005": 2, "4016": 0}}},
        ],
    });
    serde_json::from_value(met).expect("as the simulator tells it")
}
