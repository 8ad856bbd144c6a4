//! The contract suite: a trial for each vendor × endpoint × reply found in the packs, and trials
//! that the whole is complete.
//!
//! `cargo test -p gsp-contract-tests --test contract -- --list` lists them by name. A snapshot that
//! is not there yet is written with `INSTA_UPDATE=always`; read it before you commit it.

use std::{process::ExitCode, sync::Arc};

use gsp_contract_tests::case::Suite;
use gsp_simulator::world::Ingredients;
use libtest_mimic::Arguments;

#[path = "contract/case.rs"]
mod case;
#[path = "contract/completeness.rs"]
mod completeness;
#[path = "contract/nation.rs"]
mod nation;
#[path = "contract/stage.rs"]
mod stage;

use stage::Stage;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let suite = match Suite::load(&Ingredients::default()) {
        Ok(suite) => Arc::new(suite),
        Err(findings) => return wrong(&findings),
    };
    let stage = Arc::new(Stage::new(Arc::clone(&suite)));
    let mut trials = case::trials(&suite, &stage);
    trials.extend(case::flows(&suite, &stage));
    trials.extend(completeness::trials(&suite));
    trials.extend(nation::trials(&stage));
    libtest_mimic::run(&arguments, trials).exit_code()
}

#[expect(clippy::print_stderr, reason = "no trial can tell this")]
fn wrong(findings: &[gsp_simulator::finding::Finding]) -> ExitCode {
    for finding in findings {
        eprintln!("{}\n", finding.draw(false));
    }
    ExitCode::FAILURE
}
