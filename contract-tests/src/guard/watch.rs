//! The time that a guard goes by: the machine's, or one that a test sets.

use std::{fmt::Debug, future::Future, pin::Pin, time::Duration};

use jiff::Timestamp;

/// Tells the time, and waits.
pub trait Watch: Debug + Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;

    /// Waits.
    fn wait(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// The machine's time.
#[derive(Clone, Copy, Debug)]
pub struct Wall;

impl Watch for Wall {
    #[expect(clippy::disallowed_methods, reason = "a budget goes by the vendor's days")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    #[expect(clippy::disallowed_methods, reason = "no vendor's delivery: a client keeps its pace")]
    fn wait(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(tokio::time::sleep(time))
    }
}
