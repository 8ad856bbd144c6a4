//! The return with a million invoices, as its client meets it: a token, half an hour, links, files.
//! What counts is the most memory that the program ever had.

use std::time::{Duration, Instant};

use gsp_simulator::{gstn::key::to_hex, world::World};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::{
    Effort, Fallible,
    child::Child,
    load::Connection,
    session::{Gateway, NOW, Session},
};

/// The persona with a million invoices a month.
const PERSONA: &str = "invoices-1000000.json";

/// Measuring all files may take so long on a busy machine.
const PATIENCE: Duration = Duration::from_secs(400);

/// Prints a row for every vendor that gives files.
pub(crate) fn print(world: &World, effort: Effort, only: Option<&str>) -> Fallible {
    let mut head = false;
    for gateway in Gateway::all(world)? {
        let name = format!("{}::large-1000000", gateway.pack.name);
        if only.is_some_and(|part| !name.contains(part)) {
            continue;
        }
        if !head {
            println!(
                "| return in files | files made and hashed | of them downloaded | MB/s | CPU for a file | memory before | the most ever |"
            );
            println!("|---|--:|--:|--:|--:|--:|--:|");
            head = true;
        }
        row(world, &gateway, &name, effort)?;
    }
    if head {
        println!();
    }
    Ok(())
}

fn row(world: &World, gateway: &Gateway, name: &str, effort: Effort) -> Fallible {
    let persona =
        world.fixtures.iter().find_map(|folder| folder.source(&format!("taxpayers/{PERSONA}")));
    let persona: Value = serde_json::from_str(&persona.ok_or("the persona is gone")?.text)?;
    let gstin = persona["gstin"].as_str().ok_or("a persona without a GSTIN")?;

    let server = Child::gspsim(NOW)?;
    let mut client =
        Client { gateway, connection: Connection::open(server.address)?.patient(PATIENCE)? };
    let session = client.log_in("speed", &gstin[..2])?;
    let queued = gateway.bytes(&gateway.invoices(&session, gstin)?);
    let queued: Value = serde_json::from_slice(&session.open(client.ask(&queued)?)?)?;
    let token = queued["token"].as_str().ok_or_else(|| format!("no token: {queued}"))?.to_owned();
    let before = server.memory()?;

    let begun = (Instant::now(), server.cpu_of_all()?);
    client.ask(
        b"PUT /__sim/clock HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n\
          content-length: 17\r\n\r\n{\"advance\":\"31m\"}",
    )?;
    let details = gateway.bytes(&gateway.details(&session, gstin, &token)?);
    let details: Value = serde_json::from_slice(&session.open(client.ask(&details)?)?)?;
    let made = (begun.0.elapsed(), server.cpu_of_all()?.saturating_sub(begun.1));
    let links = details["urls"].as_array().ok_or_else(|| format!("no links: {details}"))?;

    let wanted = effort.files.min(links.len());
    let (begun, mut bytes) = (Instant::now(), 0_usize);
    for link in links.iter().take(wanted) {
        bytes += client.download(link)?;
    }
    let elapsed = begun.elapsed();
    #[expect(clippy::cast_precision_loss, reason = "files are far below 2^52 bytes")]
    let speed = bytes as f64 / 1e6 / elapsed.as_secs_f64();
    println!(
        "| `{name}` | {} in {:.1} s | {wanted} in {:.1} s | {speed:.0} MB/s | {:.0} ms | {:.1} MB | **{:.1} MB** |",
        links.len(),
        made.0.as_secs_f64(),
        elapsed.as_secs_f64(),
        made.1.as_secs_f64() * 1e3 / f64::from(u32::try_from(links.len())?),
        before / 1024.0,
        server.peak()? / 1024.0,
    );
    Ok(())
}

/// One client.
struct Client<'a> {
    gateway: &'a Gateway,
    connection: Connection,
}

impl Client<'_> {
    fn ask(&mut self, request: &[u8]) -> Fallible<&[u8]> {
        self.connection.write(request)?;
        let is_ok = self.connection.read()?.is_ok;
        let body = self.connection.body();
        if is_ok { Ok(body) } else { Err(String::from_utf8_lossy(body).into_owned().into()) }
    }

    fn log_in(&mut self, user: &str, state: &str) -> Fallible<Session> {
        let gateway = self.gateway;
        self.ask(&gateway.bytes(&gateway.otp_request(user, state)?))?;
        Gateway::session(user, self.ask(&gateway.bytes(&gateway.log_in(user, state)?))?)
    }

    /// Fetches a file and compares its hash; its length.
    fn download(&mut self, link: &Value) -> Fallible<usize> {
        let path = self.gateway.fetch_path()?;
        let text = |name: &str| link[name].as_str().ok_or_else(|| format!("no `{name}`: {link}"));
        let target = format!("/{}{path}{}", self.gateway.pack.name, text("ul")?);
        let mut request = format!("GET {target} HTTP/1.1\r\nhost: 127.0.0.1\r\n");
        for (name, value) in self.gateway.credentials() {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str("\r\n");
        self.connection.write(request.as_bytes())?;
        let (mut hash, mut length) = (Sha256::new(), 0);
        let is_ok = self.connection.read_through(|piece| {
            hash.update(piece);
            length += piece.len();
        })?;
        if !is_ok || to_hex(&hash.finalize()) != text("hash")? {
            return Err(format!("`{target}` is not what its hash says").into());
        }
        Ok(length)
    }
}
