//! Recordings: what a live side said, kept so that nothing of it is anybody's.
//!
//! An exchange goes from the wire to the file in one step; before it is written every text in it was
//! looked at, and what may be somebody's was replaced. See `docs/recordings.md`.
//!
//! - [`hosts`]: who may be asked at all; [`proxy`]: asks them, and answers with what they said
//! - [`recorder`]: keeps exchanges in a file
//! - [`exchange`]: one as it was heard, and one as it is written; [`mod@file`]: that file
//! - [`known`]: what says nothing of anybody; [`forms`], [`plain`]: what texts look like
//! - [`standin`]: what takes the place of what is somebody's; [`pseudonyms`]: the same one each time
//! - [`scrub`]: an exchange with stand-ins
//! - [`lint`]: proves that nothing was left
//! - [`replay`]: files from which the simulator plays a recording

pub mod exchange;
pub mod file;
pub mod forms;
pub mod hosts;
pub mod known;
pub mod lint;
pub mod plain;
pub mod proxy;
pub mod pseudonyms;
pub mod recorder;
pub mod replay;
pub mod scrub;
pub mod standin;

pub use self::{exchange::Raw, file::Recording, recorder::Recorder};
