//! Personas: taxpayers written by hand, one JSON file each.
//!
//! A file names a GSTIN and says what is to be true of it. Facts it leaves out are filled in as
//! they would be for anybody of the crowd, but for the status, which is `Active`, and the
//! additional places, of which there are none once a principal place is given. The tax offices
//! follow from the principal place's district. Days are written `2019-07-01`, periods `072019`.
//!
//! ```json
//! {
//!   "gstin": "27AAACS0000A1ZG",
//!   "about": "Who this is and what it is good for.",
//!   "tags": ["active", "regular"],
//!   "absent": false,
//!   "documented_example": false,
//!   "legal_name": "SAMPLE SAHYADRI FOODS PRIVATE LIMITED",
//!   "status": "Active",
//!   "registered_on": "2017-07-01",
//!   "natures": ["Factory / Manufacturing"],
//!   "frequency": "monthly",
//!   "principal_place": {
//!     "building_number": "Plot 42", "locality": "Andheri East", "district": "Mumbai Suburban",
//!     "state": "Maharashtra", "pin": "400069", "natures": ["Factory / Manufacturing"]
//!   },
//!   "known_filings": [
//!     {
//!       "return_type": "GSTR1", "period": "042025", "filed_on": "2025-05-11",
//!       "arn": "AA2704250000022"
//!     }
//!   ]
//! }
//! ```
//!
//! `invoices_per_month` is for taxpayers with very many invoices: exactly so many to registered
//! persons. `filings` are all there are; `known_filings` replace the schedule's for the same return and
//! period, and the schedule gives the rest.

use std::path::Path;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{crowd, nation::nation, place, schedule};
use crate::model::{
    gstin::{Gstin, GstinError, GstinKind, make_arn},
    taxpayer::{Filing, Frequency, Jurisdiction, Place, Taxpayer, Text},
};

/// A taxpayer written by hand. Fields are named as in [`Taxpayer`].
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Persona {
    /// The role it plays, which is its file's name without folders and ending.
    #[serde(skip)]
    pub name: String,
    /// The number it is asked under.
    pub gstin: String,
    /// Who this is and what it is good for, for a reader.
    #[serde(default)]
    pub about: String,
    /// Words to find it by.
    #[serde(default)]
    pub tags: Vec<String>,
    /// True for a number that nobody is registered under.
    #[serde(default)]
    pub absent: bool,
    /// True for a vendor's own example, which may break the rules of GSTINs.
    #[serde(default)]
    pub documented_example: bool,
    /// All its filings; in place of those the schedule would give.
    pub filings: Option<Vec<PersonaFiling>>,
    /// Filings that replace the schedule's ones of the same return and period.
    #[serde(default)]
    pub known_filings: Vec<PersonaFiling>,
    /// How many invoices it writes to registered persons in a month, where they are very many.
    pub invoices_per_month: Option<u32>,
    pan: Option<String>,
    legal_name: Option<String>,
    trade_name: Option<String>,
    constitution: Option<String>,
    taxpayer_type: Option<String>,
    status: Option<String>,
    #[schemars(with = "Option<String>")]
    registered_on: Option<Date>,
    #[schemars(with = "Option<String>")]
    cancelled_on: Option<Date>,
    #[schemars(with = "Option<String>")]
    updated_on: Option<Date>,
    state_jurisdiction: Option<PersonaJurisdiction>,
    central_jurisdiction: Option<PersonaJurisdiction>,
    natures: Option<Vec<String>>,
    core_business: Option<String>,
    einvoice: Option<bool>,
    members: Option<Vec<String>>,
    frequency: Option<PersonaFrequency>,
    principal_place: Option<PersonaPlace>,
    additional_places: Option<Vec<PersonaPlace>>,
}

/// A tax office, as in [`Jurisdiction`].
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PersonaJurisdiction {
    name: String,
    code: String,
}

/// How often it files, as in [`Frequency`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PersonaFrequency {
    /// Every month.
    Monthly,
    /// Every quarter.
    Quarterly,
    /// Now and then.
    OnClaim,
}

/// A place of business, as in [`Place`]. What is left out is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PersonaPlace {
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
    /// State by name.
    pub state: String,
    /// PIN code, six digits.
    pub pin: String,
    /// Degrees north, as text.
    pub latitude: String,
    /// Degrees east, as text.
    pub longitude: String,
    /// Landmark.
    pub landmark: String,
    /// What is done here.
    pub natures: Vec<String>,
}

/// One return of a persona, as in [`Filing`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonaFiling {
    /// Such as `GSTR3B`.
    pub return_type: String,
    /// `MMYYYY`.
    pub period: String,
    /// Day of filing.
    #[schemars(with = "String")]
    pub filed_on: Date,
    /// Its ARN; made up where left out.
    pub arn: Option<String>,
    /// `ONLINE` where left out.
    pub mode: Option<String>,
    /// `Filed` where left out.
    pub status: Option<String>,
    /// True where left out.
    pub valid: Option<bool>,
}

/// Why a file is not a persona.
#[derive(Debug, Error)]
pub enum PersonaError {
    /// Not JSON, an unknown field, a value of the wrong type. The source tells line and column.
    #[error("failed to parse `{file}`")]
    Parse {
        /// The file.
        file: String,
        /// What the parser says.
        source: serde_json::Error,
    },
    /// The number is none.
    #[error("`{file}`: `{gstin}` is not a GSTIN")]
    Gstin {
        /// The file.
        file: String,
        /// The number.
        gstin: String,
        /// What is wrong with it.
        source: GstinError,
    },
    /// Two dates that cannot both be true.
    #[error("`{file}`: `{later}` is before `{earlier}`")]
    DatesOutOfOrder {
        /// The file.
        file: String,
        /// The field that ought to be first.
        earlier: &'static str,
        /// The field that ought to follow.
        later: &'static str,
    },
    /// A cancelled taxpayer without a date, or the other way round.
    #[error("`{file}`: the status `{status}` does not go with `cancelled_on` as it is")]
    Cancellation {
        /// The file.
        file: String,
        /// The status.
        status: String,
    },
    /// A PIN of another state.
    #[error("`{file}`: PIN `{pin}` is not in state {state_code}")]
    Pin {
        /// The file.
        file: String,
        /// The PIN.
        pin: String,
        /// The state code of the GSTIN.
        state_code: String,
    },
    /// A period that is no month and year.
    #[error("`{file}`: the period `{period}` of a filing does not read like `032026`")]
    Period {
        /// The file.
        file: String,
        /// The period.
        period: String,
    },
}

/// Reads one file; `path_label` is what errors call it.
///
/// # Errors
///
/// Where the text is no JSON of a persona, the number is no GSTIN (unless it is a
/// `documented_example`), dates are out of order, or a PIN is in another state.
pub fn read_persona(path_label: &str, text: &str) -> Result<Persona, PersonaError> {
    let file = || path_label.to_owned();
    let mut persona: Persona = serde_json::from_str(text)
        .map_err(|source| PersonaError::Parse { file: file(), source })?;
    persona.name = Path::new(path_label)
        .file_stem()
        .map_or_else(file, |stem| stem.to_string_lossy().into_owned());
    if !persona.documented_example
        && let Err(source) = persona.gstin.parse::<Gstin>()
    {
        return Err(PersonaError::Gstin { file: file(), gstin: persona.gstin, source });
    }
    persona.check_dates(path_label)?;
    let state_code = persona.gstin.get(..2).unwrap_or_default();
    let places = persona.principal_place.iter().chain(persona.additional_places.iter().flatten());
    for place in places.filter(|place| !place.pin.is_empty()) {
        if !nation().region(state_code).is_some_and(|region| region.has_pin(&place.pin)) {
            let state_code = state_code.to_owned();
            return Err(PersonaError::Pin { file: file(), pin: place.pin.clone(), state_code });
        }
    }
    for filing in persona.filings.iter().flatten().chain(&persona.known_filings) {
        if schedule::month(&filing.period).is_none() {
            return Err(PersonaError::Period { file: file(), period: filing.period.clone() });
        }
    }
    Ok(persona)
}

impl Persona {
    fn check_dates(&self, path_label: &str) -> Result<(), PersonaError> {
        for (earlier, first, later, second) in [
            ("registered_on", self.registered_on, "updated_on", self.updated_on),
            ("registered_on", self.registered_on, "cancelled_on", self.cancelled_on),
            ("cancelled_on", self.cancelled_on, "updated_on", self.updated_on),
        ] {
            if first.zip(second).is_some_and(|(first, second)| second < first) {
                return Err(PersonaError::DatesOutOfOrder {
                    file: path_label.to_owned(),
                    earlier,
                    later,
                });
            }
        }
        let status = self.status.as_deref().unwrap_or("Active");
        if status.starts_with("Cancelled") != self.cancelled_on.is_some() {
            return Err(PersonaError::Cancellation {
                file: path_label.to_owned(),
                status: status.to_owned(),
            });
        }
        Ok(())
    }

    /// Whether it is an operator of electronic commerce.
    pub(super) fn is_operator(&self) -> bool {
        match &self.taxpayer_type {
            Some(kind) => kind.starts_with("Tax Collector"),
            None => {
                let number = self.gstin.parse::<Gstin>();
                number.is_ok_and(|number| number.kind() == GstinKind::TaxCollector)
            }
        }
    }

    /// The taxpayer: what the file says, and for the rest what the crowd would have.
    #[must_use]
    pub fn taxpayer(&self, seed: u64) -> Taxpayer {
        let mut taxpayer = crowd::somebody(seed, &self.gstin);
        let own = self.clone();
        fill(&mut taxpayer.pan, own.pan);
        fill(&mut taxpayer.legal_name, own.legal_name);
        fill(&mut taxpayer.trade_name, own.trade_name);
        fill(&mut taxpayer.constitution, own.constitution);
        fill(&mut taxpayer.core_business, own.core_business);
        taxpayer.status = own.status.map_or(Text::Borrowed("Active"), Text::from);
        taxpayer.cancelled_on = own.cancelled_on;
        taxpayer.registered_on = own.registered_on.unwrap_or(taxpayer.registered_on);
        let latest_known = taxpayer.cancelled_on.unwrap_or(taxpayer.registered_on);
        taxpayer.updated_on = own
            .updated_on
            .unwrap_or_else(|| taxpayer.updated_on.max(latest_known))
            .max(latest_known);
        if let Some(kind) = own.taxpayer_type {
            taxpayer.frequency =
                if kind == "Composition" { Frequency::Quarterly } else { Frequency::Monthly };
            taxpayer.einvoice &= kind == "Regular";
            taxpayer.taxpayer_type = kind.into();
        }
        taxpayer.einvoice = own.einvoice.unwrap_or(taxpayer.einvoice);
        taxpayer.frequency = own.frequency.map_or(taxpayer.frequency, Frequency::from);
        if let Some(members) = own.members {
            taxpayer.members = texts(members);
        }
        if let Some(natures) = own.natures {
            taxpayer.natures = texts(natures);
        }
        if let Some(place) = own.principal_place {
            let offices = place::offices(&taxpayer.state_code, &place.district);
            if let Some((state_office, central_office)) = offices {
                taxpayer.state_jurisdiction = state_office;
                taxpayer.central_jurisdiction = central_office;
            }
            taxpayer.principal_place = place.into();
            // A second place of the crowd's would be far from a first one by hand.
            taxpayer.additional_places = Vec::new();
        }
        if let Some(office) = own.state_jurisdiction {
            taxpayer.state_jurisdiction = office.into();
        }
        if let Some(office) = own.central_jurisdiction {
            taxpayer.central_jurisdiction = office.into();
        }
        if let Some(places) = own.additional_places {
            taxpayer.additional_places = places.into_iter().map(Place::from).collect();
        }
        taxpayer
    }
}

impl PersonaFiling {
    /// The filing, with an ARN made up from `serial` where the file has none.
    pub(super) fn filing(&self, state_code: &str, serial: u32) -> Option<Filing> {
        let month = schedule::month(&self.period)?;
        let period_month = month.month.unsigned_abs();
        let arn = self
            .arn
            .clone()
            .unwrap_or_else(|| make_arn("AA", state_code, period_month, month.year, serial));
        Some(Filing {
            return_type: self.return_type.clone().into(),
            period_month,
            period_year: month.year,
            filed_on: self.filed_on,
            arn: arn.into(),
            mode: self.mode.clone().map_or(Text::Borrowed("ONLINE"), Text::from),
            status: self.status.clone().map_or(Text::Borrowed("Filed"), Text::from),
            valid: self.valid.unwrap_or(true),
        })
    }
}

fn fill(fact: &mut Text, own: Option<String>) {
    if let Some(own) = own {
        *fact = own.into();
    }
}

fn texts(own: Vec<String>) -> Vec<Text> {
    own.into_iter().map(Text::from).collect()
}

impl From<PersonaJurisdiction> for Jurisdiction {
    fn from(own: PersonaJurisdiction) -> Self {
        Self { name: own.name.into(), code: own.code.into() }
    }
}

impl From<PersonaFrequency> for Frequency {
    fn from(own: PersonaFrequency) -> Self {
        match own {
            PersonaFrequency::Monthly => Self::Monthly,
            PersonaFrequency::Quarterly => Self::Quarterly,
            PersonaFrequency::OnClaim => Self::OnClaim,
        }
    }
}

impl From<PersonaPlace> for Place {
    fn from(own: PersonaPlace) -> Self {
        Self {
            building_number: own.building_number.into(),
            building_name: own.building_name.into(),
            floor: own.floor.into(),
            street: own.street.into(),
            locality: own.locality.into(),
            city: own.city.into(),
            district: own.district.into(),
            state: own.state.into(),
            pin: own.pin.into(),
            latitude: own.latitude.into(),
            longitude: own.longitude.into(),
            landmark: own.landmark.into(),
            natures: texts(own.natures),
        }
    }
}
