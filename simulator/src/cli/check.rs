//! `gspsim check`: every pack and scenario, and all that is wrong with them.

use gsp_simulator::{
    finding::Finding,
    memory::clock::Clock,
    model::period,
    scenario::{self, Library},
    world::{Ingredients, World},
};
use serde_json::json;

use super::{
    Exit, Said, counted,
    global::Session,
    paint::{bold, error_label},
};

pub(crate) fn run(session: &Session) -> Said {
    let findings = findings(&session.ingredients);
    let world = World::load(&session.ingredients).ok();
    let counts = world.as_ref().map(|world| {
        let endpoints: usize = world.packs.iter().map(|pack| pack.endpoints.len()).sum();
        let codes: usize = world.packs.iter().map(|pack| pack.catalog.len()).sum();
        [
            (world.packs.len(), "vendor"),
            (endpoints, "endpoint"),
            (codes, "code"),
            (world.scenarios.len(), "scenario"),
        ]
    });
    let exit = if findings.is_empty() { Exit::Done } else { Exit::Wrong };
    if session.json {
        let records: Vec<_> = findings.iter().map(Finding::record).collect();
        let counts = counts.map(|counts| {
            serde_json::Map::from_iter(
                counts.map(|(count, word)| (format!("{word}s"), json!(count))),
            )
        });
        return Said::json(&json!({ "findings": records, "counts": counts })).ending(exit);
    }
    let mut text = String::new();
    for finding in &findings {
        text += &finding.draw(true);
        text += "\n\n";
    }
    if findings.is_empty() {
        let counts = counts.unwrap_or_default();
        let told: Vec<_> = counts.iter().map(|(count, word)| counted(*count, word)).collect();
        say!(text, "{}: {}\n", told.join(", "), bold("nothing wrong"));
    } else {
        say!(text, "{} {}\n", error_label(), counted(findings.len(), "finding"));
    }
    Said::text(text).ending(exit)
}

/// What is wrong with the files.
fn findings(ingredients: &Ingredients) -> Vec<Finding> {
    let mut findings = gsp_simulator::pack::check::check(ingredients);
    let today = period::ist_date(Clock::Wall.now_ms());
    findings.extend(scenario::check::too_old(&Library::of(&ingredients.scenarios), today));
    findings
}
