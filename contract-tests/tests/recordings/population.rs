use std::collections::HashSet;

use gsp_simulator::model::{
    dice::Dice,
    gstin::{Gstin, STATES, is_arn},
};
use reqwest::RequestBuilder;
use serde_json::json;

use crate::stage::{Recorded, Stage, originals, survivors};

/// So many taxpayers are asked about at each vendor.
const CROWD: u32 = 40;

/// Numbers that look like somebody's: of every kind and state, and none with the serial 0000.
fn numbers(seed: u64) -> Vec<String> {
    let mut dice = Dice::new(seed, 1, b"originals");
    let mut all = Vec::new();
    while all.len() < CROWD as usize {
        let state = dice.pick(&STATES).code;
        let mut letters = |count: usize| -> String {
            (0..count).map(|_| char::from(*dice.pick(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"))).collect()
        };
        let (first, more) = (letters(3), letters(2));
        let kind = char::from(*dice.pick(b"ABCFGHJLPT"));
        let serial = 1 + dice.below(9_999);
        let pan = format!("{first}{kind}{}{serial:04}{}", &more[..1], &more[1..]);
        let first_14 = match dice.below(10) {
            0 => format!("{state}{pan}1C"),
            1 => format!("{state}{pan}1D"),
            2 => format!("{state}17SGP{serial:05}NR"),
            3 => format!("99{}USA{serial:05}OS", 17 + dice.below(9)),
            _ => format!("{state}{pan}{}Z", 1 + dice.below(3)),
        };
        all.extend(Gstin::complete(&first_14).map(|gstin| gstin.to_string()));
    }
    all
}

/// One vendor's question about a GSTIN.
type Ask = fn(&Stage, &str) -> RequestBuilder;

fn attestr(stage: &Stage, gstin: &str) -> RequestBuilder {
    let request = stage.client.post(format!("{}/api/v2/public/corpx/gstin", stage.url));
    request
        .header("authorization", "Basic c2ltLWF0dGVzdHI6c2ltLXNlY3JldA==")
        .json(&json!({ "gstin": gstin, "fetchFilings": true, "fy": "2025-26" }))
}

fn accuauth(stage: &Stage, gstin: &str) -> RequestBuilder {
    let request = stage.client.post(format!("{}/verify/indian_gst", stage.url));
    let request = request.header("x-df-api-id", "sim-id").header("x-df-api-secret", "sim-secret");
    request.json(&json!({ "gstin": gstin, "consent": "Y", "consent_text": "I agree" }))
}

fn hyperverge(stage: &Stage, gstin: &str) -> RequestBuilder {
    let request = stage.client.post(format!("{}/v1/searchGSTINV2", stage.url));
    request
        .header("appid", "sim-app")
        .header("appkey", "sim-app-key")
        .header("transactionid", "my-own-transaction-7")
        .json(&json!({ "gstin": gstin, "sendAddressList": "YES" }))
}

fn finagg(stage: &Stage, gstin: &str) -> RequestBuilder {
    let url = format!("{}/basic/gstn/fin-v1/commonapi/v1.3/search", stage.url);
    let request = stage.client.get(url).query(&[("action", "TP"), ("gstin", gstin)]);
    request.header("x-api-key", "sim-finagg-key")
}

fn finagg_returns(stage: &Stage, gstin: &str) -> RequestBuilder {
    let url = format!("{}/basic/gstn/fin-v1/commonapi/v1.3/returns", stage.url);
    let query = [("action", "RETTRACK"), ("gstin", gstin), ("fy", "2025-26")];
    stage.client.get(url).query(&query).header("x-api-key", "sim-finagg-key")
}

const SECRETS: [&str; 8] = [
    "c2ltLWF0dGVzdHI6c2ltLXNlY3JldA",
    "sim-id",
    "sim-secret",
    "sim-app",
    "sim-app-key",
    "sim-finagg-key",
    "my-own-transaction-7",
    "x-sim-exchange",
];

async fn record(vendor: &str, questions: &[Ask], seed: u64) -> (Recorded, Vec<String>) {
    let stage = Stage::of(vendor).await;
    let numbers = numbers(seed);
    let mut found = 0;
    for gstin in &numbers {
        for ask in questions {
            let reply = ask(&stage, gstin).send().await.expect("it answers");
            found += u32::from(reply.status() == 200);
        }
    }
    assert!(found >= CROWD / 2, "most questions are answered: {found}");
    (stage.end().await, numbers)
}

/// All that a recording promises.
async fn holds(vendor: &str, questions: &[Ask]) {
    let (recorded, numbers) = record(vendor, questions, 11).await;
    assert_eq!(recorded.kept.exchanges, numbers.len() * questions.len());
    assert_eq!(recorded.kept.dropped, [""; 0]);

    // Nothing original is left, sealed and encoded parts included.
    let text = recorded.all_text();
    for gstin in &numbers {
        let all = originals(&recorded.world, gstin);
        assert_eq!(survivors(&text, &all), [""; 0], "{gstin}");
    }
    let secrets: HashSet<String> = SECRETS.map(str::to_owned).into();
    assert_eq!(survivors(&recorded.text, &secrets), [""; 0]);

    // All that looks like a number of somebody's is a right one of nobody's.
    for found in gsp_contract_tests::recording::forms::find(&text) {
        use gsp_contract_tests::recording::{forms::Form, standin};
        let one = &text[found.span.clone()];
        if matches!(found.form, Form::Gstin | Form::Arn | Form::Pan) {
            assert!(standin::is_ours(found.form, one), "{one}");
        }
        match found.form {
            Form::Gstin => assert!(one.parse::<Gstin>().is_ok(), "{one}"),
            Form::Arn => assert!(is_arn(one), "{one}"),
            _ => {}
        }
    }

    // Looked at again it stays as it is, whatever the secret.
    let report = recorded.lint();
    assert_eq!((report.found, report.recordings), (Vec::new(), 1));

    // The same original has the same stand-in, and two originals have two.
    let stand_ins: Vec<String> = recorded
        .recording
        .exchanges
        .iter()
        .map(|exchange| {
            let taken = &exchange.value;
            let asked =
                format!("{} {}", taken.query.as_deref().unwrap_or_default(), taken.body.text());
            let found = gsp_contract_tests::recording::forms::find(&asked);
            asked[found[0].span.clone()].to_owned()
        })
        .collect();
    for (at, stand_in) in stand_ins.iter().enumerate() {
        let original = &numbers[at / questions.len()];
        assert_eq!(stand_in[..2], original[..2], "the state stays");
        assert_eq!(
            stand_in.parse::<Gstin>().map(|one| one.kind()),
            original.parse::<Gstin>().map(|one| one.kind()),
            "{original} {stand_in}"
        );
        for (other, theirs) in stand_ins.iter().enumerate() {
            let same = numbers[at / questions.len()] == numbers[other / questions.len()];
            assert_eq!(stand_in == theirs, same, "{stand_in}");
        }
    }

    // It can be played.
    assert_eq!(recorded.replayed().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_of_what_attestr_says() {
    holds("attestr", &[attestr]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_of_what_accuauth_says() {
    holds("accuauth", &[accuauth]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_of_what_hyperverge_says() {
    holds("hyperverge", &[hyperverge]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_of_what_finagg_says() {
    holds("finagg", &[finagg, finagg_returns]).await;
}
