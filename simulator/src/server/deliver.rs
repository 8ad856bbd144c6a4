//! Carries a delivery out: waits, then sends.

use hyper::Response;

use super::{Body, answer};
use crate::model::reply::Delivery;

/// Waits as long as the plan says, then gives the reply.
pub(super) async fn carry_out(delivery: Delivery) -> Response<Body> {
    if !delivery.wait.is_zero() {
        wait(delivery.wait).await;
    }
    answer::response(delivery.reply)
}

#[expect(clippy::disallowed_methods, reason = "the one place where deliveries wait")]
async fn wait(time: std::time::Duration) {
    tokio::time::sleep(time).await;
}
