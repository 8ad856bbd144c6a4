//! `gsp-contract record`: a proxy in front of a vendor's live side that keeps what is said.

use std::{env, fs, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use gsp_contract_tests::{
    http,
    recording::{
        Recorder,
        hosts::{HostError, Hosts},
        proxy::Proxy,
        recorder::{About, Kept, RecorderError},
    },
};
use gsp_simulator::{gstn::Key, world::World};
use jiff::SignedDuration;
use serde_json::json;
use tokio::net::TcpListener;

use super::{DONE, Packs, Trouble, drawn, print, today};

/// Where a client's key may stand.
const KEY_VARIABLE: &str = "GSP_CONTRACT_APP_KEY";

/// Keeps what a vendor's live side says, with stand-ins in the place of all that is somebody's.
///
/// Give your client the address that is printed in the place of the vendor's. Requests go on to `--to` as
/// they come, and the answers come back as they were; what is written has stand-ins already. Only hosts
/// of the packs and this machine are ever asked; no redirect and no link is followed.
///
/// What the tax network seals is opened with your client's key (`--app-key-file`, or
/// `GSP_CONTRACT_APP_KEY`: Base64 or hex, several in a row), replaced, and sealed again under keys that
/// are no secret. Without the key sealed parts are left out.
///
/// It ends with Ctrl-C, or after `--duration`. Then look: `gsp-contract lint FILE`.
///
/// Exit codes: 0 done, 2 a file or an argument is wrong.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The vendor, by its pack's name.
    #[arg(long)]
    vendor: String,
    /// The vendor's address, whole, such as `https://api.example.com`; a simulator's with the vendor's name
    /// behind it.
    #[arg(long, value_name = "URL")]
    to: String,
    /// Where clients come.
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The file that is written; it must not be there yet.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// How long, such as `90s`, `10m` or `1h`; left out, until Ctrl-C.
    #[arg(long, value_name = "TIME")]
    duration: Option<SignedDuration>,
    /// A file with the client's keys for sealed sessions, one a line.
    #[arg(long, value_name = "FILE")]
    app_key_file: Option<PathBuf>,
    /// A certificate in PEM that the vendor's side is trusted by, besides those known to everybody.
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    #[command(flatten)]
    packs: Packs,
    /// Tell it as JSON, an event a line.
    #[arg(long)]
    json: bool,
}

impl From<HostError> for Trouble {
    fn from(error: HostError) -> Self {
        Self::Input(format!("error: {error}\nhint: {}", error.hint()))
    }
}

impl From<RecorderError> for Trouble {
    fn from(error: RecorderError) -> Self {
        Self::Input(format!("error: {error}\nhint: {}", error.hint()))
    }
}

pub(crate) async fn run(args: &Args) -> Result<u8, Trouble> {
    let world = World::load(&args.packs.ingredients()?).map_err(|findings| drawn(&findings))?;
    let hosts = Hosts::of(&world);
    let target = hosts.check(&args.to)?;
    let keys = keys(args)?;
    let client = client(args)?;
    let listener = TcpListener::bind(args.listen).await;
    let (listener, address) = listener
        .and_then(|listener| {
            let address = listener.local_addr()?;
            Ok((listener, address))
        })
        .map_err(|error| {
            Trouble::Input(format!(
                "error: cannot listen at {}: {error}\nhint: port 0 takes one that is free",
                args.listen
            ))
        })?;
    let about = About {
        vendor: args.vendor.clone(),
        target: target.host_str().unwrap_or_default().to_owned(),
        recorded: today(),
    };
    let recorder = Arc::new(Recorder::begin(&world, &about, &args.out)?);
    for key in keys {
        recorder.add_key(key);
    }
    let proxy = Proxy::new(hosts, target, client, Arc::clone(&recorder)).map_err(|error| {
        Trouble::Input(format!("error: no client can be made: {error}\nhint: look at `--ca`"))
    })?;
    let url = format!("http://{address}");
    if args.json {
        let pid = std::process::id();
        print(&format!("{}\n", json!({ "event": "listening", "url": url, "pid": pid })));
    } else {
        print(&format!(
            "Recording {} at {url}: give your client this address in the place of {}. Ctrl-C ends it.\n",
            args.vendor, args.to
        ));
    }
    let until = over(args.duration.map(SignedDuration::unsigned_abs));
    proxy.serve(listener, until).await.map_err(|error| {
        Trouble::Input(format!("error: cannot go on listening: {error}\nhint: begin anew"))
    })?;
    let kept = recorder.finish()?;
    print(&told(args, &kept));
    Ok(DONE)
}

fn told(args: &Args, kept: &Kept) -> String {
    let file = args.out.display();
    if args.json {
        let event = json!({
            "event": "recorded",
            "file": file.to_string(),
            "exchanges": kept.exchanges,
            "too_many": kept.too_many,
            "dropped": kept.dropped,
        });
        return format!("{event}\n");
    }
    let mut out = format!("{} exchanges in {file}\n", kept.exchanges);
    for why in &kept.dropped {
        out += &format!("left out: {why}\n");
    }
    if kept.too_many > 0 {
        out += &format!("{} more came when the file was full\n", kept.too_many);
    }
    out + &format!("Before you commit it: gsp-contract lint {file}\n")
}

/// The client's keys, from a file and the environment.
fn keys(args: &Args) -> Result<Vec<Key>, Trouble> {
    let mut all = Vec::new();
    let mut read = |text: &str, whence: &str| {
        for (at, word) in text.split_whitespace().enumerate() {
            let key = Key::read(word).ok_or_else(|| {
                Trouble::Input(format!(
                    "error: key {} of {whence} is no key\nhint: a key is 32 bytes, as 44 characters of Base64 or 64 of hex",
                    at + 1
                ))
            })?;
            all.push(key);
        }
        Ok::<_, Trouble>(())
    };
    if let Ok(text) = env::var(KEY_VARIABLE) {
        read(&text, KEY_VARIABLE)?;
    }
    if let Some(path) = &args.app_key_file {
        read(&text_of(path)?, &path.display().to_string())?;
    }
    Ok(all)
}

fn client(args: &Args) -> Result<reqwest::ClientBuilder, Trouble> {
    let mut client = http::client();
    if let Some(path) = &args.ca {
        let all = reqwest::Certificate::from_pem_bundle(text_of(path)?.as_bytes());
        let all = all.ok().filter(|all| !all.is_empty()).ok_or_else(|| {
            Trouble::Input(format!(
                "error: `{}` has no certificate in PEM\nhint: it begins with `-----BEGIN CERTIFICATE-----`",
                path.display()
            ))
        })?;
        for ca in all {
            client = client.add_root_certificate(ca);
        }
    }
    Ok(client)
}

fn text_of(path: &std::path::Path) -> Result<String, Trouble> {
    fs::read_to_string(path).map_err(|error| {
        Trouble::Input(format!(
            "error: `{}` cannot be read: {error}\nhint: name a file that is there and that you may read",
            path.display()
        ))
    })
}

/// Ready when the time is over, or when somebody ends it.
#[expect(clippy::disallowed_methods, reason = "no vendor's delivery: a command ends by itself")]
async fn over(after: Option<Duration>) {
    let time = async {
        match after {
            Some(after) => tokio::time::sleep(after).await,
            None => std::future::pending().await,
        }
    };
    let ended = async {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            if let Ok(mut ended) = signal(SignalKind::terminate()) {
                ended.recv().await;
                return;
            }
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = time => {}
        () = ended => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
