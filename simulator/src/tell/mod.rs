//! Tell: what there is, as data: the catalog, credentials, magic GSTINs, vendors, taxpayers.
//!
//! Each file gives structs that serialize; the command line draws them as tables and sentences,
//! the admin API sends them as JSON. Knows the world and the walk of a call, no socket and no clock.

use std::sync::Arc;

use http::HeaderValue;
use serde::Serialize;
use serde_json::Value;

use crate::{
    exchange::{self, Exchange, OUTCOME_HEADER, SimulatorError},
    journal::Bounds,
    memory::clock::Clock,
    model::taxpayer::Taxpayer,
    pack::{Endpoint, Lookup, Pack},
    tell::{example::Examples, request::Request},
    tenant::Tenant,
    tenants::DEFAULT,
    world::World,
};

pub mod books;
pub mod catalog;
pub mod causes;
pub mod certificate;
pub mod coverage;
pub mod credentials;
pub mod example;
pub mod explain;
pub mod limits;
pub mod magic;
pub mod openapi;
pub mod request;
pub mod taxpayer;
pub mod tenant;
pub mod vendors;

/// The active taxpayer that examples ask about, where nothing else is asked for.
pub const EXAMPLE_GSTIN: &str = crate::model::gstin::EXAMPLE;

/// Where `gspsim serve` listens unless told otherwise.
pub const DEFAULT_URL: &str = "http://127.0.0.1:4777";

/// All that is needed to tell of a world.
#[derive(Clone, Copy, Debug)]
pub struct Teller<'world> {
    /// What there is.
    pub world: &'world World,
    /// Requests to show.
    pub examples: &'world Examples,
    /// The simulator's address, without a slash at the end.
    pub base_url: &'world str,
    /// The time, in epoch milliseconds.
    pub at_ms: i64,
    /// The tenant who is told; `None`: the default one.
    pub tenant: Option<&'world str>,
}

/// A reply, for showing.
#[derive(Clone, Debug, Serialize)]
pub struct ShownReply {
    /// HTTP status.
    pub status: u16,
    /// Our name for it.
    pub outcome: String,
    /// The vendor's; empty where it has none.
    pub code: String,
    /// The content type; empty where there is no body.
    pub content_type: String,
    /// The body as JSON, or as a text where it is none.
    pub body: Value,
}

impl<'world> Teller<'world> {
    /// The vendors, or the one of that name; `None` where there is no such vendor.
    #[must_use]
    pub fn packs(&self, vendor: Option<&str>) -> Option<Vec<&'world Arc<Pack>>> {
        match vendor {
            None => Some(self.world.packs.iter().collect()),
            Some(name) => self.world.vendor(name).map(|pack| vec![pack]),
        }
    }

    /// Whose credentials are told.
    #[must_use]
    pub fn sender(&self) -> credentials::Sender<'world> {
        credentials::Sender { tenant: self.tenant, at_ms: self.at_ms }
    }

    /// A request that this endpoint answers with its success, sent by this account.
    #[must_use]
    pub fn request(&self, pack: &Pack, endpoint: &Endpoint, account: usize) -> Request {
        let mut request = self
            .examples
            .success(pack, endpoint)
            .map_or_else(|| Request::plain(endpoint), |case| example::request(case, endpoint));
        request.add_credentials(&credentials::sent(pack, endpoint.scheme, account, self.sender()));
        request
    }

    /// Plays a request as if it came to the vendor.
    ///
    /// # Errors
    ///
    /// As [`exchange::play`].
    pub fn play(
        &self,
        pack: &Arc<Pack>,
        request: &Request,
        wish: Option<&str>,
    ) -> Result<Exchange, SimulatorError> {
        let mut call = request.call(self.at_ms);
        if let Some(wish) = wish.and_then(|wish| HeaderValue::from_str(wish).ok()) {
            call.headers.insert(OUTCOME_HEADER, wish);
        }
        let name = self.tenant.unwrap_or(DEFAULT);
        let tenant = Tenant::new(name, Clock::Frozen(self.at_ms), Bounds::default());
        exchange::play(self.world, &tenant, pack, call)
    }
}

impl ShownReply {
    /// What of an exchange is shown.
    #[must_use]
    pub fn of(exchange: &Exchange) -> Self {
        let reply = &exchange.delivery.reply;
        let text = String::from_utf8_lossy(&reply.body);
        let body = match serde_json::from_str(&text) {
            Ok(json) => json,
            Err(_) if text.is_empty() => Value::Null,
            Err(_) => Value::String(text.into_owned()),
        };
        let content_type = reply
            .headers
            .iter()
            .find(|(name, _)| name == http::header::CONTENT_TYPE)
            .and_then(|(_, value)| value.to_str().ok())
            .unwrap_or_default();
        Self {
            status: reply.status.as_u16(),
            outcome: exchange.outcome.to_string(),
            code: exchange.code.clone(),
            content_type: content_type.to_owned(),
            body,
        }
    }
}

/// Endpoints that look a GSTIN up, in the pack's order.
pub(crate) fn lookups(pack: &Pack) -> impl Iterator<Item = &Endpoint> {
    pack.endpoints.iter().filter(|endpoint| matches!(endpoint.lookup, Some(Lookup::Gstin(_))))
}

/// The taxpayer's places, the principal one first.
pub(crate) fn places(taxpayer: &Taxpayer) -> impl Iterator<Item = &crate::model::taxpayer::Place> {
    std::iter::once(&taxpayer.principal_place).chain(&taxpayer.additional_places)
}
