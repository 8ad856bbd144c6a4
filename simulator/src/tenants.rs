//! Tenants: everybody who uses the simulator at the same time, and whose call a call is.

use std::sync::Arc;

use http::request::Parts;

use crate::{pack::Pack, tenant::Tenant};

/// The tenant that is always there.
pub const DEFAULT: &str = "default";

/// The header that names a tenant, where neither credentials nor path do.
pub const TENANT_HEADER: &str = "x-sim-tenant";

/// All tenants.
#[derive(Debug)]
pub struct Tenants {
    default: Arc<Tenant>,
}

/// What a call shows of whose it is.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'call> {
    /// The vendor it is meant for.
    pub pack: Option<&'call Arc<Pack>>,
    /// The tenant that the path begins with.
    pub prefix: Option<&'call str>,
    /// Its head.
    pub head: &'call Parts,
}

/// A name that no tenant has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoTenant(pub String);

impl Tenants {
    /// One tenant only, for a start.
    #[must_use]
    pub fn new(default: Arc<Tenant>) -> Self {
        Self { default }
    }

    /// The tenant that is always there.
    #[must_use]
    pub fn default_tenant(&self) -> &Arc<Tenant> {
        &self.default
    }

    /// The tenant of that name.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn find(&self, name: &str) -> Result<Arc<Tenant>, NoTenant> {
        if name == DEFAULT {
            return Ok(Arc::clone(&self.default));
        }
        Err(NoTenant(name.to_owned()))
    }

    /// Whose call it is: by its credentials, else its path, else its header, else the default one's.
    ///
    /// # Errors
    ///
    /// When it names a tenant that there is not.
    pub fn of_call(&self, caller: &Caller<'_>) -> Result<Arc<Tenant>, NoTenant> {
        let named = || caller.head.headers.get(TENANT_HEADER)?.to_str().ok();
        match caller.prefix.or_else(named) {
            Some(name) => self.find(name),
            None => Ok(Arc::clone(&self.default)),
        }
    }

    /// All of them, the default one first.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Tenant>> {
        vec![Arc::clone(&self.default)]
    }
}
