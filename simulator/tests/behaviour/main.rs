//! How the simulator behaves, tried from outside over real sockets.

mod bad_addresses;
mod bad_bodies;
mod bad_http;
mod common;
mod stories;
mod triggers;
