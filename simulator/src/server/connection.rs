//! One connection: requests in, replies out, until one of both ends it.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::Router;
use bytes::Bytes;
use http::header::DATE;
use http_body_util::Either;
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{net::TcpStream, sync::watch};
use tower::ServiceExt as _;
use tracing::debug;

use super::{
    App, Body, Mount, answer, asked, date, guard,
    wire::{self, Line, Socket, TakeOver},
};

/// A client has so long to send a request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// Who answers on a connection.
#[derive(Clone, Debug)]
pub(super) struct Host {
    pub(super) mount: Mount,
    pub(super) app: Arc<App>,
    pub(super) admin: Router,
}

/// Serves a connection until it ends.
pub(super) async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    host: Host,
    stop: watch::Receiver<bool>,
) {
    let _ = stream.set_nodelay(true);
    http1(stream, peer, &host, stop).await;
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
    if !response.headers().contains_key(DATE) {
        response.headers_mut().insert(DATE, date::of_machine());
    }
    Ok(response)
}

async fn answered(
    request: Request<Incoming>,
    host: &Host,
    peer: IpAddr,
) -> Result<Response<Body>, TakeOver> {
    let Host { mount, app, admin } = host;
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
    answer::answer(app, mount, request).await
}
