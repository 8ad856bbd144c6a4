//! What goes over the wire for one case, also while others are under way.

use std::{future::Future, sync::Arc};

use super::Ear;
use crate::verdict::Heard;

/// Longer bodies are cut: they are told to people.
const LONGEST: usize = 64 * 1024;

/// So many exchanges of a case are kept; the first ones leave.
const MOST: usize = 64;

tokio::task_local! {
    static CASE: Ear;
}

/// Does something, and gives what went over the wire for it: without secrets, long bodies cut.
pub async fn hearing<T>(work: impl Future<Output = T>) -> (T, Vec<Heard>) {
    let ear = Ear::default();
    let done = CASE.scope(Arc::clone(&ear), work).await;
    let heard = ear.lock().map(|mut all| std::mem::take(&mut *all)).unwrap_or_default();
    (done, heard)
}

/// Whether somebody wants to know.
pub(super) fn listens() -> bool {
    CASE.try_with(|_| ()).is_ok()
}

/// Writes an exchange down for the case under way, where there is one.
pub(super) fn note(heard: &Heard) {
    let _ = CASE.try_with(|ear| {
        let Ok(mut all) = ear.lock() else { return };
        if all.len() == MOST {
            all.remove(0);
        }
        let mut heard = heard.clone();
        cut(&mut heard.body);
        if let Some(reply) = &mut heard.reply {
            cut(&mut reply.body);
        }
        all.push(heard);
    });
}

fn cut(body: &mut String) {
    if body.len() <= LONGEST {
        return;
    }
    let whole = body.len();
    let end = (0..=LONGEST).rev().find(|at| body.is_char_boundary(*at)).unwrap_or_default();
    body.truncate(end);
    body.push_str(&format!("… ({} more bytes)", whole - end));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(url: &str, body: String) -> Heard {
        Heard {
            method: "GET".to_owned(),
            url: url.to_owned(),
            headers: Vec::new(),
            body,
            at: jiff::Timestamp::UNIX_EPOCH,
            took_ms: 1,
            reply: None,
        }
    }

    #[tokio::test]
    async fn each_of_two_cases_hears_its_own() {
        let one = hearing(async {
            note(&heard("http://one/", String::new()));
            tokio::task::yield_now().await;
            note(&heard("http://one/more", String::new()));
        });
        let other = hearing(async { note(&heard("http://other/", String::new())) });
        let (((), one), ((), other)) = tokio::join!(one, other);
        let urls = |all: &[Heard]| all.iter().map(|one| one.url.clone()).collect::<Vec<_>>();
        assert_eq!(urls(&one), ["http://one/", "http://one/more"]);
        assert_eq!(urls(&other), ["http://other/"]);
        assert!(!listens(), "nobody listens outside of a case");
    }

    #[tokio::test]
    async fn a_long_body_is_cut_between_letters() {
        let body = "₹".repeat(LONGEST);
        let ((), all) = hearing(async { note(&heard("http://one/", body)) }).await;
        assert!(all[0].body.len() < LONGEST + 40, "{}", all[0].body.len());
        assert!(all[0].body.ends_with("more bytes)"));
    }
}
