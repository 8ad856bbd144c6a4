//! Watching: whoever edits fixtures or scenarios need not ask for a reload.

use std::{
    path::PathBuf,
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use notify::{Config, Event, PollWatcher, RecursiveMode};
use tracing::{debug, warn};

use super::App;

/// An editor writes a file in several steps; so long nothing must have happened.
const QUIET: Duration = Duration::from_millis(200);

/// A watcher that looks by itself does so as often.
const LOOK: Duration = Duration::from_secs(1);

/// How folders are watched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Watch {
    /// Not at all: `POST /__sim/reload` reads them anew.
    #[default]
    Off,
    /// The machine tells when something changes.
    On,
    /// By looking again and again: for folders of which the machine tells nothing, such as those of
    /// another machine.
    Poll,
}

/// Watches until it is dropped.
pub(crate) struct Watching(Box<dyn notify::Watcher + Send + Sync>);

impl std::fmt::Debug for Watching {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let _ = &self.0;
        formatter.write_str("Watching")
    }
}

/// Watches the folders that a simulator was given; `None` where there are none, or they cannot be
/// watched.
pub(crate) fn watch(app: &Arc<App>, how: Watch) -> Option<Watching> {
    let folders = app.shelf.folders();
    if folders.is_empty() || how == Watch::Off {
        return None;
    }
    let (changed, changes) = mpsc::channel();
    let watching = match begin(how, &folders, changed.clone()) {
        Ok(watching) => watching,
        Err(error) if how == Watch::On => {
            debug!(%error, "the machine tells no changes; folders are looked at again and again");
            match begin(Watch::Poll, &folders, changed) {
                Ok(watching) => watching,
                Err(error) => return given_up(&error),
            }
        }
        Err(error) => return given_up(&error),
    };
    let app = Arc::downgrade(app);
    thread::spawn(move || {
        // It ends with the watcher, whose end of the channel is then gone.
        while changes.recv().is_ok() {
            while changes.recv_timeout(QUIET).is_ok() {}
            let Some(app) = app.upgrade() else { return };
            // What comes of it is told in log, journal and health.
            let _ = app.reload(false);
        }
    });
    Some(watching)
}

fn given_up(error: &notify::Error) -> Option<Watching> {
    warn!(%error, "folders are not watched; POST /__sim/reload reads them anew");
    None
}

fn begin(how: Watch, folders: &[PathBuf], changed: mpsc::Sender<()>) -> notify::Result<Watching> {
    let tell = move |event: notify::Result<Event>| {
        // Reading is no change, and is what a reload does.
        if event.is_ok_and(|event| !event.kind.is_access()) {
            let _ = changed.send(());
        }
    };
    let mut watcher: Box<dyn notify::Watcher + Send + Sync> = match how {
        Watch::Poll => {
            let config = Config::default().with_poll_interval(LOOK).with_compare_contents(true);
            Box::new(PollWatcher::new(tell, config)?)
        }
        Watch::On | Watch::Off => Box::new(notify::recommended_watcher(tell)?),
    };
    for folder in folders {
        watcher.watch(folder, RecursiveMode::Recursive)?;
    }
    Ok(Watching(watcher))
}
