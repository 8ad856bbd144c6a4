//! Vendors: what is mounted, and what may be chosen.

use schemars::JsonSchema;
use serde::Serialize;

use super::Teller;
use crate::pack::{Pack, SettingNote};

/// One vendor.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct VendorInfo {
    /// Its name.
    pub vendor: String,
    /// Its product.
    pub title: String,
    /// What is imitated.
    pub about: String,
    /// Where it is mounted.
    pub base_url: String,
    /// Its real host names.
    pub hosts: Vec<String>,
    /// Its operations.
    pub endpoints: Vec<EndpointInfo>,
    /// Its accounts' names.
    pub accounts: Vec<String>,
    /// How many codes it has.
    pub codes: usize,
    /// What may be chosen.
    pub settings: Vec<SettingNote>,
}

/// One operation.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct EndpointInfo {
    /// Its name.
    pub endpoint: String,
    /// What it does.
    pub title: String,
    /// HTTP method.
    pub method: String,
    /// Path below the vendor's address.
    pub path: String,
    /// The auth scheme; none where it asks for nothing.
    pub auth: Option<String>,
    /// What the request brings.
    pub fields: Vec<String>,
    /// The outcomes it can say.
    pub outcomes: Vec<String>,
}

/// The vendors, in alphabetical order.
#[must_use]
pub fn vendors(teller: &Teller) -> Vec<VendorInfo> {
    teller.world.packs.iter().map(|pack| of(teller, pack)).collect()
}

fn of(teller: &Teller, pack: &Pack) -> VendorInfo {
    let endpoints = pack.endpoints.iter().map(|endpoint| {
        let mut outcomes: Vec<_> =
            endpoint.replies.by_outcome.keys().map(ToString::to_string).collect();
        outcomes.sort();
        EndpointInfo {
            endpoint: endpoint.name.clone(),
            title: endpoint.title.clone(),
            method: endpoint.method.to_string(),
            path: endpoint.path.clone(),
            auth: endpoint.scheme.map(|index| pack.schemes[index].name.clone()),
            fields: endpoint.fields.iter().map(|field| field.name.clone()).collect(),
            outcomes,
        }
    });
    VendorInfo {
        vendor: pack.name.clone(),
        title: pack.title.clone(),
        about: pack.about.clone(),
        base_url: format!("{}/{}", teller.base_url, pack.name),
        hosts: pack.hosts.clone(),
        endpoints: endpoints.collect(),
        accounts: pack.accounts.iter().map(|account| account.name.clone()).collect(),
        codes: pack.catalog.len(),
        settings: pack.setting_notes.clone(),
    }
}
