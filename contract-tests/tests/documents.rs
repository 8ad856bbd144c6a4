//! What the vendors' published pages print, quoted and tried: sample requests, sample responses,
//! tables of errors. These tests name vendors, as the pages do.

use std::sync::{Arc, LazyLock};

use gsp_contract_tests::{http, target::NOW};
use gsp_simulator::{
    Simulator,
    world::{Ingredients, World},
};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

#[path = "documents/accuauth.rs"]
mod accuauth;
#[path = "documents/attestr.rs"]
mod attestr;
#[path = "documents/finagg.rs"]
mod finagg;
#[path = "documents/hms.rs"]
mod hms;
#[path = "documents/hyperverge.rs"]
mod hyperverge;

static WORLD: LazyLock<Arc<World>> = LazyLock::new(|| {
    Arc::new(World::load(&Ingredients::default()).expect("the built-in files are right"))
});

/// A simulator as a reader of the pages would run it; the clock stands still.
async fn simulator() -> Simulator {
    let builder = Simulator::builder().world(Arc::clone(&WORLD)).now(NOW).expect("a time");
    builder.start().await.expect("a port is free")
}

/// A simulator with one setting other than the default.
async fn simulator_with(vendor: &str, setting: &str, value: &str) -> Simulator {
    let builder = Simulator::builder().setting(vendor, setting, value).now(NOW).expect("a time");
    builder.start().await.expect("a port is free")
}

/// A request to an address below the simulator's.
fn request(simulator: &Simulator, method: Method, path: &str) -> RequestBuilder {
    let client = http::client().no_proxy().build().expect("a client");
    client.request(method, format!("{}{path}", simulator.url()))
}

/// What came back.
#[derive(Debug)]
struct Reply {
    status: u16,
    text: String,
}

impl Reply {
    async fn to(request: RequestBuilder) -> Self {
        let reply = request.send().await.expect("the simulator answers");
        let status = reply.status().as_u16();
        Self { status, text: reply.text().await.expect("the body is whole") }
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("the body is JSON")
    }
}

/// A page's JSON without the white space between its parts: to the letter, keys in their order.
fn compact(page: &str) -> String {
    serde_json::from_str::<Value>(page).expect("the page prints JSON").to_string()
}

/// The keys of an object, in their order.
fn keys(object: &Value) -> Vec<&str> {
    object.as_object().expect("an object").keys().map(String::as_str).collect()
}

/// A code of the catalog: its HTTP status and wording.
fn catalog(vendor: &str, code: &str) -> (u16, String) {
    let pack = WORLD.vendor(vendor).expect("the vendor is there");
    let row = pack.catalog.iter().find(|row| row.code == code);
    let row = row.unwrap_or_else(|| panic!("`{vendor}` has no code `{code}`"));
    (row.status, row.message.clone())
}
