//! Values of the scene by name, borrowed where that is possible.

use std::borrow::Cow;

use jiff::civil::Date;
use serde_json::Value;

use super::scene::Scene;
use crate::model::{
    dice::Dice,
    period::{self, FinancialYear},
    taxpayer::{Filing, Frequency, Jurisdiction, Place, Taxpayer, Text},
    told::{Listed, Part, Told},
};

/// A value that a name stands for.
#[derive(Clone, Debug)]
pub enum Datum<'scene> {
    /// Nothing: the key is left out.
    Missing,
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A text of the scene.
    Str(&'scene str),
    /// A text made for this hole.
    Owned(String),
    /// A day.
    Day(Date),
    /// Texts.
    Texts(&'scene [Text]),
    /// Any JSON.
    Json(&'scene Value),
    /// A thing with named parts.
    Record(Record<'scene>),
    /// A list of such things.
    Records(Vec<Record<'scene>>),
    /// Returns as filed.
    Filings(Cow<'scene, [Filing]>),
    /// A decimal number: units, and how many of their digits stand after the point.
    Number(i64, u8),
    /// A thing that tells its parts itself.
    Thing(&'scene dyn Told),
    /// A list of such things.
    List(&'scene dyn Listed),
}

impl<'scene> From<Part<'scene>> for Datum<'scene> {
    fn from(part: Part<'scene>) -> Self {
        match part {
            Part::Missing => Self::Missing,
            Part::Flag(flag) => Self::Bool(flag),
            Part::Count(number) => Self::Int(number),
            Part::Number(units, places) => Self::Number(units, places),
            Part::Text(text) => Self::Str(text),
            Part::Own(text) => Self::Owned(text),
            Part::Day(day) => Self::Day(day),
            Part::Thing(thing) => Self::Thing(thing),
            Part::List(list) => Self::List(list),
        }
    }
}

/// A thing with named parts.
#[derive(Clone, Debug)]
pub enum Record<'scene> {
    /// The whole scene.
    Root(&'scene Scene),
    /// The endpoint's fields.
    Fields(&'scene Scene),
    /// The request.
    Request(&'scene Scene),
    /// Texts by name, such as the query.
    Pairs(&'scene [(String, String)]),
    /// The headers.
    Headers(&'scene Scene),
    /// A taxpayer, with the scene for its filings.
    Taxpayer(&'scene Scene, &'scene Taxpayer),
    /// A tax office.
    Office(&'scene Jurisdiction),
    /// A place, and whether it is the principal one.
    Place(&'scene Place, bool),
    /// A filing that the scene keeps.
    Filing(&'scene Filing),
    /// A filing told for this hole.
    OwnFiling(Box<Filing>),
    /// Who calls.
    Account(&'scene Scene),
    /// The token given, or the session that the call belongs to.
    Session(&'scene Scene),
    /// What the sealed part of this body came with.
    Seal(&'scene Scene),
    /// The call.
    Call(&'scene Scene),
    /// The dice.
    Random(&'scene Scene),
}

impl<'scene> Record<'scene> {
    /// The part of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Datum<'scene> {
        match self {
            Self::Root(scene) => root(scene, name),
            Self::Fields(scene) => field(scene, name),
            Self::Request(scene) => request(scene, name),
            Self::Pairs(pairs) => pairs
                .iter()
                .find(|(key, _)| key == name)
                .map_or(Datum::Missing, |(_, text)| Datum::Str(text)),
            Self::Headers(scene) => scene.call.header(name).map_or(Datum::Missing, Datum::Str),
            Self::Taxpayer(scene, taxpayer) => of_taxpayer(scene, taxpayer, name),
            Self::Office(office) => match name {
                "name" => Datum::Str(&office.name),
                "code" => Datum::Str(&office.code),
                _ => Datum::Missing,
            },
            Self::Place(place, principal) => of_place(place, *principal, name),
            Self::Filing(filing) => of_filing(filing, name),
            Self::OwnFiling(filing) => match of_filing(filing, name) {
                Datum::Str(text) => Datum::Owned(text.to_owned()),
                Datum::Owned(text) => Datum::Owned(text),
                Datum::Day(day) => Datum::Day(day),
                Datum::Int(number) => Datum::Int(number),
                Datum::Bool(flag) => Datum::Bool(flag),
                _ => Datum::Missing,
            },
            Self::Account(scene) => {
                let account = scene.account.and_then(|index| scene.pack.accounts.get(index));
                match (name, account) {
                    ("name", Some(account)) => Datum::Str(&account.name),
                    ("facts", Some(account)) => Datum::Json(&account.facts),
                    _ => Datum::Missing,
                }
            }
            Self::Session(scene) => match (name, &scene.session, &scene.consent) {
                ("token", Some(session), _) => Datum::Str(&session.token),
                ("life_s", Some(session), _) => Datum::Int(session.life_s),
                ("expires_at", Some(session), _) => Datum::Int(session.expires_at_ms),
                ("user", _, Some(consent)) => Datum::Str(&consent.user),
                ("window_min", _, Some(consent)) => Datum::Int(consent.window_min),
                ("key", _, Some(consent)) => Datum::Str(&consent.wrapped_key),
                ("generation", _, Some(consent)) => Datum::Int(consent.generation),
                ("calls", _, Some(consent)) => Datum::Int(consent.calls),
                _ => Datum::Missing,
            },
            Self::Seal(scene) => match (name, scene.seal.get()) {
                ("rek", Some(seal)) => Datum::Str(&seal.key),
                ("hmac", Some(seal)) => Datum::Str(&seal.hmac),
                ("rek" | "hmac", None) => Datum::Str(""),
                _ => Datum::Missing,
            },
            Self::Call(scene) => match name {
                "number" => Datum::Int(i64::try_from(scene.call.number).unwrap_or(i64::MAX)),
                _ => Datum::Missing,
            },
            Self::Random(scene) => match name {
                "uuid" => Datum::Owned(scene.roll(uuid)),
                "uuid_hex" => Datum::Owned(scene.roll(uuid_hex)),
                _ => Datum::Missing,
            },
        }
    }

    /// The names of its parts, where they are fixed.
    #[must_use]
    pub fn names(&self) -> &'static [(&'static str, super::names::Kind)] {
        match self {
            Self::Taxpayer(..) => super::names::TAXPAYER,
            Self::Office(_) => super::names::OFFICE,
            Self::Place(..) => super::names::PLACE,
            Self::Filing(_) | Self::OwnFiling(_) => super::names::FILING,
            _ => &[],
        }
    }
}

impl<'scene> Datum<'scene> {
    /// The part of that name; nothing where there is none.
    #[must_use]
    pub fn get(&self, name: &str) -> Datum<'scene> {
        match self {
            Self::Record(record) => record.get(name),
            Self::Thing(thing) => thing.part(name).into(),
            Self::Json(Value::Object(map)) => map.get(name).map_or(Datum::Missing, Datum::Json),
            _ => Datum::Missing,
        }
    }

    /// What a path leads to.
    #[must_use]
    pub fn follow(self, path: &[Box<str>]) -> Datum<'scene> {
        let mut datum = self;
        for part in path {
            datum = datum.get(part);
        }
        datum
    }

    /// What a path leads to from a value that is kept: nothing is copied.
    #[must_use]
    pub fn borrow_at<'kept>(&'kept self, path: &[Box<str>]) -> Datum<'kept>
    where
        'scene: 'kept,
    {
        match (self, path.split_first()) {
            (Self::Record(Record::OwnFiling(filing)), Some((part, rest))) => {
                of_filing(filing, part).follow(rest)
            }
            (_, Some((part, rest))) => self.get(part).follow(rest),
            (Self::Owned(text), None) => Datum::Str(text),
            (Self::Filings(filings), None) => Datum::Filings(Cow::Borrowed(filings)),
            (datum, None) => datum.clone(),
        }
    }

    /// Whether it counts as true, as in Jinja: not missing, null, false, 0 or empty.
    #[must_use]
    pub fn is_true(&self) -> bool {
        match self {
            Self::Missing | Self::Null => false,
            Self::Bool(flag) => *flag,
            Self::Int(number) => *number != 0,
            Self::Str(text) => !text.is_empty(),
            Self::Owned(text) => !text.is_empty(),
            Self::Day(_) | Self::Record(_) | Self::Thing(_) => true,
            Self::Number(units, _) => *units != 0,
            Self::List(list) => list.count() > 0,
            Self::Texts(texts) => !texts.is_empty(),
            Self::Records(records) => !records.is_empty(),
            Self::Filings(filings) => !filings.is_empty(),
            Self::Json(value) => match value {
                Value::Null => false,
                Value::Bool(flag) => *flag,
                Value::Number(number) => number.as_f64() != Some(0.0),
                Value::String(text) => !text.is_empty(),
                Value::Array(list) => !list.is_empty(),
                Value::Object(map) => !map.is_empty(),
            },
        }
    }
}

fn root<'scene>(scene: &'scene Scene, name: &str) -> Datum<'scene> {
    match name {
        "taxpayer" => match scene.taxpayer.as_deref() {
            Some(taxpayer) => Datum::Record(Record::Taxpayer(scene, taxpayer)),
            None => Datum::Missing,
        },
        "fields" => Datum::Record(Record::Fields(scene)),
        "request" => Datum::Record(Record::Request(scene)),
        "taxpayers" => Datum::Records(
            scene.taxpayers.iter().map(|taxpayer| Record::Taxpayer(scene, taxpayer)).collect(),
        ),
        "account" => Datum::Record(Record::Account(scene)),
        "claims" => scene.claims.as_deref().map_or(Datum::Missing, Datum::Json),
        "session" => Datum::Record(Record::Session(scene)),
        "books" => scene.books().map_or(Datum::Missing, |books| Datum::Thing(books)),
        "seal" => Datum::Record(Record::Seal(scene)),
        "file" => scene.file.as_ref().map_or(Datum::Missing, |file| Datum::Thing(file)),
        "part" => scene.part.as_ref().map_or(Datum::Missing, |part| Datum::Thing(part)),
        "limit" => scene.limit.as_ref().map_or(Datum::Missing, |limit| Datum::Thing(limit)),
        "payload" => scene.payload.as_ref().map_or(Datum::Missing, Datum::Json),
        "settings" => Datum::Json(&scene.pack.settings),
        "code" => Datum::Str(&scene.words.code),
        "code_number" => scene.words.code.parse().map_or(Datum::Missing, Datum::Int),
        "message" => Datum::Str(&scene.words.message),
        "reason" => scene.words.reason.as_deref().map_or(Datum::Missing, Datum::Str),
        "status" => Datum::Int(scene.words.status.into()),
        "outcome" => Datum::Str(&scene.words.outcome),
        "now" => Datum::Int(scene.call.at_ms),
        "today" => Datum::Day(period::ist_date(scene.call.at_ms)),
        "call" => Datum::Record(Record::Call(scene)),
        "random" => Datum::Record(Record::Random(scene)),
        _ => Datum::Missing,
    }
}

fn field<'scene>(scene: &'scene Scene, name: &str) -> Datum<'scene> {
    let Some(endpoint) = scene.endpoint() else { return Datum::Missing };
    let index = endpoint.fields.iter().position(|field| field.name == name);
    match index.and_then(|index| scene.field(index)) {
        Some(value) => Datum::Json(value),
        None => Datum::Missing,
    }
}

fn request<'scene>(scene: &'scene Scene, name: &str) -> Datum<'scene> {
    match name {
        "method" => Datum::Str(scene.call.method.as_str()),
        "path" => Datum::Str(&scene.call.path),
        "query" => Datum::Record(Record::Pairs(&scene.query)),
        "path_parameters" => Datum::Record(Record::Pairs(&scene.path_parameters)),
        "headers" => Datum::Record(Record::Headers(scene)),
        "body" => scene.body.as_ref().map_or(Datum::Missing, Datum::Json),
        _ => Datum::Missing,
    }
}

fn of_taxpayer<'scene>(
    scene: &'scene Scene,
    taxpayer: &'scene Taxpayer,
    name: &str,
) -> Datum<'scene> {
    match name {
        "gstin" => Datum::Str(&taxpayer.gstin),
        "pan" => Datum::Str(&taxpayer.pan),
        "legal_name" => Datum::Str(&taxpayer.legal_name),
        "trade_name" => Datum::Str(&taxpayer.trade_name),
        "constitution" => Datum::Str(&taxpayer.constitution),
        "taxpayer_type" => Datum::Str(&taxpayer.taxpayer_type),
        "status" => Datum::Str(&taxpayer.status),
        // A provisional registration is one that may be used already.
        "active" => Datum::Bool(matches!(taxpayer.status.as_ref(), "Active" | "Provisional")),
        "registered_on" => Datum::Day(taxpayer.registered_on),
        "cancelled_on" => taxpayer.cancelled_on.map_or(Datum::Missing, Datum::Day),
        "updated_on" => Datum::Day(taxpayer.updated_on),
        "state_code" => Datum::Str(&taxpayer.state_code),
        "state_name" => Datum::Str(&taxpayer.state_name),
        "state_jurisdiction" => Datum::Record(Record::Office(&taxpayer.state_jurisdiction)),
        "central_jurisdiction" => Datum::Record(Record::Office(&taxpayer.central_jurisdiction)),
        "natures" => Datum::Texts(&taxpayer.natures),
        "core_business" => Datum::Str(&taxpayer.core_business),
        "einvoice" => Datum::Bool(taxpayer.einvoice),
        "members" => Datum::Texts(&taxpayer.members),
        "frequency" => Datum::Str(match taxpayer.frequency {
            Frequency::Monthly => "monthly",
            Frequency::Quarterly => "quarterly",
            Frequency::OnClaim => "on-claim",
        }),
        "principal_place" => Datum::Record(Record::Place(&taxpayer.principal_place, true)),
        "additional_places" => Datum::Records(additional(taxpayer).collect()),
        "places" => {
            let principal = &taxpayer.principal_place;
            let first = (*principal != Place::default()).then_some(Record::Place(principal, true));
            Datum::Records(first.into_iter().chain(additional(taxpayer)).collect())
        }
        "filings" => Datum::Filings(Cow::Owned(scene.register.filings(taxpayer, today(scene)))),
        "last_filing" => last_filing(scene, taxpayer),
        _ => Datum::Missing,
    }
}

fn additional(taxpayer: &Taxpayer) -> impl Iterator<Item = Record<'_>> {
    taxpayer.additional_places.iter().map(|place| Record::Place(place, false))
}

fn today(scene: &Scene) -> Date {
    period::ist_date(scene.call.at_ms)
}

fn last_filing<'scene>(scene: &'scene Scene, taxpayer: &Taxpayer) -> Datum<'scene> {
    if scene.taxpayer.as_deref().is_some_and(|asked| std::ptr::eq(asked, taxpayer)) {
        return match scene.last_filing() {
            Some(filing) => Datum::Record(Record::Filing(filing)),
            None => Datum::Missing,
        };
    }
    match scene.register.last_filing(taxpayer, today(scene)) {
        Some(filing) => Datum::Record(Record::OwnFiling(Box::new(filing))),
        None => Datum::Missing,
    }
}

/// The filings of a financial year; by return period, or by the day of filing.
#[must_use]
pub fn filings_in(
    scene: &Scene,
    taxpayer: &Taxpayer,
    year: FinancialYear,
    by_filing_date: bool,
) -> Vec<Filing> {
    let on = today(scene);
    if by_filing_date {
        scene.register.filings_filed_in_year(taxpayer, year, on)
    } else {
        scene.register.filings_of_year(taxpayer, year, on)
    }
}

fn of_place<'scene>(place: &'scene Place, principal: bool, name: &str) -> Datum<'scene> {
    Datum::Str(match name {
        "kind" if principal => "PRIMARY",
        "kind" => "ADDITIONAL",
        "building_number" => &place.building_number,
        "building_name" => &place.building_name,
        "floor" => &place.floor,
        "street" => &place.street,
        "locality" => &place.locality,
        "city" => &place.city,
        "district" => &place.district,
        "state" => &place.state,
        "pin" => &place.pin,
        "latitude" => &place.latitude,
        "longitude" => &place.longitude,
        "landmark" => &place.landmark,
        "natures" => return Datum::Texts(&place.natures),
        "full" => return Datum::Owned(full(place)),
        _ => return Datum::Missing,
    })
}

/// The place in one line, as the register writes it.
fn full(place: &Place) -> String {
    let mut line = String::with_capacity(128);
    for part in full_parts(place) {
        if !line.is_empty() {
            line.push_str(", ");
        }
        line.push_str(part);
    }
    line
}

/// What stands in that line, from the floor to the PIN.
pub(super) fn full_parts(place: &Place) -> impl Iterator<Item = &str> {
    let parts = [
        &place.floor,
        &place.building_number,
        &place.building_name,
        &place.street,
        &place.locality,
        &place.district,
        &place.state,
        &place.pin,
    ];
    parts.into_iter().map(AsRef::as_ref).filter(|part: &&str| !part.is_empty())
}

fn of_filing<'filing>(filing: &'filing Filing, name: &str) -> Datum<'filing> {
    match name {
        "return_type" => Datum::Str(&filing.return_type),
        "period" => Datum::Owned(period_text(filing)),
        "period_month" => Datum::Int(filing.period_month.into()),
        "period_year" => Datum::Int(filing.period_year.into()),
        "filed_on" => Datum::Day(filing.filed_on),
        "arn" => Datum::Str(&filing.arn),
        "mode" => Datum::Str(&filing.mode),
        "status" => Datum::Str(&filing.status),
        "valid" => Datum::Bool(filing.valid),
        _ => Datum::Missing,
    }
}

/// `MMYYYY`.
pub(super) fn period_text(filing: &Filing) -> String {
    let number =
        u32::from(filing.period_month) * 10_000 + u32::from(filing.period_year.unsigned_abs());
    (0..6).rev().filter_map(|place| char::from_digit(number / 10_u32.pow(place) % 10, 10)).collect()
}

/// A version 4 UUID.
pub fn uuid(dice: &mut Dice) -> String {
    uuid_in_groups(dice, "-")
}

/// A version 4 UUID without dashes.
pub fn uuid_hex(dice: &mut Dice) -> String {
    uuid_in_groups(dice, "")
}

fn uuid_in_groups(dice: &mut Dice, glue: &str) -> String {
    let high = (dice.bits() & !0xF000) | 0x4000;
    let low = (dice.bits() & !(0b11 << 62)) | (0b10 << 62);
    let bytes = (u128::from(high) << 64 | u128::from(low)).to_be_bytes();
    let mut text = String::with_capacity(36);
    for (at, byte) in bytes.into_iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push_str(glue);
        }
        for digit in [byte >> 4, byte & 0xF] {
            text.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
        }
    }
    text
}
