//! One connection: requests in, replies out, until one of both ends it.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::Router;
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use http_body_util::Either;
use hyper::{
    Request, Response,
    body::Incoming,
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::{net::TcpStream, sync::watch};
use tower::ServiceExt as _;
use tracing::debug;

use super::{
    App, Body, Mount, answer, asked, date, guard, problem,
    tls::Greeted,
    wire::{self, Line, Socket, TakeOver},
};

/// A client has so long to send a request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// So often an HTTP/2 client that says nothing is asked whether it is there.
const PING_INTERVAL: Duration = Duration::from_mins(1);

/// Who answers on a connection.
#[derive(Clone, Debug)]
pub(super) struct Host {
    pub(super) mount: Mount,
    pub(super) app: Arc<App>,
    pub(super) admin: Router,
    /// The caller came without TLS to a port that serves it.
    pub(super) plain: bool,
}

/// Serves a connection until it ends.
pub(super) async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    host: Host,
    mut stop: watch::Receiver<bool>,
) {
    let _ = stream.set_nodelay(true);
    let Some(tls) = &host.app.tls else { return http1(stream, peer, &host, stop).await };
    let (world, tenant) = (host.app.world.load_full(), host.app.tenants.default_tenant());
    let greeted = tokio::select! {
        greeted = tls.greet(stream, &host.mount, &world, tenant) => greeted,
        _ = stop.wait_for(|stop| *stop) => Greeted::Gone,
    };
    // Whoever comes back finds the world as it is then.
    drop(world);
    match greeted {
        Greeted::Secured(stream, false) => http1(*stream, peer, &host, stop).await,
        Greeted::Secured(stream, true) => http2(*stream, peer, host, stop).await,
        Greeted::Plain(stream) => {
            http1(stream, peer, &Host { plain: true, ..host.clone() }, stop).await;
        }
        Greeted::Gone => {}
    }
}

async fn http2(socket: impl Socket, peer: SocketAddr, host: Host, mut stop: watch::Receiver<bool>) {
    let service = service_fn(|mut request: Request<Incoming>| {
        let host = host.clone();
        // HTTP/2 has the host in the address; all of ours looks for it among the headers.
        if !request.headers().contains_key(header::HOST)
            && let Some(authority) = request.uri().authority()
            && let Ok(value) = HeaderValue::from_str(authority.as_str())
        {
            request.headers_mut().insert(header::HOST, value);
        }
        async move { respond(request, &host, peer.ip()).await }
    });
    let mut connection = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .keep_alive_interval(PING_INTERVAL)
        .keep_alive_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(socket), service);
    let ended = tokio::select! {
        ended = &mut connection => ended,
        _ = stop.changed() => {
            Pin::new(&mut connection).graceful_shutdown();
            (&mut connection).await
        }
    };
    if let Err(error) = ended {
        debug!(%error, %peer, "a connection ended early");
    }
}

async fn http1(
    socket: impl Socket,
    peer: SocketAddr,
    host: &Host,
    mut stop: watch::Receiver<bool>,
) {
    let mut line = Line::new(socket, Bytes::new());
    loop {
        let service = service_fn(|request| respond(request, host, peer.ip()));
        let mut connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .auto_date_header(false)
            .header_read_timeout(HEAD_TIMEOUT)
            .serve_connection(TokioIo::new(line), service);
        let ended = tokio::select! {
            ended = &mut connection => ended,
            _ = stop.changed() => {
                Pin::new(&mut connection).graceful_shutdown();
                (&mut connection).await
            }
        };
        let Err(error) = ended else { return };
        let Some(script) = TakeOver::of(&error) else {
            debug!(%error, %peer, "a connection ended early");
            return;
        };
        let parts = connection.into_parts();
        let played = wire::play(parts.io.into_inner(), &parts.read_buf, script, &mut stop).await;
        let Some(next) = played else { return };
        line = next;
    }
}

async fn respond(
    request: Request<Incoming>,
    host: &Host,
    peer: IpAddr,
) -> Result<Response<Body>, TakeOver> {
    let mut response = answered(request, host, peer).await?;
    if !response.headers().contains_key(header::DATE) {
        response.headers_mut().insert(header::DATE, date::of_machine());
    }
    Ok(response)
}

async fn answered(
    request: Request<Incoming>,
    host: &Host,
    peer: IpAddr,
) -> Result<Response<Body>, TakeOver> {
    let Host { mount, app, admin, plain } = host;
    let (tenant, path) = answer::tenant_of_path(request.uri().path());
    let ours = path.starts_with("/__sim/") || path == "/__sim" || path == "/";
    let is_ours = *mount == Mount::All
        && ours
        && answer::vendor_of_host(&app.world.load(), request.headers()).is_none();
    if is_ours {
        if let Err(refusal) = guard::check(app, &request, peer) {
            return Ok(refusal.map(Either::Right));
        }
        let request = match tenant.map(|name| (name.to_owned(), path.to_owned())) {
            Some((tenant, path)) => asked::within(request, tenant, &path),
            None => request,
        };
        let response = admin.clone().oneshot(request).await.unwrap_or_else(|error| match error {});
        return Ok(response.map(Either::Right));
    }
    if *plain {
        let detail = "this port speaks HTTPS, and the request came without TLS";
        let hint = "call https://; only /__sim/ is there without TLS";
        let refusal = problem::response(StatusCode::BAD_REQUEST, detail, Some(hint));
        return Ok(refusal.map(Either::Right));
    }
    answer::answer(app, mount, request).await
}
