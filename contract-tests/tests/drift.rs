//! Drift: what a live side does otherwise is found and told, and nothing is invented.

#[path = "drift/fidelity.rs"]
mod fidelity;
#[path = "drift/invented.rs"]
mod invented;
#[path = "drift/live.rs"]
mod live;
#[path = "drift/patches.rs"]
mod patches;
#[path = "drift/planted.rs"]
mod planted;
#[path = "drift/plants.rs"]
mod plants;
#[path = "drift/shapes.rs"]
mod shapes;
