//! The catalog: every code of every vendor.

use schemars::JsonSchema;
use serde::Serialize;

use super::Teller;
use crate::pack::{Certainty, Code, Pack, Verified};

/// The codes of one vendor.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct VendorCatalog {
    /// The vendor.
    pub vendor: String,
    /// Its product.
    pub title: String,
    /// How many codes there are, and how sure they are.
    pub counts: Counts,
    /// Every code, in the order of the vendor's documents.
    pub codes: Vec<Code>,
    /// What a live side bore out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub verified: Vec<Verified>,
}

/// How many codes there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Counts {
    /// All.
    pub codes: usize,
    /// The vendor's page says so.
    pub documented: usize,
    /// Another page of the vendor says so.
    pub vendor_doc: usize,
    /// Public client code shows it.
    pub client_code: usize,
    /// Our reading.
    pub assumed: usize,
}

impl VendorCatalog {
    /// The last day on which a live side bore a code out.
    #[must_use]
    pub fn verified_on(&self, code: &str) -> Option<&str> {
        let rows = self.verified.iter().filter(|row| row.code.as_deref() == Some(code));
        rows.map(|row| row.on.as_str()).max()
    }
}

impl Counts {
    /// Counts these codes.
    #[must_use]
    pub fn of(codes: &[Code]) -> Self {
        let count = |certainty| codes.iter().filter(|code| code.certainty == certainty).count();
        Self {
            codes: codes.len(),
            documented: count(Certainty::Documented),
            vendor_doc: count(Certainty::VendorDoc),
            client_code: count(Certainty::ClientCode),
            assumed: count(Certainty::Assumed),
        }
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            codes: self.codes + other.codes,
            documented: self.documented + other.documented,
            vendor_doc: self.vendor_doc + other.vendor_doc,
            client_code: self.client_code + other.client_code,
            assumed: self.assumed + other.assumed,
        }
    }
}

/// The catalog of a vendor, or of all; `None` where there is no such vendor.
#[must_use]
pub fn catalog(teller: &Teller, vendor: Option<&str>) -> Option<Vec<VendorCatalog>> {
    let of = |pack: &Pack| VendorCatalog {
        vendor: pack.name.clone(),
        title: pack.title.clone(),
        counts: Counts::of(&pack.catalog),
        codes: pack.catalog.clone(),
        verified: pack.verified.clone(),
    };
    Some(teller.packs(vendor)?.into_iter().map(|pack| of(pack)).collect())
}
