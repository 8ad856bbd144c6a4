//! A simulator for tests that are not async: it brings the threads it runs on.

use std::ops::Deref;

use tokio::runtime::Runtime;

use super::{Builder, Simulator, StartError};

/// A running simulator on threads of its own; dropping it ends it.
///
/// ```
/// # fn main() -> Result<(), gsp_simulator::StartError> {
/// use gsp_simulator::Simulator;
///
/// let sim = Simulator::builder().start_blocking()?;
/// let _story = sim.play("slow-upstream");
/// assert!(sim.url().starts_with("http://127.0.0.1:"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct BlockingSimulator {
    simulator: Option<Simulator>,
    runtime: Option<Runtime>,
}

impl Builder {
    /// The same for whoever is not async: loads the world, listens, and serves on threads of its own.
    ///
    /// # Errors
    ///
    /// As [`Builder::start`]; and where the machine gives no threads.
    pub fn start_blocking(self) -> Result<BlockingSimulator, StartError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|source| StartError::Threads { source })?;
        let simulator = runtime.block_on(self.start())?;
        Ok(BlockingSimulator { simulator: Some(simulator), runtime: Some(runtime) })
    }
}

impl Deref for BlockingSimulator {
    type Target = Simulator;

    fn deref(&self) -> &Simulator {
        self.simulator.as_ref().expect("it is there until it is dropped")
    }
}

impl Drop for BlockingSimulator {
    fn drop(&mut self) {
        drop(self.simulator.take());
        if let Some(runtime) = self.runtime.take() {
            // Waiting for the threads would be an error where a runtime is at work already.
            runtime.shutdown_background();
        }
    }
}
