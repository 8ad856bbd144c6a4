//! A recording proxy in front of a second simulator, both in this process.

use std::{path::PathBuf, sync::Arc};

use gsp_contract_tests::{
    http,
    recording::{
        Recorder,
        hosts::Hosts,
        proxy::Proxy,
        recorder::{About, Kept},
        standin::Secret,
    },
};
use gsp_simulator::{
    Simulator,
    world::{Ingredients, World},
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// A vendor's live side, and the proxy in front of it.
pub(crate) struct Stage {
    pub(crate) world: Arc<World>,
    pub(crate) live: Simulator,
    /// The proxy's address, which a client is given for the vendor's.
    pub(crate) url: String,
    pub(crate) file: PathBuf,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) client: reqwest::Client,
    stop: oneshot::Sender<()>,
    running: JoinHandle<std::io::Result<()>>,
    _folder: tempfile::TempDir,
}

pub(crate) fn world() -> Arc<World> {
    Arc::new(World::load(&Ingredients::default()).expect("the packs are right"))
}

impl Stage {
    pub(crate) async fn of(vendor: &str) -> Self {
        let world = world();
        let live = Simulator::builder().world(Arc::clone(&world)).start().await;
        let live = live.expect("it starts");
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("recording.toml");
        let base = format!("{}/{vendor}", live.url());
        let about = About {
            vendor: vendor.to_owned(),
            target: "127.0.0.1".to_owned(),
            recorded: "2026-11-22".parse().expect("a day"),
        };
        let secret = Secret::of([3; 32]);
        let recorder = Recorder::begin_with(&world, &about, &base, &file, secret);
        let recorder = Arc::new(recorder.expect("it begins"));
        let hosts = Hosts::of(&world);
        let target = hosts.check(&base).expect("this machine may be asked");
        let proxy = Proxy::new(hosts, target, http::client(), Arc::clone(&recorder));
        let proxy = proxy.expect("a client");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(proxy.serve(listener, async {
            let _ = stopped.await;
        }));
        let client = http::client().no_proxy().build().expect("a client");
        Self { world, live, url, file, recorder, client, stop, running, _folder: folder }
    }

    /// Ends the recording; gives its text.
    pub(crate) async fn end(self) -> (Kept, String, tempfile::TempDir) {
        let kept = self.recorder.finish().expect("it is written");
        let text = std::fs::read_to_string(&self.file).expect("it is there");
        let _ = self.stop.send(());
        let _ = self.running.await;
        (kept, text, self._folder)
    }
}
