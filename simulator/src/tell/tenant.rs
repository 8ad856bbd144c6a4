//! Tenants: what one needs to know to be one.

use std::time::Duration;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    Teller,
    credentials::{VendorCredentials, credentials},
};
use crate::{
    magic::Magic,
    model::period,
    taxpayers::{Register, Unknown},
    tenant::Tenant,
    tenants::TENANT_HEADER,
    world::World,
};

/// So many GSTINs a tenant is given at the most.
const BLOCK: usize = 20;

/// Of so many neighbours in the population; no other tenant has any of them while this one lives.
const STRIPE: u64 = 31;

/// A tenant in one line.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TenantLine {
    /// Its name.
    pub name: String,
    /// Seed of everything random.
    pub seed: u64,
    /// Its clock.
    pub clock: ShownClock,
    /// The stories it plays.
    pub scenarios: Vec<String>,
    /// How many exchanges its journal holds.
    pub exchanges: usize,
    /// Seconds without a call after which it ends; none where it does not end by itself.
    pub ttl_s: Option<u64>,
    /// Seconds since its last call; none for the default one.
    pub idle_s: Option<u64>,
}

/// A clock.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ShownClock {
    /// Its time.
    pub now: String,
    /// Whether it stands still.
    pub frozen: bool,
    /// Seconds of its own in a second of the machine's.
    pub scale: f64,
}

/// Everything about a tenant.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TenantFacts {
    /// The line about it.
    #[serde(flatten)]
    pub line: TenantLine,
    /// The header that names it, for calls that carry no credentials of its own.
    pub header: IndexMap<&'static str, String>,
    /// Where the admin API is its own.
    pub admin_url: String,
    /// Where vendors are, whatever a call carries: each under its name.
    pub base_urls: IndexMap<String, BaseUrls>,
    /// What to send: the tenant's own.
    pub credentials: Vec<VendorCredentials>,
    /// Taxpayers that no other tenant was given: active ones, with the PAN serial `0000`.
    pub gstins: Vec<String>,
}

/// The addresses of a vendor.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct BaseUrls {
    /// With the tenant's own credentials.
    pub plain: String,
    /// Whatever a call carries.
    pub prefixed: String,
}

impl TenantLine {
    /// The line about a tenant, at that time of the machine's.
    #[must_use]
    pub fn of(world: &World, tenant: &Tenant, now_ms: i64) -> Self {
        let clock = &tenant.memory.clock;
        let idle_ms = now_ms.saturating_sub(tenant.used_ms()).max(0);
        let playing = tenant.playing();
        Self {
            name: tenant.name.clone(),
            seed: tenant.seed(world),
            clock: ShownClock {
                now: jiff::Timestamp::from_millisecond(clock.now_ms())
                    .unwrap_or_default()
                    .to_string(),
                frozen: clock.is_frozen(),
                scale: clock.scale(),
            },
            scenarios: playing.iter().map(|playing| playing.scenario.name.clone()).collect(),
            exchanges: tenant.journal.size().0,
            ttl_s: tenant.beginning().ttl.as_ref().map(Duration::as_secs),
            idle_s: tenant.scope_name().map(|_| idle_ms.unsigned_abs() / 1000),
        }
    }
}

/// Everything about a tenant, who is the teller's own, at that time of the machine's.
#[must_use]
pub fn tenant(teller: &Teller<'_>, tenant: &Tenant, now_ms: i64) -> TenantFacts {
    let Teller { world, base_url, .. } = *teller;
    let prefix = format!("{base_url}/t/{}", tenant.name);
    let base_urls = world.packs.iter().map(|pack| {
        let vendor = &pack.name;
        let (plain, prefixed) = (format!("{base_url}/{vendor}"), format!("{prefix}/{vendor}"));
        (vendor.clone(), BaseUrls { plain, prefixed })
    });
    TenantFacts {
        line: TenantLine::of(world, tenant, now_ms),
        header: IndexMap::from([(TENANT_HEADER, tenant.name.clone())]),
        admin_url: format!("{prefix}/__sim/"),
        base_urls: base_urls.collect(),
        credentials: credentials(teller, None).unwrap_or_default(),
        gstins: block(world, tenant, teller.at_ms),
    }
}

/// The tenant's block of GSTINs.
///
/// Where anybody may be somebody, the block is of the world's population, so that tenants of other
/// seeds have other numbers, too; else of the tenant's own, since nobody else is there.
fn block(world: &World, tenant: &Tenant, at_ms: i64) -> Vec<String> {
    let register = tenant.register(world);
    let population = match register.unknown() {
        Unknown::Somebody => &world.register,
        Unknown::NotFound => &register,
    };
    let first = tenant.slot() as u64 * STRIPE;
    let members = (first..first + STRIPE).filter_map(|index| population.member(index));
    members
        .map(|gstin| gstin.to_string())
        .filter(|gstin| is_plain(&register, &world.magic, gstin, at_ms))
        .take(BLOCK)
        .collect()
}

/// Whether a number is an active taxpayer's of whom nothing is written by hand.
fn is_plain(register: &Register, magic: &Magic, gstin: &str, at_ms: i64) -> bool {
    let on = period::ist_date(at_ms);
    let by_hand =
        magic.forced(gstin).is_some() || register.personas().any(|persona| persona.gstin == gstin);
    !by_hand && register.look_up(gstin, on).is_some_and(|taxpayer| taxpayer.status == "Active")
}
