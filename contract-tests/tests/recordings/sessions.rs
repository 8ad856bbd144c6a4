//! Sealed sessions: opened with the client's key, replaced, and sealed again.

use std::collections::HashSet;

use gsp_contract_tests::{
    client::{Client, certificate},
    recording::known::Known,
};
use gsp_simulator::{
    gstn::Key,
    model::{gstin::Gstin, taxpayer::Frequency},
    pack::contract::Handshake,
    world::World,
};
use serde_json::{Value, json};

use crate::stage::{Stage, day, originals, survivors};

const USER: &str = "ramesh.kumar";

/// Somebody who files every month and has sold things to others.
fn somebody(world: &World) -> String {
    let numbers = (1..1_000).filter_map(|serial| {
        Gstin::complete(&format!("27AAPFU{serial:04}F1Z")).ok().map(|gstin| gstin.to_string())
    });
    numbers
        .filter(|gstin| {
            world.register.look_up(gstin, day()).is_some_and(|taxpayer| {
                taxpayer.status == "Active"
                    && taxpayer.taxpayer_type == "Regular"
                    && taxpayer.frequency == Frequency::Monthly
            })
        })
        .nth(2)
        .expect("many do")
}

/// A client with a session at the vendor behind the proxy.
struct Visitor<'stage> {
    stage: &'stage Stage,
    client: Client,
    way: Handshake,
    gstin: String,
}

impl<'stage> Visitor<'stage> {
    async fn new(stage: &'stage Stage) -> Self {
        let pem = stage.client.get(format!("{}/__sim/gstn/certificate", stage.live.url()));
        let pem = pem.send().await.expect("it answers").text().await.expect("a body");
        let network = certificate::public_key(&pem).expect("a certificate");
        let mut client = Client::new("somebody", Some(&[9; 32]), network);
        USER.clone_into(&mut client.user);
        "27".clone_into(&mut client.state);
        let gstin = somebody(&stage.world);
        client.gstin.clone_from(&gstin);
        let way = Known::of(&stage.world, "finagg").expect("there is one").handshakes.remove(0);
        Self { stage, client, way, gstin }
    }

    async fn authenticate(&mut self, body: Value) -> Value {
        let path = "basic/gstn/fin-v1/taxpayerapi/v1.0/authenticate";
        let request = self.stage.client.post(format!("{}/{path}", self.stage.url));
        let request = headers(request).json(&body);
        request.send().await.expect("it answers").json().await.expect("JSON")
    }

    async fn log_in(&mut self) {
        self.client.begin(false);
        let key = self.client.fill("app_key", None).expect("a key");
        let asked = json!({ "action": "OTPREQUEST", "username": USER, "app_key": key });
        assert_eq!(self.authenticate(asked).await["status_cd"], "1");
        let desk = self.stage.client.get(format!("{}/__sim/otp", self.stage.live.url()));
        let desk: Value = desk.send().await.expect("it answers").json().await.expect("JSON");
        self.client.otp = desk["otps"][0]["otp"].as_str().map(str::to_owned);
        let otp = self.client.fill("otp", None).expect("an OTP");
        let asked = json!({ "action": "AUTHTOKEN", "username": USER, "app_key": key, "otp": otp });
        let answer = self.authenticate(asked).await;
        assert!(self.client.learn(&answer, &self.way, false).is_none(), "{answer}");
        assert!(self.client.session.is_some(), "{answer}");
    }

    async fn refresh(&mut self) {
        self.client.begin(false);
        let token = self.client.fill("token", None).expect("a token");
        let key = self.client.fill("refresh_key", None).expect("a key");
        let asked = json!({ "action": "REFRESHTOKEN", "username": USER, "app_key": key, "auth_token": token });
        let answer = self.authenticate(asked).await;
        assert!(self.client.learn(&answer, &self.way, true).is_none(), "{answer}");
    }

    /// A section of a return; what was sealed in it.
    async fn section(&mut self, action: &str) -> Value {
        let path = "basic/gstn/fin-v1/taxpayerapi/v2.2/returns/gstr1";
        let token = self.client.fill("token", None).expect("a token");
        let query = [("action", action), ("gstin", self.gstin.as_str()), ("ret_period", "102026")];
        let request = self.stage.client.get(format!("{}/{path}", self.stage.url)).query(&query);
        let request = headers(request)
            .header("auth-token", token)
            .header("username", USER)
            .header("gstin", self.gstin.as_str())
            .header("ret_period", "102026");
        let answer: Value = request.send().await.expect("it answers").json().await.expect("JSON");
        let opened = self.client.open_answer(&answer, &self.way);
        let opened = opened.unwrap_or_else(|wrong| panic!("{wrong}: {answer}"));
        opened.unwrap_or_else(|| panic!("it is sealed: {answer}")).json
    }

    async fn save(&mut self, json: &Value) -> Value {
        let path = "basic/gstn/fin-v1/taxpayerapi/v2.2/returns/gstr1";
        let token = self.client.fill("token", None).expect("a token");
        let data = self.client.fill("data", Some(json)).expect("it is sealed");
        let hmac = self.client.fill("hmac", Some(json)).expect("an HMAC");
        let request = self.stage.client.put(format!("{}/{path}", self.stage.url));
        let request = headers(request)
            .header("auth-token", token)
            .header("username", USER)
            .header("gstin", self.gstin.as_str())
            .header("ret_period", "112026")
            .json(&json!({ "action": "RETSAVE", "data": data, "hmac": hmac }));
        request.send().await.expect("it answers").json().await.expect("JSON")
    }
}

fn headers(request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
    request
        .header("x-api-key", "sim-finagg-key")
        .header("state-cd", "27")
        .header("ip-usr", "10.20.30.40")
        .header("txn", "TXNRAMESH0000000000000000000001")
}

/// Counterparties and numbers of documents in a section.
fn told(json: &Value, originals: &mut HashSet<String>) {
    match json {
        Value::Object(map) => {
            for (key, value) in map {
                if let (true, Some(text)) =
                    (["inum", "nt_num", "chksum", "irn"].contains(&key.as_str()), value.as_str())
                {
                    originals.insert(text.to_owned());
                }
                told(value, originals);
            }
        }
        Value::Array(list) => list.iter().for_each(|item| told(item, originals)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_session_is_kept_with_stand_ins_and_plays() {
    let stage = Stage::of("finagg").await;
    let mut visitor = Visitor::new(&stage).await;
    visitor.client.keys().for_each(|key| stage.recorder.add_key(Key(key)));
    visitor.log_in().await;
    let mut secrets: HashSet<String> =
        originals(&stage.world, &visitor.gstin).into_iter().filter(|text| text.len() > 4).collect();
    let mut sections = Vec::new();
    for action in ["B2B", "CDNR", "HSNSUM"] {
        sections.push(visitor.section(action).await);
    }
    let before = visitor.client.session.clone().expect("it is open");
    visitor.refresh().await;
    sections.push(visitor.section("B2B").await);
    let gstin = visitor.gstin.clone();
    let saved = visitor
        .save(&json!({ "gstin": gstin, "fp": "112026", "b2b": [], "note": "for Ramesh" }))
        .await;
    assert_eq!(saved["status_cd"], "1", "{saved}");
    let after = visitor.client.session.clone().expect("it is open");
    for section in &sections {
        told(section, &mut secrets);
    }
    assert!(secrets.len() > 20, "there is something to look for");
    for session in [&before, &after] {
        secrets.insert(session.token.clone());
        secrets.insert(Key(session.session_key).to_base64());
        secrets.insert(Key(session.app_key).to_base64());
    }
    secrets.extend(
        [USER, "Ramesh", "TXNRAMESH0000000000000000000001", "10.20.30.40"].map(str::to_owned),
    );
    secrets.extend(visitor.client.otp.clone());

    drop(visitor);
    let recorded = stage.end().await;

    assert_eq!(recorded.kept.dropped, [""; 0]);
    assert_eq!(recorded.kept.exchanges, 8);
    // All of it opens with the keys that everybody knows, and each HMAC is right.
    let text = recorded.all_text();
    assert!(text.contains("\"inum\":\"SAMPLE-"), "the sections are in it");
    assert_eq!(survivors(&text, &secrets), [""; 0]);
    let report = recorded.lint();
    assert_eq!(report.found, []);
    assert_eq!(recorded.replayed().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_key_what_is_sealed_is_left_out_and_told() {
    let stage = Stage::of("finagg").await;
    let mut visitor = Visitor::new(&stage).await;
    visitor.log_in().await;
    let _ = visitor.section("B2B").await;
    let gstin = visitor.gstin.clone();
    let answer = visitor.save(&json!({ "gstin": gstin, "fp": "112026", "b2b": [] })).await;
    assert_eq!(answer["status_cd"], "1", "{answer}");
    drop(visitor);
    let recorded = stage.end().await;
    let told = recorded.kept.dropped.join("\n");
    for text in [
        "exchange 2, reply body /sek: the session's key, and no client's key that was given opens it",
        "exchange 3, reply body /data: sealed, and no key that was given opens it",
        "exchange 4, request body /data: sealed, and no key that was given opens it",
    ] {
        assert!(told.contains(text), "{told}");
    }
    assert!(
        recorded.text.contains("\"data\": \"\"") && recorded.text.contains("\"rek\": \"\""),
        "{}",
        recorded.text
    );
    assert_eq!(recorded.lint().found, []);
}
