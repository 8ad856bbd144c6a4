//! Addresses: a spot of the nation with a made-up house on it.

use super::nation::{District, Nation, Office, Region, nation};
use crate::model::{
    dice::Dice,
    taxpayer::{Jurisdiction, Place, Text},
};

/// An address and the tax offices in charge of it.
pub(super) struct Location {
    pub(super) place: Place,
    pub(super) state_office: Jurisdiction,
    pub(super) central_office: Jurisdiction,
}

/// An address in the region: real PIN, district and locality, made-up house.
pub(super) fn draw(nation: &'static Nation, region: &'static Region, dice: &mut Dice) -> Location {
    if region.spots.is_empty() {
        return offshore(region, dice);
    }
    let spot = *dice.pick(&region.spots);
    let (district, pin, locality) = nation.place(spot);
    let words = &nation.words;
    let mut place = Place {
        street: Text::Borrowed(*dice.pick(&words.streets)),
        locality: Text::Borrowed(if locality.is_empty() { district.city } else { locality }),
        city: Text::Borrowed(district.city),
        district: Text::Borrowed(district.name),
        state: Text::Borrowed(region.state.name),
        pin: Text::Borrowed(pin),
        ..Place::default()
    };
    match dice.below(4) {
        0 => {
            place.building_number = numbered(dice.pick::<&str>(&words.sheds), 1 + dice.below(180));
        }
        1 => place.building_number = numbered("No.", 1 + dice.below(400)),
        2 => {
            place.building_number = numbered("Shop", 1 + dice.below(60));
            place.building_name = Text::Borrowed(*dice.pick(&words.buildings));
            place.floor = Text::Borrowed(*dice.pick(&words.floors));
        }
        _ => {
            place.building_number = numbered("Office", 101 + dice.below(600));
            place.building_name = Text::Borrowed(*dice.pick(&words.buildings));
        }
    }
    if dice.percent(15) {
        place.landmark = Text::Borrowed(*dice.pick(&words.landmarks));
    }
    let (state_office, central_office) = jurisdictions(district);
    Location { place, state_office, central_office }
}

/// The tax offices of the district that has this name in the state.
pub(super) fn offices(state_code: &str, district: &str) -> Option<(Jurisdiction, Jurisdiction)> {
    let nation = nation();
    let spots = &nation.region(state_code)?.spots;
    spots
        .iter()
        .map(|spot| nation.place(*spot).0)
        .find(|found| found.name == district)
        .map(jurisdictions)
}

fn jurisdictions(district: &'static District) -> (Jurisdiction, Jurisdiction) {
    let told = |office: &'static Office| Jurisdiction {
        name: Text::Borrowed(&office.name),
        code: Text::Borrowed(&office.code),
    };
    (told(&district.state_office), told(&district.central_office))
}

/// Other Territory and the centre have no districts and no PINs.
fn offshore(region: &'static Region, dice: &mut Dice) -> Location {
    let place = Place {
        building_number: numbered("Block", 1 + dice.below(99)),
        building_name: Text::Borrowed("Sample Platform"),
        locality: Text::Borrowed("Offshore"),
        state: Text::Borrowed(region.state.name),
        ..Place::default()
    };
    let code = if region.state.code == "97" { "OT999" } else { "CT999" };
    Location {
        place,
        state_office: Jurisdiction {
            name: Text::Borrowed("SAMPLE CIRCLE 999 - OFFSHORE"),
            code: Text::Borrowed(code),
        },
        central_office: Jurisdiction {
            name: Text::Borrowed("SAMPLE RANGE-999"),
            code: Text::Borrowed("ZZ9999"),
        },
    }
}

/// An address abroad, of a seller of online services.
pub(super) fn abroad(
    nation: &'static Nation,
    region: &'static Region,
    country_code: &str,
    dice: &mut Dice,
) -> Location {
    let mut location = offshore(region, dice);
    let (town, name) = nation
        .country(country_code)
        .map_or(("Sample Town", "Abroad"), |country| (country.town, country.name));
    location.place = Place {
        building_number: numbered("No.", 1 + dice.below(99)),
        street: Text::Borrowed("Example Street"),
        locality: Text::Borrowed(town),
        city: Text::Borrowed(town),
        district: Text::Borrowed(name),
        state: Text::Borrowed(region.state.name),
        ..Place::default()
    };
    location.state_office.name = Text::Borrowed("SAMPLE CIRCLE 999 - CENTRE");
    location
}

/// `Plot 42`, without the machinery of formatting.
fn numbered(word: &str, number: usize) -> Text {
    let mut digits = [0; 4];
    let mut left = number % 10_000;
    let mut start = digits.len();
    while left > 0 || start == digits.len() {
        start -= 1;
        digits[start] = b'0' + u8::try_from(left % 10).unwrap_or(0);
        left /= 10;
    }
    let digits = std::str::from_utf8(&digits[start..]).unwrap_or_default();
    [word, " ", digits].concat().into()
}
