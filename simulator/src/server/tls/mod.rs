//! TLS: certificates of ours or of the user's, and handshakes that go wrong when they are told to.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use rustls::{
    ServerConfig,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    server::Acceptor,
};
use schemars::JsonSchema;
use serde::Serialize;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{LazyConfigAcceptor, StartHandshake, server::TlsStream};
use tracing::debug;

use self::certificates::Issued;
use super::{Mount, wire::Socket};
use crate::{
    fault::tls::{TlsChanges, TlsFault},
    tenant::Tenant,
    world::World,
};

mod certificates;
mod old;

pub use self::certificates::CertificateError;

/// A client has so long to finish its handshake.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);

/// What HTTP is offered, best first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// The first byte of a TLS connection: a record with a handshake in it. No HTTP begins so.
const HANDSHAKE: u8 = 0x16;

/// The user's own certificate, as PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnCertificate {
    /// The certificate, and those between it and its authority.
    pub chain: String,
    /// Its private key: PKCS #8, PKCS #1 or SEC 1.
    pub key: String,
}

/// TLS as it is served: one for all ports.
#[derive(Debug)]
pub(crate) struct Tls {
    /// Our authority's certificate.
    pub(crate) ca_pem: String,
    good: Arc<ServerConfig>,
    expired: Arc<ServerConfig>,
    wrong_host: Arc<ServerConfig>,
    self_signed: Arc<ServerConfig>,
    unknown_ca: Arc<ServerConfig>,
    /// What was told over the admin API.
    changes: Mutex<TlsChanges>,
    handshakes: AtomicU64,
    refused: AtomicU64,
    /// Why the last one failed.
    last_refusal: Mutex<String>,
}

/// How handshakes went so far.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Handshakes {
    /// Those that succeeded.
    done: u64,
    /// Those that failed: refused by the client, or broken by us.
    failed: u64,
    /// Why the last one failed; empty where none did.
    last_failure: String,
}

/// What became of a new connection.
pub(super) enum Greeted {
    /// It speaks TLS; whether HTTP/2 was agreed on.
    Secured(Box<TlsStream<TcpStream>>, bool),
    /// It speaks without TLS.
    Plain(TcpStream),
    /// It is over.
    Gone,
}

impl Socket for TlsStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}

impl Tls {
    /// TLS for these names, with certificates that are made now; the good one may be the user's.
    ///
    /// # Errors
    ///
    /// When the user's files hold no certificate, or a key that is not its own.
    pub(crate) fn new(
        names: Vec<String>,
        now_ms: i64,
        own: Option<&OwnCertificate>,
    ) -> Result<Self, CertificateError> {
        let issued = Issued::now(names, now_ms)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = |der: CertificateDer<'static>| {
            configure(&provider, vec![der], issued.key.clone_key()).map_err(CertificateError::Ours)
        };
        let good = match own {
            None => config(issued.good)?,
            Some(own) => {
                let (chain, key) = own.read()?;
                configure(&provider, chain, key).map_err(CertificateError::Mismatch)?
            }
        };
        Ok(Self {
            good,
            expired: config(issued.expired)?,
            wrong_host: config(issued.wrong_host)?,
            self_signed: config(issued.self_signed)?,
            unknown_ca: config(issued.unknown_ca)?,
            ca_pem: issued.ca_pem,
            changes: Mutex::default(),
            handshakes: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            last_refusal: Mutex::default(),
        })
    }

    /// What was told over the admin API.
    pub(crate) fn changes(&self) -> TlsChanges {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Tells it anew.
    pub(crate) fn change(&self, changes: TlsChanges) {
        *self.changes.lock().unwrap_or_else(PoisonError::into_inner) = changes;
    }

    /// How handshakes went so far.
    pub(crate) fn told(&self) -> Handshakes {
        Handshakes {
            done: self.handshakes.load(Ordering::Relaxed),
            failed: self.refused.load(Ordering::Relaxed),
            last_failure: self.last_refusal.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    /// Meets a new connection: shakes hands, or breaks that off as it is told.
    pub(super) async fn greet(
        &self,
        stream: TcpStream,
        mount: &Mount,
        world: &World,
        tenant: &Tenant,
    ) -> Greeted {
        let mut first = [0];
        match timeout(HANDSHAKE_TIME, stream.peek(&mut first)).await {
            Ok(Ok(1)) if first[0] == HANDSHAKE => {}
            Ok(Ok(1)) => return Greeted::Plain(stream),
            _ => return Greeted::Gone,
        }
        let shaken = timeout(HANDSHAKE_TIME, self.shake_hands(stream, mount, world, tenant)).await;
        match shaken.unwrap_or_else(|_| Err("the client takes too long".to_owned())) {
            Ok(stream) => {
                self.handshakes.fetch_add(1, Ordering::Relaxed);
                let is_http2 = stream.get_ref().1.alpn_protocol() == Some(PROTOCOLS[0]);
                Greeted::Secured(Box::new(stream), is_http2)
            }
            Err(why) => {
                debug!(%why, "a TLS handshake failed");
                self.refused.fetch_add(1, Ordering::Relaxed);
                *self.last_refusal.lock().unwrap_or_else(PoisonError::into_inner) = why;
                Greeted::Gone
            }
        }
    }

    async fn shake_hands(
        &self,
        stream: TcpStream,
        mount: &Mount,
        world: &World,
        tenant: &Tenant,
    ) -> Result<TlsStream<TcpStream>, String> {
        let hello = LazyConfigAcceptor::new(Acceptor::default(), stream).await;
        let hello = hello.map_err(|error| error.to_string())?;
        let fault = self.fault_of(&hello, mount, world, tenant);
        let config = match fault {
            None => &self.good,
            Some(TlsFault::Expired) => &self.expired,
            Some(TlsFault::WrongHost) => &self.wrong_host,
            Some(TlsFault::SelfSigned) => &self.self_signed,
            Some(TlsFault::UnknownCa) => &self.unknown_ca,
            Some(TlsFault::HandshakeAbort) => return Err("it was broken off on purpose".to_owned()),
            Some(TlsFault::OldProtocol) => {
                let mut stream = hello.io;
                let _ = stream.write_all(&old::server_hello()).await;
                // The client says what it thinks of it, and goes.
                let mut alert = [0; 64];
                let _ = stream.read(&mut alert).await;
                return Err("TLS 1.0 alone was offered, on purpose".to_owned());
            }
        };
        let shaken = hello.into_stream(Arc::clone(config)).await;
        shaken.map_err(|error| match fault {
            None => error.to_string(),
            Some(fault) => format!("{error} ({})", fault.told()),
        })
    }

    /// What is to go wrong: by the name that is called, by the admin API, by a story.
    fn fault_of(
        &self,
        hello: &StartHandshake<TcpStream>,
        mount: &Mount,
        world: &World,
        tenant: &Tenant,
    ) -> Option<TlsFault> {
        let hello = hello.client_hello();
        let name = hello.server_name();
        if let Some(fault) = name.and_then(TlsFault::of_host) {
            return Some(fault);
        }
        let pack = match mount {
            Mount::Vendor(name) => world.vendor(name),
            Mount::All => name.and_then(|name| world.vendor_by_host(name)),
        };
        let vendor = pack.map(|pack| pack.name.as_str());
        let told = self.changes.lock().unwrap_or_else(PoisonError::into_inner).fault_of(vendor);
        let stories = || {
            let playing = tenant.playing();
            playing.iter().find_map(|playing| playing.scenario.tls.fault_of(vendor))
        };
        told.or_else(stories)
    }
}

impl OwnCertificate {
    fn read(
        &self,
    ) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), CertificateError> {
        let chain: Result<Vec<_>, _> =
            CertificateDer::pem_slice_iter(self.chain.as_bytes()).collect();
        let chain = chain.map_err(|error| CertificateError::Chain(error.to_string()))?;
        if chain.is_empty() {
            return Err(CertificateError::Chain("no certificate is in it".to_owned()));
        }
        let key = PrivateKeyDer::from_pem_slice(self.key.as_bytes())
            .map_err(|error| CertificateError::Key(error.to_string()))?;
        Ok((chain, key))
    }
}

fn configure(
    provider: &Arc<CryptoProvider>,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<Arc<ServerConfig>, rustls::Error> {
    let mut config = ServerConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = PROTOCOLS.iter().map(|name| name.to_vec()).collect();
    Ok(Arc::new(config))
}
