//! The server: sockets, axum, the wall clock's waits. Knows the walk, the journal and the settings.
//!
//! Vendor calls go from hyper straight to `answer`; what is under `/__sim/` goes to an axum
//! router. One accept loop a port; each connection is a task, so a fault can end just one.

use std::{io, sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use http_body_util::{Either, Full};
use tokio::{net::TcpListener, sync::watch, task::JoinSet};
use tracing::warn;

use self::connection::Host;
use crate::{tenants::Tenants, world::World};

mod admin;
mod answer;
mod asked;
mod brought;
mod connection;
mod date;
mod deliver;
mod depot;
mod guard;
mod metrics;
mod problem;
mod reload;
mod tls;
mod trickle;
mod watching;
mod wire;

pub use self::{
    admin::openapi,
    answer::BODY_LIMIT,
    tls::{CertificateError, OwnCertificate},
    watching::Watch,
};
pub(crate) use self::{
    depot::Depot,
    metrics::Totals,
    reload::Shelf,
    tls::Tls,
    watching::{Watching, watch as watch_folders},
};

/// A reply's body: bytes for vendors, a stream for the admin API.
type Body = Either<Full<bytes::Bytes>, axum::body::Body>;

/// Tenants are looked after so often.
const ROUND: Duration = Duration::from_secs(1);

/// What every connection shares.
#[derive(Debug)]
pub struct App {
    /// Vendors, nation, stories: what was loaded last.
    pub world: ArcSwap<World>,
    /// Where it was read from.
    pub(crate) shelf: Shelf,
    /// Everybody who uses it.
    pub tenants: Tenants,
    /// The admin API wants this token, where it is set.
    pub admin_token: Option<String>,
    /// The main address, for pages that print it.
    pub url: String,
    /// TLS, where it is served.
    pub(crate) tls: Option<Tls>,
    /// What was counted since the start.
    pub(crate) totals: Totals,
    /// Threads for what is too heavy for the others.
    pub(crate) depot: Depot,
}

/// What a port serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mount {
    /// All vendors below their names, and the admin API.
    All,
    /// One vendor at the root, by its name.
    Vendor(Arc<str>),
}

/// Listens; every connection is served until `stop` says so.
pub(crate) async fn listen(
    listener: TcpListener,
    mount: Mount,
    app: Arc<App>,
    mut stop: watch::Receiver<bool>,
) {
    let admin = admin::router(Arc::clone(&app));
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let app = Arc::clone(&app);
                    let admin = admin.clone();
                    let stop = stop.clone();
                    let host = Host { mount: mount.clone(), app, admin, plain: false };
                    connections.spawn(connection::serve(stream, peer, host, stop));
                }
                Err(error) => refused(&error),
            },
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            _ = stop.changed() => break,
        }
    }
    drop(listener);
    // Calls under way may end; a client that keeps its connection open does not hold us up.
    let last = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(Duration::from_secs(2), last).await;
}

/// Sees to tenants that nobody calls any more, until `stop` says so.
pub(crate) async fn tend(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let mut round = tokio::time::interval(ROUND);
    loop {
        tokio::select! {
            _ = round.tick() => app.tenants.tend(),
            _ = stop.changed() => break,
        }
    }
}

fn refused(error: &io::Error) {
    // Out of file handles, or the peer is gone already: the next one may fare better.
    warn!(%error, "a connection could not be accepted");
}
