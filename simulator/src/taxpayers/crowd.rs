//! The crowd: a taxpayer for every number, as a pure function of seed and number.
//!
//! What all registrations of a PAN share comes from [`Identity`]; this file adds what belongs to
//! one registration. Dates lie between GST's first day and the end of 2025, whatever day it is
//! now, so a taxpayer stays the same from 2026 on.

use std::borrow::Cow;

use jiff::civil::{Date, date};

use super::{
    identity::{Identity, Size, home},
    nation::{Nation, Region, nation},
    place::{self, Location},
};
use crate::model::{
    dice::Dice,
    gstin::{Gstin, GstinKind, is_pan},
    period::GST_BEGAN,
    taxpayer::{Frequency, Taxpayer, Text},
};

/// Names the stream of random numbers for one registration.
const PURPOSE: u64 = 0x6773_7469_6e00;

/// After this day the crowd's registers are closed: no news from later.
const LAST_NEWS: Date = date(2025, 12, 31);

/// The last day somebody of the crowd registered on.
const LAST_REGISTRATION: Date = date(2024, 12, 31);

/// Somebody for any text, even one that is no GSTIN.
pub(super) fn somebody(seed: u64, text: &str) -> Taxpayer {
    let nation = nation();
    let number = Number::read(nation, seed, text);
    let identity = Identity::draw(nation, seed, number.kind, number.key, Some(number.region));
    let mut dice = Dice::new(seed, PURPOSE, text.as_bytes());
    let role = Role::draw(&number, &identity, &mut dice);
    let location = match number.kind {
        GstinKind::OnlineServices => {
            place::abroad(nation, number.region, number.country(), &mut dice)
        }
        _ => place::draw(nation, number.region, &mut dice),
    };
    let natures = role.natures(&identity, &mut dice);
    let Story { status, registered_on, cancelled_on, updated_on } =
        Story::draw(&number, role, &mut dice);
    let Location { place: mut principal_place, state_office, central_office } = location;
    let own = 1 + dice.below(natures.len());
    principal_place.natures = natures[..own].to_vec();
    let additional_places = more_places(nation, &number, &identity, &natures, &mut dice);
    Taxpayer {
        gstin: text.to_owned().into(),
        pan: number.pan.to_owned().into(),
        legal_name: identity.legal_name.into(),
        trade_name: identity.trade_name,
        constitution: Cow::Borrowed(identity.constitution),
        taxpayer_type: Cow::Borrowed(role.name()),
        status: Cow::Borrowed(status),
        registered_on,
        cancelled_on,
        updated_on,
        state_code: Cow::Borrowed(number.region.state.code),
        state_name: Cow::Borrowed(number.region.state.name),
        state_jurisdiction: state_office,
        central_jurisdiction: central_office,
        natures,
        core_business: Cow::Borrowed(identity.trade.core),
        einvoice: role.may_einvoice() && identity.size == Size::Large,
        members: identity.members,
        frequency: role.frequency(identity.size, &mut dice),
        principal_place,
        additional_places,
    }
}

/// The taxpayer as the register had it on an earlier day: what came later is not told.
pub(super) fn as_of(mut taxpayer: Taxpayer, on: Date) -> Taxpayer {
    if taxpayer.cancelled_on.is_some_and(|day| day > on) {
        taxpayer.cancelled_on = None;
        taxpayer.status = Cow::Borrowed("Active");
    }
    if taxpayer.updated_on > on {
        taxpayer.updated_on = taxpayer.registered_on;
        if taxpayer.status != "Active" && taxpayer.cancelled_on.is_none() {
            taxpayer.status = Cow::Borrowed("Active");
        }
    }
    taxpayer
}

/// What a text says as a GSTIN, with something sensible where it says nothing.
struct Number<'a> {
    text: &'a str,
    kind: GstinKind,
    region: &'static Region,
    /// Characters 3 to 12, or the whole text where it has too few.
    key: &'a [u8],
    pan: &'a str,
}

impl<'a> Number<'a> {
    fn read(nation: &'static Nation, seed: u64, text: &'a str) -> Self {
        let kind = text.parse().map_or(GstinKind::Ordinary, |gstin: Gstin| gstin.kind());
        let key = text.as_bytes().get(2..12).unwrap_or(text.as_bytes());
        let has_pan =
            matches!(kind, GstinKind::Ordinary | GstinKind::TaxDeductor | GstinKind::TaxCollector);
        Self {
            text,
            kind,
            region: text
                .get(..2)
                .and_then(|code| nation.region(code))
                .unwrap_or_else(|| home(nation, seed, text.as_bytes())),
            key,
            pan: text.get(2..12).filter(|pan| has_pan && is_pan(pan)).unwrap_or_default(),
        }
    }

    /// The country of a number from abroad.
    fn country(&self) -> &'a str {
        self.text.get(4..7).unwrap_or_default()
    }

    /// The year that a number from abroad tells of, where it can be true.
    fn year(&self) -> Option<i16> {
        let from_abroad = matches!(
            self.kind,
            GstinKind::NonResident | GstinKind::OnlineServices | GstinKind::Embassy
        );
        let year = self.text.get(2..4).filter(|_| from_abroad)?.parse::<i16>().ok()? + 2000;
        let years = match self.region.state.code {
            "25" => 2017..=2019,
            "38" => 2020..=2025,
            _ => 2017..=2025,
        };
        years.contains(&year).then_some(year)
    }
}

/// The taxpayer type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Regular,
    Composition,
    Distributor,
    SezUnit,
    SezDeveloper,
    Deductor,
    Government,
    Collector,
    NonResident,
    OnlineServices,
    UnitedNations,
    Embassy,
    OtherNotified,
}

impl Role {
    fn draw(number: &Number, identity: &Identity, dice: &mut Dice) -> Self {
        match number.kind {
            GstinKind::TaxDeductor => Self::Deductor,
            GstinKind::GovernmentDepartment => Self::Government,
            GstinKind::TaxCollector => Self::Collector,
            GstinKind::NonResident => Self::NonResident,
            GstinKind::OnlineServices => Self::OnlineServices,
            GstinKind::Embassy if number.text.as_bytes()[12] == b'O' => Self::OtherNotified,
            GstinKind::Embassy if number.country().starts_with("UN") => Self::UnitedNations,
            GstinKind::Embassy => Self::Embassy,
            GstinKind::Ordinary if identity.composition => Self::Composition,
            GstinKind::Ordinary => {
                let company = identity.constitution.ends_with("Company");
                match dice.below(1000) {
                    0..9 if company => Self::SezUnit,
                    9..12 if company => Self::SezDeveloper,
                    12..24 if company => Self::Distributor,
                    _ => Self::Regular,
                }
            }
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Regular => "Regular",
            Self::Composition => "Composition",
            Self::Distributor => "Input Service Distributor (ISD)",
            Self::SezUnit => "SEZ Unit",
            Self::SezDeveloper => "SEZ Developer",
            Self::Deductor => "Tax Deductor",
            Self::Government => "Government Department ID",
            Self::Collector => "Tax Collector (Electronic Commerce Operator)",
            Self::NonResident => "Non Resident Taxable Person",
            Self::OnlineServices => "Non Resident Online Services Provider",
            Self::UnitedNations => "United Nation Body",
            Self::Embassy => "Consulate or Embassy of Foreign Country",
            Self::OtherNotified => "Other notified person",
        }
    }

    fn is_ordinary(self) -> bool {
        matches!(self, Self::Regular | Self::Composition | Self::SezUnit | Self::SezDeveloper)
    }

    /// An SEZ unit is exempt from e-invoices; all others but regular ones never meet them.
    fn may_einvoice(self) -> bool {
        matches!(self, Self::Regular | Self::SezDeveloper)
    }

    fn frequency(self, size: Size, dice: &mut Dice) -> Frequency {
        match self {
            Self::Composition => Frequency::Quarterly,
            Self::Regular if size != Size::Large && dice.percent(50) => Frequency::Quarterly,
            Self::UnitedNations | Self::Embassy | Self::OtherNotified | Self::Government => {
                Frequency::OnClaim
            }
            _ => Frequency::Monthly,
        }
    }

    /// The natures of business: what the trade is about, then some of what goes with it.
    fn natures(self, identity: &Identity, dice: &mut Dice) -> Vec<Text> {
        let fixed: &[&'static str] = match self {
            Self::Distributor => &["Input Service Distributor (ISD)", "Office / Sale Office"],
            Self::Deductor | Self::Government => &["Recipient of Goods or Services"],
            Self::Collector => &["Supplier of Services", "Office / Sale Office"],
            Self::OnlineServices => &["Supplier of Services"],
            Self::UnitedNations | Self::Embassy | Self::OtherNotified => &["Others"],
            Self::SezUnit | Self::SezDeveloper => &["SEZ"],
            _ => &[],
        };
        let mut natures: Vec<Text> = Vec::with_capacity(5);
        natures.extend(fixed.iter().copied().map(Cow::Borrowed));
        if !natures.is_empty() && !self.is_ordinary() {
            return natures;
        }
        for (index, nature) in identity.trade.natures.iter().enumerate() {
            let abroad = matches!(*nature, "Export" | "Import" | "EOU / STP / EHTP");
            if self == Self::Composition && abroad {
                continue;
            }
            if index == 0 || dice.percent(45) {
                natures.push(Cow::Borrowed(nature));
            }
        }
        natures
    }
}

/// What happened to a registration, and when.
struct Story {
    status: &'static str,
    registered_on: Date,
    cancelled_on: Option<Date>,
    updated_on: Date,
}

impl Story {
    fn draw(number: &Number, role: Role, dice: &mut Dice) -> Self {
        let registered_on = registration_day(number, dice);
        // Daman and Diu was merged into its neighbour: its registrations ended.
        let merged = number.region.state.code == "25";
        let number_drawn = if role.is_ordinary() { dice.below(100) } else { 0 };
        let status = match number_drawn {
            _ if merged => "Cancelled",
            0..88 => "Active",
            88..93 => "Cancelled",
            93..95 => "Cancelled suo-moto",
            95..99 => "Suspended",
            _ => "Inactive",
        };
        let cancelled_on = status.starts_with("Cancelled").then(|| {
            if merged { date(2020, 7, 31) } else { day_between(registered_on, LAST_NEWS, 60, dice) }
        });
        let updated_on = match (cancelled_on, status) {
            (Some(day), _) => day_after(day, dice.below(20)).min(LAST_NEWS),
            (None, "Active") if dice.percent(30) => registered_on,
            (None, "Active") => day_between(registered_on, LAST_NEWS, 0, dice),
            // A suspension is news some time after registering.
            (None, _) => day_between(registered_on, LAST_NEWS, 90, dice),
        };
        Self { status, registered_on, cancelled_on, updated_on }
    }
}

fn registration_day(number: &Number, dice: &mut Dice) -> Date {
    if let Some(year) = number.year() {
        let first = date(year, 1, 1).max(GST_BEGAN);
        return day_between(first, date(year, 12, 1), 0, dice);
    }
    let (first, last) = match number.region.state.code {
        "25" => (GST_BEGAN, date(2019, 12, 31)),
        // Ladakh has been a territory of its own since 2019-10-31.
        "38" => (date(2020, 1, 1), LAST_REGISTRATION),
        _ if matches!(number.kind, GstinKind::TaxDeductor | GstinKind::TaxCollector) => {
            (date(2018, 10, 1), LAST_REGISTRATION)
        }
        _ => (GST_BEGAN, LAST_REGISTRATION),
    };
    // A third came over from the old taxes on the first day.
    if first == GST_BEGAN && dice.percent(33) {
        return first;
    }
    day_between(first, last, 0, dice)
}

/// A day from `first` plus some days to `last`; `last` where there is no room.
fn day_between(first: Date, last: Date, at_least: usize, dice: &mut Dice) -> Date {
    let days = usize::try_from(day_number(last) - day_number(first)).unwrap_or(0);
    let room = days.saturating_sub(at_least);
    day_after(first, at_least + dice.below(room + 1)).min(last)
}

/// Days since a fixed day, by the calendar's own rule.
fn day_number(day: Date) -> i32 {
    let (year, month) = (i32::from(day.year()), i32::from(day.month()));
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    365 * year + leap_days + (153 * month + 2) / 5 + i32::from(day.day()) - 1
}

/// The day so many days later.
pub(super) fn day_after(day: Date, days: usize) -> Date {
    let days = i64::try_from(days).unwrap_or(0);
    day.checked_add(jiff::Span::new().days(days)).unwrap_or(day)
}

/// Additional places: none for most, up to three for the large, all in the same state.
fn more_places(
    nation: &'static Nation,
    number: &Number,
    identity: &Identity,
    natures: &[Text],
    dice: &mut Dice,
) -> Vec<crate::model::taxpayer::Place> {
    let most = match identity.size {
        _ if matches!(number.kind, GstinKind::OnlineServices | GstinKind::Embassy) => 0,
        Size::Small if dice.percent(92) => 0,
        Size::Middle if dice.percent(75) => 0,
        Size::Small | Size::Middle => 1,
        Size::Large => dice.below(4),
    };
    (0..most)
        .map(|_| {
            let mut place = place::draw(nation, number.region, dice).place;
            place.natures = vec![dice.pick(natures).clone()];
            place
        })
        .collect()
}
