//! The nation as a tenant has it: of its own seed, with what it says of taxpayers.

use std::sync::{Arc, Weak};

use thiserror::Error;

use super::Tenant;
use crate::{
    memory::overrides::MOST,
    model::{
        gstin::{Gstin, GstinError},
        period,
    },
    taxpayers::{ChangeError, Changes, Register, TaxpayerChange},
    world::World,
};

/// A nation other than the world's, made when it is first asked for.
#[derive(Debug)]
pub(super) struct Nation {
    /// The world's, of which this one is made.
    of: Weak<Register>,
    changes: Option<Arc<Changes>>,
    register: Held,
}

/// Whoever says nothing of its own shares its nation with all tenants of its seed, and lets it go.
#[derive(Debug)]
enum Held {
    Shared(Weak<Register>),
    Own(Arc<Register>),
}

/// Why something cannot be said of a taxpayer.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum OverrideError {
    /// The number is none.
    #[error("`{gstin}` is no GSTIN: {why}")]
    Gstin {
        /// The number.
        gstin: String,
        /// What is wrong with it.
        why: GstinError,
    },
    /// Nobody has it.
    #[error("nobody is registered under `{0}`")]
    Nobody(String),
    /// It cannot be true.
    #[error(transparent)]
    Change(#[from] ChangeError),
    /// Too much was said before.
    #[error("a tenant speaks of {MOST} taxpayers at the most")]
    TooMany,
}

impl OverrideError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Gstin { .. } => "`gspsim gstin explain` says more, `gspsim gstin new` makes one",
            Self::Nobody(_) => "with \"absent\": false somebody is",
            Self::Change(_) => "GET this address tells what is true of it, by the same names",
            Self::TooMany => "POST /__sim/reset takes back what was said",
        }
    }
}

impl Tenant {
    /// Seed of everything random.
    #[must_use]
    pub fn seed(&self, world: &World) -> u64 {
        self.beginning.seed.unwrap_or(world.seed)
    }

    /// The nation as it is to this tenant.
    #[must_use]
    pub fn register(&self, world: &World) -> Arc<Register> {
        if self.beginning.seed.is_none() && self.memory.overrides.is_empty() {
            return Arc::clone(&world.register);
        }
        let changes = self.memory.overrides.all();
        if let Some(nation) = &*self.nation.load()
            && let Some(register) = nation.still(world, changes.as_ref())
        {
            return register;
        }
        let base = match self.beginning.seed.filter(|seed| *seed != world.seed) {
            None => Arc::clone(&world.register),
            Some(seed) => world.register_of(seed),
        };
        let (register, held) = match &changes {
            None => {
                let held = Held::Shared(Arc::downgrade(&base));
                (base, held)
            }
            Some(changes) => {
                let register = Arc::new(base.changed(Arc::clone(changes)));
                (Arc::clone(&register), Held::Own(register))
            }
        };
        let of = Arc::downgrade(&world.register);
        self.nation.store(Some(Arc::new(Nation { of, changes, register: held })));
        register
    }

    /// Lets go of what was made of a world that is no more.
    pub fn let_go(&self) {
        self.nation.store(None);
    }

    /// Says something of a taxpayer, besides what was said of it before.
    ///
    /// # Errors
    ///
    /// What cannot be said; then nothing is.
    pub fn override_taxpayer(
        &self,
        world: &World,
        gstin: &str,
        change: &TaxpayerChange,
    ) -> Result<(), OverrideError> {
        self.say(world, gstin, change, true)
    }

    /// Says something of a taxpayer, in place of what was said of it before.
    ///
    /// # Errors
    ///
    /// As [`Self::override_taxpayer`].
    pub fn replace_override(
        &self,
        world: &World,
        gstin: &str,
        change: &TaxpayerChange,
    ) -> Result<(), OverrideError> {
        self.say(world, gstin, change, false)
    }

    fn say(
        &self,
        world: &World,
        gstin: &str,
        change: &TaxpayerChange,
        besides: bool,
    ) -> Result<(), OverrideError> {
        let register = self.register(world);
        let is_persona = register.personas().any(|persona| persona.gstin == gstin);
        if !is_persona && let Err(why) = gstin.parse::<Gstin>() {
            return Err(OverrideError::Gstin { gstin: gstin.to_owned(), why });
        }
        let on = period::ist_date(self.memory.clock.now_ms());
        let is_there = register.unchanged(gstin, on).is_some();
        let said = self.memory.overrides.say(gstin, |before| {
            let before = before.filter(|_| besides).cloned().unwrap_or_default();
            if !is_there && change.absent.or(before.absent).is_none() {
                return Err(OverrideError::Nobody(gstin.to_owned()));
            }
            let was = register.unchanged_stand_in(gstin, on);
            let is = before.applied(was, on);
            Ok(before.then(change.clone().settled(&is, on)?))
        })?;
        if said { Ok(()) } else { Err(OverrideError::TooMany) }
    }
}

impl Nation {
    /// The register, where world and changes are still those it was made of.
    fn still(&self, world: &World, changes: Option<&Arc<Changes>>) -> Option<Arc<Register>> {
        let same_changes = match (&self.changes, changes) {
            (None, None) => true,
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            _ => false,
        };
        if !same_changes || self.of.as_ptr() != Arc::as_ptr(&world.register) {
            return None;
        }
        match &self.register {
            Held::Shared(register) => register.upgrade(),
            Held::Own(register) => Some(Arc::clone(register)),
        }
    }
}
