//! Large answers: asked for, made in the background, fetched as files.
//!
//! A caller that asks for too much is given a token. What the token stands for is a [`job::Job`]: a
//! function from the number of a part to its JSON. [`pack`] makes a file of a part, [`link`] tells
//! where it can be fetched. No file is ever kept: it is made once to be measured, and once more
//! each time somebody fetches it. `server` has the threads for that.

pub mod buffers;
pub mod files;
pub mod job;
pub mod link;
pub mod maker;
pub mod pack;
pub mod seen;
pub mod unpack;
