//! Changes: what a tenant says of a taxpayer in place of what the register has.
//!
//! A change is a JSON merge patch over the facts, under the names that `gspsim taxpayer --json` has.
//! It is settled once, against whom it changes and on the day on which it is made: what follows from
//! it is filled in, and what cannot be true is refused. After that it is applied to whatever the
//! register tells.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use thiserror::Error;

use super::{
    crowd,
    nation::nation,
    persona::{PersonaFiling, PersonaFrequency, PersonaPlace},
    place::offices,
    schedule,
};
use crate::model::taxpayer::{Frequency, Jurisdiction, Place, Taxpayer, Text};

mod place;

pub use self::place::PlaceChange;

/// Every status there is.
pub const STATUSES: [&str; 6] =
    ["Active", "Suspended", "Cancelled", "Cancelled suo-moto", "Inactive", "Provisional"];

/// What is to be true of a taxpayer; what is left out stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TaxpayerChange {
    /// True: nobody is registered under the number. False: somebody is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub absent: Option<bool>,
    /// Name in the register.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_name: Option<String>,
    /// Name it trades under; may be empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trade_name: Option<String>,
    /// Constitution of business.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub constitution: Option<String>,
    /// Taxpayer type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taxpayer_type: Option<String>,
    /// `Active`, `Suspended`, `Cancelled`, `Cancelled suo-moto`, `Inactive` or `Provisional`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// First day of the registration.
    #[schemars(with = "Option<String>")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registered_on: Option<Date>,
    /// Last day of the registration; null: it was not cancelled.
    #[schemars(with = "Option<String>")]
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    pub cancelled_on: Option<Option<Date>>,
    /// When the register's entry last changed.
    #[schemars(with = "Option<String>")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_on: Option<Date>,
    /// The state's tax office in charge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_jurisdiction: Option<OfficeChange>,
    /// The Union's tax office in charge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub central_jurisdiction: Option<OfficeChange>,
    /// Natures of business, all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub natures: Option<Vec<String>>,
    /// Core business code: `MFT`, `TRD` or `SPO`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub core_business: Option<String>,
    /// Whether it must issue e-invoices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub einvoice: Option<bool>,
    /// How often it files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frequency: Option<PersonaFrequency>,
    /// Directors, partners, trustees or the proprietor, all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<Vec<String>>,
    /// The principal place of business.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal_place: Option<PlaceChange>,
    /// Places of business, all of them, the principal one first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub places: Option<Vec<PersonaPlace>>,
    /// Returns as filed, all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filings: Option<Vec<PersonaFiling>>,
}

/// A tax office; what is left out stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OfficeChange {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// Why a change is none that could be.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{field}: {why}")]
pub struct ChangeError {
    /// The field.
    pub field: String,
    /// What is wrong with it.
    pub why: String,
}

/// A value that is there, be it null.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

fn fill(fact: &mut Text, own: Option<String>) {
    if let Some(own) = own {
        *fact = own.into();
    }
}

fn fill_all(fact: &mut Vec<Text>, own: Option<Vec<String>>) {
    if let Some(own) = own {
        *fact = own.into_iter().map(Text::from).collect();
    }
}

fn wrong<T>(field: impl Into<String>, why: impl Into<String>) -> Result<T, ChangeError> {
    Err(ChangeError { field: field.into(), why: why.into() })
}

impl TaxpayerChange {
    /// This change and then a later one.
    #[must_use]
    pub fn then(self, later: Self) -> Self {
        let office = |one: Option<OfficeChange>, other: Option<OfficeChange>| match (one, other) {
            (Some(one), Some(other)) => {
                let (name, code) = (other.name.or(one.name), other.code.or(one.code));
                Some(OfficeChange { name, code })
            }
            (one, other) => other.or(one),
        };
        Self {
            absent: later.absent.or(self.absent),
            legal_name: later.legal_name.or(self.legal_name),
            trade_name: later.trade_name.or(self.trade_name),
            constitution: later.constitution.or(self.constitution),
            taxpayer_type: later.taxpayer_type.or(self.taxpayer_type),
            status: later.status.or(self.status),
            registered_on: later.registered_on.or(self.registered_on),
            cancelled_on: later.cancelled_on.or(self.cancelled_on),
            updated_on: later.updated_on.or(self.updated_on),
            state_jurisdiction: office(self.state_jurisdiction, later.state_jurisdiction),
            central_jurisdiction: office(self.central_jurisdiction, later.central_jurisdiction),
            natures: later.natures.or(self.natures),
            core_business: later.core_business.or(self.core_business),
            einvoice: later.einvoice.or(self.einvoice),
            frequency: later.frequency.or(self.frequency),
            members: later.members.or(self.members),
            // Places told anew are told whole.
            principal_place: match (&later.places, self.principal_place) {
                (None, Some(earlier)) => {
                    Some(earlier.then(later.principal_place.unwrap_or_default()))
                }
                _ => later.principal_place,
            },
            places: later.places.or(self.places),
            filings: later.filings.or(self.filings),
        }
    }

    /// What each value must be by itself, whomever it is about.
    ///
    /// # Errors
    ///
    /// The first value that none could have.
    pub fn check(&self) -> Result<(), ChangeError> {
        if let Some(status) = &self.status
            && !STATUSES.contains(&status.as_str())
        {
            return wrong("status", format!("`{status}` is none of {}", STATUSES.join(", ")));
        }
        for (field, value) in [
            ("legal_name", &self.legal_name),
            ("constitution", &self.constitution),
            ("taxpayer_type", &self.taxpayer_type),
        ] {
            if value.as_ref().is_some_and(|text| text.trim().is_empty()) {
                return wrong(field, "it cannot be empty");
            }
        }
        if let Some(code) = &self.core_business
            && !["MFT", "TRD", "SPO"].contains(&code.as_str())
        {
            return wrong("core_business", format!("`{code}` is none of MFT, TRD, SPO"));
        }
        if self.places.as_ref().is_some_and(Vec::is_empty) {
            return wrong("places", "the principal place must be there");
        }
        for (at, filing) in self.filings.iter().flatten().enumerate() {
            let Some(period) = schedule::month(&filing.period) else {
                let why = format!("`{}` does not read like 032026", filing.period);
                return wrong(format!("filings[{at}].period"), why);
            };
            if filing.filed_on < period.first_day() {
                let why = format!("{} is before the period begins", filing.filed_on);
                return wrong(format!("filings[{at}].filed_on"), why);
            }
        }
        Ok(())
    }

    /// The change with all that follows from it, when it is made on a day to somebody.
    ///
    /// A taxpayer who is cancelled or suspended is so from that day on, unless another is told.
    ///
    /// # Errors
    ///
    /// The first value that cannot be true of this taxpayer.
    pub fn settled(mut self, of: &Taxpayer, on: Date) -> Result<Self, ChangeError> {
        self.check()?;
        let region = nation().region(&of.state_code);
        let places = self.places.iter().flatten().enumerate();
        let pins = places.map(|(at, place)| (format!("places[{at}].pin"), &place.pin));
        let principal = self.principal_place.as_ref().and_then(|place| place.pin.as_ref());
        for (field, pin) in pins.chain(principal.map(|pin| ("principal_place.pin".to_owned(), pin)))
        {
            if !pin.is_empty() && !region.is_some_and(|region| region.has_pin(pin)) {
                return wrong(field, format!("`{pin}` is no PIN in state {}", of.state_code));
            }
        }
        let is_cancelled = |status: &str| status.starts_with("Cancelled");
        match (self.status.as_deref(), self.cancelled_on) {
            (Some(status), None) if is_cancelled(status) && of.cancelled_on.is_none() => {
                self.cancelled_on = Some(Some(on));
            }
            (Some(status), None) if !is_cancelled(status) => self.cancelled_on = Some(None),
            (Some(status), Some(None)) if is_cancelled(status) => {
                return wrong("cancelled_on", format!("it goes with the status `{status}`"));
            }
            (Some(status), Some(Some(_))) if !is_cancelled(status) => {
                return wrong("cancelled_on", format!("it does not go with the status `{status}`"));
            }
            (None, Some(Some(_))) if !is_cancelled(&of.status) => {
                self.status = Some("Cancelled".to_owned());
            }
            (None, Some(None)) if is_cancelled(&of.status) => {
                self.status = Some("Active".to_owned());
            }
            _ => {}
        }
        let registered_on = self.registered_on.unwrap_or(of.registered_on);
        let cancelled_on = self.cancelled_on.unwrap_or(of.cancelled_on);
        if cancelled_on.is_some_and(|day| day < registered_on) {
            let field = if self.cancelled_on.is_some() { "cancelled_on" } else { "registered_on" };
            let why = "the last day of a registration cannot be before its first";
            return wrong(field, format!("{why}, {registered_on}"));
        }
        let earliest = cancelled_on.unwrap_or(registered_on).max(registered_on);
        match self.updated_on {
            Some(day) if day < earliest => {
                return wrong("updated_on", format!("the entry changed on {earliest} or later"));
            }
            Some(_) => {}
            // A suspension begins when the entry changes.
            None if self.status.is_some() && cancelled_on.is_none() => {
                self.updated_on = Some(on.max(earliest));
            }
            None if of.updated_on < earliest => self.updated_on = Some(earliest),
            None => {}
        }
        Ok(self)
    }

    /// The taxpayer as changed, on a day; a change that is still to come does not show.
    #[must_use]
    pub fn applied(&self, mut to: Taxpayer, on: Date) -> Taxpayer {
        let own = self.clone();
        let office = |fact: &mut Jurisdiction, own: Option<OfficeChange>| {
            let own = own.unwrap_or_default();
            fill(&mut fact.name, own.name);
            fill(&mut fact.code, own.code);
        };
        let was = to.principal_place.district.clone();
        fill(&mut to.legal_name, own.legal_name);
        fill(&mut to.trade_name, own.trade_name);
        fill(&mut to.constitution, own.constitution);
        fill(&mut to.taxpayer_type, own.taxpayer_type);
        fill(&mut to.core_business, own.core_business);
        fill_all(&mut to.natures, own.natures);
        fill_all(&mut to.members, own.members);
        to.registered_on = own.registered_on.unwrap_or(to.registered_on);
        to.einvoice = own.einvoice.unwrap_or(to.einvoice);
        to.frequency = own.frequency.map_or(to.frequency, Frequency::from);
        if let Some(places) = own.places {
            let mut places = places.into_iter().map(Place::from);
            if let Some(principal) = places.next() {
                to.principal_place = principal;
            }
            to.additional_places = places.collect();
        }
        own.principal_place.unwrap_or_default().applied(&mut to.principal_place);
        if was != to.principal_place.district
            && let Some((state_office, central_office)) =
                offices(&to.state_code, &to.principal_place.district)
        {
            to.state_jurisdiction = state_office;
            to.central_jurisdiction = central_office;
        }
        office(&mut to.state_jurisdiction, own.state_jurisdiction);
        office(&mut to.central_jurisdiction, own.central_jurisdiction);
        let standing = own.status.is_some() || own.cancelled_on.is_some();
        fill(&mut to.status, own.status);
        to.cancelled_on = own.cancelled_on.unwrap_or(to.cancelled_on);
        to.updated_on = own.updated_on.unwrap_or(to.updated_on);
        if standing || self.updated_on.is_some() { crowd::as_of(to, on) } else { to }
    }
}

#[cfg(test)]
mod tests;
