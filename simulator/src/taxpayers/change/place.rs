//! What changes about a place of business.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{fill, fill_all};
use crate::model::taxpayer::Place;

/// A place of business; what is left out stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PlaceChange {
    /// House, plot or door number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub building_number: Option<String>,
    /// Name of the premises.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub building_name: Option<String>,
    /// Floor or flat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub floor: Option<String>,
    /// Street.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street: Option<String>,
    /// Locality.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    /// City, town or village.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// District.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub district: Option<String>,
    /// State by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// PIN code, six digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin: Option<String>,
    /// Degrees north, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latitude: Option<String>,
    /// Degrees east, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longitude: Option<String>,
    /// Landmark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub landmark: Option<String>,
    /// What is done here, all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub natures: Option<Vec<String>>,
}

impl PlaceChange {
    pub(super) fn then(self, later: Self) -> Self {
        Self {
            building_number: later.building_number.or(self.building_number),
            building_name: later.building_name.or(self.building_name),
            floor: later.floor.or(self.floor),
            street: later.street.or(self.street),
            locality: later.locality.or(self.locality),
            city: later.city.or(self.city),
            district: later.district.or(self.district),
            state: later.state.or(self.state),
            pin: later.pin.or(self.pin),
            latitude: later.latitude.or(self.latitude),
            longitude: later.longitude.or(self.longitude),
            landmark: later.landmark.or(self.landmark),
            natures: later.natures.or(self.natures),
        }
    }

    pub(super) fn applied(self, to: &mut Place) {
        fill(&mut to.building_number, self.building_number);
        fill(&mut to.building_name, self.building_name);
        fill(&mut to.floor, self.floor);
        fill(&mut to.street, self.street);
        fill(&mut to.locality, self.locality);
        fill(&mut to.city, self.city);
        fill(&mut to.district, self.district);
        fill(&mut to.state, self.state);
        fill(&mut to.pin, self.pin);
        fill(&mut to.latitude, self.latitude);
        fill(&mut to.longitude, self.longitude);
        fill(&mut to.landmark, self.landmark);
        fill_all(&mut to.natures, self.natures);
    }
}
