//! Things that tell their parts by name: what expressions may look at, without knowing the type.

use std::fmt::Debug;

use jiff::civil::Date;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text, number, date or boolean.
    Scalar,
    /// Anything: a part of the request, a token's claims, a fact.
    Any,
    /// A list of plain texts.
    Texts,
    /// One thing with named parts.
    Record(&'static [(&'static str, Kind)]),
    /// A list of such things.
    Records(&'static [(&'static str, Kind)]),
    /// The endpoint's fields, by their names.
    Fields,
    /// The pack's settings, by their names.
    Settings,
}

/// A thing with named parts.
pub trait Told: Debug + Send + Sync {
    /// The part of that name; [`Part::Missing`] where there is none.
    fn part(&self, name: &str) -> Part<'_>;

    /// The part at that place of [`Self::names`], for whoever looked it up before.
    fn part_at(&self, index: usize) -> Part<'_>;

    /// The names of its parts.
    fn names(&self) -> &'static [(&'static str, Kind)];
}

/// A list of such things.
pub trait Listed: Debug + Send + Sync {
    /// How many there are.
    fn count(&self) -> usize;

    /// One of them.
    fn at(&self, index: usize) -> Option<&dyn Told>;
}

impl<T: Told> Listed for Vec<T> {
    fn count(&self) -> usize {
        self.len()
    }

    fn at(&self, index: usize) -> Option<&dyn Told> {
        self.get(index).map(|one| one as &dyn Told)
    }
}

/// What a name stands for in one thing.
#[derive(Clone, Debug)]
pub enum Part<'a> {
    /// Nothing: the key is left out.
    Missing,
    /// A boolean.
    Flag(bool),
    /// A whole number.
    Count(i64),
    /// A decimal number: so many units, of which the last `places` digits stand after the point.
    Number(i64, u8),
    /// A text.
    Text(&'a str),
    /// A text made for this question.
    Own(String),
    /// A day.
    Day(Date),
    /// A thing.
    Thing(&'a dyn Told),
    /// A list of things.
    List(&'a dyn Listed),
}

impl<'a> Part<'a> {
    /// Whether it counts as true, as in Jinja: not missing, false, 0 or empty.
    #[must_use]
    pub fn is_true(&self) -> bool {
        match self {
            Self::Missing => false,
            Self::Flag(flag) => *flag,
            Self::Count(number) | Self::Number(number, _) => *number != 0,
            Self::Text(text) => !text.is_empty(),
            Self::Own(text) => !text.is_empty(),
            Self::Day(_) | Self::Thing(_) => true,
            Self::List(list) => list.count() > 0,
        }
    }

    /// A text, missing where it is empty.
    #[must_use]
    pub fn text_if_any(text: &'a str) -> Self {
        if text.is_empty() { Self::Missing } else { Self::Text(text) }
    }

    /// A day, missing where there is none.
    #[must_use]
    pub fn day_if_any(day: Option<Date>) -> Self {
        day.map_or(Self::Missing, Self::Day)
    }

    /// A thing, missing where there is none.
    #[must_use]
    pub fn thing_if_any<T: Told>(thing: Option<&'a T>) -> Self {
        thing.map_or(Self::Missing, |thing| Self::Thing(thing))
    }
}

/// The numbers from 00 to 99, two digits each.
const PAIRS: &[u8; 200] = b"0001020304050607080910111213141516171819\
                            2021222324252627282930313233343536373839\
                            4041424344454647484950515253545556575859\
                            6061626364656667686970717273747576777879\
                            8081828384858687888990919293949596979899";

/// Writes a decimal number in its shortest form: `1180`, `1180.5`, `-0.05`.
pub fn write_number(units: i64, places: u8, out: &mut Vec<u8>) {
    let mut magnitude = units.unsigned_abs();
    let mut digits = [b'0'; 48];
    let mut at = digits.len();
    // What stands behind the point, without the zeros at its end.
    let mut places = usize::from(places.min(20));
    while places > 0 && magnitude.is_multiple_of(10) {
        magnitude /= 10;
        places -= 1;
    }
    if places > 0 {
        for _ in 0..places {
            at -= 1;
            digits[at] = digit(magnitude % 10);
            magnitude /= 10;
        }
        at -= 1;
        digits[at] = b'.';
    }
    while magnitude >= 100 {
        at -= 2;
        let pair = usize::try_from(magnitude % 100).unwrap_or(0) * 2;
        digits[at..at + 2].copy_from_slice(&PAIRS[pair..pair + 2]);
        magnitude /= 100;
    }
    at -= 1;
    digits[at] = digit(magnitude % 10);
    if magnitude >= 10 {
        at -= 1;
        digits[at] = digit(magnitude / 10);
    }
    if units < 0 {
        at -= 1;
        digits[at] = b'-';
    }
    out.extend_from_slice(&digits[at..]);
}

fn digit(number: u64) -> u8 {
    b'0' + u8::try_from(number).unwrap_or(0)
}

/// Says how a type tells its parts: `told! { Item, ITEM, it => { "rate": Scalar = …, } }`.
macro_rules! told {
    ($type:ty, $names:ident, $it:ident => { $($name:literal : $kind:expr => $part:expr),+ $(,)? }) => {
        #[doc = concat!("The names of the parts of [`", stringify!($type), "`].")]
        pub const $names: &[(&str, $crate::model::told::Kind)] = &[$(($name, $kind)),+];

        impl $crate::model::told::Told for $type {
            fn part(&self, name: &str) -> $crate::model::told::Part<'_> {
                let $it = self;
                match name {
                    $($name => $part,)+
                    _ => $crate::model::told::Part::Missing,
                }
            }

            fn part_at(&self, index: usize) -> $crate::model::told::Part<'_> {
                const PARTS: &[fn(&$type) -> $crate::model::told::Part<'_>] = &[$(|$it| $part),+];
                PARTS.get(index).map_or($crate::model::told::Part::Missing, |part| part(self))
            }

            fn names(&self) -> &'static [(&'static str, $crate::model::told::Kind)] {
                $names
            }
        }
    };
}
pub(crate) use told;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(units: i64, places: u8) -> String {
        let mut out = Vec::new();
        write_number(units, places, &mut out);
        String::from_utf8(out).expect("digits")
    }

    #[test]
    fn numbers_are_written_in_their_shortest_form() {
        assert_eq!(written(118_000, 2), "1180");
        assert_eq!(written(118_050, 2), "1180.5");
        assert_eq!(written(-5, 2), "-0.05");
        assert_eq!(written(0, 2), "0");
        assert_eq!(written(1_500, 3), "1.5");
        assert_eq!(written(25, 0), "25");
    }

    proptest! {
        #[test]
        fn every_digit_is_written(units: i64, places in 0_u8..6) {
            let scale = 10_u64.pow(places.into());
            let (whole, part) = (units.unsigned_abs() / scale, units.unsigned_abs() % scale);
            let sign = if units < 0 { "-" } else { "" };
            let part = format!("{part:0width$}", width = usize::from(places));
            let part = if places == 0 { "" } else { part.trim_end_matches('0') };
            let point = if part.is_empty() { "" } else { "." };
            prop_assert_eq!(written(units, places), format!("{sign}{whole}{point}{part}"));
        }

        #[test]
        fn a_written_number_reads_back(units in -10_000_000_000_i64..10_000_000_000, places in 0_u8..4) {
            let read: f64 = written(units, places).parse().expect("a number");
            let scale = 10_f64.powi(places.into());
            #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
            let wanted = units as f64 / scale;
            prop_assert!((read - wanted).abs() < 1e-9 * wanted.abs().max(1.0));
        }
    }
}
