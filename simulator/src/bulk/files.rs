//! The files of one tenant: bounded, the oldest goes first.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use super::{
    buffers::Buffers,
    job::{Contents, Job, Order},
};

/// So many files are known at once.
const LIMIT: usize = 1_000;

/// How many hex digits a token has.
pub const TOKEN_LENGTH: usize = 32;

/// The files of a tenant.
#[derive(Debug, Default)]
pub struct Files {
    kept: Mutex<Kept>,
    /// How many there are: most tenants have none, and no call need wait to learn that.
    count: AtomicUsize,
    closed: AtomicBool,
    buffers: Arc<Buffers>,
}

#[derive(Debug, Default)]
struct Kept {
    by_token: HashMap<String, Arc<Job>>,
    /// What was asked → token.
    by_question: HashMap<String, String>,
    /// Token and question, oldest first.
    order: VecDeque<(String, String)>,
    /// Files with parts that nobody has taken.
    work: VecDeque<Arc<Job>>,
}

impl Kept {
    fn forget_oldest(&mut self) -> Option<Arc<Job>> {
        let (token, question) = self.order.pop_front()?;
        if self.by_question.get(&question) == Some(&token) {
            self.by_question.remove(&question);
        }
        let job = self.by_token.remove(&token)?;
        self.work.retain(|one| !Arc::ptr_eq(one, &job));
        Some(job)
    }
}

impl Files {
    /// The file of a question: the one there is, else the one that is ordered now.
    pub fn open(
        &self,
        question: &str,
        at_ms: i64,
        order: impl FnOnce() -> (Order, Arc<dyn Contents>),
    ) -> Arc<Job> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(token) = kept.by_question.get(question)
            && let Some(job) = kept.by_token.get(token)
            && at_ms < job.order.expires_at_ms
        {
            return Arc::clone(job);
        }
        let (order, contents) = order();
        let job = Arc::new(Job::new(order, contents, Arc::clone(&self.buffers)));
        let token = job.order.token.clone();
        let mut gone = Vec::new();
        while kept.order.len() >= LIMIT {
            gone.extend(kept.forget_oldest());
        }
        kept.by_question.insert(question.to_owned(), token.clone());
        kept.by_token.insert(token.clone(), Arc::clone(&job));
        kept.order.push_back((token, question.to_owned()));
        kept.work.push_back(Arc::clone(&job));
        self.count.store(kept.by_token.len(), Ordering::Release);
        drop(kept);
        // Freed here, where nobody waits for the lock.
        drop(gone);
        job
    }

    /// The file of a token, until it is no more.
    #[must_use]
    pub fn find(&self, token: &str, at_ms: i64) -> Option<Arc<Job>> {
        if self.is_empty() {
            return None;
        }
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.by_token.get(token).filter(|job| at_ms < job.order.expires_at_ms).cloned()
    }

    /// The file whose token stands in a text, such as a link.
    #[must_use]
    pub fn named_in(&self, text: &str, at_ms: i64) -> Option<Arc<Job>> {
        if self.is_empty() {
            return None;
        }
        let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
        let tokens = words.filter(|word| word.len() == TOKEN_LENGTH);
        tokens.into_iter().find_map(|token| self.find(token, at_ms))
    }

    /// This file came to nothing, and the next such question has one of its own.
    pub fn give_up(&self, token: &str) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.by_question.retain(|_, known| known != token);
        if let Some(job) = kept.by_token.get(token) {
            job.fail();
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count.load(Ordering::Acquire) == 0
    }

    /// Whether there are parts to measure that nobody has taken.
    #[must_use]
    pub fn has_work(&self) -> bool {
        if self.is_empty() || self.closed.load(Ordering::Relaxed) {
            return false;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.work.retain(|job| !job.is_taken());
        !kept.work.is_empty()
    }

    /// Measures the next part; false where there is nothing to do.
    pub fn work(&self) -> bool {
        if self.closed.load(Ordering::Relaxed) {
            return false;
        }
        loop {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(job) = kept.work.front().cloned() else { return false };
            if job.is_taken() {
                kept.work.pop_front();
                continue;
            }
            drop(kept);
            if job.measure_next() {
                return true;
            }
        }
    }

    /// Puts a file before all others: somebody waits for it.
    pub fn hurry(&self, job: &Arc<Job>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = kept.work.iter().position(|one| Arc::ptr_eq(one, job))
            && let Some(job) = kept.work.remove(at)
        {
            kept.work.push_front(job);
        }
    }

    /// Forgets all; one that is being sent is sent to its end.
    pub fn clear(&self) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let gone = std::mem::take(&mut *kept);
        self.count.store(0, Ordering::Release);
        drop(kept);
        // Freed here, where nobody waits for the lock.
        drop(gone);
    }

    /// No more work: the simulator ends.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
