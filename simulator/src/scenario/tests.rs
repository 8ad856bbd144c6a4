//! Stories, played in a small world.

mod answers;
mod checked;
mod effects;
mod matching;
mod reading;
mod reloaded;
mod replies;
mod stage;
