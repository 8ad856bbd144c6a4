//! A recording proxy in front of a second simulator, both in this process.

use std::{collections::HashSet, path::PathBuf, sync::Arc};

use gsp_contract_tests::{
    client::crypto,
    http,
    recording::{
        Recorder, Recording,
        hosts::Hosts,
        known::Known,
        lint::{Lint, Report, allow::Allow},
        proxy::Proxy,
        recorder::{About, Kept},
        replay::{self, check::Difference},
        scrub::sealed::client_key,
        standin::{Secret, names::is_office_code_of_ours},
    },
};
use gsp_simulator::{
    Simulator,
    finding::Source,
    gstn::{
        Key,
        envelope::{Sealed, open_response, unwrap_key},
    },
    world::{Ingredients, World},
};
use jiff::civil::Date;
use serde_json::Value;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// A vendor's live side, and the proxy in front of it.
pub(crate) struct Stage {
    pub(crate) world: Arc<World>,
    pub(crate) live: Simulator,
    /// The proxy's address, which a client is given for the vendor's.
    pub(crate) url: String,
    pub(crate) client: reqwest::Client,
    pub(crate) recorder: Arc<Recorder>,
    stop: oneshot::Sender<()>,
    running: JoinHandle<std::io::Result<()>>,
    folder: tempfile::TempDir,
}

/// A recording that was ended.
pub(crate) struct Recorded {
    pub(crate) world: Arc<World>,
    pub(crate) kept: Kept,
    pub(crate) text: String,
    pub(crate) recording: Recording,
    path: PathBuf,
    _folder: tempfile::TempDir,
}

/// The day on which all recordings here are made.
pub(crate) fn day() -> Date {
    "2026-11-22".parse().expect("a day")
}

pub(crate) fn world() -> Arc<World> {
    Arc::new(World::load(&Ingredients::default()).expect("the packs are right"))
}

impl Stage {
    pub(crate) async fn of(vendor: &str) -> Self {
        Self::with(vendor, [3; 32]).await
    }

    pub(crate) async fn with(vendor: &str, secret: [u8; 32]) -> Self {
        let world = world();
        let live = Simulator::builder().world(Arc::clone(&world)).start().await;
        let live = live.expect("it starts");
        let base = format!("{}/{vendor}", live.url());
        Self::before(world, live, vendor, &base, secret).await
    }

    /// A proxy in front of any address.
    pub(crate) async fn before(
        world: Arc<World>,
        live: Simulator,
        vendor: &str,
        base: &str,
        secret: [u8; 32],
    ) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("recording.toml");
        let about =
            About { vendor: vendor.to_owned(), target: "127.0.0.1".to_owned(), recorded: day() };
        let recorder = Recorder::begin_with(&world, &about, &file, Secret::of(secret));
        let recorder = Arc::new(recorder.expect("it begins"));
        let hosts = Hosts::of(&world);
        let target = hosts.check(base).expect("this machine may be asked");
        let proxy = Proxy::new(hosts, target, http::client(), Arc::clone(&recorder));
        let proxy = proxy.expect("a client");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(proxy.serve(listener, async {
            let _ = stopped.await;
        }));
        let client = http::client()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .pool_max_idle_per_host(0)
            .build();
        let client = client.expect("a client");
        Self { world, live, url, client, recorder, stop, running, folder }
    }

    /// Ends the recording.
    pub(crate) async fn end(self) -> Recorded {
        let kept = self.recorder.finish().expect("it is written");
        let path = self.folder.path().join("recording.toml");
        let text = std::fs::read_to_string(&path).expect("it is there");
        let _ = self.stop.send(());
        let _ = self.running.await;
        self.live.stop().await;
        let source = Source { path: path.clone(), text: text.as_str().into() };
        let recording = Recording::read(&source).expect("it can be read");
        Recorded { world: self.world, kept, text, recording, path, _folder: self.folder }
    }
}

impl Recorded {
    /// Looks for originals in it.
    pub(crate) fn lint(&self) -> Report {
        let allow = Allow::default();
        let lint = Lint { world: &self.world, allow: &allow, today: day(), good_for_days: 90 };
        lint.look(std::slice::from_ref(&self.path))
    }

    /// Plays it and asks all that was asked.
    pub(crate) async fn replayed(&self) -> Vec<Difference> {
        let files = replay::files(&self.recording, &self.world, "recorded", 90);
        let files = files.expect("it can be played");
        let played =
            replay::check::check(&self.recording, &files, "recorded", Ingredients::default()).await;
        match played {
            Ok(differences) => differences,
            Err(error) => panic!("{error:?}\n{}", files.scenario),
        }
    }

    /// All its text, with what is encoded and what is sealed in it opened by the keys that everybody
    /// knows.
    pub(crate) fn all_text(&self) -> String {
        let known =
            Known::of(&self.world, &self.recording.head.vendor).expect("the vendor is known");
        let mut out = self.text.clone();
        let mut keys = Vec::new();
        for exchange in &self.recording.exchanges {
            let taken = &exchange.value;
            let bodies =
                std::iter::once(&taken.body).chain(taken.reply.iter().map(|reply| &reply.body));
            for body in bodies {
                let Ok(json) = serde_json::from_str::<Value>(body.text()) else { continue };
                encoded(&json, &mut out);
                for way in &known.handshakes {
                    let text =
                        |at: &str| json.pointer(at).and_then(Value::as_str).unwrap_or_default();
                    keys.extend(unwrap_key(text(&way.session_key), &client_key()).ok());
                    let sealed = Sealed {
                        data: text(&way.data).to_owned(),
                        rek: text(&way.response_key).to_owned(),
                        hmac: text(&way.hmac).to_owned(),
                    };
                    if sealed.rek.is_empty() {
                        continue;
                    }
                    let opened = keys.iter().find_map(|key: &Key| open_response(key, &sealed).ok());
                    let opened =
                        opened.expect("what is sealed can be opened, and its HMAC is right");
                    out += &String::from_utf8(opened).expect("JSON");
                }
            }
        }
        out
    }
}

/// What is encoded in texts of JSON.
fn encoded(json: &Value, out: &mut String) {
    match json {
        Value::String(text) => {
            if let Some(inside) =
                crypto::from_base64(text).and_then(|bytes| String::from_utf8(bytes).ok())
                && let Ok(json) = serde_json::from_str::<Value>(&inside)
            {
                out.push('\n');
                out.push_str(&inside);
                encoded(&json, out);
            }
        }
        Value::Array(list) => list.iter().for_each(|item| encoded(item, out)),
        Value::Object(map) => map.values().for_each(|value| encoded(value, out)),
        _ => {}
    }
}

/// Everything that tells of somebody, as far as it is long enough to be looked for.
pub(crate) fn originals(world: &World, gstin: &str) -> HashSet<String> {
    let taxpayer = world.register.look_up(gstin, day()).expect("everybody is somebody");
    let mut all: HashSet<String> = [&taxpayer.legal_name, &taxpayer.trade_name, &taxpayer.pan]
        .into_iter()
        .chain(&taxpayer.members)
        .map(ToString::to_string)
        .collect();
    all.insert(gstin.to_owned());
    for place in std::iter::once(&taxpayer.principal_place).chain(&taxpayer.additional_places) {
        let parts = [
            &place.building_number,
            &place.building_name,
            &place.floor,
            &place.street,
            &place.locality,
            &place.city,
            &place.district,
            &place.pin,
            &place.latitude,
            &place.longitude,
            &place.landmark,
        ];
        all.extend(parts.map(ToString::to_string));
    }
    for office in [&taxpayer.state_jurisdiction, &taxpayer.central_jurisdiction] {
        all.insert(office.name.to_string());
        // The nation's offices are nobody's already.
        if !is_office_code_of_ours(&office.code) {
            all.insert(office.code.to_string());
        }
    }
    let state = taxpayer.state_name.to_string();
    // A state's name stays, and some towns are called as it is; `3rd Floor` is nobody's by itself.
    all.retain(|text| {
        text.chars().count() >= 4
            && !state.contains(text.as_str())
            && !text.to_uppercase().ends_with("FLOOR")
    });
    all
}

/// Originals that are in a text as words of their own.
pub(crate) fn survivors(text: &str, originals: &HashSet<String>) -> Vec<String> {
    let text = text.to_uppercase();
    let mut found = Vec::new();
    for original in originals {
        let upper = original.to_uppercase();
        let whole = text.match_indices(&upper).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            let after = text[at + upper.len()..].chars().next();
            let inside = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
            !inside(before) && !inside(after)
        });
        if whole {
            found.push(original.clone());
        }
    }
    found
}
