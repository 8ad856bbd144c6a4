//! `gsp-contract fidelity`: how sure each answer of the packs is.

use gsp_contract_tests::fidelity;

use super::{DONE, Packs, Trouble, print};

/// Prints docs/fidelity.md: for every answer of every vendor whether a live side bore it out, a
/// document says so, or it is assumed; and the readings that a live run would settle.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    packs: Packs,
}

pub(crate) fn run(arguments: &Args) -> Result<u8, Trouble> {
    print(&fidelity::markdown(&arguments.packs.suite()?));
    Ok(DONE)
}
