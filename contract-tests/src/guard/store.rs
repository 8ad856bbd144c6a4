//! The file of a ledger: one program at a time reads it, changes it and writes it anew.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::{Timestamp, civil::Date};

use super::ledger::{FORMAT, FromTheFuture, Ledger};
use crate::client::crypto::{hex, sha256};

/// No program holds the file longer than this.
const PATIENCE: Duration = Duration::from_secs(20);

/// So long is waited before the lock is tried again.
const AGAIN: Duration = Duration::from_millis(5);

/// A ledger is no larger.
const LARGEST: u64 = 8 * 1024 * 1024;

/// Why what was used today is not known, or cannot be kept.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LedgerError {
    /// It cannot be read or written.
    #[error("the budget's ledger `{}` cannot be {doing}: {why}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// `read`, `written`, `locked`.
        doing: &'static str,
        /// What the system says.
        why: Arc<io::Error>,
    },
    /// Another program holds it.
    #[error("another program has held the budget's ledger `{}` for {} seconds", path.display(), PATIENCE.as_secs())]
    Busy {
        /// The file that is locked.
        path: PathBuf,
    },
    /// It is no ledger, or a damaged one.
    #[error("the budget's ledger `{}` is damaged: {why}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Its last day has not come yet.
    #[error(
        "the budget's ledger `{}` has counts of {last}, and by this machine's clock it is {today} in India",
        path.display()
    )]
    FromTheFuture {
        /// The file.
        path: PathBuf,
        /// Its last day.
        last: Date,
        /// The day by the machine's clock.
        today: Date,
    },
}

impl LedgerError {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Io { .. } => "make its folder one that you may write to: nothing is sent that is not counted first".to_owned(),
            Self::Busy { .. } => "wait for the other run to end, or end it; nothing is sent that is not counted first".to_owned(),
            Self::Damaged { path, .. } => format!(
                "what was used today is not known: wait until the day is over in India, or look it up with the vendor; then delete `{}`",
                path.display()
            ),
            Self::FromTheFuture { path, .. } => format!(
                "set the machine's clock right; if it was wrong before and is right now, delete `{}`",
                path.display()
            ),
        }
    }
}

/// Where a ledger is kept.
#[derive(Clone, Debug)]
pub(super) struct Store {
    path: PathBuf,
    target: String,
}

/// A ledger that nobody else can change meanwhile.
#[derive(Debug)]
pub(super) struct Open<'store> {
    store: &'store Store,
    /// Unlocked when it is closed.
    _lock: File,
    pub(super) ledger: Ledger,
}

impl Store {
    pub(super) fn new(folder: &Path, target: &str) -> Self {
        Self { path: folder.join(file_name(target)), target: target.to_owned() }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Locks the ledger and reads it; where there is none yet, it is a new one.
    pub(super) async fn open(&self) -> Result<Open<'_>, LedgerError> {
        let lock_path = self.path.with_extension("lock");
        let failed = |doing| {
            let path = lock_path.clone();
            move |why| LedgerError::Io { path, doing, why: Arc::new(why) }
        };
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder).map_err(failed("written"))?;
        }
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(failed("written"))?;
        let begun = Instant::now();
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if begun.elapsed() < PATIENCE => pause(AGAIN).await,
                Err(TryLockError::WouldBlock) => {
                    return Err(LedgerError::Busy { path: lock_path });
                }
                Err(TryLockError::Error(why)) => return Err(failed("locked")(why)),
            }
        }
        let ledger = self.read()?;
        Ok(Open { store: self, _lock: lock, ledger })
    }

    /// What the file says; files are replaced whole, so this needs no lock.
    pub(super) fn read(&self) -> Result<Ledger, LedgerError> {
        let failed =
            |why| LedgerError::Io { path: self.path.clone(), doing: "read", why: Arc::new(why) };
        let size = match fs::metadata(&self.path) {
            Ok(about) => about.len(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Ledger::new(&self.target));
            }
            Err(error) => return Err(failed(error)),
        };
        let damaged = |why: String| LedgerError::Damaged { path: self.path.clone(), why };
        if size > LARGEST {
            return Err(damaged(format!("it has {size} bytes, and no ledger has that many")));
        }
        let text = fs::read_to_string(&self.path).map_err(failed)?;
        let ledger: Ledger =
            serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
        if ledger.format != FORMAT {
            return Err(damaged(format!(
                "it has format {}, and this program writes {FORMAT}",
                ledger.format
            )));
        }
        if ledger.target != self.target {
            return Err(damaged(format!(
                "it is of the target `{}`, and not of `{}`",
                ledger.target, self.target
            )));
        }
        Ok(ledger)
    }

    /// The day that counts.
    pub(super) fn day(&self, ledger: &Ledger, now: Timestamp) -> Result<Date, LedgerError> {
        ledger.day(now).map_err(|FromTheFuture { last, today }| LedgerError::FromTheFuture {
            path: self.path.clone(),
            last,
            today,
        })
    }
}

impl Open<'_> {
    /// Writes it: whole or not at all, and on the disk before anything is sent.
    pub(super) fn write(&self) -> Result<(), LedgerError> {
        let path = &self.store.path;
        let failed =
            |why| LedgerError::Io { path: path.clone(), doing: "written", why: Arc::new(why) };
        let text = serde_json::to_string_pretty(&self.ledger)
            .map_err(|error| failed(io::Error::other(error)))?;
        // The lock is held, so nobody else writes this one.
        let fresh = path.with_extension("json.new");
        let mut file = File::create(&fresh).map_err(failed)?;
        file.write_all(text.as_bytes()).map_err(failed)?;
        file.sync_data().map_err(failed)?;
        fs::rename(&fresh, path).map_err(failed)
    }
}

/// A target's name as that of a file: letters that no file may have are replaced, and then a hash
/// tells apart what would be the same.
fn file_name(target: &str) -> String {
    const LONGEST: usize = 60;
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    if target.len() <= LONGEST && target.chars().all(plain) && !target.is_empty() {
        return format!("ledger-{target}.json");
    }
    let name: String = target
        .chars()
        .take(LONGEST)
        .map(|letter| if plain(letter) { letter } else { '_' })
        .collect();
    let tag = hex(&sha256(target.as_bytes())[..4]);
    format!("ledger-{name}-{tag}.json")
}

#[expect(clippy::disallowed_methods, reason = "no vendor's delivery: a program waits for another")]
async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}
