//! The server: sockets, axum, the wall clock's waits. Knows the walk, the journal and the settings.
//!
//! Vendor calls go from hyper straight to `answer`; what is under `/__sim/` goes to an axum
//! router. One accept loop a port; each connection is a task, so a fault can end just one.

use std::{
    convert::Infallible,
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use arc_swap::ArcSwap;
use axum::Router;
use http::header::DATE;
use http_body_util::{Either, Full};
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};
use tower::ServiceExt as _;
use tracing::{debug, warn};

use crate::{tenants::Tenants, world::World};

mod admin;
mod answer;
mod asked;
mod date;
mod deliver;
mod depot;
mod guard;
mod problem;
mod sent;

pub use self::answer::BODY_LIMIT;
pub(crate) use self::depot::Depot;

/// A reply's body: bytes for vendors, a stream for the admin API.
type Body = Either<Full<bytes::Bytes>, axum::body::Body>;

/// A client has so long to send a request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// Tenants are looked after so often.
const ROUND: Duration = Duration::from_secs(1);

/// What every connection shares.
#[derive(Debug)]
pub struct App {
    /// Vendors, nation, stories: what was loaded last.
    pub world: ArcSwap<World>,
    /// Everybody who uses it.
    pub tenants: Tenants,
    /// The admin API wants this token, where it is set.
    pub admin_token: Option<String>,
    /// The main address, for pages that print it.
    pub url: String,
    /// Threads for what is too heavy for the others.
    pub(crate) depot: Depot,
}

/// What a port serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mount {
    /// All vendors below their names, and the admin API.
    All,
    /// One vendor at the root; its index in the world.
    Vendor(usize),
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
                    connections.spawn(serve(stream, peer, mount, app, admin, stop));
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

async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    mount: Mount,
    app: Arc<App>,
    admin: Router,
    mut stop: watch::Receiver<bool>,
) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| respond(request, mount, &app, &admin, peer.ip()));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .auto_date_header(false)
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = stop.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        debug!(%error, %peer, "a connection ended early");
    }
}

async fn respond(
    request: Request<Incoming>,
    mount: Mount,
    app: &Arc<App>,
    admin: &Router,
    peer: IpAddr,
) -> Result<Response<Body>, Infallible> {
    let mut response = answered(request, mount, app, admin, peer).await;
    if !response.headers().contains_key(DATE) {
        response.headers_mut().insert(DATE, date::of_machine());
    }
    Ok(response)
}

async fn answered(
    request: Request<Incoming>,
    mount: Mount,
    app: &Arc<App>,
    admin: &Router,
    peer: IpAddr,
) -> Response<Body> {
    let (tenant, path) = answer::tenant_of_path(request.uri().path());
    let ours = path.starts_with("/__sim/") || path == "/__sim" || path == "/";
    let is_ours = mount == Mount::All
        && ours
        && answer::vendor_of_host(&app.world.load(), request.headers()).is_none();
    if is_ours {
        if let Err(refusal) = guard::check(app, &request, peer) {
            return refusal.map(Either::Right);
        }
        let request = match tenant.map(|name| (name.to_owned(), path.to_owned())) {
            Some((tenant, path)) => asked::within(request, tenant, &path),
            None => request,
        };
        let response = admin.clone().oneshot(request).await.unwrap_or_else(|error| match error {});
        return response.map(Either::Right);
    }
    answer::answer(app, mount, request).await
}
