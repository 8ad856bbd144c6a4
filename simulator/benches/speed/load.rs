//! The load: open connections, each with one request under way.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use crate::{Fallible, cases::Case, child::Child, numbers::Numbers, tables::Sample};

/// Enough to keep a server busy; more of them change nothing.
const CONNECTIONS: usize = 32;

/// A call that any simulator answers.
pub(crate) const PING: &[u8] = b"GET /__sim/health HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n";

/// Connections to a server.
pub(crate) struct Load {
    connections: Vec<Connection>,
}

/// One of them.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// Where the last reply's body stands.
    body: std::ops::Range<usize>,
}

/// A reply, as far as it is looked at.
pub(crate) struct Reply {
    pub(crate) is_ok: bool,
    body_bytes: usize,
}

impl Load {
    /// Connects.
    pub(crate) fn open(address: SocketAddr) -> Fallible<Self> {
        let open = |_| Connection::open(address);
        Ok(Self { connections: (0..CONNECTIONS).map(open).collect::<Fallible<_>>()? })
    }

    /// Sends one request on a connection of its own and waits for the reply.
    pub(crate) fn once(address: SocketAddr, request: &[u8]) -> Fallible {
        let mut connection = Connection::open(address)?;
        connection.stream.write_all(request)?;
        connection.read()?;
        Ok(())
    }

    /// The mean length of a body.
    pub(crate) fn mean_reply(&mut self, case: &Case, distinct: u64) -> Fallible<usize> {
        const SAMPLE: usize = 1_000;
        let mut numbers = Numbers::new(distinct, 0);
        let mut request = case.request.clone();
        let mut bytes = 0;
        for _ in 0..SAMPLE {
            let connection = &mut self.connections[0];
            connection.send(case, &mut request, &mut numbers)?;
            let reply = connection.read()?;
            if !reply.is_ok {
                let text = String::from_utf8_lossy(&connection.buffer[..600]).into_owned();
                return Err(format!("`{}` does not succeed: {text}", case.name).into());
            }
            bytes += reply.body_bytes;
        }
        Ok(bytes / SAMPLE)
    }

    /// Calls for so long: every connection in turn, the next request as soon as a reply is read.
    pub(crate) fn run(
        &mut self,
        server: &Child,
        case: &Case,
        numbers: &mut Numbers,
        time: Duration,
    ) -> Fallible<Sample> {
        let mut request = case.request.clone();
        for connection in &mut self.connections {
            connection.send(case, &mut request, numbers)?;
        }
        let (mut calls, mut failed) = (0_u32, 0_u32);
        let cpu = server.cpu()?;
        let begun = Instant::now();
        while begun.elapsed() < time {
            for connection in &mut self.connections {
                failed += u32::from(!connection.read()?.is_ok);
                connection.send(case, &mut request, numbers)?;
                calls += 1;
            }
        }
        let elapsed = begun.elapsed();
        let cpu = server.cpu()?.saturating_sub(cpu);
        for connection in &mut self.connections {
            connection.read()?;
        }
        if failed > calls / 100 {
            return Err(format!("`{}`: {failed} of {calls} calls failed", case.name).into());
        }
        Ok(Sample {
            calls_per_second: f64::from(calls) / elapsed.as_secs_f64(),
            cpu_us: cpu.as_secs_f64() * 1e6 / f64::from(calls),
        })
    }
}

impl Connection {
    /// Connects.
    pub(crate) fn open(address: SocketAddr) -> Fallible<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        Ok(Self { stream, buffer: vec![0; 256 * 1024], body: 0..0 })
    }

    /// Waits longer for a reply than others do.
    pub(crate) fn patient(self, time: Duration) -> Fallible<Self> {
        self.stream.set_read_timeout(Some(time))?;
        Ok(self)
    }

    /// Sends a request as it is.
    pub(crate) fn write(&mut self, request: &[u8]) -> Fallible {
        Ok(self.stream.write_all(request)?)
    }

    /// The last reply's body.
    pub(crate) fn body(&self) -> &[u8] {
        &self.buffer[self.body.clone()]
    }

    /// Reads a reply whose body is not kept; `see` is given its pieces.
    pub(crate) fn read_through(&mut self, mut see: impl FnMut(&[u8])) -> Fallible<bool> {
        let (mut filled, mut head) = (0, None);
        while head.is_none() {
            let more = self.stream.read(&mut self.buffer[filled..])?;
            if more == 0 {
                return Err("the server closed the connection".into());
            }
            filled += more;
            head = find(&self.buffer[..filled], b"\r\n\r\n");
        }
        let head = head.unwrap_or_default();
        let mut left = content_length(&self.buffer[..head]).ok_or("no content-length")?;
        let is_ok = self.buffer.starts_with(b"HTTP/1.1 200");
        see(&self.buffer[head + 4..filled]);
        left -= filled - head - 4;
        while left > 0 {
            let most = left.min(self.buffer.len());
            let more = self.stream.read(&mut self.buffer[..most])?;
            if more == 0 {
                return Err("the server closed the connection".into());
            }
            see(&self.buffer[..more]);
            left -= more;
        }
        Ok(is_ok)
    }

    fn send(&mut self, case: &Case, request: &mut [u8], numbers: &mut Numbers) -> Fallible {
        let gstin = numbers.next();
        for &at in &case.gstins {
            request[at..at + 15].copy_from_slice(&gstin);
        }
        Ok(self.stream.write_all(request)?)
    }

    /// Reads a reply.
    pub(crate) fn read(&mut self) -> Fallible<Reply> {
        let mut filled = 0;
        loop {
            let more = self.stream.read(&mut self.buffer[filled..])?;
            if more == 0 {
                return Err("the server closed the connection".into());
            }
            filled += more;
            let Some(head) = find(&self.buffer[..filled], b"\r\n\r\n") else { continue };
            let length = content_length(&self.buffer[..head]).ok_or("no content-length")?;
            if self.buffer.len() < head + 4 + length {
                self.buffer.resize(head + 4 + length, 0);
            }
            while filled < head + 4 + length {
                filled += self.stream.read(&mut self.buffer[filled..])?;
            }
            self.body = head + 4..head + 4 + length;
            let is_ok = self.buffer.starts_with(b"HTTP/1.1 200");
            return Ok(Reply { is_ok, body_bytes: length });
        }
    }
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

fn content_length(head: &[u8]) -> Option<usize> {
    let name = b"content-length: ";
    let start = find(head, name)? + name.len();
    let digits = head[start..].iter().take_while(|byte| byte.is_ascii_digit());
    digits.into_iter().try_fold(0_usize, |length, digit| {
        length.checked_mul(10)?.checked_add(usize::from(digit - b'0'))
    })
}
