//! Recordings, from outside: what is kept of a vendor's answers, and what is not.

#[path = "recordings/population.rs"]
mod population;
#[path = "recordings/stage.rs"]
mod stage;
