//! Magic GSTINs, with what each vendor says to them.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Teller, lookups};
use crate::{
    magic::{By, MagicRow},
    pack::{Endpoint, Pack, ReplyPlan},
};

/// One magic GSTIN.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct MagicEntry {
    /// The number.
    pub gstin: String,
    /// What it gives.
    pub outcome: String,
    /// Whether the outcome is forced or comes by itself.
    pub by: By,
    /// For people.
    pub about: String,
    /// What each vendor says, in the vendors' order.
    pub vendors: Vec<VendorSays>,
}

/// What a vendor says to a magic GSTIN.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct VendorSays {
    /// The vendor.
    pub vendor: String,
    /// What it says; none where it has no word, not even a near one.
    pub says: Option<Says>,
}

/// A vendor's words.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Says {
    /// The endpoint that says it; the first of the vendor's that can.
    pub endpoint: String,
    /// Our name, which may be a near one.
    pub outcome: String,
    /// The vendor's, where it has one.
    pub code: Option<String>,
    /// HTTP status.
    pub status: u16,
}

/// The table, in its order.
#[must_use]
pub fn magic(teller: &Teller) -> Vec<MagicEntry> {
    teller.world.magic.rows().map(|row| entry(teller, row)).collect()
}

fn entry(teller: &Teller, row: &MagicRow) -> MagicEntry {
    let vendors = teller.world.packs.iter().map(|pack| VendorSays {
        vendor: pack.name.clone(),
        says: says(teller, pack, &row.outcome),
    });
    MagicEntry {
        gstin: row.gstin.value.clone(),
        outcome: row.outcome.value.clone(),
        by: row.by,
        about: row.about.clone(),
        vendors: vendors.collect(),
    }
}

/// What a vendor's first look-up says to a wish; a later one's words where the first has none.
fn says(teller: &Teller, pack: &Pack, wish: &str) -> Option<Says> {
    let nearest = |endpoint: &Endpoint| teller.world.vocabulary.nearest(&endpoint.replies, wish);
    let own = lookups(pack).find_map(|endpoint| Some((endpoint, endpoint.replies.find(wish)?)));
    let (endpoint, index) =
        own.or_else(|| lookups(pack).find_map(|endpoint| Some((endpoint, nearest(endpoint)?))))?;
    let plan: &ReplyPlan = endpoint.replies.all.get(index)?;
    // A code may stand for several outcomes: where the wished one is among them, it is that.
    let outcome =
        endpoint.replies.by_outcome.get_key_value(wish).map_or(&plan.outcome, |(own, _)| own);
    Some(Says {
        endpoint: endpoint.name.clone(),
        outcome: outcome.to_string(),
        code: pack.code_of(plan).map(|code| code.code.clone()),
        status: plan.status.as_u16(),
    })
}
