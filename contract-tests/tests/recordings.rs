//! Recordings, from outside: what is kept of a vendor's answers, and what is not.

#[path = "recordings/hosts.rs"]
mod hosts;
#[path = "recordings/population.rs"]
mod population;
#[path = "recordings/program.rs"]
mod program;
#[path = "recordings/repository.rs"]
mod repository;
#[path = "recordings/sessions.rs"]
mod sessions;
#[path = "recordings/stage.rs"]
mod stage;
#[path = "recordings/strange.rs"]
mod strange;
