//! One simulator for all trials of a process, begun when the first one needs it.

use std::sync::{Arc, OnceLock};

use gsp_contract_tests::{case::Suite, target::Target};
use libtest_mimic::Failed;
use tokio::runtime::Runtime;

/// Where the trials play.
pub(crate) struct Stage {
    pub(crate) suite: Arc<Suite>,
    begun: OnceLock<Result<(Runtime, Target), String>>,
}

impl Stage {
    pub(crate) fn new(suite: Arc<Suite>) -> Self {
        Self { suite, begun: OnceLock::new() }
    }

    /// The simulator, and what futures about it run on.
    pub(crate) fn target(&self) -> Result<(&Runtime, &Target), Failed> {
        let begun = self.begun.get_or_init(|| {
            let runtime = Runtime::new().map_err(|error| error.to_string())?;
            let target = runtime
                .block_on(Target::embedded(Arc::clone(&self.suite.world)))
                .map_err(|error| error.to_string())?;
            Ok((runtime, target))
        });
        begun.as_ref().map(|(runtime, target)| (runtime, target)).map_err(Failed::from)
    }
}
