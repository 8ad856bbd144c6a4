//! Carries a delivery out: waits, then sends.

use hyper::Response;

use super::{Body, answer, depot::Depot};
use crate::model::reply::Delivery;

/// Waits as long as the plan says, then gives the reply.
pub(super) async fn carry_out(delivery: Delivery, depot: &Depot) -> Response<Body> {
    if !delivery.wait.is_zero() {
        wait(delivery.wait).await;
    }
    let mut response = answer::response(delivery.reply);
    if let Some(stream) = delivery.stream {
        *response.body_mut() = depot.send(stream).await;
    }
    response
}

#[expect(clippy::disallowed_methods, reason = "the one place where deliveries wait")]
async fn wait(time: std::time::Duration) {
    tokio::time::sleep(time).await;
}
