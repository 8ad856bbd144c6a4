//! Bodies in pieces over a real connection, and the hands in the background.

use std::{
    io::Write as _,
    sync::atomic::{AtomicUsize, Ordering},
};

use http_body_util::BodyExt as _;
use hyper::{Request, Response, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use super::*;
use crate::{
    bulk::job::{Contents, Order, Part},
    gstn::Key,
    journal::Bounds,
    memory::clock::Clock,
};

/// A stream of pieces of 64 KiB, and how many were taken.
fn stream(pieces: usize, length: Option<u64>) -> (Stream, Arc<AtomicUsize>) {
    let taken = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&taken);
    let stream = Stream::new(length, "a test".to_owned(), move |out| {
        for number in 0..pieces {
            out.write_all(&vec![u8::try_from(number % 251).unwrap_or(0); 65_536])?;
            counter.fetch_add(1, Ordering::SeqCst);
        }
        Ok(())
    });
    (stream, taken)
}

/// One connection to a server that sends this stream to whoever asks.
async fn connect(depot: &Arc<Depot>, stream: Stream) -> TcpStream {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let depot = Arc::clone(depot);
    tokio::spawn(async move {
        let (socket, _) = listener.accept().await.expect("a client");
        let service = service_fn(move |_: Request<hyper::body::Incoming>| {
            let (depot, stream) = (Arc::clone(&depot), stream.clone());
            async move { Ok::<_, io::Error>(Response::new(depot.send(stream).await)) }
        });
        let _ = http1::Builder::new().serve_connection(TokioIo::new(socket), service).await;
    });
    let mut socket = TcpStream::connect(address).await.expect("a server");
    let request = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    socket.write_all(request).await.expect("it hears");
    socket
}

/// Waits until something holds; a minute at the most.
async fn until(holds: impl Fn() -> bool) {
    let all = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), all).await.expect("it holds in the end");
}

#[tokio::test]
async fn a_stream_of_known_length_announces_it_and_arrives_whole() {
    let (stream, _) = stream(20, Some(20 * 65_536));
    let mut socket = connect(&Arc::default(), stream).await;
    let mut reply = Vec::new();
    socket.read_to_end(&mut reply).await.expect("a reply");

    let end = reply.windows(4).position(|four| four == b"\r\n\r\n").expect("a head") + 4;
    let head = String::from_utf8_lossy(&reply[..end]).to_ascii_lowercase();
    assert!(head.contains("content-length: 1310720"), "{head}");
    assert_eq!(reply.len() - end, 1_310_720);
    assert!(
        reply[end..]
            .chunks(65_536)
            .enumerate()
            .all(|(at, piece)| { piece.iter().all(|byte| usize::from(*byte) == at) })
    );
}

#[tokio::test]
async fn a_stream_of_unknown_length_comes_in_chunks() {
    let (stream, _) = stream(2, None);
    let mut socket = connect(&Arc::default(), stream).await;
    let mut reply = Vec::new();
    socket.read_to_end(&mut reply).await.expect("a reply");

    let text = String::from_utf8_lossy(&reply);
    assert!(text.to_ascii_lowercase().contains("transfer-encoding: chunked"));
    assert!(text.ends_with("\r\n0\r\n\r\n"));
}

#[tokio::test]
async fn a_stream_that_fails_is_cut_off_and_not_ended() {
    let stream = Stream::new(None, "a test".to_owned(), |out| {
        out.write_all(b"the beginning")?;
        Err(io::Error::other("it cannot be made"))
    });
    let mut socket = connect(&Arc::default(), stream).await;
    let mut reply = Vec::new();
    let _ = socket.read_to_end(&mut reply).await;

    assert!(!String::from_utf8_lossy(&reply).ends_with("0\r\n\r\n"), "no end of the chunks");
}

#[tokio::test]
async fn a_slow_client_holds_the_writer_back() {
    let (stream, taken) = stream(2_000, None);
    let mut socket = connect(&Arc::default(), stream).await;
    let mut first = [0; 1_000];
    socket.read_exact(&mut first).await.expect("the beginning");
    // What goes into the buffers of both ends has gone; then nothing more is made.
    let mut before = usize::MAX;
    while taken.load(Ordering::SeqCst) != before {
        before = taken.load(Ordering::SeqCst);
        let _ =
            tokio::time::timeout(Duration::from_millis(300), std::future::pending::<()>()).await;
    }
    assert!(before < 1_000, "{before} pieces of 64 KiB wait for a client that takes none");

    let mut rest = Vec::new();
    socket.read_to_end(&mut rest).await.expect("the rest");
    assert_eq!(taken.load(Ordering::SeqCst), 2_000);
}

#[tokio::test]
async fn a_client_that_goes_away_ends_the_writing_and_gives_its_turn_back() {
    let depot = Arc::<Depot>::default();
    let (stream, taken) = stream(usize::MAX, None);
    let mut clients = Vec::new();
    for _ in 0..SENDERS {
        clients.push(connect(&depot, stream.clone()).await);
    }
    until(|| depot.senders.available_permits() == 0 && taken.load(Ordering::SeqCst) > 0).await;

    let mut late = connect(&depot, self::stream(1, None).0).await;
    let mut byte = [0];
    let early = tokio::time::timeout(Duration::from_millis(200), late.read(&mut byte)).await;
    assert!(early.is_err(), "it is not its turn");

    drop(clients);
    late.read_exact(&mut byte).await.expect("now it is");
    drop(late);
    until(|| depot.senders.available_permits() == SENDERS).await;
}

#[tokio::test]
async fn an_announced_length_counts_down() {
    let (stream, _) = stream(2, Some(131_072));
    let mut body = Depot::default().send(stream).await;
    assert_eq!(body.size_hint().exact(), Some(131_072));
    body.frame().await.expect("a piece").expect("no error");
    assert_eq!(body.size_hint().exact(), Some(65_536));
}

/// Records that are their own numbers.
#[derive(Debug)]
struct Numbers;

impl Contents for Numbers {
    fn json(&self, part: &Part, out: &mut Vec<u8>) -> Result<(), String> {
        write!(out, "{:?}", part.records).map_err(|error| error.to_string())
    }

    fn member(&self, part: &Part) -> Result<String, String> {
        Ok(format!("{}.json", part.number))
    }

    fn path(&self, part: &Part) -> Result<String, String> {
        Ok(format!("/numbers/{}", part.number))
    }
}

fn tenant(question: &str) -> Arc<Tenant> {
    let tenant = Tenant::new(question, Clock::Frozen(0), Bounds::default());
    tenant.files.open(question, 0, || {
        let order = Order {
            owner: Vec::new(),
            token: "0123456789abcdef0123456789abcdef".to_owned(),
            made_at_ms: 0,
            ready_at_ms: 1_000,
            expires_at_ms: 2_000,
            key: Key([1; 32]),
            quoted: true,
            count: 50,
            per_part: 1,
        };
        (order, Arc::new(Numbers) as _)
    });
    Arc::new(tenant)
}

fn asks(at_ms: i64) -> Call {
    let query = "action=FILEDET&token=0123456789abcdef0123456789abcdef".to_owned();
    Call { at_ms, path: "/returns".to_owned(), query: Some(query), ..Call::default() }
}

#[tokio::test]
async fn who_asks_for_a_file_that_is_ready_by_the_clock_waits_for_its_measures() {
    let depot = Depot::default();
    let tenant = tenant("one");
    let job = tenant.files.named_in("0123456789abcdef0123456789abcdef", 0).expect("it is there");

    depot.settle(&tenant, &asks(999)).await;
    assert!(!job.is_settled(), "before its time nobody waits");
    depot.settle(&tenant, &asks(1_000)).await;
    assert!(job.is_settled());
    let part = job.order.part(49).expect("the last");
    assert!(job.known(&part).is_some());
}

#[tokio::test]
async fn every_tenant_has_its_turn() {
    let depot = Depot::default();
    let tenants: Vec<_> = ["one", "two", "three", "four"].map(tenant).into();
    for tenant in &tenants {
        depot.tend(tenant);
    }
    until(|| tenants.iter().all(|tenant| !tenant.files.has_work())).await;
    until(|| depot.hands.available_permits() == HANDS).await;
}
