//! `gspsim serve`: the vendors over HTTP.

use std::{collections::BTreeMap, net::SocketAddr, num::NonZeroUsize, sync::Arc, time::Duration};

use clap::ValueEnum;
use gsp_simulator::{Simulator, StartError, gstn::keys::KeyRing, journal::Bounds, server::Watch};
use jiff::SignedDuration;
use rand::{TryRng as _, rngs::SysRng};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::runtime::Runtime;
use tracing_subscriber::filter::LevelFilter;

use super::{
    Exit, Failure, Said, counted,
    file::SettingsFile,
    global::{Chosen, Origin, Picker, Session, word},
    paint::{Table, bold, dim},
    tls,
};

/// What `serve` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Where to listen; 127.0.0.1:4777 unless said otherwise
    #[arg(long, value_name = "ADDR:PORT", env = "GSPSIM_LISTEN", hide_env = true)]
    listen: Option<SocketAddr>,
    /// The port alone; 0 takes a free one
    #[arg(long, value_name = "PORT", env = "GSPSIM_PORT", hide_env = true)]
    port: Option<u16>,
    /// A port of its own for a vendor, which is at the root there; repeat for more
    #[arg(long, value_name = "VENDOR=PORT", env = "GSPSIM_MOUNT", hide_env = true)]
    #[arg(value_delimiter = ',')]
    mount: Vec<String>,
    /// A story to play from the start; repeat for more, the first that decides a call wins
    #[arg(long, value_name = "NAME", env = "GSPSIM_SCENARIO", hide_env = true)]
    #[arg(value_delimiter = ',')]
    scenario: Vec<String>,
    /// The token that the admin API wants; made and printed once where others could reach it
    #[arg(long, value_name = "TOKEN", env = "GSPSIM_ADMIN_TOKEN", hide_env = true)]
    admin_token: Option<String>,
    /// Your own key pair of the tax network: a PEM file with a private key and its certificate
    #[arg(long, value_name = "FILE", env = "GSPSIM_GSTN_KEY", hide_env = true)]
    gstn_key: Option<String>,
    #[command(flatten)]
    tls: tls::TlsArgs,
    /// How many exchanges the journal keeps
    #[arg(long, value_name = "N", env = "GSPSIM_JOURNAL_LIMIT", hide_env = true)]
    journal_limit: Option<usize>,
    /// A tenant that nobody called for so long ends: 90s, 15m, 2h, or never; an hour unless said otherwise
    #[arg(long, value_name = "TIME", env = "GSPSIM_TENANT_TTL", hide_env = true)]
    tenant_ttl: Option<String>,
    /// How many tenants there may be besides the default one; the one that was idle longest goes
    #[arg(long, value_name = "N", env = "GSPSIM_TENANT_LIMIT", hide_env = true)]
    tenant_limit: Option<NonZeroUsize>,
    /// How folders of fixtures and scenarios are watched, so that a change is played at once
    #[arg(long, value_name = "HOW", env = "GSPSIM_WATCH", hide_env = true)]
    watch: Option<WatchChoice>,
    /// The same as `--watch off`
    #[arg(long, conflicts_with = "watch")]
    no_watch: bool,
    /// Threads that serve; as many as the machine has processors unless said otherwise
    #[arg(long, value_name = "N", env = "GSPSIM_THREADS", hide_env = true)]
    threads: Option<NonZeroUsize>,
    /// How much is logged on standard error
    #[arg(long, value_name = "LEVEL", env = "GSPSIM_LOG", hide_env = true)]
    log: Option<Log>,
    /// Print each value and where it came from, and end
    #[arg(long)]
    print_config: bool,
}

/// How much is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Log {
    /// Nothing
    Off,
    /// What went wrong
    Warn,
    /// What is begun and ended
    Info,
    /// A line for each call
    Debug,
}

/// How folders are watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum WatchChoice {
    /// The machine tells when a file changes
    On,
    /// By looking once a second, where the machine tells nothing: folders of another machine
    Poll,
    /// Not at all: POST /__sim/reload reads them anew
    Off,
}

impl From<WatchChoice> for Watch {
    fn from(choice: WatchChoice) -> Self {
        match choice {
            WatchChoice::On => Self::On,
            WatchChoice::Poll => Self::Poll,
            WatchChoice::Off => Self::Off,
        }
    }
}

/// What was chosen for serving.
#[derive(Debug)]
struct Settings {
    listen: SocketAddr,
    mounts: Vec<(String, u16)>,
    scenarios: Vec<String>,
    admin_token: Option<String>,
    gstn_key: String,
    tls: tls::Chosen,
    journal_limit: usize,
    tenant_ttl: Option<Duration>,
    tenant_limit: NonZeroUsize,
    watch: WatchChoice,
    threads: NonZeroUsize,
    log: Log,
    chosen: Vec<Chosen>,
}

/// A simulator that serves; waiting for it ends when the program is told to.
pub(crate) struct Serving {
    runtime: Runtime,
    simulator: Simulator,
}

/// Starts serving and says where; or says what was chosen.
pub(crate) fn run(session: &Session, args: Args) -> Result<(Said, Option<Serving>), Failure> {
    let print_config = args.print_config;
    let mut settings = choose(session, args)?;
    if print_config {
        return Ok((config(session, &settings), None));
    }
    log(settings.log);
    let made = settings.admin_token.is_none() && !settings.listen.ip().is_loopback();
    if made {
        settings.admin_token = Some(make_token()?);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(settings.threads.get())
        .enable_all()
        .build()
        .map_err(|error| Failure::new(format!("cannot start the runtime: {error}")))?;
    let mut ingredients = session.ingredients_for(&settings.scenarios)?;
    if !settings.gstn_key.is_empty() {
        ingredients.keys = Arc::new(own_keys(&settings.gstn_key)?);
    }
    let mut builder = Simulator::builder()
        .ingredients(ingredients)
        .clock(session.clock)
        .listen(settings.listen)
        .admin_token(settings.admin_token.clone())
        .tenant_ttl(settings.tenant_ttl)
        .tenant_limit(settings.tenant_limit.get())
        .watch(settings.watch.into())
        .journal(Bounds { exchanges: settings.journal_limit, ..Bounds::default() });
    for (vendor, port) in &settings.mounts {
        builder = builder.mount(vendor, *port);
    }
    for name in &settings.scenarios {
        builder = builder.scenario(name);
    }
    builder = settings.tls.apply(builder)?;
    let simulator = runtime.block_on(builder.start()).map_err(not_started)?;
    settings.tls.write(&simulator)?;
    let token = settings.admin_token.as_deref().filter(|_| made);
    let said = if session.json {
        Said::text(event(&simulator, token))
    } else {
        Said::text(welcome(session, &settings, &simulator, token))
    };
    Ok((said, Some(Serving { runtime, simulator })))
}

/// The user's own key pair, before those of the program.
fn own_keys(path: &str) -> Result<KeyRing, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::new(format!("cannot read `{path}`: {error}")))?;
    KeyRing::with_own(&text)
        .map_err(|error| Failure::new(format!("`{path}`: {error}")).hint(error.hint(path)))
}

impl Serving {
    /// Serves until the program is interrupted or told to end.
    pub(crate) fn wait(self) -> Exit {
        self.runtime.block_on(async {
            told_to_end().await;
            self.simulator.stop().await;
        });
        Exit::Done
    }
}

async fn told_to_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

fn not_started(error: StartError) -> Failure {
    if let StartError::Files(findings) = error {
        return Failure::findings(findings);
    }
    let mut message = error.to_string();
    if let Some(cause) = std::error::Error::source(&error) {
        message = format!("{message}: {cause}");
    }
    let failure = Failure::new(message);
    match error.hint() {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

fn choose(session: &Session, args: Args) -> Result<Settings, Failure> {
    let file = session.file.as_ref().map(|(_, file)| file.clone()).unwrap_or_default();
    let SettingsFile {
        listen,
        port,
        mount,
        scenario,
        admin_token,
        gstn_key,
        journal_limit,
        tenant_ttl,
        tenant_limit,
        watch,
        threads,
        log,
        ..
    } = file.clone();
    let default = SocketAddr::from(([127, 0, 0, 1], 4777));
    let listen = match listen {
        None => None,
        Some(text) => Some(text.parse::<SocketAddr>().map_err(|_| {
            Failure::new(format!("`listen = \"{text}\"` is no address"))
                .hint("write it as 127.0.0.1:4777")
        })?),
    };
    let mut picker = Picker::new(&session.serve_matches);
    let mut address = picker.pick("listen", args.listen, listen, default, ToString::to_string);
    if picker.given("port").is_some() || port.is_some() {
        let port = picker.pick("port", args.port, port, address.port(), ToString::to_string);
        address.set_port(port);
    }
    let written: Vec<_> = mount.iter().map(|(vendor, port)| format!("{vendor}={port}")).collect();
    let mounts =
        picker.pick("mount", list(args.mount), list(written), Vec::new(), |m| m.join(", "));
    let scenarios =
        picker.pick("scenario", list(args.scenario), list(scenario), Vec::new(), |s| s.join(", "));
    let hidden = |token: &Option<String>| token.as_ref().map_or("", |_| "***").to_owned();
    let admin_token =
        picker.pick("admin-token", args.admin_token.map(Some), admin_token.map(Some), None, hidden);
    let gstn_key = picker.pick("gstn-key", args.gstn_key, gstn_key, String::new(), Clone::clone);
    let tls = args.tls.choose(&mut picker, &file)?;
    let kept = Bounds::default().exchanges;
    let journal_limit =
        picker.pick("journal-limit", args.journal_limit, journal_limit, kept, ToString::to_string);
    let hour = "1h".to_owned();
    let tenant_ttl = picker.pick("tenant-ttl", args.tenant_ttl, tenant_ttl, hour, Clone::clone);
    let tenant_ttl = life(&tenant_ttl)?;
    let most = NonZeroUsize::new(10_000).unwrap_or(NonZeroUsize::MIN);
    let tenant_limit =
        picker.pick("tenant-limit", args.tenant_limit, tenant_limit, most, ToString::to_string);
    let off = args.no_watch.then_some(WatchChoice::Off);
    let watch = match off {
        None => picker.pick("watch", args.watch, watch, WatchChoice::On, word),
        Some(off) => {
            picker.note("watch", "off".to_owned(), Origin::Flag);
            off
        }
    };
    let processors = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let threads = picker.pick("threads", args.threads, threads, processors, ToString::to_string);
    let log = picker.pick("log", args.log, log, Log::Warn, |log| {
        log.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    });
    let mut by_vendor = BTreeMap::new();
    for text in &mounts {
        let parts =
            text.split_once('=').and_then(|(vendor, port)| Some((vendor, port.parse().ok()?)));
        let Some((vendor, port)) = parts else {
            return Err(Failure::new(format!("`--mount {text}` cannot be read"))
                .hint("write `--mount VENDOR=PORT`"));
        };
        by_vendor.insert(vendor.to_owned(), port);
    }
    let chosen = picker.into_chosen();
    Ok(Settings {
        listen: address,
        mounts: by_vendor.into_iter().collect(),
        scenarios,
        admin_token,
        gstn_key,
        tls,
        journal_limit,
        tenant_ttl,
        tenant_limit,
        watch,
        threads,
        log,
        chosen,
    })
}

/// A time to live; `None`: for ever.
fn life(text: &str) -> Result<Option<Duration>, Failure> {
    if text == "never" {
        return Ok(None);
    }
    let read = text.parse::<SignedDuration>().ok().and_then(|life| Duration::try_from(life).ok());
    read.filter(|life| !life.is_zero()).map(Some).ok_or_else(|| {
        Failure::new(format!("`--tenant-ttl {text}` is no time to live"))
            .hint("write it as 90s, 15m, 2h, or never")
    })
}

fn list<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

fn config(session: &Session, settings: &Settings) -> Said {
    let all: Vec<_> = session.chosen.iter().chain(&settings.chosen).collect();
    if session.json {
        return Said::json(&all);
    }
    let mut table = Table::new(&["setting", "value", "from"]);
    for chosen in all {
        let from = match chosen.origin {
            Origin::Flag => "flag",
            Origin::Environment => "environment",
            Origin::File => "gspsim.toml",
            Origin::Default => "default",
        };
        table.row([chosen.name.clone(), chosen.value.clone(), from.to_owned()]);
    }
    Said::text(table.draw())
}

fn log(log: Log) {
    let level = match log {
        Log::Off => LevelFilter::OFF,
        Log::Warn => LevelFilter::WARN,
        Log::Info => LevelFilter::INFO,
        Log::Debug => LevelFilter::DEBUG,
    };
    // Somebody who embeds the command may have a subscriber already.
    let _ = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .with_target(false)
        .try_init();
}

/// A token that nobody can guess.
fn make_token() -> Result<String, Failure> {
    use std::fmt::Write as _;
    let mut bytes = [0_u8; 16];
    SysRng
        .try_fill_bytes(&mut bytes)
        .map_err(|error| Failure::new(format!("the machine gives no random numbers: {error}")))?;
    Ok(bytes.iter().fold(String::new(), |mut token, byte| {
        let _ = write!(token, "{byte:02x}");
        token
    }))
}

fn scheme(simulator: &Simulator) -> &'static str {
    if simulator.ca_pem().is_some() { "https" } else { "http" }
}

fn event(simulator: &Simulator, token: Option<&str>) -> String {
    let mounts: serde_json::Map<_, _> = simulator
        .mounts()
        .iter()
        .map(|(vendor, address)| {
            (vendor.clone(), json!(format!("{}://{address}", scheme(simulator))))
        })
        .collect();
    let mut event = json!({
        "event": "listening",
        "url": simulator.url(),
        "admin": format!("{}/__sim/", simulator.url()),
        "pid": std::process::id(),
    });
    if !mounts.is_empty() {
        event["mounts"] = mounts.into();
    }
    if simulator.ca_pem().is_some() {
        event["ca"] = json!(format!("{}/__sim/ca.pem", simulator.url()));
    }
    if let Some(token) = token {
        event["admin_token"] = token.into();
    }
    format!("{event}\n")
}

fn welcome(
    session: &Session,
    settings: &Settings,
    simulator: &Simulator,
    token: Option<&str>,
) -> String {
    let url = simulator.url();
    let world = simulator.world();
    let mut out = format!(
        "gspsim {} plays {} on {}\n\n",
        env!("CARGO_PKG_VERSION"),
        counted(world.packs.len(), "vendor"),
        bold(url),
    );
    let mut table = Table::new(&["vendor", "address", "product"]).indented(2);
    for pack in &world.packs {
        let own = simulator.mounts().iter().find(|(vendor, _)| *vendor == pack.name);
        let address = match own {
            Some((_, address)) => format!("{url}/{}  {}://{address}", pack.name, scheme(simulator)),
            None => format!("{url}/{}", pack.name),
        };
        table.row([pack.name.clone(), address, pack.title.clone()]);
    }
    out += &table.draw();
    out += "\n";
    if let Some(token) = token {
        out += &format!(
            "  Others can reach this address, so the admin API wants a token: Authorization: Bearer {token}\n",
        );
    }
    if simulator.ca_pem().is_some() {
        // Whoever does not trust it yet cannot fetch it over TLS.
        let plain = url.replacen("https", "http", 1);
        out += &format!("  Clients are to trust the authority at {plain}/__sim/ca.pem.\n");
    }
    for name in &settings.scenarios {
        out += &format!("  Playing the scenario {name}.\n");
    }
    if let gsp_simulator::memory::clock::Clock::Frozen(at_ms) = session.clock {
        let moment = gsp_simulator::render::filters::in_india(at_ms);
        out += &format!("  The clock stands still at {moment} in India.\n");
    }
    out += &dim(&format!(
        "  What to send: gspsim credentials. To read and to try out: {url}/__sim/docs. Ctrl-C ends it."
    ));
    out + "\n"
}
