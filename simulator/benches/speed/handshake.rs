//! Handshakes over sockets: an OTP asked for, a session opened with it; next to the two decryptions
//! with the network's private key and the little AES that both sides cannot do without.

use std::time::{Duration, Instant};

use gsp_simulator::{
    gstn::{keys::KeyRing, primitives::from_base64},
    tell::request::Request,
    world::World,
};

use crate::{
    Effort, Fallible,
    child::{Child, Setup},
    load::Connection,
    sealed::own_time,
    session::{Gateway, bare_handshake},
    tables::{Sample, Series},
};

/// So many clients at once: keys take long, so a few keep a core busy.
const CLIENTS: usize = 4;

/// Where the number of a user stands.
const USER: &str = "speed00000000";

/// Prints a row for every vendor that opens sessions.
pub(crate) fn print(world: &World, effort: Effort, only: Option<&str>) -> Fallible {
    let wanted = |name: &str| only.is_none_or(|part| name.contains(part));
    let name = |gateway: &Gateway| format!("{}::handshake", gateway.pack.name);
    let mut gateways = Gateway::all(world)?;
    gateways.retain(|gateway| wanted(&name(gateway)));
    if gateways.is_empty() {
        return Ok(());
    }
    println!(
        "| handshake | bare: a second | ours: a second | bare: CPU | ours: CPU | CPU ratio (spread) |"
    );
    println!("|---|--:|--:|--:|--:|--:|");
    for gateway in &gateways {
        let server = Child::simulator(Setup::default())?;
        let mut clients = Clients::open(gateway, &server)?;
        let (mut bare, mut ours) = (Series::default(), Series::default());
        for round in 0..=effort.rounds {
            let (its, own) = (clients.bare(effort.time)?, clients.run(effort.time)?);
            if round > 0 {
                bare.push(its);
                ours.push(own);
            }
        }
        println!(
            "| `{}` | {:.0} | {:.0} | {:.0} µs | {:.0} µs | **{}** |",
            name(gateway),
            bare.calls(),
            ours.calls(),
            bare.cpu(),
            ours.cpu(),
            ours.ratio_of_cpu(&bare),
        );
    }
    println!();
    Ok(())
}

/// Clients with a connection each; every handshake is another user's.
struct Clients<'a> {
    server: &'a Child,
    connections: Vec<Connection>,
    asks: Numbered,
    opens: Numbered,
    next: u32,
    sealed: Vec<u8>,
    otp: String,
}

/// A request with the place of the user's number.
struct Numbered {
    bytes: Vec<u8>,
    at: usize,
}

impl Numbered {
    fn new(gateway: &Gateway, request: &Request) -> Fallible<Self> {
        let bytes = gateway.bytes(request);
        let found = bytes.windows(USER.len()).position(|part| part == USER.as_bytes());
        Ok(Self { bytes, at: found.ok_or("a request without its user")? })
    }

    fn of(&mut self, user: u32) -> &[u8] {
        let name = format!("speed{user:08}");
        self.bytes[self.at..self.at + name.len()].copy_from_slice(name.as_bytes());
        &self.bytes
    }
}

impl<'a> Clients<'a> {
    fn open(gateway: &Gateway, server: &'a Child) -> Fallible<Self> {
        let open = |_| Connection::open(server.address);
        let policy = gateway.pack.consents.first().map(|kind| &kind.policy);
        let otp = policy.and_then(|policy| policy.fixed_otp.as_deref()).ok_or("no fixed OTP")?;
        Ok(Self {
            server,
            connections: (0..CLIENTS).map(open).collect::<Fallible<_>>()?,
            asks: Numbered::new(gateway, &gateway.otp_request(USER, "27")?)?,
            opens: Numbered::new(gateway, &gateway.log_in(USER, "27")?)?,
            next: 0,
            sealed: from_base64(gateway.app_key.as_bytes()).ok_or("no Base64")?,
            otp: Gateway::sealed_otp(otp),
        })
    }

    /// Every client in turn: asks, opens, begins again as another user.
    fn run(&mut self, time: Duration) -> Fallible<Sample> {
        let (mut done, cpu, begun) = (0_u32, self.server.cpu_of_all()?, Instant::now());
        while begun.elapsed() < time {
            let first = self.next;
            for numbered in [&mut self.asks, &mut self.opens] {
                for (user, connection) in (first..).zip(&mut self.connections) {
                    connection.write(numbered.of(user))?;
                }
                for connection in &mut self.connections {
                    if !connection.read()?.is_ok {
                        let text = String::from_utf8_lossy(connection.body()).into_owned();
                        return Err(format!("a handshake fails: {text:.600}").into());
                    }
                }
            }
            for connection in &self.connections {
                let body = connection.body();
                if !body.windows(10).any(|part| part == b"auth_token") {
                    let text = String::from_utf8_lossy(body).into_owned();
                    return Err(format!("no session is opened: {text:.600}").into());
                }
            }
            let count = u32::try_from(CLIENTS)?;
            self.next += count;
            done += count;
        }
        let elapsed = begun.elapsed();
        let cpu = self.server.cpu_of_all()?.saturating_sub(cpu);
        Ok(Sample {
            calls_per_second: f64::from(done) / elapsed.as_secs_f64(),
            cpu_us: cpu.as_secs_f64() * 1e6 / f64::from(done),
        })
    }

    fn bare(&self, time: Duration) -> Fallible<Sample> {
        let ring = KeyRing::built_in();
        let (mut done, cpu, begun) = (0_u32, own_time()?, Instant::now());
        while begun.elapsed() < time {
            std::hint::black_box(bare_handshake(&ring, &self.sealed, &self.otp)?);
            done += 1;
        }
        let (elapsed, cpu) = (begun.elapsed(), own_time()?.saturating_sub(cpu));
        Ok(Sample {
            calls_per_second: f64::from(done) / elapsed.as_secs_f64(),
            cpu_us: cpu.as_secs_f64() * 1e6 / f64::from(done),
        })
    }
}
