//! Tokens that say whose they are: what logins, sessions and links gave to tenants.

use std::{
    collections::VecDeque,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use ahash::AHashMap;

/// So many are remembered, of all tenants together; the oldest goes first.
const LIMIT: usize = 100_000;

/// Token → tenant. Only a hash of a token is kept.
#[derive(Debug, Default)]
pub struct Issued {
    any: AtomicBool,
    hasher: ahash::RandomState,
    kept: RwLock<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    owners: AHashMap<u64, Arc<str>>,
    order: VecDeque<u64>,
}

impl Issued {
    /// Remembers whose a token is.
    pub fn keep(&self, token: &str, tenant: &Arc<str>) {
        let hash = self.hasher.hash_one(token);
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.owners.insert(hash, Arc::clone(tenant)).is_none() {
            kept.order.push_back(hash);
        }
        if kept.order.len() > LIMIT
            && let Some(oldest) = kept.order.pop_front()
        {
            kept.owners.remove(&oldest);
        }
        self.any.store(true, Ordering::Relaxed);
    }

    /// The tenant that was given this token.
    #[must_use]
    pub fn owner(&self, token: &str) -> Option<Arc<str>> {
        self.owner_of_any([token])
    }

    /// The tenant that was given the first of these texts that is a token.
    pub fn owner_of_any<'text>(
        &self,
        texts: impl IntoIterator<Item = &'text str>,
    ) -> Option<Arc<str>> {
        if self.is_empty() {
            return None;
        }
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        texts.into_iter().find_map(|text| kept.owners.get(&self.hasher.hash_one(text)).cloned())
    }

    /// Whether none was given yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.any.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_its_tenants_until_too_many_came_after_it() {
        let issued = Issued::default();
        assert!(issued.is_empty() && issued.owner("first").is_none());

        let (blue, green): (Arc<str>, Arc<str>) = ("blue".into(), "green".into());
        issued.keep("first", &blue);
        assert_eq!(issued.owner("first").as_deref(), Some("blue"));
        for number in 0..LIMIT {
            issued.keep(&number.to_string(), &green);
        }
        assert_eq!(issued.owner("first"), None);
        assert_eq!(issued.owner("0").as_deref(), Some("green"));
    }
}
