//! Sessions that taxpayers open with a one-time password: whose they are, under which keys, until when.
//!
//! Whole acts, each atomic: ask for an OTP, open, use, refresh, close. Keys come and go as bytes; what
//! they encrypt is none of this file's business.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use serde::Serialize;

use crate::gstn::Key;

/// So many OTPs that nobody has used are kept, so many sessions, and so many messages at the desk.
const LIMIT: usize = 10_000;

/// How sessions of one kind are held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The OTP that everybody gets; `None`: a new one each time.
    pub fixed_otp: Option<String>,
    /// How long an OTP can be used, in milliseconds.
    pub otp_life_ms: i64,
    /// An OTP arrives so much later than it was asked for, in milliseconds.
    pub otp_late_ms: i64,
    /// It never arrives.
    pub otp_lost: bool,
    /// After so many wrong ones the OTP is void.
    pub otp_tries: u32,
    /// How long a token can be used, in milliseconds.
    pub token_life_ms: i64,
    /// A token whose life is over can be refreshed for so much longer, in milliseconds.
    pub refresh_ms: i64,
    /// How long the taxpayer allows access, in minutes; 0: not at all.
    pub window_min: i64,
    /// How many sessions a user may have at once.
    pub most: usize,
    /// Whether `User` and `user` are the same user.
    pub any_case: bool,
}

/// Whose session it is: a user in a state, at one vendor.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Holder {
    /// The kind of session: vendor and name in its pack.
    pub kind: String,
    /// The user's name.
    pub user: String,
    /// The state code.
    pub state: String,
}

impl Holder {
    fn key(&self, policy: &Policy) -> Self {
        let user = if policy.any_case { self.user.to_lowercase() } else { self.user.clone() };
        Self { user, ..self.clone() }
    }
}

/// Why an act was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The taxpayer has not allowed access, or for no longer than a token lives.
    AccessOff,
    /// No OTP was asked for.
    OtpNotRequested,
    /// Another OTP was sent.
    OtpWrong,
    /// The OTP's life is over.
    OtpExpired,
    /// The OTP has opened a session already.
    OtpUsed,
    /// Too many wrong ones came before.
    OtpTries,
    /// The key is not the one that asked for the OTP.
    KeyChanged,
    /// The user has as many sessions as there may be.
    TooMany,
    /// Nobody has this token.
    Unknown,
    /// The token's life is over.
    Expired,
    /// The time for which the taxpayer allowed access is over.
    WindowOver,
    /// The token belongs to another user.
    AnotherUser,
    /// The token belongs to a user of another state.
    AnotherState,
    /// The token belongs to another GSTIN.
    AnotherGstin,
}

/// What is sent to a taxpayer's phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    /// The vendor and the kind of session.
    pub kind: String,
    /// Whose phone.
    pub user: String,
    /// The state code.
    pub state: String,
    /// The one-time password.
    pub otp: String,
    /// When it was asked for, in epoch milliseconds.
    pub sent_at: i64,
    /// When it arrives; `None`: never.
    pub arrives_at: Option<i64>,
    /// When it can be used no more.
    pub expires_at: i64,
    /// Whether it has opened a session.
    pub used: bool,
}

/// A session as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Whose it is.
    pub holder: Holder,
    /// The GSTIN it is for, once that is known.
    pub gstin: Option<String>,
    /// The client's key.
    pub app_key: Key,
    /// The key for data.
    pub session_key: Key,
    /// The keys of before the refresh: client's and session's.
    pub before: Option<(Key, Key)>,
    /// When the token was given, in epoch milliseconds.
    pub begun_at_ms: i64,
    /// When its life ends.
    pub expires_at_ms: i64,
    /// When the taxpayer's consent ends.
    pub window_ends_at_ms: i64,
    /// 1, and one more with each refresh.
    pub generation: i64,
    /// Calls made under this generation.
    pub calls: i64,
}

/// New keys and tokens, thrown by the caller.
#[derive(Clone, Debug)]
pub struct Fresh {
    /// The token.
    pub token: String,
    /// The key for data.
    pub session_key: Key,
}

/// An OTP that was sent.
#[derive(Debug)]
struct Pending {
    otp: String,
    app_key: Key,
    expires_at_ms: i64,
    wrong: u32,
    used: bool,
}

#[derive(Debug, Default)]
struct Kept {
    pending: HashMap<Holder, Pending>,
    pending_order: VecDeque<Holder>,
    open: HashMap<String, Session>,
    /// Tokens in the order in which they were given; some may be nobody's by now.
    open_order: VecDeque<String>,
    /// The tokens of a user.
    by_holder: HashMap<Holder, Vec<String>>,
    messages: VecDeque<Message>,
}

/// The sessions and the OTPs of one tenant.
#[derive(Debug, Default)]
pub struct Consents(Mutex<Kept>);

impl Consents {
    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends an OTP; `random` is used unless the policy fixes one.
    ///
    /// # Errors
    ///
    /// Where the taxpayer has not allowed access.
    pub fn request(
        &self,
        holder: &Holder,
        app_key: Key,
        random: String,
        policy: &Policy,
        at_ms: i64,
    ) -> Result<(), Refusal> {
        if policy.window_min == 0 {
            return Err(Refusal::AccessOff);
        }
        let otp = policy.fixed_otp.clone().unwrap_or(random);
        let expires_at_ms = at_ms.saturating_add(policy.otp_life_ms);
        let mut kept = self.kept();
        let key = holder.key(policy);
        let pending = Pending { otp: otp.clone(), app_key, expires_at_ms, wrong: 0, used: false };
        if kept.pending.insert(key.clone(), pending).is_none() {
            kept.pending_order.push_back(key);
        }
        if kept.pending_order.len() > LIMIT
            && let Some(oldest) = kept.pending_order.pop_front()
        {
            kept.pending.remove(&oldest);
        }
        let late = at_ms.saturating_add(policy.otp_late_ms);
        kept.messages.push_front(Message {
            kind: holder.kind.clone(),
            user: holder.user.clone(),
            state: holder.state.clone(),
            otp,
            sent_at: at_ms,
            arrives_at: (!policy.otp_lost).then_some(late),
            expires_at: expires_at_ms,
            used: false,
        });
        kept.messages.truncate(LIMIT);
        Ok(())
    }

    /// Opens a session with an OTP.
    ///
    /// # Errors
    ///
    /// What is wrong with the OTP or the key, or that there are too many sessions.
    pub fn open(
        &self,
        holder: &Holder,
        app_key: Key,
        otp: &str,
        fresh: Fresh,
        policy: &Policy,
        at_ms: i64,
    ) -> Result<Session, Refusal> {
        if policy.window_min.saturating_mul(60_000) < policy.token_life_ms {
            return Err(Refusal::AccessOff);
        }
        let key = holder.key(policy);
        let mut kept = self.kept();
        let kept = &mut *kept;
        let pending = kept.pending.get_mut(&key).ok_or(Refusal::OtpNotRequested)?;
        if pending.used {
            return Err(Refusal::OtpUsed);
        }
        if pending.wrong >= policy.otp_tries {
            return Err(Refusal::OtpTries);
        }
        if at_ms >= pending.expires_at_ms {
            return Err(Refusal::OtpExpired);
        }
        if pending.app_key != app_key {
            return Err(Refusal::KeyChanged);
        }
        if pending.otp != otp {
            pending.wrong += 1;
            return Err(Refusal::OtpWrong);
        }
        let live =
            |session: &&Session| at_ms < session.expires_at_ms.min(session.window_ends_at_ms);
        let own = kept.by_holder.get(&key).map_or(&[][..], Vec::as_slice);
        if own.iter().filter_map(|token| kept.open.get(token)).filter(live).count() >= policy.most {
            return Err(Refusal::TooMany);
        }
        pending.used = true;
        let same = |message: &&mut Message| {
            message.kind == holder.kind && message.user == holder.user && !message.used
        };
        if let Some(message) = kept.messages.iter_mut().find(same) {
            message.used = true;
        }
        let session = Session {
            holder: key,
            gstin: None,
            app_key,
            session_key: fresh.session_key,
            before: None,
            begun_at_ms: at_ms,
            expires_at_ms: at_ms.saturating_add(policy.token_life_ms),
            window_ends_at_ms: at_ms.saturating_add(policy.window_min.saturating_mul(60_000)),
            generation: 1,
            calls: 0,
        };
        kept.keep(fresh.token, session.clone());
        Ok(session)
    }

    /// The session of a token, whether it may still be used or not.
    #[must_use]
    pub fn find(&self, token: &str) -> Option<Session> {
        self.kept().open.get(token).cloned()
    }

    /// Uses a token for a call about a GSTIN; the first such call settles which GSTIN it is for.
    ///
    /// # Errors
    ///
    /// Why this caller may not use it, or not now.
    pub fn use_token(
        &self,
        token: &str,
        holder: &Holder,
        gstin: Option<&str>,
        policy: &Policy,
        at_ms: i64,
    ) -> Result<Session, Refusal> {
        let mut kept = self.kept();
        let session = kept.open.get_mut(token).ok_or(Refusal::Unknown)?;
        session.belongs_to(holder, policy)?;
        if at_ms >= session.window_ends_at_ms {
            return Err(Refusal::WindowOver);
        }
        // A shorter life, told by a story, counts for tokens that are out already.
        let ends = session.begun_at_ms.saturating_add(policy.token_life_ms);
        if at_ms >= session.expires_at_ms.min(ends) {
            return Err(Refusal::Expired);
        }
        match (&session.gstin, gstin) {
            (Some(own), Some(asked)) if own != asked => return Err(Refusal::AnotherGstin),
            (None, Some(asked)) => session.gstin = Some(asked.to_owned()),
            _ => {}
        }
        session.calls += 1;
        Ok(session.clone())
    }

    /// Whether a token may be refreshed by this caller; its session, with the keys of now.
    ///
    /// # Errors
    ///
    /// Why not.
    pub fn may_refresh(
        &self,
        token: &str,
        holder: &Holder,
        policy: &Policy,
        at_ms: i64,
    ) -> Result<Session, Refusal> {
        let kept = self.kept();
        let session = kept.open.get(token).ok_or(Refusal::Unknown)?;
        session.belongs_to(holder, policy)?;
        if at_ms >= session.window_ends_at_ms {
            return Err(Refusal::WindowOver);
        }
        if at_ms >= session.expires_at_ms.saturating_add(policy.refresh_ms) {
            return Err(Refusal::Expired);
        }
        Ok(session.clone())
    }

    /// Gives a session a new token and new keys; the old token is nobody's from now on.
    pub fn refresh(
        &self,
        token: &str,
        app_key: Key,
        fresh: Fresh,
        policy: &Policy,
        at_ms: i64,
    ) -> Option<Session> {
        let mut kept = self.kept();
        let mut session = kept.drop_token(token)?;
        session.before = Some((session.app_key, session.session_key));
        session.app_key = app_key;
        session.session_key = fresh.session_key;
        session.begun_at_ms = at_ms;
        session.expires_at_ms =
            at_ms.saturating_add(policy.token_life_ms).min(session.window_ends_at_ms);
        session.generation += 1;
        session.calls = 0;
        kept.keep(fresh.token, session.clone());
        Some(session)
    }

    /// Ends a session.
    ///
    /// # Errors
    ///
    /// Why this caller cannot.
    pub fn close(&self, token: &str, holder: &Holder, policy: &Policy) -> Result<(), Refusal> {
        let mut kept = self.kept();
        kept.open.get(token).ok_or(Refusal::Unknown)?.belongs_to(holder, policy)?;
        kept.drop_token(token);
        Ok(())
    }

    /// Forgets all sessions and messages.
    pub fn clear(&self) {
        *self.kept() = Kept::default();
    }

    /// What has arrived by now, the newest first.
    #[must_use]
    pub fn arrived(&self, at_ms: i64) -> Vec<Message> {
        let kept = self.kept();
        let there = |message: &&Message| message.arrives_at.is_some_and(|moment| moment <= at_ms);
        kept.messages.iter().filter(there).cloned().collect()
    }

    /// How many sessions are kept.
    #[must_use]
    pub fn count(&self) -> usize {
        self.kept().open.len()
    }

    /// Every session that is kept, the newest first, without tokens and keys.
    #[must_use]
    pub fn sessions(&self) -> Vec<Session> {
        let kept = self.kept();
        kept.open_order.iter().rev().filter_map(|token| kept.open.get(token)).cloned().collect()
    }
}

impl Kept {
    fn keep(&mut self, token: String, session: Session) {
        self.by_holder.entry(session.holder.clone()).or_default().push(token.clone());
        self.open_order.push_back(token.clone());
        self.open.insert(token, session);
        while self.open.len() > LIMIT
            && let Some(oldest) = self.open_order.pop_front()
        {
            self.drop_token(&oldest);
        }
        if self.open_order.len() > 2 * LIMIT {
            self.open_order.retain(|token| self.open.contains_key(token));
        }
    }

    fn drop_token(&mut self, token: &str) -> Option<Session> {
        let session = self.open.remove(token)?;
        if let Some(own) = self.by_holder.get_mut(&session.holder) {
            own.retain(|known| known != token);
            if own.is_empty() {
                self.by_holder.remove(&session.holder);
            }
        }
        Some(session)
    }
}

impl Session {
    fn belongs_to(&self, holder: &Holder, policy: &Policy) -> Result<(), Refusal> {
        let holder = holder.key(policy);
        if self.holder.kind != holder.kind {
            return Err(Refusal::Unknown);
        }
        if self.holder.user != holder.user {
            return Err(Refusal::AnotherUser);
        }
        if self.holder.state != holder.state {
            return Err(Refusal::AnotherState);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
