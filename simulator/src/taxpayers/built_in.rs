//! The personas that are compiled in.

use super::{Persona, PersonaError, read_persona};

macro_rules! files {
    ($($name:literal)*) => {
        /// Name and text of each file under `fixtures/taxpayers/`.
        pub const BUILT_IN_PERSONAS: &[(&str, &str)] = &[$((
            concat!("fixtures/taxpayers/", $name, ".json"),
            include_str!(concat!("../../../fixtures/taxpayers/", $name, ".json")),
        ),)*];
    };
}

files! {
    "active-regular"
    "second-registration"
    "company-uttar-pradesh"
    "partnership-karnataka"
    "proprietor-delhi"
    "trust-tamil-nadu"
    "huf-gujarat"
    "company-telangana"
    "association-madhya-pradesh"
    "body-of-individuals-kerala"
    "local-authority-rajasthan"
    "statutory-body-andhra-pradesh"
    "llp-maharashtra"
    "company-ladakh"
    "other-territory"
    "input-service-distributor"
    "tax-collector"
    "tax-deductor"
    "online-services"
    "non-resident"
    "un-body"
    "embassy"
    "cancelled"
    "suspended"
    "composition"
    "absent"
    "example-hospitality"
    "example-masked"
    "first-sample-foods-karnataka"
    "first-sample-foods-maharashtra"
    "first-sample-foods-tamil-nadu"
    "second-sample-repairs"
    "third-sample-sweets"
    "fourth-sample-suspended"
    "fifth-sample-cancelled"
    "sixth-sample-deductor"
    "seventh-sample-collector"
    "sandbox-tamil-nadu"
    "sandbox-karnataka"
}

/// The personas of `fixtures/taxpayers/`.
///
/// # Errors
///
/// Where a file is no persona, which a test of this crate rules out.
pub fn built_in_personas() -> Result<Vec<Persona>, PersonaError> {
    BUILT_IN_PERSONAS.iter().map(|(file, text)| read_persona(file, text)).collect()
}
