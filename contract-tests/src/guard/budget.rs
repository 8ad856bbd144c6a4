//! What may be sent to a target in a day, and how fast: `[targets.NAME.budget]`.

use std::num::NonZeroU32;

use gsp_simulator::pack::file::Count;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What may be sent to a target in a day, and how fast. A day is India's, from midnight to midnight
/// at +05:30. What is left out is as the target's kind has it: careful for a vendor, without bounds
/// for a simulator.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Budget {
    /// Requests a day, logins and retries too, to all vendors of the target together.
    pub calls: Option<Count>,
    /// Answers a day that are errors: HTTP 400 and above, codes that the catalog has for what is no
    /// success, and requests without an answer. Room for one must be left before each request.
    pub errors: Option<Count>,
    /// What answers cost, a day, as the pack's limits price them; where a pack has no prices, each
    /// answer below HTTP 400 costs one. Room for the dearest must be left before each request.
    pub billable: Option<Count>,
    /// Caps of each vendor by itself.
    pub per_vendor: Caps,
    /// Caps of each GSTIN that is asked about, whichever vendor is asked.
    pub per_gstin: Caps,
    /// Requests to one vendor in a second; the pack's own limits hold besides.
    pub calls_per_second: Option<NonZeroU32>,
    /// Requests to one vendor in a minute.
    pub calls_per_minute: Option<NonZeroU32>,
    /// Vendors for which something else holds.
    pub vendors: IndexMap<String, VendorBudget>,
}

/// Caps of a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Caps {
    /// Requests.
    pub calls: Option<Count>,
    /// Answers that are errors.
    pub errors: Option<Count>,
    /// What answers cost.
    pub billable: Option<Count>,
}

/// What holds for one vendor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct VendorBudget {
    /// Requests a day.
    pub calls: Option<Count>,
    /// Answers a day that are errors.
    pub errors: Option<Count>,
    /// What answers cost, a day.
    pub billable: Option<Count>,
    /// Requests in a second.
    pub calls_per_second: Option<NonZeroU32>,
    /// Requests in a minute.
    pub calls_per_minute: Option<NonZeroU32>,
}

impl Budget {
    /// What a vendor's sandbox gets where nothing else is said: little, for it locks out who asks
    /// too much, and slowly.
    #[must_use]
    pub fn careful() -> Self {
        let most = |number| Some(Count::Most(number));
        Self {
            calls: most(500),
            errors: most(20),
            billable: most(50),
            per_vendor: Caps::default(),
            per_gstin: Caps { calls: most(200), errors: most(10), billable: None },
            calls_per_second: NonZeroU32::new(1),
            calls_per_minute: NonZeroU32::new(30),
            vendors: IndexMap::new(),
        }
    }

    /// The same, with what another says where this one says nothing.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        // Who says one pace means it: a minute's default would slow down what a second allows.
        let paced = self.calls_per_second.is_some() || self.calls_per_minute.is_some();
        let (second, minute) = if paced {
            (self.calls_per_second, self.calls_per_minute)
        } else {
            (other.calls_per_second, other.calls_per_minute)
        };
        let mut vendors = other.vendors;
        vendors.extend(self.vendors);
        Self {
            calls: self.calls.or(other.calls),
            errors: self.errors.or(other.errors),
            billable: self.billable.or(other.billable),
            per_vendor: self.per_vendor.or(other.per_vendor),
            per_gstin: self.per_gstin.or(other.per_gstin),
            calls_per_second: second,
            calls_per_minute: minute,
            vendors,
        }
    }

    /// The caps of a vendor by itself.
    #[must_use]
    pub fn of_vendor(&self, vendor: &str) -> Caps {
        let own = self.vendors.get(vendor).copied().unwrap_or_default();
        Caps { calls: own.calls, errors: own.errors, billable: own.billable }.or(self.per_vendor)
    }

    /// The caps of the whole target.
    #[must_use]
    pub fn of_all(&self) -> Caps {
        Caps { calls: self.calls, errors: self.errors, billable: self.billable }
    }

    /// How often a vendor may be asked: in a second, in a minute.
    #[must_use]
    pub fn pace(&self, vendor: &str) -> (Option<NonZeroU32>, Option<NonZeroU32>) {
        let own = self.vendors.get(vendor).copied().unwrap_or_default();
        if own.calls_per_second.is_some() || own.calls_per_minute.is_some() {
            return (own.calls_per_second, own.calls_per_minute);
        }
        (self.calls_per_second, self.calls_per_minute)
    }
}

impl Caps {
    fn or(self, other: Self) -> Self {
        Self {
            calls: self.calls.or(other.calls),
            errors: self.errors.or(other.errors),
            billable: self.billable.or(other.billable),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Budget, String> {
        toml::from_str(text).map_err(|error: toml::de::Error| error.message().to_owned())
    }

    #[test]
    fn what_is_left_out_is_careful_and_what_is_said_holds() {
        let own = read(
            "errors = 3\nbillable = \"unlimited\"\n[per-vendor]\ncalls = 9\n[vendors.alpha]\ncalls = 4\ncalls-per-second = 5\n",
        )
        .expect("a budget");
        let budget = own.or(Budget::careful());

        assert_eq!(budget.of_all().calls, Some(Count::Most(500)));
        assert_eq!(budget.of_all().errors, Some(Count::Most(3)));
        assert_eq!(budget.of_all().billable, Some(Count::Unlimited));
        assert_eq!(budget.of_vendor("alpha").calls, Some(Count::Most(4)));
        assert_eq!(budget.of_vendor("beta").calls, Some(Count::Most(9)));
        assert_eq!(budget.pace("alpha"), (NonZeroU32::new(5), None));
        assert_eq!(budget.pace("beta"), (NonZeroU32::new(1), NonZeroU32::new(30)));
    }

    #[test]
    fn a_pace_of_ones_own_is_not_slowed_down_by_the_default() {
        let budget = read("calls-per-second = 4").expect("a budget").or(Budget::careful());
        assert_eq!(budget.pace("alpha"), (NonZeroU32::new(4), None));
    }

    #[test]
    fn a_pace_of_nothing_and_unknown_keys_are_refused() {
        assert!(read("calls-per-second = 0").is_err());
        let why = read("cals = 1").expect_err("a wrong key");
        assert!(why.starts_with("unknown field `cals`"), "{why}");
        let why = read("calls = -1").expect_err("a wrong number");
        assert!(why.contains("a number of 0 or more, or `unlimited`"), "{why}");
    }
}
