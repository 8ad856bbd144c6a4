//! Answers every vendor path: reads the call, plays it, keeps it, carries the delivery out.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, Version, header};
use http_body_util::{BodyExt as _, Either, Full, LengthLimitError, Limited};
use hyper::{Request, Response, body::Body as _, body::Incoming};
use tracing::error;

use super::{
    App, Body, Mount, date,
    deliver::{self, Manner},
    problem,
    wire::TakeOver,
};
use crate::{
    exchange::{self, EXCHANGE_HEADER, Exchange, HINT_HEADER, SimulatorError},
    journal::{BLANK, Entry, Secrets, Via},
    model::{call::Call, reply::Reply, wire::Wire},
    pack::{
        Pack,
        file::{AuthPlace, FieldPlace},
    },
    render::scene::Scene,
    route,
    tenant::Tenant,
    tenants::{Belongs, Caller},
    world::World,
};

/// No body longer than this is read, in bytes: 1 MiB.
pub const BODY_LIMIT: usize = 1024 * 1024;

/// So much of a body that is too long is heard and thrown away, in bytes: 32 MiB.
const DRAIN_LIMIT: usize = 32 * 1024 * 1024;

/// And for so long.
const DRAIN_TIME: Duration = Duration::from_secs(5);

/// A client has so long to send a body.
const BODY_TIME: Duration = Duration::from_secs(30);

/// What became of a request's body.
enum Read {
    Whole(Bytes),
    TooLarge,
    Broken,
}

/// Where a call is played: what is loaded, and whose call it is.
#[derive(Clone, Debug)]
struct Ground {
    app: Arc<App>,
    world: Arc<World>,
    tenant: Arc<Tenant>,
    /// The HTTP that the caller speaks.
    version: Version,
}

/// Answers a call to a vendor, or says that there is none.
///
/// # Errors
///
/// When the reply is broken on purpose: with what is sent in its place.
pub(super) async fn answer(
    app: &Arc<App>,
    mount: &Mount,
    request: Request<Incoming>,
) -> Result<Response<Body>, TakeOver> {
    let (head, body) = request.into_parts();
    let read = read(&head.headers, body).await;
    let world = app.world.load_full();
    let path = head.uri.path();
    let (prefix, path) = match mount {
        Mount::All => tenant_of_path(path),
        Mount::Vendor(_) => (None, path),
    };
    let (pack, path) = match mount {
        Mount::Vendor(name) => (world.vendor(name), path),
        Mount::All => match vendor_of_host(&world, &head.headers) {
            Some(pack) => (Some(pack), path),
            None => vendor_of_path(&world, path),
        },
    };
    let pack = pack.cloned();
    let mut call = Call {
        path: if path.is_empty() { "/".to_owned() } else { path.to_owned() },
        query: head.uri.query().map(str::to_owned),
        method: head.method,
        headers: head.headers,
        body: match &read {
            Read::Whole(bytes) => bytes.clone(),
            Read::TooLarge | Read::Broken => Bytes::new(),
        },
        ..Call::default()
    };
    let prefix = prefix.map(str::to_owned);
    let prefix = prefix.as_deref();
    let caller = Caller { world: &world, pack: pack.as_ref(), prefix, call: &call };
    let Belongs { tenant, ended } = match app.tenants.of_call(&caller) {
        Ok(belongs) => belongs,
        Err(unknown) => return Ok(problem::Problem::from(unknown).response().map(Either::Right)),
    };
    call.ended = ended;
    call.number = tenant.memory.count_call();
    call.at_ms = tenant.memory.clock.now_ms();
    let ground = Ground { app: Arc::clone(app), world, tenant, version: head.version };
    let mut response = reply(&ground, pack, call, &read).await?;
    if !response.headers().contains_key(header::DATE) {
        let now_ms = ground.tenant.memory.clock.now_ms();
        response.headers_mut().insert(header::DATE, date::of(now_ms));
    }
    Ok(response)
}

async fn reply(
    ground: &Ground,
    pack: Option<Arc<Pack>>,
    call: Call,
    read: &Read,
) -> Result<Response<Body>, TakeOver> {
    let Some(pack) = pack else { return Ok(nobody(ground, &call)) };
    match read {
        Read::Whole(_) => {}
        Read::TooLarge => return too_large(ground, &pack, call).await,
        Read::Broken => {
            let detail =
                "the body could not be read: it is cut off, or its length is not what it says";
            let ours = Ours {
                status: StatusCode::BAD_REQUEST,
                detail,
                hint: "send as many bytes as `content-length` says, or whole chunks",
                outcome: "unreadable-body",
                via: Via::Nobody,
            };
            return Ok(problem_of_ours(ground, Some(&pack), &call, &ours));
        }
    }
    // What is left to tell of the call where playing it fails.
    let stub = Call {
        number: call.number,
        at_ms: call.at_ms,
        method: call.method.clone(),
        path: call.path.clone(),
        ..Call::default()
    };
    ground.app.depot.settle(&ground.tenant, &call).await;
    let played = play(ground, &pack, call).await;
    ground.app.depot.tend(&ground.tenant);
    match played {
        Ok(exchange) => finish(ground, &pack, exchange).await,
        Err(trouble) => Ok(our_trouble(ground, &pack, &stub, &trouble)),
    }
}

/// Plays the call; a panic of ours costs this call its answer and nobody else anything.
///
/// What takes long is played on a thread that may be held up: keys, and large bodies.
async fn play(ground: &Ground, pack: &Arc<Pack>, call: Call) -> Result<Exchange, SimulatorError> {
    if !exchange::takes_long(pack, &call) {
        return play_now(ground, pack, call);
    }
    let (ground, pack) = (ground.clone(), Arc::clone(pack));
    let vendor = pack.name.clone();
    let played = tokio::task::spawn_blocking(move || play_now(&ground, &pack, call)).await;
    played.unwrap_or_else(|error| Err(SimulatorError::Panic { vendor, what: error.to_string() }))
}

fn play_now(ground: &Ground, pack: &Arc<Pack>, call: Call) -> Result<Exchange, SimulatorError> {
    let played = || exchange::play(&ground.world, &ground.tenant, pack, call);
    catch_unwind(AssertUnwindSafe(played)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let what = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic");
        Err(SimulatorError::Panic { vendor: pack.name.clone(), what: what.to_owned() })
    })
}

async fn read(headers: &HeaderMap, body: Incoming) -> Read {
    if body.is_end_stream() {
        return Read::Whole(Bytes::new());
    }
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|text| text.to_str().ok());
    if announced.and_then(|text| text.parse::<u64>().ok()).is_some_and(|n| n > BODY_LIMIT as u64) {
        if !headers.contains_key(header::EXPECT) {
            drain(body).await;
        }
        return Read::TooLarge;
    }
    let mut body = body;
    let whole = Limited::new(&mut body, BODY_LIMIT).collect();
    match tokio::time::timeout(BODY_TIME, whole).await {
        Ok(Ok(collected)) => Read::Whole(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            drain(body).await;
            Read::TooLarge
        }
        Ok(Err(_)) | Err(_) => Read::Broken,
    }
}

/// Hears a client out, within bounds: many read no reply before they have sent all, and closing
/// on bytes unread would reset the connection and take the reply with it.
async fn drain(mut body: Incoming) {
    let mut left = DRAIN_LIMIT;
    let all = async {
        while let Some(Ok(frame)) = body.frame().await {
            left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
            if left == 0 {
                break;
            }
        }
    };
    let _ = tokio::time::timeout(DRAIN_TIME, all).await;
}

/// The vendor whose real host name the call was sent to.
pub(super) fn vendor_of_host<'world>(
    world: &'world World,
    headers: &HeaderMap,
) -> Option<&'world Arc<Pack>> {
    world.vendor_by_host(headers.get(header::HOST)?.to_str().ok()?)
}

/// The tenant that a path begins with, `/t/NAME/…`, and what follows it.
pub(super) fn tenant_of_path(path: &str) -> (Option<&str>, &str) {
    let Some(below) = path.strip_prefix("/t/") else { return (None, path) };
    let (name, rest) = below.split_at(below.find('/').unwrap_or(below.len()));
    (Some(name), rest)
}

/// The vendor that the first segment names, and what follows it; the whole path where it names none.
fn vendor_of_path<'world, 'path>(
    world: &'world World,
    path: &'path str,
) -> (Option<&'world Arc<Pack>>, &'path str) {
    let below = path.strip_prefix('/').unwrap_or(path);
    let (name, rest) = below.split_at(below.find('/').unwrap_or(below.len()));
    match world.vendor(name) {
        Some(pack) => (Some(pack), rest),
        None => (None, path),
    }
}

async fn too_large(
    ground: &Ground,
    pack: &Arc<Pack>,
    call: Call,
) -> Result<Response<Body>, TakeOver> {
    let stub = Call {
        number: call.number,
        at_ms: call.at_ms,
        method: call.method.clone(),
        path: call.path.clone(),
        ..Call::default()
    };
    let (register, seed) =
        (ground.tenant.register(&ground.world), ground.tenant.seed(&ground.world));
    let scene = Scene::new(Arc::clone(pack), register, seed, call);
    let plain = (StatusCode::PAYLOAD_TOO_LARGE, "body-too-large");
    let hint = format!("the body is longer than {BODY_LIMIT} bytes");
    match exchange::edge(Arc::new(scene), pack.edges.body_too_large, plain, hint) {
        Ok(exchange) => {
            let mut response = finish(ground, pack, exchange).await?;
            // The rest of the body is not read, so the connection is of no more use.
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            Ok(response)
        }
        Err(source) => {
            let trouble = SimulatorError::Expression { vendor: pack.name.clone(), source };
            Ok(our_trouble(ground, pack, &stub, &trouble))
        }
    }
}

/// Keeps the exchange and carries the delivery out.
async fn finish(
    ground: &Ground,
    pack: &Pack,
    exchange: Exchange,
) -> Result<Response<Body>, TakeOver> {
    let mut delivery = exchange.delivery;
    let call = &exchange.scene.call;
    let id = call.number;
    delivery.reply.headers.push((EXCHANGE_HEADER, HeaderValue::from(id)));
    let hint = exchange.hint.as_deref().or(call.ended.as_deref());
    if let Some(hint) = hint
        && let Ok(hint) = HeaderValue::from_str(hint)
    {
        delivery.reply.headers.push((HINT_HEADER, hint));
    }
    delivery.reply.headers.push((header::DATE, date::of(call.at_ms)));
    let endpoint = exchange.scene.endpoint();
    let account = exchange.scene.account.and_then(|index| pack.accounts.get(index));
    let subject = endpoint.and_then(|endpoint| endpoint.lookup?.gstin_field());
    let gstin = subject.and_then(|field| exchange.scene.field(field)?.as_str());
    let manner = Manner::of(call, ground.version, delivery.wire.as_deref());
    let wire = delivery.wire.as_deref().map(Wire::told).unwrap_or_default();
    let blanked = blanked(&exchange.scene, &delivery.reply);
    let (call, reply) = match &blanked {
        Some((call, reply)) => (call, reply),
        None => (call, &delivery.reply),
    };
    // Of a body that is made while it is sent, a note is kept.
    let note = delivery.stream.as_ref().map(|stream| Bytes::from(stream.note.clone()));
    let noted = note.map(|body| Reply { body, ..reply.clone() });
    let reply = noted.as_ref().unwrap_or(reply);
    let opened = exchange.scene.opened.lock().unwrap_or_else(PoisonError::into_inner).clone();
    ground.tenant.journal.keep(&Entry {
        call,
        secrets: Secrets { headers: &pack.secret_headers, queries: &pack.secret_queries },
        vendor: &pack.name,
        endpoint: endpoint.map_or("", |endpoint| &endpoint.name),
        account: account.map_or("", |account| &account.name),
        gstin: gstin.unwrap_or_default(),
        outcome: exchange.outcome.as_str(),
        code: &exchange.code,
        via: exchange.via,
        reply,
        streamed: delivery.stream.as_ref().map(|stream| stream.length.unwrap_or_default()),
        wait_ms: u64::try_from(delivery.wait.as_millis()).unwrap_or(u64::MAX),
        hint: exchange.hint.as_deref().or(call.ended.as_deref()).unwrap_or_default(),
        opened: (&opened.request, &opened.reply),
        faults: &delivery.faults,
        wire: &wire,
    });
    let totals = &ground.app.totals;
    match exchange.plan {
        Some(reply) => {
            let (pack, endpoint) = (&exchange.scene.pack, exchange.scene.endpoint);
            ground.tenant.coverage.count(pack, endpoint, reply);
            totals.coverage.count(pack, endpoint, reply);
        }
        None => totals.count_ours(exchange.outcome.as_str()),
    }
    totals.count_faults(&delivery.faults);
    totals.wait(delivery.wait);
    drop(exchange.scene);
    deliver::carry_out(delivery, manner, &ground.app.depot).await
}

/// The call and the reply as they may be kept, where a credential stands neither in a header nor
/// in the query, or a token was given; `None` where they may be kept as they are.
fn blanked(scene: &Scene, reply: &Reply) -> Option<(Call, Reply)> {
    let scheme = scene.endpoint().and_then(|endpoint| scene.pack.schemes.get(endpoint.scheme?));
    let places = || scheme.iter().flat_map(|scheme| &scheme.parts).map(|part| &part.place);
    let hidden = |place: &AuthPlace| matches!(place, AuthPlace::Path(_) | AuthPlace::Body(_));
    // The token of a session, where a body brings it.
    let token = scene.endpoint().and_then(|endpoint| {
        let field = endpoint.fields.get(endpoint.consent.as_ref()?.token?)?;
        matches!(field.place, FieldPlace::Body | FieldPlace::Anywhere).then_some(&field.key)
    });
    if scene.session.is_none() && token.is_none() && !places().any(hidden) {
        return None;
    }
    let (mut call, mut reply) = (scene.call.clone(), reply.clone());
    if let Some(session) = &scene.session {
        let body = String::from_utf8_lossy(&reply.body).replace(&session.token, BLANK);
        reply.body = body.into();
    }
    if let Some(name) = token
        && let Ok(mut body) = serde_json::from_slice::<serde_json::Value>(&call.body)
        && let Some(secret) = body.get_mut(name)
    {
        *secret = BLANK.into();
        call.body = body.to_string().into();
    }
    for place in places() {
        match place {
            AuthPlace::Header(_) | AuthPlace::Query(_) => {}
            AuthPlace::Path(name) => {
                let secret = scene.path_parameters.iter().find(|(known, _)| known == name);
                let Some((_, secret)) = secret else { continue };
                let is_secret = |text: &str| route::decode_path(text) == *secret;
                let parts = call.path.split('/');
                let parts = parts.map(|text| if is_secret(text) { BLANK } else { text });
                call.path = parts.collect::<Vec<_>>().join("/");
            }
            AuthPlace::Body(name) => {
                let read = serde_json::from_slice(&call.body).ok();
                let mut body = read.or_else(|| scene.body.clone()).unwrap_or(BLANK.into());
                if let Some(secret) = body.get_mut(name) {
                    *secret = BLANK.into();
                }
                call.body = body.to_string().into();
            }
        }
    }
    Some((call, reply))
}

/// A problem that no vendor gives.
struct Ours<'text> {
    status: StatusCode,
    detail: &'text str,
    hint: &'text str,
    outcome: &'text str,
    via: Via,
}

/// Keeps the exchange and tells the problem.
fn problem_of_ours(
    ground: &Ground,
    pack: Option<&Pack>,
    call: &Call,
    ours: &Ours<'_>,
) -> Response<Body> {
    let mut response = problem::response(ours.status, ours.detail, Some(ours.hint));
    ground.app.totals.count_ours(ours.outcome);
    // Whoever it was meant for, its credentials are not kept.
    let meant = |one: &&Arc<Pack>| pack.is_none_or(|pack| pack.name == one.name);
    let of_all = |secrets: fn(&Pack) -> &Vec<String>| -> Vec<String> {
        let packs = ground.world.packs.iter().filter(meant);
        packs.flat_map(|pack| secrets(pack).clone()).collect()
    };
    ground.tenant.journal.keep(&Entry {
        call,
        secrets: Secrets {
            headers: &of_all(|pack| &pack.secret_headers),
            queries: &of_all(|pack| &pack.secret_queries),
        },
        vendor: pack.map_or("", |pack| &pack.name),
        endpoint: "",
        account: "",
        gstin: "",
        outcome: ours.outcome,
        code: "",
        via: ours.via,
        reply: &Reply { status: ours.status, headers: Vec::new(), body: Bytes::new() },
        streamed: None,
        wait_ms: 0,
        hint: ours.hint,
        opened: ("", ""),
        faults: &[],
        wire: "",
    });
    response.headers_mut().insert(EXCHANGE_HEADER, HeaderValue::from(call.number));
    if let Ok(hint) = HeaderValue::from_str(ours.hint) {
        response.headers_mut().insert(HINT_HEADER, hint);
    }
    response.map(Either::Right)
}

/// No vendor was named: a plain problem that says which there are.
fn nobody(ground: &Ground, call: &Call) -> Response<Body> {
    let names: Vec<_> = ground.world.packs.iter().map(|pack| pack.name.as_str()).collect();
    let names = names.join(", /");
    let hint = format!("no vendor is at {}; there are: /{names}; ours is /__sim/", call.path);
    let ours = Ours {
        status: StatusCode::NOT_FOUND,
        detail: "no vendor is here",
        hint: &hint,
        outcome: "unknown-route",
        via: Via::Nobody,
    };
    problem_of_ours(ground, None, call, &ours)
}

/// We could not play the part: a problem of ours, told as such.
fn our_trouble(
    ground: &Ground,
    pack: &Pack,
    call: &Call,
    trouble: &SimulatorError,
) -> Response<Body> {
    let (status, detail, hint) = match trouble {
        SimulatorError::Wish { message, hint, call } => {
            let ours = Ours {
                status: StatusCode::BAD_REQUEST,
                detail: message,
                hint,
                outcome: "unknown-outcome",
                via: Via::Header,
            };
            return problem_of_ours(ground, Some(pack), call, &ours);
        }
        SimulatorError::Panic { .. } => {
            error!(error = %trouble, "a call could not be played");
            let hint =
                "this is a fault of gspsim, not of your call; please report it with the request";
            (StatusCode::INTERNAL_SERVER_ERROR, trouble.to_string(), hint)
        }
        SimulatorError::Expression { source, .. } => {
            error!(error = %trouble, cause = %source, "a reply could not be rendered");
            let hint = "run `gspsim check`; it names the body and the expression";
            (StatusCode::INTERNAL_SERVER_ERROR, format!("{trouble}: {source}"), hint)
        }
    };
    let ours =
        Ours { status, detail: &detail, hint, outcome: "simulator-trouble", via: Via::Nobody };
    problem_of_ours(ground, Some(pack), call, &ours)
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
