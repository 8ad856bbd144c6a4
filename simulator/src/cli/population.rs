//! `gspsim population`: members of the declared population.

use gsp_simulator::tell::taxpayer::taxpayer;
use serde_json::json;

use super::{Failure, Said, Told, global::Session, gstin::known_state, paint::Table};

/// What `population` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How many
    #[arg(long, default_value_t = 20, value_name = "N")]
    count: usize,
    /// Only of this state, such as 27
    #[arg(long, value_name = "CODE")]
    state: Option<String>,
}

pub(crate) fn run(session: &Session, args: &Args) -> Result<Said, Failure> {
    if let Some(code) = &args.state {
        known_state(code)?;
    }
    let told = Told::load(session)?;
    let at_ms = session.clock.now_ms();
    let members = told.world.register.population(args.count, args.state.as_deref());
    let facts = members.filter_map(|gstin| taxpayer(&told.world.register, gstin.as_str(), at_ms));
    if session.json {
        let records: Vec<_> = facts
            .map(|facts| {
                json!({
                    "gstin": facts.gstin,
                    "legal_name": facts.legal_name,
                    "status": facts.status,
                    "taxpayer_type": facts.taxpayer_type,
                    "state_code": facts.state_code,
                    "registered_on": facts.registered_on,
                })
            })
            .collect();
        return Ok(Said::json(&records));
    }
    let mut table = Table::new(&["gstin", "status", "type", "state", "legal name"]).flexible(4);
    for facts in facts {
        table.row([
            facts.gstin,
            facts.status,
            facts.taxpayer_type,
            facts.state_code,
            facts.legal_name,
        ]);
    }
    Ok(Said::text(table.draw()))
}
