//! Answers every vendor path: reads the call, plays it, keeps it, carries the delivery out.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::{BodyExt as _, Either, Full, LengthLimitError, Limited};
use hyper::{Request, Response, body::Body as _, body::Incoming};
use tracing::error;

use super::{App, Body, Mount, deliver, problem};
use crate::{
    exchange::{self, EXCHANGE_HEADER, Exchange, HINT_HEADER, SimulatorError},
    journal::{Entry, Secrets, Via},
    memory::clock::Clock,
    model::{call::Call, reply::Reply},
    pack::Pack,
    render::scene::Scene,
};

/// No body longer than this is read, in bytes: 1 MiB.
pub const BODY_LIMIT: usize = 1024 * 1024;

/// What became of a request's body.
enum Read {
    Whole(Bytes),
    TooLarge,
    Broken,
}

/// Answers a call to a vendor, or says that there is none.
pub(super) async fn answer(app: &App, mount: Mount, request: Request<Incoming>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let read = read(&head.headers, body).await;
    let full = head.uri.path();
    let (pack, path) = match mount {
        Mount::Vendor(index) => (app.world.packs.get(index), full),
        Mount::All => match vendor_of_host(app, &head.headers) {
            Some(pack) => (Some(pack), full),
            None => vendor_of_path(app, full),
        },
    };
    let call = Call {
        number: app.tenant.memory.count_call(),
        at_ms: app.tenant.memory.clock.now_ms(),
        path: if path.is_empty() { "/".to_owned() } else { path.to_owned() },
        query: head.uri.query().map(str::to_owned),
        method: head.method,
        headers: head.headers,
        body: match &read {
            Read::Whole(bytes) => bytes.clone(),
            Read::TooLarge | Read::Broken => Bytes::new(),
        },
    };
    let Some(pack) = pack else { return nobody(app, &call) };
    let pack = Arc::clone(pack);
    match read {
        Read::Whole(_) => {}
        Read::TooLarge => return too_large(app, &pack, call).await,
        Read::Broken => {
            let text =
                "the body could not be read: it is cut off, or its length is not what it says";
            return problem::response(StatusCode::BAD_REQUEST, text, None).map(Either::Right);
        }
    }
    match exchange::play(&app.world, &app.tenant, &pack, call) {
        Ok(exchange) => finish(app, &pack, exchange).await,
        Err(trouble) => our_trouble(&trouble),
    }
}

async fn read(headers: &HeaderMap, body: Incoming) -> Read {
    if body.is_end_stream() {
        return Read::Whole(Bytes::new());
    }
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|text| text.to_str().ok());
    if announced.and_then(|text| text.parse::<u64>().ok()).is_some_and(|n| n > BODY_LIMIT as u64) {
        return Read::TooLarge;
    }
    match Limited::new(body, BODY_LIMIT).collect().await {
        Ok(collected) => Read::Whole(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Read::TooLarge,
        Err(_) => Read::Broken,
    }
}

/// The vendor whose real host name the call was sent to.
pub(super) fn vendor_of_host<'app>(app: &'app App, headers: &HeaderMap) -> Option<&'app Arc<Pack>> {
    app.world.vendor_by_host(headers.get(header::HOST)?.to_str().ok()?)
}

/// The vendor that the first segment names, and what follows it.
fn vendor_of_path<'app, 'path>(
    app: &'app App,
    path: &'path str,
) -> (Option<&'app Arc<Pack>>, &'path str) {
    let below = path.strip_prefix('/').unwrap_or(path);
    let (name, rest) = below.split_at(below.find('/').unwrap_or(below.len()));
    (app.world.vendor(name), rest)
}

async fn too_large(app: &App, pack: &Arc<Pack>, call: Call) -> Response<Body> {
    let scene = Scene::new(Arc::clone(pack), Arc::clone(&app.world.register), app.world.seed, call);
    let plain = (StatusCode::PAYLOAD_TOO_LARGE, "body-too-large");
    let hint = format!("the body is longer than {BODY_LIMIT} bytes");
    match exchange::edge(Arc::new(scene), pack.edges.body_too_large, plain, hint) {
        Ok(exchange) => {
            let mut response = finish(app, pack, exchange).await;
            // The rest of the body is not read, so the connection is of no more use.
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            response
        }
        Err(source) => {
            our_trouble(&SimulatorError::Expression { vendor: pack.name.clone(), source })
        }
    }
}

/// Keeps the exchange and carries the delivery out.
async fn finish(app: &App, pack: &Pack, exchange: Exchange) -> Response<Body> {
    let mut delivery = exchange.delivery;
    let call = &exchange.scene.call;
    let id = call.number;
    delivery.reply.headers.push((EXCHANGE_HEADER, HeaderValue::from(id)));
    if let Some(hint) = &exchange.hint
        && let Ok(hint) = HeaderValue::from_str(hint)
    {
        delivery.reply.headers.push((HINT_HEADER, hint));
    }
    if let Clock::Frozen(at_ms) = app.tenant.memory.clock {
        delivery.reply.headers.push((header::DATE, date(at_ms)));
    }
    let endpoint = exchange.scene.endpoint();
    let account = exchange.scene.account.and_then(|index| pack.accounts.get(index));
    let subject = endpoint.and_then(|endpoint| endpoint.lookup?.gstin_field());
    let gstin = subject.and_then(|field| exchange.scene.field(field)?.as_str());
    app.tenant.journal.keep(&Entry {
        call,
        secrets: Secrets { headers: &pack.secret_headers, queries: &pack.secret_queries },
        vendor: &pack.name,
        endpoint: endpoint.map_or("", |endpoint| &endpoint.name),
        account: account.map_or("", |account| &account.name),
        gstin: gstin.unwrap_or_default(),
        outcome: exchange.outcome.as_str(),
        code: &exchange.code,
        via: exchange.via,
        reply: &delivery.reply,
        wait_ms: u64::try_from(delivery.wait.as_millis()).unwrap_or(u64::MAX),
        hint: exchange.hint.as_deref().unwrap_or_default(),
    });
    drop(exchange.scene);
    deliver::carry_out(delivery).await
}

/// A moment as HTTP writes it.
fn date(at_ms: i64) -> HeaderValue {
    let moment = jiff::Timestamp::from_millisecond(at_ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let text = moment.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    HeaderValue::from_str(&text)
        .unwrap_or(HeaderValue::from_static("Thu, 01 Jan 1970 00:00:00 GMT"))
}

/// No vendor was named: a plain problem that says which there are.
fn nobody(app: &App, call: &Call) -> Response<Body> {
    let names: Vec<_> = app.world.packs.iter().map(|pack| pack.name.as_str()).collect();
    let hint = format!(
        "no vendor is at {}; there are: /{}; ours is /__sim/",
        call.path,
        names.join(", /")
    );
    let mut response = problem::response(StatusCode::NOT_FOUND, "no vendor is here", Some(&hint));
    let reply = Reply { status: StatusCode::NOT_FOUND, headers: Vec::new(), body: Bytes::new() };
    app.tenant.journal.keep(&Entry {
        call,
        secrets: Secrets::default(),
        vendor: "",
        endpoint: "",
        account: "",
        gstin: "",
        outcome: "unknown-route",
        code: "",
        via: Via::Nobody,
        reply: &reply,
        wait_ms: 0,
        hint: &hint,
    });
    response.headers_mut().insert(EXCHANGE_HEADER, HeaderValue::from(call.number));
    if let Ok(hint) = HeaderValue::from_str(&hint) {
        response.headers_mut().insert(HINT_HEADER, hint);
    }
    response.map(Either::Right)
}

/// We could not play the part: a problem of ours, told as such.
fn our_trouble(trouble: &SimulatorError) -> Response<Body> {
    match trouble {
        SimulatorError::Wish { message, outcomes, codes } => {
            let hint = format!("outcomes: {}; codes: {}", outcomes.join(", "), codes.join(", "));
            problem::response(StatusCode::BAD_REQUEST, message, Some(&hint)).map(Either::Right)
        }
        SimulatorError::Expression { source, .. } => {
            error!(error = %trouble, cause = %source, "a reply could not be rendered");
            let detail = format!("{trouble}: {source}");
            let hint = "run `gspsim check`; it names the body and the expression";
            problem::response(StatusCode::INTERNAL_SERVER_ERROR, &detail, Some(hint))
                .map(Either::Right)
        }
    }
}

/// A reply as it goes out.
pub(super) fn response(reply: Reply) -> Response<Body> {
    let mut response = Response::new(Either::Left(Full::new(reply.body)));
    *response.status_mut() = reply.status;
    let headers = response.headers_mut();
    for (name, value) in reply.headers {
        headers.append(name, value);
    }
    response
}
