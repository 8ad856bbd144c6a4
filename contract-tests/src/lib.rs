//! Contract cases, read from the packs and run against a target.
//!
//! A case is a request and what a vendor's documents promise of its answer. All cases come from
//! files: `fixtures/<vendor>/contract/` and the list of replies in the pack. `bodies/` is never
//! read here to judge an answer, so no body can vouch for itself.
//!
//! - [`case`]: one promise, and how it is asked for
//! - [`target`]: what is asked: a simulator in this process, or one at an address
//! - [`config`]: `contract.toml`: whom one may ask, and how
//! - [`client`]: keys, envelopes and files of a session by consent, as a client has them
//! - [`guard`]: what may be sent to a target in a day, and how fast
//! - [`http`]: the HTTP client that all of it uses
//! - [`session`]: how a case comes to such a session
//! - [`flow`]: sequences of requests that belong together
//! - [`schema`]: the promise on an answer's form
//! - [`volatile`]: values that differ from call to call, checked before they are hidden
//! - [`snapshot`]: reviewed answers
//! - [`verdict`]: an answer held against all of them
//! - [`mismatch`]: one departure
//! - [`drift`]: where a live answer is another than the pack promises
//! - [`fidelity`]: how sure each answer of the packs is
//! - [`recording`]: what a live side said, with stand-ins for all that is somebody's
//! - [`run`]: what came of a run, in a file
//! - [`report`]: a run, told to people and machines
//! - [`certify`]: evidence of what was sent and what came
//! - [`coverage`]: which codes of the catalog were met, by runs and by a client
//! - [`runner`]: many cases in their order: what it would cost, retries, what is kept on the way

pub mod case;
pub mod certify;
pub mod client;
pub mod config;
pub mod coverage;
pub mod drift;
pub mod fidelity;
pub mod flow;
pub mod guard;
pub mod http;
pub mod mismatch;
pub mod recording;
pub mod report;
pub mod run;
pub mod runner;
pub mod schema;
pub mod session;
pub mod snapshot;
pub mod target;
pub mod verdict;
pub mod volatile;
