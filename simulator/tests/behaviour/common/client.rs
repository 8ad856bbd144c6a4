//! A client that is just a socket: it sends what it is told, right or wrong, and waits 5 s at most.

use std::{net::SocketAddr, time::Duration};

use gsp_simulator::Simulator;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

/// No read takes longer; a server that hangs fails its test.
const PATIENCE: Duration = Duration::from_secs(5);

/// A request, not yet written as bytes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn new(method: &str, target: &str) -> Self {
        Self { method: method.to_owned(), target: target.to_owned(), ..Self::default() }
    }

    pub(crate) fn get(target: &str) -> Self {
        Self::new("GET", target)
    }

    /// The same with this header, in place of one of the same name.
    pub(crate) fn with(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.as_ref().to_owned()));
        self
    }

    /// The same with one more header, whatever there is.
    pub(crate) fn and(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_owned(), value.as_ref().to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self
    }

    pub(crate) fn json(self, body: impl Into<Vec<u8>>) -> Self {
        self.with("content-type", "application/json").body(body)
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
    }

    /// Request line and headers, with a `Host` and a `Content-Length` unless they were given.
    pub(crate) fn head(&self) -> Vec<u8> {
        let mut out = format!("{} {} HTTP/1.1\r\n", self.method, self.target).into_bytes();
        if !self.has("host") {
            out.extend(b"Host: localhost\r\n");
        }
        for (name, value) in &self.headers {
            out.extend(name.as_bytes());
            out.extend(b": ");
            out.extend(value);
            out.extend(b"\r\n");
        }
        let framed = self.has("content-length") || self.has("transfer-encoding");
        if !self.body.is_empty() && !framed {
            out.extend(format!("Content-Length: {}\r\n", self.body.len()).into_bytes());
        }
        out.extend(b"\r\n");
        out
    }

    /// All of it.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut out = self.head();
        out.extend(&self.body);
        out
    }
}

/// What came back.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Status line and headers as they came.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}{}", self.head, String::from_utf8_lossy(&self.body))
    }
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (known, value) = line.split_once(": ")?;
            known.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is text")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("the body is no JSON ({error}): {self:?}"))
    }
}

/// Why there is no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The other side ended the connection.
    Ended,
    /// Nothing came for five seconds.
    Hangs,
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The other side closed it (FIN).
    Closed,
    /// The other side reset it (RST).
    Reset,
    /// It is open, and nothing comes.
    Open,
}

/// A connection, and what has come in on it and was not yet read.
pub(crate) struct Connection {
    stream: TcpStream,
    came: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("the server takes connections");
        stream.set_nodelay(true).expect("a socket can do so");
        Self { stream, came: Vec::new() }
    }

    /// Sends; a server that has heard enough may end the connection before all was sent.
    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        let sent = timeout(PATIENCE, self.stream.write_all(bytes)).await;
        assert!(sent.is_ok(), "the server reads nothing, and does not end the connection either");
    }

    /// Says that nothing more will be sent.
    pub(crate) async fn finish(&mut self) {
        let _ = self.stream.shutdown().await;
    }

    async fn more(&mut self) -> Result<(), Trouble> {
        let mut piece = vec![0; 64 * 1024];
        match timeout(PATIENCE, self.stream.read(&mut piece)).await {
            Err(_) => Err(Trouble::Hangs),
            Ok(Ok(0) | Err(_)) => Err(Trouble::Ended),
            Ok(Ok(count)) => {
                self.came.extend(&piece[..count]);
                Ok(())
            }
        }
    }

    /// All that comes until the connection ends, or until nothing comes for so long; and how it ends.
    pub(crate) async fn rest(&mut self, patience: Duration) -> (Vec<u8>, Ending) {
        let mut piece = vec![0; 64 * 1024];
        let ending = loop {
            match timeout(patience, self.stream.read(&mut piece)).await {
                Err(_) => break Ending::Open,
                Ok(Ok(0)) => break Ending::Closed,
                Ok(Ok(count)) => self.came.extend(&piece[..count]),
                Ok(Err(error)) => {
                    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
                    break Ending::Reset;
                }
            }
        };
        (std::mem::take(&mut self.came), ending)
    }

    pub(crate) async fn until(&mut self, end: &[u8]) -> Result<Vec<u8>, Trouble> {
        loop {
            if let Some(at) = self.came.windows(end.len()).position(|window| window == end) {
                return Ok(self.came.drain(..at + end.len()).collect());
            }
            self.more().await?;
        }
    }

    pub(crate) async fn exactly(&mut self, count: usize) -> Result<Vec<u8>, Trouble> {
        while self.came.len() < count {
            self.more().await?;
        }
        Ok(self.came.drain(..count).collect())
    }

    /// Status line and headers of the next reply.
    pub(crate) async fn reply_head(&mut self) -> Result<Reply, Trouble> {
        self.reply_head_after(b"").await
    }

    /// The same, where the beginning of it was read before.
    pub(crate) async fn reply_head_after(&mut self, beginning: &[u8]) -> Result<Reply, Trouble> {
        let head = [beginning, &self.until(b"\r\n\r\n").await?].concat();
        let head = String::from_utf8(head).expect("heads are ASCII").replace("\r\n", "\n");
        let status = head.split(' ').nth(1).and_then(|text| text.get(..3)?.parse().ok());
        Ok(Reply { status: status.expect("a status line has a status"), head, body: Vec::new() })
    }

    /// The next reply, to its end.
    pub(crate) async fn reply(&mut self) -> Result<Reply, Trouble> {
        let mut reply = self.reply_head().await?;
        if reply.status == 100 || reply.status == 204 {
            return Ok(reply);
        }
        if let Some(length) = reply.header("content-length") {
            let length = length.parse().expect("a length is a number");
            reply.body = self.exactly(length).await?;
        } else if reply.header("transfer-encoding") == Some("chunked") {
            loop {
                let line = String::from_utf8(self.until(b"\r\n").await?).expect("it is hex");
                let size = usize::from_str_radix(line.trim(), 16).expect("it is hex");
                let chunk = self.exactly(size + 2).await?;
                if size == 0 {
                    break;
                }
                reply.body.extend(&chunk[..size]);
            }
        } else {
            while self.more().await.is_ok() {}
            reply.body = std::mem::take(&mut self.came);
        }
        Ok(reply)
    }

    /// Whether the server ends the connection and says nothing more.
    pub(crate) async fn ends(&mut self) -> bool {
        self.came.is_empty() && self.more().await == Err(Trouble::Ended)
    }
}

/// Sends bytes on a connection of their own; the first reply to them.
pub(crate) async fn send(simulator: &Simulator, bytes: &[u8]) -> Result<Reply, Trouble> {
    let mut connection = Connection::open(simulator.address()).await;
    connection.send(bytes).await;
    connection.reply().await
}

/// One call that is answered.
pub(crate) async fn call(simulator: &Simulator, request: &Request) -> Reply {
    send(simulator, &request.bytes())
        .await
        .unwrap_or_else(|trouble| panic!("{} {}: {trouble:?}", request.method, request.target))
}
