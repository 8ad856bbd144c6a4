//! What changes about a taxpayer, as people write it.

use std::borrow::Cow;

use jiff::civil::Date;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What changes about the taxpayer asked about; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all(deserialize = "kebab-case"), default)]
pub struct TaxpayerChanges {
    /// The registration's status; without `cancelled-on`, a cancelled one was cancelled today.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<StatusFile>,
    /// Last day of the registration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancelled_on: Option<DayFile>,
    /// First day of the registration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registered_on: Option<DayFile>,
    /// When the register's entry last changed; today, where the status changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_on: Option<DayFile>,
    /// Name in the register.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_name: Option<String>,
    /// Name it trades under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trade_name: Option<String>,
    /// Constitution of business.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub constitution: Option<String>,
    /// Such as `Regular` or `Composition`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taxpayer_type: Option<String>,
    /// Natures of business.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub natures: Option<Vec<String>>,
    /// Whether it must issue e-invoices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub einvoice: Option<bool>,
    /// How often it files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frequency: Option<FrequencyFile>,
    /// Principal place of business.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal_place: Option<PlaceChanges>,
}

/// A status as the register has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(deserialize = "kebab-case"))]
#[schemars(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the register's own words")]
pub enum StatusFile {
    Active,
    Suspended,
    Cancelled,
    #[serde(rename(serialize = "Cancelled suo-moto"))]
    CancelledSuoMoto,
    Inactive,
    Provisional,
}

/// How often a taxpayer files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "they say it themselves")]
pub enum FrequencyFile {
    Monthly,
    Quarterly,
    OnClaim,
}

/// What changes about a place of business.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all(deserialize = "kebab-case"), default)]
#[expect(missing_docs, reason = "parts of an address")]
pub struct PlaceChanges {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub building_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub building_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub floor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub district: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin: Option<String>,
}

/// A day: `2026-11-01`, `today`, or so many days before, `today-30`, or after, `today+7`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayFile {
    /// This day.
    On(Date),
    /// So many days after the day of the call, in India.
    After(i32),
}

impl DayFile {
    /// The day, where `today` is this one.
    #[must_use]
    pub fn on(self, today: Date) -> Date {
        match self {
            Self::On(day) => day,
            Self::After(days) => today.checked_add(jiff::Span::new().days(days)).unwrap_or(today),
        }
    }
}

impl std::str::FromStr for DayFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is no day; write it as `2026-11-01`, `today`, `today-30` or `today+7`"
            )
        };
        let Some(rest) = text.strip_prefix("today") else {
            return text.parse().map(Self::On).map_err(|_| wrong());
        };
        if rest.is_empty() {
            return Ok(Self::After(0));
        }
        let days: i32 = rest.parse().map_err(|_| wrong())?;
        let signed = rest.starts_with(['+', '-']) && days.abs() <= 36_500;
        if signed { Ok(Self::After(days)) } else { Err(wrong()) }
    }
}

impl std::fmt::Display for DayFile {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::On(day) => write!(out, "{day}"),
            Self::After(0) => out.write_str("today"),
            Self::After(days) => write!(out, "today{days:+}"),
        }
    }
}

impl<'de> Deserialize<'de> for DayFile {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for DayFile {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for DayFile {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "`2026-11-01`, `today`, `today-30` or `today+7`.",
        })
    }
}

impl TaxpayerChanges {
    /// The changes as a JSON merge patch over the taxpayer's facts, on a day.
    #[must_use]
    pub fn patch(&self, today: Date) -> Value {
        let day = |day: DayFile| Value::from(day.on(today).to_string());
        // What is written is plain texts, lists and flags, which are JSON.
        let mut patch = serde_json::to_value(self).unwrap_or_default();
        for (name, change) in [
            ("cancelled_on", self.cancelled_on),
            ("registered_on", self.registered_on),
            ("updated_on", self.updated_on),
        ] {
            if let Some(change) = change {
                patch[name] = day(change);
            }
        }
        if let Some(status) = self.status {
            if self.updated_on.is_none() {
                patch["updated_on"] = day(self.cancelled_on.unwrap_or(DayFile::After(0)));
            }
            if self.cancelled_on.is_none() {
                patch["cancelled_on"] =
                    if status.is_cancelled() { day(DayFile::After(0)) } else { Value::Null };
            }
        }
        patch
    }
}

impl StatusFile {
    fn is_cancelled(self) -> bool {
        matches!(self, Self::Cancelled | Self::CancelledSuoMoto)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TODAY: Date = jiff::civil::date(2026, 11, 21);

    fn patch(text: &str) -> Value {
        toml::from_str::<TaxpayerChanges>(text).expect("it can be read").patch(TODAY)
    }

    #[test]
    fn who_is_cancelled_is_so_today_unless_a_day_is_given() {
        assert_eq!(
            patch("status = 'cancelled'"),
            json!({ "status": "Cancelled", "cancelled_on": "2026-11-21", "updated_on": "2026-11-21" })
        );
        assert_eq!(
            patch("status = 'cancelled-suo-moto'\ncancelled-on = 'today-30'"),
            json!({
                "status": "Cancelled suo-moto",
                "cancelled_on": "2026-10-22",
                "updated_on": "2026-10-22",
            })
        );
    }

    #[test]
    fn who_is_active_again_was_not_cancelled() {
        assert_eq!(
            patch("status = 'active'\nupdated-on = '2026-11-01'"),
            json!({ "status": "Active", "cancelled_on": null, "updated_on": "2026-11-01" })
        );
    }

    #[test]
    fn what_is_left_out_stays() {
        assert_eq!(
            patch("frequency = 'on-claim'\nprincipal-place = { building-name = 'TOWER' }"),
            json!({ "frequency": "on-claim", "principal_place": { "building_name": "TOWER" } })
        );
    }

    #[test]
    fn days_are_read() {
        assert_eq!("today".parse(), Ok(DayFile::After(0)));
        assert_eq!("today+7".parse(), Ok(DayFile::After(7)));
        assert_eq!(
            "2026-11-01".parse::<DayFile>().map(|day| day.to_string()),
            Ok("2026-11-01".into())
        );
        for wrong in ["", "tomorrow", "today7", "today-", "2026-13-01", "today-99999"] {
            assert!(wrong.parse::<DayFile>().is_err(), "{wrong}");
        }
    }
}
