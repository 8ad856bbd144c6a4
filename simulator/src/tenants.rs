//! Tenants: everybody who uses the simulator at the same time, and whose call a call is.
//!
//! A call belongs to the tenant whose credentials it carries, or whose token; else to the one that its
//! path begins with, `/t/blue/…`; else to that of the header `X-Sim-Tenant`; else to `default`, which
//! is always there. While there is no other, a call pays one look at a flag.

use std::{
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use ahash::AHashMap;

use crate::{
    auth::{Carried, PartCheck},
    bulk::files::TOKEN_LENGTH,
    journal::Bounds,
    memory::clock::Clock,
    model::call::Call,
    pack::{Pack, file::AuthPlace},
    render::scene::Scene,
    route,
    tenant::Tenant,
    world::World,
};

mod issued;
mod name;
mod roll;

pub use self::{
    issued::Issued,
    name::{LONGEST, NameError, checked},
    roll::{Begun, End},
};
use self::{name::made_up, roll::Roll};

/// The tenant that is always there.
pub const DEFAULT: &str = "default";

/// The header that names a tenant, where neither credentials nor path do.
pub const TENANT_HEADER: &str = "x-sim-tenant";

/// Calls of different tenants seldom wait for one another.
const SHARDS: usize = 64;

/// The journals of all tenants but the default one keep so much together, in bytes: 256 MiB. Those of
/// the tenants that were idle longest are emptied first.
const JOURNALS: usize = 256 * 1024 * 1024;

/// How tenants begin, and when they end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Habits {
    /// A tenant that nobody called for so long ends; `None`: none does by itself.
    pub ttl: Option<Duration>,
    /// So many at the most, besides the default one; the one that was idle longest goes.
    pub limit: usize,
    /// How a tenant's clock begins, unless it is told otherwise.
    pub clock: Clock,
    /// How much each journal keeps.
    pub journal: Bounds,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            ttl: Some(Duration::from_hours(1)),
            limit: 10_000,
            clock: Clock::Wall,
            journal: Bounds::default(),
        }
    }
}

type Shard = RwLock<AHashMap<Arc<str>, Arc<Tenant>>>;

/// All tenants.
#[derive(Debug)]
pub struct Tenants {
    default: Arc<Tenant>,
    habits: Habits,
    /// Whether there ever was another: until then no call is looked at.
    any: AtomicBool,
    count: AtomicUsize,
    hasher: ahash::RandomState,
    shards: Box<[Shard]>,
    /// Who came and went; held while one comes or goes.
    roll: Mutex<Roll>,
    /// Tokens that say whose they are.
    issued: Arc<Issued>,
}

/// What a call shows of whose it is.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'call> {
    /// What is loaded.
    pub world: &'call World,
    /// The vendor it is meant for.
    pub pack: Option<&'call Arc<Pack>>,
    /// The tenant that the path begins with.
    pub prefix: Option<&'call str>,
    /// The call, as yet without time and number.
    pub call: &'call Call,
}

/// Whose a call is.
#[derive(Clone, Debug)]
pub struct Belongs {
    /// Its tenant.
    pub tenant: Arc<Tenant>,
    /// That its credentials were those of a tenant that is no more, in words.
    pub ended: Option<Arc<str>>,
}

/// A name that no tenant has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoTenant {
    /// The name.
    pub name: String,
    /// How the tenant ended, where there was one.
    pub ended: Option<End>,
}

/// Why a tenant does not begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotBegun {
    /// The name is one that no tenant may have.
    Name(NameError),
    /// There is one of that name.
    Taken(String),
}

impl Tenants {
    /// One tenant only, for a start.
    #[must_use]
    pub fn new(default: Arc<Tenant>, habits: Habits) -> Self {
        Self {
            default,
            habits,
            any: AtomicBool::new(false),
            count: AtomicUsize::new(0),
            hasher: ahash::RandomState::default(),
            shards: (0..SHARDS).map(|_| RwLock::default()).collect(),
            roll: Mutex::default(),
            issued: Arc::default(),
        }
    }

    /// How tenants begin, and when they end.
    #[must_use]
    pub fn habits(&self) -> &Habits {
        &self.habits
    }

    /// The tenant that is always there.
    #[must_use]
    pub fn default_tenant(&self) -> &Arc<Tenant> {
        &self.default
    }

    /// How many there are besides the default one.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    fn shard(&self, name: &str) -> &Shard {
        let at = usize::try_from(self.hasher.hash_one(name) % SHARDS as u64).unwrap_or(0);
        &self.shards[at]
    }

    fn known(&self, name: &str) -> Option<Arc<Tenant>> {
        self.shard(name).read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    fn roll(&self) -> std::sync::MutexGuard<'_, Roll> {
        self.roll.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The tenant of that name, who is not idle from now on.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn find(&self, name: &str) -> Result<Arc<Tenant>, NoTenant> {
        if name == DEFAULT {
            return Ok(Arc::clone(&self.default));
        }
        let now_ms = Clock::Wall.now_ms();
        if let Some(tenant) = self.known(name) {
            if !tenant.is_over(now_ms) {
                tenant.touch(now_ms);
                return Ok(tenant);
            }
            self.end(name, End::Idle);
        }
        Err(NoTenant { name: name.to_owned(), ended: self.roll().ended(name) })
    }

    /// Whose call it is: by its credentials or a token of ours, else its path, else its header, else
    /// the default one's.
    ///
    /// # Errors
    ///
    /// When path or header name a tenant that there is not.
    pub fn of_call(&self, caller: &Caller<'_>) -> Result<Belongs, NoTenant> {
        let mut ended = None;
        if self.any.load(Ordering::Relaxed) {
            match self.of_credentials(caller) {
                Some(Ok(tenant)) => return Ok(Belongs { tenant, ended: None }),
                Some(Err(words)) => ended = Some(words),
                None => {}
            }
        }
        let named = caller.prefix.or_else(|| caller.call.header(TENANT_HEADER));
        let tenant = match named {
            None => Arc::clone(&self.default),
            Some(name) => self.find(name)?,
        };
        Ok(Belongs { tenant, ended })
    }

    /// The tenant whose credentials or token a call carries; how it ended, where it did.
    fn of_credentials(&self, caller: &Caller<'_>) -> Option<Result<Arc<Tenant>, Arc<str>>> {
        let pack = caller.pack?;
        let mut ended = None;
        let mut of = |name: &str| match self.find(name) {
            Ok(tenant) => Some(tenant),
            Err(none) => {
                ended = ended.take().or(none.ended.map(|end| end.told(name)));
                None
            }
        };
        // Only what stands in a path or a body must be looked for there.
        let parts = || pack.schemes.iter().flat_map(|scheme| &scheme.parts);
        let in_head = parts().all(|part| matches!(part.place, AuthPlace::Header(_)));
        let scene = (!in_head).then(|| read(caller, pack));
        let carried = match &scene {
            Some(scene) => scene.carried(),
            None => Carried {
                headers: &caller.call.headers,
                query: &[],
                path_parameters: &[],
                body: None,
            },
        };
        for part in parts() {
            let Ok(presented) = part.presented(carried) else { continue };
            let name = match &part.check {
                PartCheck::Issued(_) => self.issued.owner(presented),
                _ => part.owner(presented).map(Arc::from),
            };
            if let Some(tenant) = name.and_then(|name| of(&name)) {
                return Some(Ok(tenant));
            }
        }
        if let Some(tenant) = self.of_tokens(caller.call).and_then(|name| of(&name)) {
            return Some(Ok(tenant));
        }
        ended.map(Err)
    }

    /// The tenant of a session's token or a file's link: such calls may carry no credentials.
    fn of_tokens(&self, call: &Call) -> Option<Arc<str>> {
        if self.issued.is_empty() {
            return None;
        }
        let texts = call.headers.values().filter_map(|value| value.to_str().ok());
        // A link may stand in a query, escaped: `%2F` would be joined to the token behind it.
        let address = [call.path.as_str(), call.query.as_deref().unwrap_or_default()];
        let address = address.map(route::decode_path);
        let words = address
            .iter()
            .flat_map(|text| text.split(|letter: char| !letter.is_ascii_alphanumeric()))
            .filter(|word| word.len() >= TOKEN_LENGTH);
        self.issued.owner_of_any(texts.chain(words))
    }

    /// Begins a tenant: `make` is given its name, and the plan that goes with it.
    ///
    /// # Errors
    ///
    /// A name that no tenant may have, or that one has.
    pub fn begin(
        &self,
        name: Option<&str>,
        make: impl FnOnce(&str, Begun) -> Tenant,
    ) -> Result<Arc<Tenant>, NotBegun> {
        let name = name.map(checked).transpose().map_err(NotBegun::Name)?;
        let now_ms = Clock::Wall.now_ms();
        let mut roll = self.roll();
        let name = match name {
            Some(name) => match self.known(name) {
                Some(old) if old.is_over(now_ms) => {
                    self.end_within(&mut roll, name, End::Idle);
                    name.to_owned()
                }
                Some(_) => return Err(NotBegun::Taken(name.to_owned())),
                None => name.to_owned(),
            },
            None => loop {
                let name = made_up(roll.next_number());
                if self.known(&name).is_none() {
                    break name;
                }
            },
        };
        while self.count() >= self.habits.limit.max(1)
            && let Some(idle) = self.idle_longest()
        {
            self.end_within(&mut roll, &idle, End::Crowded);
        }
        let begun = Begun { slot: roll.begin(&name), issued: Arc::clone(&self.issued) };
        let tenant = Arc::new(make(&name, begun));
        tenant.touch(now_ms);
        let mut shard = self.shard(&name).write().unwrap_or_else(PoisonError::into_inner);
        shard.insert(Arc::from(name), Arc::clone(&tenant));
        self.count.fetch_add(1, Ordering::Relaxed);
        self.any.store(true, Ordering::Relaxed);
        Ok(tenant)
    }

    /// Ends a tenant; false where there is none. The default one stays.
    pub fn end(&self, name: &str, why: End) -> bool {
        self.end_within(&mut self.roll(), name, why)
    }

    fn end_within(&self, roll: &mut Roll, name: &str, why: End) -> bool {
        let removed = {
            let mut shard = self.shard(name).write().unwrap_or_else(PoisonError::into_inner);
            shard.remove(name)
        };
        let Some(tenant) = removed else { return false };
        self.count.fetch_sub(1, Ordering::Relaxed);
        roll.end(name, tenant.slot(), why);
        tenant.files.close();
        tenant.journal.close();
        true
    }

    fn idle_longest(&self) -> Option<String> {
        let tenants = self.others();
        tenants.into_iter().min_by_key(|tenant| tenant.used_ms()).map(|one| one.name.clone())
    }

    fn others(&self) -> Vec<Arc<Tenant>> {
        let mut all = Vec::with_capacity(self.count());
        for shard in &self.shards {
            let shard = shard.read().unwrap_or_else(PoisonError::into_inner);
            all.extend(shard.values().cloned());
        }
        all
    }

    /// All of them, the default one first, the others by name.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Tenant>> {
        let mut all = self.others();
        all.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        all.insert(0, Arc::clone(&self.default));
        all
    }

    /// Ends tenants whose time is over, and empties journals where all together are too large.
    pub fn tend(&self) {
        if self.count() == 0 {
            return;
        }
        let now_ms = Clock::Wall.now_ms();
        let mut tenants = self.others();
        tenants.retain(|tenant| {
            let over = tenant.is_over(now_ms);
            if over {
                self.end(&tenant.name, End::Idle);
            }
            !over
        });
        let mut bytes: usize = tenants.iter().map(|tenant| tenant.journal.size().1).sum();
        if bytes <= JOURNALS {
            return;
        }
        tenants.sort_unstable_by_key(|tenant| tenant.used_ms());
        for tenant in tenants {
            bytes = bytes.saturating_sub(tenant.journal.size().1);
            tenant.journal.shed();
            if bytes <= JOURNALS {
                break;
            }
        }
    }
}

/// Reads a call as far as its credentials stand in path, query or body.
fn read(caller: &Caller<'_>, pack: &Arc<Pack>) -> Scene {
    let world = caller.world;
    let register = Arc::clone(&world.register);
    let mut scene = Scene::new(Arc::clone(pack), register, world.seed, caller.call.clone());
    let _ = route::find(pack, &mut scene);
    scene
}

#[cfg(test)]
mod tests;
