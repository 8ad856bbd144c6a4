//! Replays: files from which the simulator plays a recording.
//!
//! A story says each recorded answer word for word to the request that it was given to; personas tell the
//! rest of the simulator, and all other vendors, who the stand-ins are.
//!
//! - [`story`]: the scenario; [`personas`]: the taxpayers
//! - [`check`]: every recorded request sent to a simulator that plays them

use gsp_simulator::{finding::Finding, world::World};

use super::{file::Recording, known::Known};

pub mod check;
pub mod personas;
pub mod story;

/// Files below a folder: path and text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// `NAME.toml`, below `scenarios/`.
    pub scenario: String,
    /// File name and JSON, below `fixtures/taxpayers/`.
    pub personas: Vec<(String, String)>,
}

/// Makes the files of a recording; the story is good for so many days after it was recorded.
///
/// # Errors
///
/// Where the recording is of no vendor that is known, or nothing in it can be played.
pub fn files(
    recording: &Recording,
    world: &World,
    name: &str,
    good_for_days: u32,
) -> Result<Files, Vec<Finding>> {
    let vendor = &recording.head.vendor;
    let known = Known::of(world, vendor).ok_or_else(|| {
        vec![
            Finding::new(format!("there is no vendor `{vendor}`"))
                .at(vendor.span.clone())
                .within(&recording.source)
                .hint("give the folder with its pack by `--fixtures`"),
        ]
    })?;
    if !is_name(name) {
        return Err(vec![
            Finding::new(format!("`{name}` is no name of a story"))
                .hint("small letters, digits and dashes, such as `recorded-in-november`"),
        ]);
    }
    let scenario = story::write(recording, &known, name, good_for_days).ok_or_else(|| {
        vec![
            Finding::new("nothing in it was answered")
                .within(&recording.source)
                .hint("record at least one exchange with an answer"),
        ]
    })?;
    Ok(Files { scenario, personas: personas::write(recording, &known, name) })
}

fn is_name(name: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !name.is_empty() && name.len() <= 64 && name.bytes().all(letter) && !name.starts_with('-')
}
