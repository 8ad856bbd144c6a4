//! Tokens that login endpoints gave: bounded, the oldest goes first.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

/// So many tokens are kept.
const LIMIT: usize = 10_000;

/// The tokens given.
#[derive(Debug, Default)]
pub struct Sessions(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    by_token: HashMap<String, Entry>,
    order: VecDeque<String>,
}

#[derive(Clone, Debug)]
struct Entry {
    name: String,
    account: usize,
    expires_at_ms: i64,
}

/// A token that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The session's name in the pack.
    pub name: String,
    /// Who logged in.
    pub account: usize,
    /// Whether it is still good.
    pub alive: bool,
}

impl Sessions {
    /// Keeps a token.
    pub fn open(&self, token: &str, name: &str, account: usize, expires_at_ms: i64) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.order.len() >= LIMIT
            && let Some(oldest) = kept.order.pop_front()
        {
            kept.by_token.remove(&oldest);
        }
        kept.order.push_back(token.to_owned());
        let entry = Entry { name: name.to_owned(), account, expires_at_ms };
        kept.by_token.insert(token.to_owned(), entry);
    }

    /// Forgets all.
    pub fn clear(&self) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = Kept::default();
    }

    /// How many tokens are kept.
    pub fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).order.len()
    }

    /// The token's session; one that is over is still known.
    pub fn find(&self, token: &str, at_ms: i64) -> Option<Session> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = kept.by_token.get(token)?;
        Some(Session {
            name: entry.name.clone(),
            account: entry.account,
            alive: at_ms < entry.expires_at_ms,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_until_its_life_ends_and_known_after() {
        let sessions = Sessions::default();
        sessions.open("t", "access", 2, 1_000);

        let at = |ms| sessions.find("t", ms).expect("it was opened");
        assert_eq!(at(999), Session { name: "access".into(), account: 2, alive: true });
        assert!(!at(1_000).alive);
        assert_eq!(sessions.find("u", 0), None);
    }

    #[test]
    fn the_oldest_token_goes_when_there_are_too_many() {
        let sessions = Sessions::default();
        for number in 0..=LIMIT {
            sessions.open(&number.to_string(), "access", 0, 1);
        }
        assert_eq!(sessions.find("0", 0), None);
        assert!(sessions.find(&LIMIT.to_string(), 0).is_some());
    }
}
