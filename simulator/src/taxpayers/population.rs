//! The declared population: GSTINs nobody real can have, in a fixed order.
//!
//! A member's PAN has the serial `0000`, which no real PAN has; its last letter follows from the
//! other nine and its state is the PAN's home. So membership can be told from the number alone.

use super::{
    identity::{home, spread},
    nation::{Nation, Region, nation},
};
use crate::model::gstin::{Gstin, GstinKind};

/// How the holder letters are shared out.
const HOLDERS: &[u8; 20] = b"PPPPPPCCCCCCFFFHATBL";

/// Letters that many names begin with.
const INITIALS: &[u8; 18] = b"ABCDGHIJKLMNPRSTVY";

/// How many PANs with one holder letter there are: three running letters and an initial.
const LETTERS: u64 = 26 * 26 * 26 * 18;

/// Coprime to `LETTERS`, so that neighbours in the order look nothing alike.
const STRIDE: u64 = 153_001;

/// After so many members in a row that do not fit, a state has no more.
const PATIENCE: u64 = 2_000_000;

/// The members in order, all of them or those of one state.
pub(super) struct Members {
    nation: &'static Nation,
    seed: u64,
    next: u64,
    filter: Filter,
}

enum Filter {
    Everybody,
    Of(&'static Region),
    Nobody,
}

impl Members {
    pub(super) fn new(seed: u64, state: Option<&str>) -> Self {
        let nation = nation();
        let filter = state.map_or(Filter::Everybody, |code| {
            nation.region(code).map_or(Filter::Nobody, Filter::Of)
        });
        Self { nation, seed, next: 0, filter }
    }

    /// The member with this number.
    fn member(&self, index: u64) -> Option<Gstin> {
        // A few in a hundred have one of the special layouts.
        let first_14 = match index % 97 {
            13 | 31 | 47 => self.foreigner(index)?,
            place => {
                let pan = self.pan(index);
                let region = match self.filter {
                    // A state without a share of the population is nobody's home.
                    Filter::Of(region) if region.share == 0 => region,
                    _ => home(self.nation, self.seed, pan.as_bytes()),
                };
                let mark = match place {
                    61 => 'D',
                    79 => 'C',
                    _ => 'Z',
                };
                format!("{}{pan}1{mark}", region.state.code)
            }
        };
        Gstin::complete(&first_14).ok()
    }

    /// Three running letters, holder, first letter of the name, `0000`, the letter that follows.
    fn pan(&self, index: u64) -> String {
        let shuffled = index.wrapping_mul(STRIDE) % LETTERS;
        let running =
            |place: u32| char::from(b'A' + remainder(shuffled / 18 / 26_u64.pow(place), 26));
        let initial = char::from(INITIALS[usize::from(remainder(shuffled, 18))]);
        let round = usize::from(remainder(index / LETTERS + shuffled, 20));
        let holder = char::from(HOLDERS[round]);
        let mut pan = String::with_capacity(10);
        pan.extend([running(2), running(1), running(0), holder, initial]);
        pan.push_str("0000");
        pan.push(char::from(last_letter(self.seed, pan.as_bytes())));
        pan
    }

    /// A non-resident, an embassy or a seller of online services; `None` when all are told.
    fn foreigner(&self, index: u64) -> Option<String> {
        let countries = &self.nation.countries;
        let turn = usize::try_from(index / 97).ok()?;
        let (country, year) = (&countries[turn % countries.len()], 17 + turn / countries.len());
        if year > 25 {
            return None;
        }
        let state = match index % 97 {
            47 => "99",
            _ => self.nation.region_by_share(spread(self.seed, &index.to_le_bytes())).state.code,
        };
        let mark = match index % 97 {
            13 => "NR",
            31 => "UN",
            _ => "OS",
        };
        Some(format!("{state}{year}{}00000{mark}", country.code))
    }

    fn fits(&self, gstin: &Gstin) -> bool {
        match self.filter {
            Filter::Everybody => true,
            Filter::Of(region) => gstin.state_code() == region.state.code,
            Filter::Nobody => false,
        }
    }
}

impl Iterator for Members {
    type Item = Gstin;

    fn next(&mut self) -> Option<Gstin> {
        if matches!(self.filter, Filter::Nobody) {
            return None;
        }
        for _ in 0..PATIENCE {
            let index = self.next;
            self.next += 1;
            if let Some(gstin) = self.member(index).filter(|gstin| self.fits(gstin)) {
                return Some(gstin);
            }
        }
        None
    }
}

/// Whether a GSTIN belongs to the declared population of this seed.
pub(super) fn is_declared(seed: u64, gstin: &Gstin) -> bool {
    let nation = nation();
    let text = gstin.as_str().as_bytes();
    match gstin.kind() {
        GstinKind::NonResident | GstinKind::OnlineServices | GstinKind::Embassy => {
            text[7..12] == *b"00000"
                && nation.country(&gstin.as_str()[4..7]).is_some()
                && matches!(&text[2..4], [b'1', b'7'..=b'9'] | [b'2', b'0'..=b'5'])
        }
        GstinKind::GovernmentDepartment => false,
        _ => gstin.pan().is_some_and(|pan| {
            let lives_here = || {
                nation.region(gstin.state_code()).is_some_and(|region| region.share == 0)
                    || home(nation, seed, pan.as_bytes()).state.code == gstin.state_code()
            };
            &pan[5..9] == "0000"
                && text[12] == b'1'
                && last_letter(seed, &pan.as_bytes()[..9]) == text[11]
                && lives_here()
        }),
    }
}

fn last_letter(seed: u64, first_nine: &[u8]) -> u8 {
    b'A' + remainder(spread(seed, first_nine), 26)
}

fn remainder(number: u64, divisor: u8) -> u8 {
    u8::try_from(number % u64::from(divisor)).unwrap_or(0)
}

/// How many members the first round through the letters has; the only round with network slots.
pub(super) const FIRST_ROUND: u64 = LETTERS;

/// The member of the first round with this number; `None` where a foreigner's year is none.
pub(super) fn member_at(seed: u64, index: u64) -> Option<Gstin> {
    (index < FIRST_ROUND).then(|| Members::new(seed, None).member(index))?
}

/// The number of a member of the first round; the inverse of [`member_at`].
pub(super) fn index_of(seed: u64, gstin: &Gstin) -> Option<u64> {
    let index = match gstin.kind() {
        GstinKind::NonResident | GstinKind::OnlineServices | GstinKind::Embassy => {
            index_of_foreigner(gstin)?
        }
        _ => index_of_pan(gstin.pan()?.as_bytes())?,
    };
    // What is read from a few letters holds only if all the others agree.
    (member_at(seed, index)? == *gstin).then_some(index)
}

fn index_of_pan(pan: &[u8]) -> Option<u64> {
    /// `STRIDE * BACK % LETTERS` is 1.
    const BACK: u64 = inverse(STRIDE, LETTERS);
    let letter = |place: usize| u64::from(pan[place] - b'A');
    let initial = INITIALS.iter().position(|initial| *initial == pan[4])?;
    let running = (letter(0) * 26 + letter(1)) * 26 + letter(2);
    let shuffled = running * 18 + u64::try_from(initial).ok()?;
    Some(shuffled * BACK % LETTERS)
}

fn index_of_foreigner(gstin: &Gstin) -> Option<u64> {
    let text = gstin.as_str();
    let countries = &nation().countries;
    let country = countries.iter().position(|country| country.code == &text[4..7])?;
    let year: usize = text[2..4].parse().ok()?;
    let turn = u64::try_from(year.checked_sub(17)? * countries.len() + country).ok()?;
    let place = match gstin.kind() {
        GstinKind::NonResident => 13,
        GstinKind::Embassy => 31,
        _ => 47,
    };
    Some(turn * 97 + place)
}

/// The number that `number` has to be multiplied by to give 1 in the ring of `modulus`.
const fn inverse(number: u64, modulus: u64) -> u64 {
    let mut candidate = 1;
    while number * candidate % modulus != 1 {
        candidate += 1;
    }
    candidate
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_of_the_first_round_is_found_by_its_gstin() {
        for seed in [1, 42] {
            for index in (0..FIRST_ROUND).step_by(7) {
                if let Some(gstin) = member_at(seed, index) {
                    assert_eq!(index_of(seed, &gstin), Some(index), "{gstin}");
                }
            }
        }
    }

    #[test]
    fn strangers_have_no_number() {
        for text in ["27AAACX0001A1Z", "27AAACS0000A2Z", "29AAAAA0000A1Z", "0717USA12345UN"] {
            let gstin = Gstin::complete(text).expect("the layout fits");
            assert_eq!(index_of(1, &gstin), None, "{gstin}");
        }
    }
}
