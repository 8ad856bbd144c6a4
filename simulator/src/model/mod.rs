//! The words every room shares: values without a clock, a socket or a file.

pub mod call;
pub mod dice;
pub mod gstin;
pub mod outcome;
pub mod period;
pub mod reply;
pub mod taxpayer;
pub mod told;
pub mod wire;
