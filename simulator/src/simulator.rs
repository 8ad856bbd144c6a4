//! The simulator in a process of yours: a server on a free port, shut down on drop.

use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    path::Path,
    sync::Arc,
    time::Duration,
};

use arc_swap::ArcSwap;
use thiserror::Error;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use crate::{
    fault::tls::TlsFault,
    finding::Finding,
    journal::Bounds,
    memory::clock::Clock,
    pack::folder::Folder,
    server::{
        self, App, CertificateError, Depot, Mount, OwnCertificate, Shelf, Tls, Totals, Watch,
        Watching,
    },
    taxpayers::Unknown,
    tenant::{Beginning, Tenant},
    tenants::{DEFAULT, Habits, Tenants},
    world::{Ingredients, World},
};

mod blocking;
mod guards;
mod test_tenant;

pub use self::{
    blocking::BlockingSimulator,
    guards::{Expected, Story},
    test_tenant::TestTenant,
};

/// A running simulator; dropping it ends it.
#[derive(Debug)]
pub struct Simulator {
    app: Arc<App>,
    address: SocketAddr,
    mounts: Vec<(String, SocketAddr)>,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    /// Held until the end: dropping it ends the watching.
    #[expect(dead_code, reason = "it works by being there")]
    watching: Option<Watching>,
}

/// How a simulator is to run.
#[derive(Clone, Debug)]
pub struct Builder {
    ingredients: Ingredients,
    clock: Clock,
    listen: SocketAddr,
    mounts: Vec<(String, u16)>,
    scenarios: Vec<String>,
    admin_token: Option<String>,
    journal: Bounds,
    habits: Habits,
    watch: Watch,
    world: Option<Arc<World>>,
    tls: bool,
    certificate: Option<OwnCertificate>,
}

/// Why a simulator does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// Files are wrong.
    #[error("{} wrong in fixtures or scenarios", count(.0))]
    Files(Vec<Finding>),
    /// A folder cannot be read.
    #[error("the folder `{folder}` cannot be read")]
    Folder {
        /// The folder.
        folder: String,
        /// Why.
        source: std::io::Error,
    },
    /// The time is none.
    #[error("`{text}` is no time")]
    Time {
        /// What was given.
        text: String,
        /// Why.
        source: jiff::Error,
    },
    /// The address is taken, or not ours.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// TLS cannot be served.
    #[error("cannot serve TLS")]
    Tls {
        /// Why.
        #[from]
        source: CertificateError,
    },
    /// The machine gives no threads.
    #[error("cannot start threads")]
    Threads {
        /// Why.
        source: std::io::Error,
    },
    /// A name that nothing has.
    #[error("there is no {kind} `{name}`")]
    Unknown {
        /// Vendor or scenario.
        kind: &'static str,
        /// The name.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
}

impl StartError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Files(_) | Self::Threads { .. } => None,
            Self::Tls { source } => source.hint(),
            Self::Folder { .. } => Some("give a folder that is there and that you may read".into()),
            Self::Time { .. } => Some("write it as 2026-11-21T10:00:00+05:30".into()),
            Self::Listen { .. } => Some(
                "give another port, 0 for a free one; or end the program that has this one".into(),
            ),
            Self::Unknown { name, known, .. } => {
                Some(crate::render::expression::closest(name, known))
            }
        }
    }
}

fn count(findings: &[Finding]) -> String {
    match findings.len() {
        1 => "1 thing is".to_owned(),
        more => format!("{more} things are"),
    }
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            ingredients: Ingredients::default(),
            clock: Clock::Wall,
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            mounts: Vec::new(),
            scenarios: Vec::new(),
            admin_token: None,
            journal: Bounds::default(),
            habits: Habits::default(),
            watch: Watch::Off,
            world: None,
            tls: false,
            certificate: None,
        }
    }
}

impl Builder {
    /// Everything the world is made from, at once.
    #[must_use]
    pub fn ingredients(mut self, ingredients: Ingredients) -> Self {
        self.ingredients = ingredients;
        self
    }

    /// A world that was loaded before: many simulators may share it.
    #[must_use]
    pub fn world(mut self, world: Arc<World>) -> Self {
        self.world = Some(world);
        self
    }

    /// Seed of everything random; 1 unless said otherwise.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.ingredients.seed = seed;
        self
    }

    /// Who a number is that belongs to no persona.
    #[must_use]
    pub fn unknown(mut self, unknown: Unknown) -> Self {
        self.ingredients.unknown = unknown;
        self
    }

    /// One more folder of vendors; those in it replace others of their name.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn fixtures(mut self, folder: impl AsRef<Path>) -> Result<Self, StartError> {
        self.ingredients.fixtures.push(read(folder.as_ref())?);
        Ok(self)
    }

    /// One more folder of scenarios.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn scenarios(mut self, folder: impl AsRef<Path>) -> Result<Self, StartError> {
        self.ingredients.scenarios.push(read(folder.as_ref())?);
        Ok(self)
    }

    /// A setting of a vendor's pack, as TOML text.
    #[must_use]
    pub fn setting(mut self, vendor: &str, name: &str, value: &str) -> Self {
        let settings = self.ingredients.settings.entry(vendor.to_owned()).or_default();
        settings.insert(name.to_owned(), value.to_owned());
        self
    }

    /// A clock that stands still, such as at `2026-11-21T10:00:00+05:30`.
    ///
    /// # Errors
    ///
    /// When the text is no time.
    pub fn now(mut self, text: &str) -> Result<Self, StartError> {
        let moment: jiff::Timestamp =
            text.parse().map_err(|source| StartError::Time { text: text.to_owned(), source })?;
        self.clock = Clock::Frozen(moment.as_millisecond());
        Ok(self)
    }

    /// The tenant's clock.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Where to listen; a free port of 127.0.0.1 unless said otherwise.
    #[must_use]
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// A port of its own for a vendor, which is at the root there.
    #[must_use]
    pub fn mount(mut self, vendor: &str, port: u16) -> Self {
        self.mounts.push((vendor.to_owned(), port));
        self
    }

    /// A story to begin with.
    #[must_use]
    pub fn scenario(mut self, name: &str) -> Self {
        self.scenarios.push(name.to_owned());
        self
    }

    /// The token the admin API wants.
    #[must_use]
    pub fn admin_token(mut self, token: Option<String>) -> Self {
        self.admin_token = token;
        self
    }

    /// How much the journal keeps.
    #[must_use]
    pub fn journal(mut self, bounds: Bounds) -> Self {
        self.journal = bounds;
        self
    }

    /// HTTPS in place of HTTP, with a certificate of an authority that is made at the start.
    #[must_use]
    pub fn tls(mut self) -> Self {
        self.tls = true;
        self
    }

    /// HTTPS in place of HTTP, with a certificate of your own.
    #[must_use]
    pub fn tls_with(mut self, certificate: OwnCertificate) -> Self {
        self.tls = true;
        self.certificate = Some(certificate);
        self
    }

    /// A tenant that nobody called for so long ends; `None`: none ends by itself. An hour unless
    /// said otherwise.
    #[must_use]
    pub fn tenant_ttl(mut self, ttl: Option<Duration>) -> Self {
        self.habits.ttl = ttl;
        self
    }

    /// So many tenants at the most, 10,000 unless said otherwise; the one that was idle longest goes.
    #[must_use]
    pub fn tenant_limit(mut self, limit: usize) -> Self {
        self.habits.limit = limit;
        self
    }

    /// How the folders of fixtures and scenarios are watched; not at all unless said otherwise.
    #[must_use]
    pub fn watch(mut self, watch: Watch) -> Self {
        self.watch = watch;
        self
    }

    /// Loads the world, listens, and serves in the background.
    ///
    /// # Errors
    ///
    /// Wrong files, names that nothing has, an address that is taken.
    pub async fn start(self) -> Result<Simulator, StartError> {
        let world = match &self.world {
            Some(world) => Arc::clone(world),
            None => Arc::new(World::load(&self.ingredients).map_err(StartError::Files)?),
        };
        let tenant = self.default_tenant(&world)?;
        let habits = Habits { clock: self.clock, journal: self.journal, ..self.habits };
        let mut listeners = vec![(None, bind(self.listen).await?, Mount::All)];
        for (vendor, port) in &self.mounts {
            if world.vendor(vendor).is_none() {
                return Err(StartError::Unknown {
                    kind: "vendor",
                    name: vendor.clone(),
                    known: world.packs.iter().map(|pack| pack.name.clone()).collect(),
                });
            }
            let address = SocketAddr::new(self.listen.ip(), *port);
            let mount = Mount::Vendor(vendor.as_str().into());
            listeners.push((Some(vendor.clone()), bind(address).await?, mount));
        }
        let address = address_of(&listeners[0].1, self.listen);
        let tls = if self.tls {
            let names = names(&world, address.ip());
            Some(Tls::new(names, Clock::Wall.now_ms(), self.certificate.as_ref())?)
        } else {
            None
        };
        // A world that was given ready-made may be of other files than these.
        let ingredients = self.world.is_none().then_some(self.ingredients);
        let app = Arc::new(App {
            world: ArcSwap::new(world),
            shelf: Shelf::new(ingredients),
            tenants: Tenants::new(tenant, habits),
            admin_token: self.admin_token,
            url: url_of(address, tls.is_some()),
            tls,
            totals: Totals::default(),
            depot: Depot::default(),
        });
        let (stop, stopped) = watch::channel(false);
        let mut tasks = Vec::new();
        let mut mounts = Vec::new();
        for (vendor, listener, mount) in listeners {
            if let Some(vendor) = vendor {
                mounts.push((vendor, address_of(&listener, self.listen)));
            }
            let serving = server::listen(listener, mount, Arc::clone(&app), stopped.clone());
            tasks.push(tokio::spawn(serving));
        }
        tasks.push(tokio::spawn(server::tend(Arc::clone(&app), stopped)));
        let watching = server::watch_folders(&app, self.watch);
        Ok(Simulator { app, address, mounts, stop, tasks, watching })
    }

    /// The tenant that is always there, with its stories.
    fn default_tenant(&self, world: &World) -> Result<Arc<Tenant>, StartError> {
        for name in &self.scenarios {
            if !world.scenarios.contains_key(name) {
                return Err(StartError::Unknown {
                    kind: "scenario",
                    name: name.clone(),
                    known: world.scenarios.keys().cloned().collect(),
                });
            }
        }
        let beginning = Beginning {
            clock: self.clock,
            journal: self.journal,
            seed: None,
            ttl: None,
            scenarios: self.scenarios.clone(),
        };
        let tenant = Tenant::alone(DEFAULT, beginning);
        tenant.play_as_begun(world);
        Ok(Arc::new(tenant))
    }
}

fn read(path: &Path) -> Result<Folder, StartError> {
    Folder::read(path)
        .map_err(|source| StartError::Folder { folder: path.display().to_string(), source })
}

async fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|source| StartError::Listen { address, source })
}

/// An address to paste: one that is every address of the machine is told as the loopback one.
fn url_of(address: SocketAddr, tls: bool) -> String {
    let shown = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::from([127, 0, 0, 1]),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    let scheme = if tls { "https" } else { "http" };
    format!("{scheme}://{}", SocketAddr::new(shown, address.port()))
}

/// What a certificate is for: this machine's own names, and the vendors' real ones for clients that
/// are sent here by a hosts file.
fn names(world: &World, address: IpAddr) -> Vec<String> {
    let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).into();
    names.extend(TlsFault::ALL.iter().map(|fault| fault.host()));
    names.extend(world.packs.iter().flat_map(|pack| pack.hosts.iter().cloned()));
    if !address.is_unspecified() && !address.is_loopback() {
        names.push(address.to_string());
    }
    names
}

fn address_of(listener: &TcpListener, asked: SocketAddr) -> SocketAddr {
    listener.local_addr().unwrap_or(asked)
}

impl Simulator {
    /// How a simulator is to run.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Its address, such as `http://127.0.0.1:40123`; a vendor is below its name.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.app.url
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Vendors with a port of their own.
    #[must_use]
    pub fn mounts(&self) -> &[(String, SocketAddr)] {
        &self.mounts
    }

    /// The certificate of the authority that its own certificate is of, as PEM; `None` without TLS.
    #[must_use]
    pub fn ca_pem(&self) -> Option<&str> {
        self.app.tls.as_ref().map(|tls| tls.ca_pem.as_str())
    }

    /// Vendors, nation, stories.
    #[must_use]
    pub fn world(&self) -> Arc<World> {
        self.app.world.load_full()
    }

    /// Ends it; calls under way may end first, for two seconds.
    pub async fn stop(mut self) {
        close(&self.app);
        let _ = self.stop.send(true);
        for task in self.tasks.drain(..) {
            let _ = task.await;
        }
    }
}

/// Nobody waits for files that will not be made, or for calls that will not come.
fn close(app: &App) {
    for tenant in app.tenants.all() {
        tenant.files.close();
        tenant.journal.close();
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        close(&self.app);
        let _ = self.stop.send(true);
    }
}
