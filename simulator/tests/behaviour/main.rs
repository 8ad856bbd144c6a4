//! How the simulator behaves, tried from outside over real sockets.

mod admin;
mod bad_addresses;
mod bad_bodies;
mod bad_http;
mod common;
mod determinism;
mod journal;
mod large_answers;
mod oddities;
mod sixth_vendor;
mod stories;
mod tenants;
mod triggers;
mod ways_in;
