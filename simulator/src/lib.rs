//! Plays GST Suvidha Providers and GSTIN-verification vendors from files.
//!
//! A call walks through the rooms:
//!
//! ```text
//! caller ▶ server ▶ route ▶ auth ▶ validate ▶ scenario ▶ taxpayers ▶ render ▶ fault ▶ server ▶ caller
//! ```
//!
//! - [`model`]: the words every room shares; knows nothing of ours
//! - [`memory`]: what lasts between calls
//! - [`taxpayers`]: one register of everybody
//! - [`bulk`]: large answers, made in the background and fetched as files
//! - [`fault`]: what can go wrong with a reply
//! - [`journal`]: the last exchanges
//! - [`coverage`]: which of a vendor's answers a client has met
//! - [`auth`]: who calls
//! - [`pack`]: a vendor as data, read, checked, made ready
//! - [`scenario`]: stories; decides a call
//! - [`route`], [`validate`], [`render`]: steps that follow a pack
//! - [`exchange`]: the walk; knows every step
//! - [`world`], [`tenant`], [`tenants`], [`magic`]: what is loaded once, and what belongs to one user
//! - [`tell`]: what there is, as data for people and machines
//! - [`verify`]: whether what was received is what was expected
//! - [`server`] reads from sockets and answers there
//! - [`gstn`]: keys and envelopes of the GST network's taxpayer session
//! - [`finding`]: what is wrong with a file, drawn at its place

pub mod auth;
pub mod books;
pub mod bulk;
pub mod coverage;
pub mod exchange;
pub mod fault;
pub mod finding;
pub mod gstn;
pub mod journal;
pub mod magic;
pub mod memory;
pub mod model;
pub mod pack;
pub mod render;
pub mod route;
pub mod scenario;
pub mod server;
mod simulator;
pub mod taxpayers;
pub mod tell;
pub mod tenant;
pub mod tenants;
pub mod validate;
pub mod verify;
pub mod world;

pub use simulator::{
    BlockingSimulator, Builder, Expected, Simulator, StartError, Story, TestTenant,
};
