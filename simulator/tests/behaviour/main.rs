//! How the simulator behaves, tried from outside over real sockets.

mod admin;
mod bad_addresses;
mod bad_bodies;
mod bad_http;
mod bad_input;
mod common;
mod coverage;
mod determinism;
mod faults;
mod guards;
mod hints;
mod journal;
mod journal_filters;
mod journal_stream;
mod large_answers;
mod limits;
mod oddities;
mod openapi;
mod reload;
mod sixth_vendor;
mod stories;
mod story_language;
mod tenants;
mod triggers;
mod verify;
mod ways_in;
