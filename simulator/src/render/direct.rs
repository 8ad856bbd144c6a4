//! Direct holes: a taxpayer's or a place's own text or day, or a part of a thing in a list, written
//! without a value in between.
//!
//! Most holes of a found body are such. Looking one up by name, wrapping and unwrapping it took
//! 500 to 800 instructions; a function found when the pack is loaded takes a tenth. Where nobody is
//! there to be told of, `write` writes nothing and the expression is asked.

use std::sync::Arc;

use jiff::civil::Date;

use super::{
    bound::OfPart,
    datum::{Datum, Record, full_parts, period_text},
    expression::{Filled, Locals, Scope, Tail, ValueMap},
    filters::DateForm,
    json::{write_joined, write_string},
    names::{FILING, Kind, Known, PLACE},
    plain::Plain,
};
use crate::model::taxpayer::{Filing, Place, Taxpayer, Text};

/// A hole that is written straight from its place.
#[derive(Debug)]
pub enum Direct {
    /// A text.
    Text(TextOf),
    /// A text, in the words of a map.
    Mapped(TextOf, Arc<ValueMap>),
    /// Texts of the taxpayer, as a list.
    Texts(fn(&Taxpayer) -> &[Text]),
    /// A day in a form; what stands there where there is none.
    Day(DayOf, DateForm, Option<String>),
    /// The period of the filing bound to this name, `MMYYYY`.
    Period(String),
    /// What is done at the place bound to this name, joined.
    PlaceNatures(String, String),
    /// The place bound to this name in one line.
    PlaceLine(String),
    /// A part of a thing in a list.
    Part(OfPart),
}

/// Whose text it is: the taxpayer's, or that of the place or filing bound to a name.
#[derive(Debug)]
pub enum TextOf {
    /// The taxpayer's.
    Taxpayer(fn(&Taxpayer) -> &str),
    /// The place's.
    Place(String, fn(&Place) -> &str),
    /// The filing's.
    Filing(String, fn(&Filing) -> &str),
}

/// Whose day it is.
#[derive(Debug)]
pub enum DayOf {
    /// The taxpayer's.
    Taxpayer(fn(&Taxpayer) -> Option<Date>),
    /// The day of filing of the filing bound to this name.
    Filing(String),
}

impl Direct {
    /// The direct way to what an expression says, where there is one.
    pub(super) fn of(plain: &Plain, known: &Known<'_>) -> Option<Self> {
        if let Some(of) = OfPart::of(plain) {
            return Some(Self::Part(of));
        }
        match plain {
            Plain::Path(path) => of_path(path, known),
            Plain::Filtered(inner, tail) => match (&**inner, tail) {
                (Plain::Path(path), Tail::Date(form)) => day(path, form, None, known),
                (Plain::Path(path), Tail::Mapped(map)) => {
                    text(path, known).map(|of| Self::Mapped(of, Arc::clone(map)))
                }
                (Plain::Path(path), Tail::Join(glue)) => match path.as_slice() {
                    [name, part] if &**part == "natures" => bound(name, known)
                        .filter(|(_, kind)| *kind == Kind::Record(PLACE))
                        .map(|(name, _)| Self::PlaceNatures(name, glue.clone())),
                    _ => None,
                },
                _ => None,
            },
            Plain::Or(one, other) => match (&**one, &**other) {
                (Plain::Filtered(inner, Tail::Date(form)), Plain::Text(text)) => match &**inner {
                    Plain::Path(path) => day(path, form, Some(text), known),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }

    /// Writes it as JSON and says whether it has a value; `None`, and nothing written, where there
    /// is nobody to be told of.
    pub(super) fn write(&self, scope: Scope<'_>, out: &mut Vec<u8>) -> Option<bool> {
        match self {
            Self::Part(of) => return of.write(scope, out),
            Self::Text(of) => {
                let text = of.get(scope)?;
                write_string(text, out);
            }
            Self::Mapped(of, map) => {
                let text = of.get(scope)?;
                write_string(map.get(text).map_or(text, String::as_str), out);
            }
            Self::Texts(of) => {
                let taxpayer = scope.scene.taxpayer.as_deref()?;
                out.push(b'[');
                for (at, text) in of(taxpayer).iter().enumerate() {
                    if at > 0 {
                        out.push(b',');
                    }
                    write_string(text, out);
                }
                out.push(b']');
            }
            Self::Day(of, form, otherwise) => {
                let day = of.get(scope)?;
                match (day, otherwise) {
                    (Some(day), _) => {
                        out.push(b'"');
                        form.write_day_bytes(day, out);
                        out.push(b'"');
                    }
                    (None, Some(text)) => write_string(text, out),
                    (None, None) => return None,
                }
            }
            Self::Period(name) => {
                let filing = filing(name, scope)?;
                write_string(&period_text(filing), out);
            }
            Self::PlaceNatures(name, glue) => {
                let place = place(name, scope)?;
                write_joined(place.natures.iter().map(AsRef::as_ref), glue, out);
            }
            Self::PlaceLine(name) => {
                let place = place(name, scope)?;
                write_joined(full_parts(place), ", ", out);
            }
        }
        Some(true)
    }
}

impl TextOf {
    fn get<'scope>(&self, scope: Scope<'scope>) -> Option<&'scope str> {
        Some(match self {
            Self::Taxpayer(of) => of(scope.scene.taxpayer.as_deref()?),
            Self::Place(name, of) => of(place(name, scope)?),
            Self::Filing(name, of) => of(filing(name, scope)?),
        })
    }
}

impl DayOf {
    /// The day, where there is one; `None` outside where there is nobody to be told of.
    #[expect(clippy::option_option, reason = "nobody is another thing than no day")]
    fn get(&self, scope: Scope<'_>) -> Option<Option<Date>> {
        Some(match self {
            Self::Taxpayer(of) => of(scope.scene.taxpayer.as_deref()?),
            Self::Filing(name) => Some(filing(name, scope)?.filed_on),
        })
    }
}

fn of_path(path: &[Box<str>], known: &Known<'_>) -> Option<Direct> {
    if let [root, part] = path {
        match (&**root, &**part) {
            ("taxpayer", "natures") if bound(root, known).is_none() => {
                return Some(Direct::Texts(|taxpayer| &taxpayer.natures));
            }
            ("taxpayer", "members") if bound(root, known).is_none() => {
                return Some(Direct::Texts(|taxpayer| &taxpayer.members));
            }
            (name, "full") => {
                let (name, _) =
                    bound(name, known).filter(|(_, kind)| *kind == Kind::Record(PLACE))?;
                return Some(Direct::PlaceLine(name));
            }
            (name, "period") => {
                let (name, _) = bound(name, known).filter(|(_, kind)| may_be_filing(*kind))?;
                return Some(Direct::Period(name));
            }
            _ => {}
        }
    }
    text(path, known).map(Direct::Text)
}

fn text(path: &[Box<str>], known: &Known<'_>) -> Option<TextOf> {
    let parts: Vec<&str> = path.iter().map(AsRef::as_ref).collect();
    match parts.as_slice() {
        ["taxpayer", rest @ ..] if bound("taxpayer", known).is_none() => {
            taxpayer_text(rest).map(TextOf::Taxpayer)
        }
        [name, part] => match bound(name, known)? {
            (name, Kind::Record(PLACE)) => place_text(part).map(|of| TextOf::Place(name, of)),
            (name, kind) if may_be_filing(kind) => {
                filing_text(part).map(|of| TextOf::Filing(name, of))
            }
            _ => None,
        },
        _ => None,
    }
}

fn day(
    path: &[Box<str>],
    form: &DateForm,
    otherwise: Option<&String>,
    known: &Known<'_>,
) -> Option<Direct> {
    let [root, part] = path else { return None };
    if !form.is_plain() {
        return None;
    }
    let of = match (&**root, &**part, bound(root, known)) {
        ("taxpayer", "registered_on", None) => {
            DayOf::Taxpayer(|taxpayer| Some(taxpayer.registered_on))
        }
        ("taxpayer", "updated_on", None) => DayOf::Taxpayer(|taxpayer| Some(taxpayer.updated_on)),
        ("taxpayer", "cancelled_on", None) => DayOf::Taxpayer(|taxpayer| taxpayer.cancelled_on),
        (_, "filed_on", Some((name, kind))) if may_be_filing(kind) => DayOf::Filing(name),
        _ => return None,
    };
    Some(Direct::Day(of, form.clone(), otherwise.cloned()))
}

/// The name and what it is bound to.
fn bound(name: &str, known: &Known<'_>) -> Option<(String, Kind)> {
    let bound = known.bound.iter().rev().find(|(bound, _)| *bound == name);
    bound.map(|(name, kind)| ((*name).to_owned(), *kind))
}

/// Whether it may turn out to be a filing; looked at again when it is written.
fn may_be_filing(kind: Kind) -> bool {
    matches!(kind, Kind::Any) || kind == Kind::Record(FILING)
}

/// The record that a name is bound to.
fn record<'scope>(name: &str, scope: Scope<'scope>) -> Option<&'scope Record<'scope>> {
    let mut locals = scope.locals;
    while let Locals::Bound { name: bound, value, outer } = locals {
        if *bound == name {
            return match value {
                Filled::Datum(Datum::Record(record)) => Some(record),
                _ => None,
            };
        }
        locals = outer;
    }
    None
}

fn place<'scope>(name: &str, scope: Scope<'scope>) -> Option<&'scope Place> {
    match record(name, scope)? {
        Record::Place(place, _) => Some(place),
        _ => None,
    }
}

fn filing<'scope>(name: &str, scope: Scope<'scope>) -> Option<&'scope Filing> {
    match record(name, scope)? {
        Record::Filing(filing) => Some(filing),
        Record::OwnFiling(filing) => Some(filing),
        _ => None,
    }
}

fn filing_text(part: &str) -> Option<fn(&Filing) -> &str> {
    Some(match part {
        "return_type" => |filing| &filing.return_type,
        "arn" => |filing| &filing.arn,
        "mode" => |filing| &filing.mode,
        "status" => |filing| &filing.status,
        _ => return None,
    })
}

fn taxpayer_text(path: &[&str]) -> Option<fn(&Taxpayer) -> &str> {
    Some(match path {
        ["gstin"] => |taxpayer| &taxpayer.gstin,
        ["pan"] => |taxpayer| &taxpayer.pan,
        ["legal_name"] => |taxpayer| &taxpayer.legal_name,
        ["trade_name"] => |taxpayer| &taxpayer.trade_name,
        ["constitution"] => |taxpayer| &taxpayer.constitution,
        ["taxpayer_type"] => |taxpayer| &taxpayer.taxpayer_type,
        ["status"] => |taxpayer| &taxpayer.status,
        ["state_code"] => |taxpayer| &taxpayer.state_code,
        ["state_name"] => |taxpayer| &taxpayer.state_name,
        ["state_jurisdiction", "name"] => |taxpayer| &taxpayer.state_jurisdiction.name,
        ["state_jurisdiction", "code"] => |taxpayer| &taxpayer.state_jurisdiction.code,
        ["central_jurisdiction", "name"] => |taxpayer| &taxpayer.central_jurisdiction.name,
        ["central_jurisdiction", "code"] => |taxpayer| &taxpayer.central_jurisdiction.code,
        ["principal_place", part] => return principal_text(part),
        _ => return None,
    })
}

fn principal_text(part: &str) -> Option<fn(&Taxpayer) -> &str> {
    Some(match part {
        "city" => |taxpayer| &taxpayer.principal_place.city,
        "street" => |taxpayer| &taxpayer.principal_place.street,
        "state" => |taxpayer| &taxpayer.principal_place.state,
        "district" => |taxpayer| &taxpayer.principal_place.district,
        "pin" => |taxpayer| &taxpayer.principal_place.pin,
        _ => return None,
    })
}

fn place_text(part: &str) -> Option<fn(&Place) -> &str> {
    Some(match part {
        "building_number" => |place| &place.building_number,
        "building_name" => |place| &place.building_name,
        "floor" => |place| &place.floor,
        "street" => |place| &place.street,
        "locality" => |place| &place.locality,
        "city" => |place| &place.city,
        "district" => |place| &place.district,
        "state" => |place| &place.state,
        "pin" => |place| &place.pin,
        "latitude" => |place| &place.latitude,
        "longitude" => |place| &place.longitude,
        "landmark" => |place| &place.landmark,
        _ => return None,
    })
}
