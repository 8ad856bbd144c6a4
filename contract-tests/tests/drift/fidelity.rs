//! `docs/fidelity.md` is as the packs are, and ships with nothing verified.

use std::{fs, path::Path};

use gsp_contract_tests::fidelity;

use crate::live::shipped;

#[test]
fn the_page_on_fidelity_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/fidelity.md");
    let page = fs::read_to_string(path).expect("it is there");
    let made = fidelity::markdown(&shipped());
    assert!(page == made, "make it anew: `gsp-contract fidelity > docs/fidelity.md`");
}

#[test]
fn nobody_has_asked_the_live_sides_of_the_packs_that_ship() {
    let suite = shipped();
    assert!(suite.world.packs.iter().all(|pack| pack.verified.is_empty()));
}

#[test]
fn where_a_code_stands_is_where_the_simulator_says_it() {
    let suite = shipped();
    let with_codes = suite
        .world
        .packs
        .iter()
        .filter(|pack| suite.of(Some(&pack.name)).any(|case| !case.code_at.is_empty()));
    assert!(with_codes.count() >= 4);
}
