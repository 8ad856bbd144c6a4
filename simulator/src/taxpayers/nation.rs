//! The nation: states, districts with PINs and tax offices, trades, words, countries.
//!
//! Read once from `fixtures/nation/`, compiled in; where the data comes from is told in
//! `fixtures/nation/SOURCES.md`. Every text is borrowed from here for as long as the program
//! runs, so a taxpayer costs few allocations.

use std::{ops::Range, sync::LazyLock};

use super::locale::{Names, REGIONS};
use crate::model::gstin::{STATES, State};

const STATES_FILE: &str = include_str!("../../../fixtures/nation/states.txt");
const PLACES_FILE: &str = include_str!("../../../fixtures/nation/places.txt");
const TRADES_FILE: &str = include_str!("../../../fixtures/nation/trades.txt");
const WORDS_FILE: &str = include_str!("../../../fixtures/nation/words.txt");
const COUNTRIES_FILE: &str = include_str!("../../../fixtures/nation/countries.txt");

static NATION: LazyLock<Nation> = LazyLock::new(Nation::read);

/// The nation, read at first use.
pub(super) fn nation() -> &'static Nation {
    &NATION
}

/// All tables.
pub(super) struct Nation {
    /// In the order of `STATES`.
    pub(super) regions: Vec<Region>,
    pub(super) districts: Vec<District>,
    pub(super) trades: Vec<Trade>,
    pub(super) words: Words,
    pub(super) countries: Vec<Country>,
    /// The sum of all shares of the population.
    total_share: u32,
    /// Where each state code stands in `regions`.
    by_code: [Option<u8>; 100],
}

/// A state or territory with what the simulator knows of it.
pub(super) struct Region {
    pub(super) state: &'static State,
    /// Share of the declared population.
    pub(super) share: u32,
    pub(super) names: &'static Names,
    /// Day of the month a quarterly GSTR3B is due.
    pub(super) quarterly_day: i8,
    /// First three digits of its PINs, as ranges with both ends in.
    pin_blocks: Vec<(u16, u16)>,
    /// Its places, each a district and a number within it; empty where it has no districts.
    pub(super) spots: Vec<Spot>,
}

/// A PIN and the district it is in.
#[derive(Clone, Copy)]
pub(super) struct Spot {
    district: u16,
    place: u8,
}

/// A district with its tax offices.
pub(super) struct District {
    pub(super) name: &'static str,
    pub(super) city: &'static str,
    /// PINs with their localities.
    places: Vec<(&'static str, &'static str)>,
    pub(super) state_office: Office,
    pub(super) central_office: Office,
}

/// A tax office.
pub(super) struct Office {
    pub(super) name: String,
    pub(super) code: String,
}

/// What a firm does.
pub(super) struct Trade {
    /// `MFT`, `TRD` or `SPO`.
    pub(super) core: &'static str,
    /// The word for it in a firm's name.
    pub(super) word: &'static str,
    /// Natures of business; the first one is always taken.
    pub(super) natures: Vec<&'static str>,
}

/// Lists of words for names and addresses.
pub(super) struct Words {
    /// In alphabetical order.
    pub(super) brands: Vec<&'static str>,
    pub(super) qualifiers: Vec<&'static str>,
    pub(super) streets: Vec<&'static str>,
    pub(super) buildings: Vec<&'static str>,
    pub(super) sheds: Vec<&'static str>,
    pub(super) floors: Vec<&'static str>,
    pub(super) landmarks: Vec<&'static str>,
    pub(super) departments: Vec<&'static str>,
    pub(super) boards: Vec<&'static str>,
    pub(super) associations: Vec<&'static str>,
    pub(super) trusts: Vec<&'static str>,
}

/// A country that registrations come from.
pub(super) struct Country {
    /// Three letters.
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) town: &'static str,
    /// How a company there ends its name.
    pub(super) company_ending: &'static str,
}

impl Nation {
    fn read() -> Self {
        let mut regions: Vec<Region> = rows(STATES_FILE).map(read_region).collect();
        let mut districts: Vec<District> = Vec::new();
        for row in rows(PLACES_FILE) {
            let [code, name, city, places] = columns(row);
            let Some(region) = regions.iter_mut().find(|region| region.state.code == code) else {
                continue;
            };
            let places: Vec<_> = places
                .split(';')
                .map(|place| place.split_once(' ').unwrap_or((place, "")))
                .collect();
            let number = region
                .spots
                .iter()
                .map(|spot| spot.district)
                .collect::<std::collections::BTreeSet<_>>()
                .len()
                + 1;
            let district = u16::try_from(districts.len()).expect("fewer than 65,536 districts");
            let count = u8::try_from(places.len()).expect("a district lists at most 20 PINs");
            region.spots.extend((0..count).map(|place| Spot { district, place }));
            let (state_office, central_office) = offices(region.state, name, number);
            districts.push(District { name, city, places, state_office, central_office });
        }
        let mut by_code = [None; 100];
        for (index, region) in regions.iter().enumerate() {
            let code: usize = region.state.code.parse().expect("a state code is two digits");
            by_code[code] = u8::try_from(index).ok();
        }
        let trades = rows(TRADES_FILE).map(|row| {
            let [core, word, natures] = columns(row);
            Trade { core, word, natures: natures.split(';').collect() }
        });
        let countries = rows(COUNTRIES_FILE).map(|row| {
            let [code, name, town, company_ending] = columns(row);
            Country { code, name, town, company_ending }
        });
        Self {
            total_share: regions.iter().map(|region| region.share).sum(),
            regions,
            districts,
            trades: trades.collect(),
            words: read_words(),
            countries: countries.collect(),
            by_code,
        }
    }

    /// The region with this state code.
    pub(super) fn region(&self, code: &str) -> Option<&Region> {
        let &[tens @ b'0'..=b'9', ones @ b'0'..=b'9'] = code.as_bytes() else { return None };
        let index = self.by_code[usize::from(tens - b'0') * 10 + usize::from(ones - b'0')]?;
        self.regions.get(usize::from(index))
    }

    /// A region by its share of the population, for a number that is any.
    pub(super) fn region_by_share(&self, number: u64) -> &Region {
        let mut left = number % u64::from(self.total_share);
        self.regions
            .iter()
            .find(|region| {
                let share = u64::from(region.share);
                let here = left < share;
                left = left.saturating_sub(share);
                here
            })
            .expect("the shares add up to their sum")
    }

    /// The country with these three letters.
    pub(super) fn country(&self, code: &str) -> Option<&Country> {
        self.countries.iter().find(|country| country.code == code)
    }

    /// The district, the PIN and the locality of a spot.
    pub(super) fn place(&self, spot: Spot) -> (&District, &'static str, &'static str) {
        let district = &self.districts[usize::from(spot.district)];
        let (pin, locality) = district.places[usize::from(spot.place)];
        (district, pin, locality)
    }
}

impl Region {
    /// Whether a PIN may be in this state. A state without PINs has none.
    pub(super) fn has_pin(&self, pin: &str) -> bool {
        pin.len() == 6
            && pin.bytes().all(|byte| byte.is_ascii_digit())
            && pin[..3].parse().is_ok_and(|block: u16| {
                self.pin_blocks.iter().any(|(first, last)| (*first..=*last).contains(&block))
            })
    }
}

fn read_region(row: &'static str) -> Region {
    let [code, share, names, day, blocks] = columns(row);
    Region {
        state: STATES.iter().find(|state| state.code == code).expect("a code of the table"),
        share: share.parse().expect("a share is a number"),
        names: REGIONS.iter().find(|region| region.region == names).expect("a file of names"),
        quarterly_day: day.parse().expect("a day is a number"),
        pin_blocks: blocks
            .split_whitespace()
            .map(|block| {
                let Range { start, end } =
                    block.split_once('-').map_or(block..block, |(start, end)| start..end);
                let number = |text: &str| text.parse().expect("three digits");
                (number(start), number(end))
            })
            .collect(),
        spots: Vec::new(),
    }
}

fn read_words() -> Words {
    let list = |key: &str| -> Vec<&'static str> {
        rows(WORDS_FILE)
            .map(columns)
            .find(|[name, _]| *name == key)
            .map(|[_, words]| words.split(';').collect())
            .expect("a list of words")
    };
    Words {
        brands: list("brand"),
        qualifiers: list("qualifier"),
        streets: list("street"),
        buildings: list("building"),
        sheds: list("shed"),
        floors: list("floor"),
        landmarks: list("landmark"),
        departments: list("department"),
        boards: list("board"),
        associations: list("association"),
        trusts: list("trust"),
    }
}

/// The tax offices of the `number`-th district of a state.
///
/// No list of real offices is openly licensed, so these are made up and say so: their numbers
/// are in the nine hundreds and their names have the word `SAMPLE`.
fn offices(state: &State, district: &str, number: usize) -> (Office, Office) {
    let letters = state.letters;
    let index = STATES.iter().position(|other| other == state).unwrap_or(0);
    let initial = if index < 26 { 'Z' } else { 'Y' };
    let second = ('A'..='Z').nth(index % 26).unwrap_or('Z');
    (
        Office {
            name: format!("SAMPLE CIRCLE 9{number:02} - {}", district.to_uppercase()),
            code: format!("{letters}9{number:02}"),
        },
        Office {
            name: format!("SAMPLE RANGE-9{number:02}"),
            code: format!("{initial}{second}9{number:02}1"),
        },
    )
}

fn rows(file: &'static str) -> impl Iterator<Item = &'static str> {
    file.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn columns<const COUNT: usize>(row: &'static str) -> [&'static str; COUNT] {
    let mut columns = row.split('|');
    std::array::from_fn(|_| columns.next().expect("a column for each name in the file's head"))
}
