//! Taxpayers: the facts of one, in our words or in a vendor's.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use super::{ShownReply, Teller, places};
use crate::{
    exchange::SimulatorError,
    model::{
        period,
        taxpayer::{Filing, Frequency, Jurisdiction, Place, Taxpayer},
    },
    pack::{Endpoint, Pack, folder::Folder},
    taxpayers::{Register, TaxpayerChange},
};

/// The facts of a taxpayer.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TaxpayerFacts {
    /// The number.
    pub gstin: String,
    /// Its PAN; empty where it has none.
    pub pan: String,
    /// Whether it was written by hand.
    pub persona: bool,
    /// Who a persona is and what it is good for; empty for anybody else.
    pub about: String,
    /// Name in the register.
    pub legal_name: String,
    /// Name it trades under.
    pub trade_name: String,
    /// Constitution of business.
    pub constitution: String,
    /// Taxpayer type.
    pub taxpayer_type: String,
    /// Status of the registration.
    pub status: String,
    /// First day of the registration.
    #[schemars(with = "String")]
    pub registered_on: Date,
    /// Last day of the registration, where it was cancelled.
    #[schemars(with = "Option<String>")]
    pub cancelled_on: Option<Date>,
    /// When the register's entry last changed.
    #[schemars(with = "String")]
    pub updated_on: Date,
    /// The state code.
    pub state_code: String,
    /// The state.
    pub state_name: String,
    /// The state's tax office in charge.
    pub state_jurisdiction: Office,
    /// The Union's tax office in charge.
    pub central_jurisdiction: Office,
    /// Natures of business.
    pub natures: Vec<String>,
    /// Core business code.
    pub core_business: String,
    /// Whether it must issue e-invoices.
    pub einvoice: bool,
    /// How often it files: `monthly`, `quarterly` or `on-claim`.
    pub frequency: &'static str,
    /// Directors, partners, trustees or the proprietor.
    pub members: Vec<String>,
    /// Places of business, the principal one first.
    pub places: Vec<PlaceFacts>,
    /// Returns as filed, newest first.
    pub filings: Vec<FilingFacts>,
    /// What a tenant says in place of what the register has, where it says anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overridden: Option<TaxpayerChange>,
}

/// A tax office.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Office {
    /// Its name.
    pub name: String,
    /// Its code.
    pub code: String,
}

/// A place of business; texts may be empty.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PlaceFacts {
    /// House, plot or door number.
    pub building_number: String,
    /// Name of the premises.
    pub building_name: String,
    /// Floor or flat.
    pub floor: String,
    /// Street.
    pub street: String,
    /// Locality.
    pub locality: String,
    /// City, town or village.
    pub city: String,
    /// District.
    pub district: String,
    /// State.
    pub state: String,
    /// PIN code.
    pub pin: String,
    /// Landmark.
    pub landmark: String,
    /// What is done here.
    pub natures: Vec<String>,
}

/// A return as filed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FilingFacts {
    /// Return type.
    pub return_type: String,
    /// `MMYYYY`.
    pub period: String,
    /// Day of filing.
    #[schemars(with = "String")]
    pub filed_on: Date,
    /// Acknowledgement reference number.
    pub arn: String,
    /// How it was filed.
    pub mode: String,
    /// Its status.
    pub status: String,
}

/// The GSTIN that a text means: itself, or the number of the persona whose file has that name.
#[must_use]
pub fn gstin_of(fixtures: &[Folder], text: &str) -> Option<String> {
    let file = format!("taxpayers/{text}.json");
    let source = fixtures.iter().rev().find_map(|folder| folder.source(&file))?;
    let persona: serde_json::Value = serde_json::from_str(&source.text).ok()?;
    persona["gstin"].as_str().map(str::to_owned)
}

/// The names of all personas: their files', without `.json`.
#[must_use]
pub fn persona_names(fixtures: &[Folder]) -> Vec<String> {
    let mut names: Vec<String> = fixtures
        .iter()
        .flat_map(|folder| folder.below("taxpayers/"))
        .filter_map(|name| name.strip_suffix(".json"))
        .map(str::to_owned)
        .collect();
    names.sort();
    names.dedup();
    names
}

/// The facts of whom a number belongs to; `None` where it is nobody's.
#[must_use]
pub fn taxpayer(register: &Register, gstin: &str, at_ms: i64) -> Option<TaxpayerFacts> {
    let on = period::ist_date(at_ms);
    let taxpayer = register.look_up(gstin, on)?;
    let filings = register.filings(&taxpayer, on);
    let persona = register.personas().find(|persona| persona.gstin == gstin);
    Some(facts(&taxpayer, &filings, persona.map(|persona| persona.about.as_str())))
}

fn facts(taxpayer: &Taxpayer, filings: &[Filing], about: Option<&str>) -> TaxpayerFacts {
    let texts = |texts: &[crate::model::taxpayer::Text]| {
        texts.iter().map(|text| text.clone().into_owned()).collect()
    };
    TaxpayerFacts {
        gstin: taxpayer.gstin.to_string(),
        pan: taxpayer.pan.to_string(),
        persona: about.is_some(),
        about: about.unwrap_or_default().to_owned(),
        legal_name: taxpayer.legal_name.to_string(),
        trade_name: taxpayer.trade_name.to_string(),
        constitution: taxpayer.constitution.to_string(),
        taxpayer_type: taxpayer.taxpayer_type.to_string(),
        status: taxpayer.status.to_string(),
        registered_on: taxpayer.registered_on,
        cancelled_on: taxpayer.cancelled_on,
        updated_on: taxpayer.updated_on,
        state_code: taxpayer.state_code.to_string(),
        state_name: taxpayer.state_name.to_string(),
        state_jurisdiction: office(&taxpayer.state_jurisdiction),
        central_jurisdiction: office(&taxpayer.central_jurisdiction),
        natures: texts(&taxpayer.natures),
        core_business: taxpayer.core_business.to_string(),
        einvoice: taxpayer.einvoice,
        frequency: match taxpayer.frequency {
            Frequency::Monthly => "monthly",
            Frequency::Quarterly => "quarterly",
            Frequency::OnClaim => "on-claim",
        },
        members: texts(&taxpayer.members),
        places: places(taxpayer).map(place).collect(),
        filings: filings.iter().map(filing).collect(),
        overridden: None,
    }
}

fn office(office: &Jurisdiction) -> Office {
    Office { name: office.name.to_string(), code: office.code.to_string() }
}

fn place(place: &Place) -> PlaceFacts {
    PlaceFacts {
        building_number: place.building_number.to_string(),
        building_name: place.building_name.to_string(),
        floor: place.floor.to_string(),
        street: place.street.to_string(),
        locality: place.locality.to_string(),
        city: place.city.to_string(),
        district: place.district.to_string(),
        state: place.state.to_string(),
        pin: place.pin.to_string(),
        landmark: place.landmark.to_string(),
        natures: place.natures.iter().map(ToString::to_string).collect(),
    }
}

impl PlaceFacts {
    /// The address in one line.
    #[must_use]
    pub fn line(&self) -> String {
        let mut parts: Vec<&str> = Vec::new();
        for part in [
            &self.floor,
            &self.building_number,
            &self.building_name,
            &self.street,
            &self.locality,
            &self.city,
            &self.district,
            &self.state,
            &self.pin,
        ] {
            if !part.is_empty() && parts.last() != Some(&part.as_str()) {
                parts.push(part);
            }
        }
        parts.join(", ")
    }
}

fn filing(filing: &Filing) -> FilingFacts {
    FilingFacts {
        return_type: filing.return_type.to_string(),
        period: format!("{:02}{}", filing.period_month, filing.period_year),
        filed_on: filing.filed_on,
        arn: filing.arn.to_string(),
        mode: filing.mode.to_string(),
        status: filing.status.to_string(),
    }
}

/// What a vendor's endpoint says when the default account asks about a number.
///
/// # Errors
///
/// As [`crate::exchange::play`].
pub fn as_vendor(
    teller: &Teller,
    pack: &std::sync::Arc<Pack>,
    endpoint: &Endpoint,
    gstin: &str,
) -> Result<ShownReply, SimulatorError> {
    let mut request = teller.request(pack, endpoint, 0);
    request.ask_about(endpoint, gstin);
    teller.play(pack, &request, None).map(|exchange| ShownReply::of(&exchange))
}
