//! Where packs come from: the files compiled into the program, or folders on disk.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::finding::Source;

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// A folder's files by their path below it, with `/` between the parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folder {
    /// What people know the folder by, such as `fixtures`.
    pub label: PathBuf,
    on_disk: bool,
    files: BTreeMap<String, Cow<'static, str>>,
}

impl Folder {
    /// The fixtures compiled into the program.
    #[must_use]
    pub fn embedded_fixtures() -> Self {
        Self::embedded("fixtures", FIXTURES)
    }

    /// The scenarios compiled into the program.
    #[must_use]
    pub fn embedded_scenarios() -> Self {
        Self::embedded("scenarios", SCENARIOS)
    }

    fn embedded(label: &str, files: &[(&str, &'static str)]) -> Self {
        Self {
            label: label.into(),
            on_disk: false,
            files: files
                .iter()
                .map(|(path, text)| ((*path).to_owned(), Cow::Borrowed(*text)))
                .collect(),
        }
    }

    /// A folder that is on no disk.
    pub fn of_texts(
        label: impl Into<PathBuf>,
        files: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let files = files.into_iter().map(|(path, text)| (path, Cow::Owned(text))).collect();
        Self { label: label.into(), on_disk: false, files }
    }

    /// Reads a folder on disk, all the way down.
    ///
    /// # Errors
    ///
    /// What the file system says; a file that is no UTF-8 counts as unreadable.
    pub fn read(path: &Path) -> io::Result<Self> {
        let mut files = BTreeMap::new();
        collect(path, "", &mut files)?;
        Ok(Self { label: path.to_owned(), on_disk: true, files })
    }

    /// Whether it was read from the disk, where it may change.
    #[must_use]
    pub fn is_on_disk(&self) -> bool {
        self.on_disk
    }

    /// The folder as it is now.
    ///
    /// # Errors
    ///
    /// As [`Self::read`].
    pub fn again(&self) -> io::Result<Self> {
        if self.on_disk { Self::read(&self.label) } else { Ok(self.clone()) }
    }

    /// One file, with the name that people know it by.
    #[must_use]
    pub fn source(&self, path: &str) -> Option<Source> {
        let text = self.files.get(path)?;
        Some(Source { path: self.label.join(path), text: Arc::from(text.as_ref()) })
    }

    /// Whether there is such a file.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// The paths below `prefix`, without it.
    pub fn below<'folder>(
        &'folder self,
        prefix: &'folder str,
    ) -> impl Iterator<Item = &'folder str> {
        self.files.keys().filter_map(move |path| path.strip_prefix(prefix))
    }

    /// Whether a path is of a file with this ending, such as `json`.
    #[must_use]
    pub fn has_ending(path: &str, ending: &str) -> bool {
        Path::new(path).extension().is_some_and(|found| found == ending)
    }

    /// Folders that hold a `vendor.toml`.
    #[must_use]
    pub fn vendors(&self) -> Vec<String> {
        self.files
            .keys()
            .filter_map(|path| path.strip_suffix("/vendor.toml"))
            .filter(|name| !name.contains('/'))
            .map(str::to_owned)
            .collect()
    }
}

fn collect(
    root: &Path,
    prefix: &str,
    files: &mut BTreeMap<String, Cow<'static, str>>,
) -> io::Result<()> {
    for entry in fs::read_dir(root.join(prefix))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        let full = root.join(&path);
        if full.is_dir() {
            collect(root, &path, files)?;
        } else {
            let text = fs::read_to_string(&full).map_err(|error| {
                io::Error::new(error.kind(), format!("{}: {error}", full.display()))
            })?;
            files.insert(path, Cow::Owned(text));
        }
    }
    Ok(())
}
