//! Who is behind a PAN: what all registrations of one PAN share.
//!
//! A pure function of the seed and the PAN (or of what stands in a PAN's place). The holder
//! letter decides the constitution and the style of the name; the fifth letter begins the
//! surname of a person and the name of anybody else.

use super::nation::{Nation, Region, Trade};
use crate::model::{dice::Dice, gstin::GstinKind, taxpayer::Text};

/// Names the stream of random numbers for one identity.
const PURPOSE: u64 = 0x7061_6e00;

/// What all registrations of one PAN share.
pub(super) struct Identity {
    pub(super) legal_name: String,
    pub(super) trade_name: Text,
    pub(super) constitution: &'static str,
    pub(super) members: Vec<Text>,
    pub(super) trade: &'static Trade,
    pub(super) size: Size,
    /// Under the composition scheme, which all registrations of a PAN must join together.
    pub(super) composition: bool,
}

/// How big a taxpayer's turnover is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    /// May choose the composition scheme.
    Small,
    /// May file by the quarter.
    Middle,
    /// Issues e-invoices and files by the month.
    Large,
}

/// The region most of a PAN's business is in.
pub(super) fn home(nation: &'static Nation, seed: u64, pan: &[u8]) -> &'static Region {
    nation.region_by_share(spread(seed, pan))
}

/// Spreads a key over 64 bits: cheap, for picks where a stream of numbers is not needed.
pub(super) fn spread(seed: u64, key: &[u8]) -> u64 {
    key.iter()
        .fold(finish(seed ^ 0x9E37_79B9_7F4A_7C15), |state, byte| finish(state ^ u64::from(*byte)))
}

fn finish(word: u64) -> u64 {
    let word = (word ^ (word >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    word ^ (word >> 29)
}

impl Identity {
    /// The identity behind `key`: a PAN, or the ten characters that stand in its place.
    pub(super) fn draw(
        nation: &'static Nation,
        seed: u64,
        kind: GstinKind,
        key: &[u8],
        state: Option<&'static Region>,
    ) -> Self {
        let mut dice = Dice::new(seed, PURPOSE, key);
        let region = home(nation, seed, key);
        let mut draw = Draw { nation, region, letter: letter_at(key, 4), dice: &mut dice };
        match kind {
            GstinKind::NonResident | GstinKind::OnlineServices => draw.foreign_company(key),
            GstinKind::Embassy => draw.embassy(key),
            GstinKind::GovernmentDepartment => draw.department(state.unwrap_or(region)),
            GstinKind::TaxDeductor if key.get(4).is_some_and(u8::is_ascii_digit) => {
                draw.department(state.unwrap_or(region))
            }
            _ => draw.by_holder(letter_at(key, 3)),
        }
    }
}

fn letter_at(key: &[u8], index: usize) -> u8 {
    key.get(index).copied().filter(u8::is_ascii_uppercase).unwrap_or(b'S')
}

/// One drawing of an identity.
struct Draw<'a> {
    nation: &'static Nation,
    region: &'static Region,
    /// What the name begins with.
    letter: u8,
    dice: &'a mut Dice,
}

impl Draw<'_> {
    fn by_holder(&mut self, holder: u8) -> Identity {
        match holder {
            b'P' => self.proprietor(),
            b'C' => self.company(),
            b'H' => self.family(),
            b'F' => self.firm(),
            // Read where met, never made: some lists have E for an LLP.
            b'E' => self.limited_partnership(),
            b'A' => self.association(),
            // K is a trust in some lists.
            b'T' | b'K' => self.trust(),
            b'L' => self.local_authority(),
            b'J' => self.statutory_body(),
            b'G' => self.department(self.region),
            _ => self.body_of_individuals(),
        }
    }

    fn proprietor(&mut self) -> Identity {
        let legal_name = self.person_with_family_letter();
        let trade = self.trade();
        let trade_name = match self.dice.below(20) {
            0..3 => Text::Borrowed(""),
            3..8 => capitals(&[legal_name.as_str(), " ", trade.word]).into(),
            _ => capitals(&[*self.dice.pick(&self.nation.words.brands), " ", trade.word]).into(),
        };
        let members = vec![legal_name.clone().into()];
        self.identity(legal_name, trade_name, "Proprietorship", members, trade, (62, 4))
    }

    fn family(&mut self) -> Identity {
        let names = self.region.names;
        let given = names.given_with(self.letter, self.dice);
        let family = names.family(self.dice);
        let head = self.join_person(given, family);
        let trade = self.trade();
        let trade_name = capitals(&[self.brand(), " ", trade.word]).into();
        let legal_name = [&head, " HUF"].concat();
        let members = vec![head.into()];
        self.identity(legal_name, trade_name, "Hindu Undivided Family", members, trade, (70, 2))
    }

    fn company(&mut self) -> Identity {
        let trade = self.trade();
        let (constitution, ending, sizes) = match self.dice.below(100) {
            0..82 => ("Private Limited Company", "PRIVATE LIMITED", (35, 25)),
            82..94 => ("Public Limited Company", "LIMITED", (0, 75)),
            94..96 => ("Public Sector Undertaking", "NIGAM LIMITED", (0, 90)),
            96..97 => ("Unlimited Company", "UNLIMITED", (0, 20)),
            _ => {
                let country = self.dice.pick(&self.nation.countries);
                ("Foreign Company", country.company_ending, (0, 60))
            }
        };
        let brand = self.brand();
        let [blank, qualifier] = self.qualifier();
        let legal_name = capitals(&[brand, blank, qualifier, " ", trade.word, " ", ending]);
        let members = self.people(2, 3);
        let trade_name = self.trade_name_of_company(&legal_name, brand, trade);
        let mut identity =
            self.identity(legal_name, trade_name, constitution, members, trade, sizes);
        identity.composition &= constitution == "Private Limited Company";
        identity
    }

    fn firm(&mut self) -> Identity {
        if self.dice.percent(30) {
            return self.limited_partnership();
        }
        let trade = self.trade();
        let names = self.region.names;
        let legal_name = match self.dice.below(3) {
            0 => capitals(&[
                names.family_with(self.letter, self.dice),
                " AND ",
                ["SONS", "BROTHERS", "COMPANY", "ASSOCIATES"][self.dice.below(4)],
            ]),
            1 => capitals(&[names.family_with(self.letter, self.dice), " ", trade.word]),
            _ => capitals(&[self.brand(), " ", trade.word]),
        };
        let trade_name = legal_name.clone().into();
        let members = self.people(2, 3);
        self.identity(legal_name, trade_name, "Partnership", members, trade, (50, 8))
    }

    fn limited_partnership(&mut self) -> Identity {
        let trade = self.trade();
        let brand = self.brand();
        let [blank, qualifier] = self.qualifier();
        let legal_name = capitals(&[brand, blank, qualifier, " ", trade.word, " LLP"]);
        let trade_name = self.trade_name_of_company(&legal_name, brand, trade);
        let members = self.people(2, 2);
        let constitution = "Limited Liability Partnership";
        self.identity(legal_name, trade_name, constitution, members, trade, (45, 12))
    }

    fn association(&mut self) -> Identity {
        let word = *self.dice.pick(&self.nation.words.associations);
        self.society(word)
    }

    fn trust(&mut self) -> Identity {
        let word = *self.dice.pick(&self.nation.words.trusts);
        self.society(word)
    }

    fn society(&mut self, word: &'static str) -> Identity {
        let legal_name = capitals(&[self.brand(), " ", word]);
        let members = self.people(2, 3);
        let trade_name = legal_name.clone().into();
        let trade = self.service();
        self.identity(legal_name, trade_name, "Society/ Club/ Trust/ AOP", members, trade, (0, 4))
    }

    fn body_of_individuals(&mut self) -> Identity {
        let trade = self.trade();
        let legal_name = capitals(&[self.brand(), " ", trade.word, " BODY OF INDIVIDUALS"]);
        let members = self.people(2, 3);
        self.identity(legal_name, Text::Borrowed(""), "Others", members, trade, (0, 2))
    }

    fn local_authority(&mut self) -> Identity {
        let city = self.town();
        let body = ["NAGAR PALIKA", "NAGAR PANCHAYAT", "MUNICIPAL COUNCIL", "ZILLA PARISHAD"];
        let legal_name = capitals(&[city, " SAMPLE ", body[self.dice.below(4)]]);
        let trade = self.service();
        self.identity(legal_name, Text::Borrowed(""), "Local Authority", Vec::new(), trade, (0, 20))
    }

    fn statutory_body(&mut self) -> Identity {
        let word = *self.dice.pick(&self.nation.words.boards);
        let legal_name = capitals(&[self.brand(), " SAMPLE ", word]);
        let trade = self.service();
        let constitution = if self.dice.percent(70) { "Statutory Body" } else { "Others" };
        self.identity(legal_name, Text::Borrowed(""), constitution, Vec::new(), trade, (0, 40))
    }

    fn department(&mut self, of: &'static Region) -> Identity {
        let word = *self.dice.pick(&self.nation.words.departments);
        let legal_name =
            capitals(&["Sample Department of ", word, " Government of ", of.state.name]);
        let trade = self.service();
        let constitution = "Government Department";
        self.identity(legal_name, Text::Borrowed(""), constitution, Vec::new(), trade, (0, 30))
    }

    fn foreign_company(&mut self, key: &[u8]) -> Identity {
        let ending = std::str::from_utf8(key.get(2..5).unwrap_or_default())
            .ok()
            .and_then(|code| self.nation.country(code))
            .map_or("LIMITED", |country| country.company_ending);
        let trade = self.service();
        let brand = *self.dice.pick(&self.nation.words.brands);
        let legal_name = capitals(&[brand, " ", trade.word, " ", ending]);
        let trade_name = legal_name.clone().into();
        let members = vec![self.person().into()];
        self.identity(legal_name, trade_name, "Foreign Company", members, trade, (0, 100))
    }

    fn embassy(&mut self, key: &[u8]) -> Identity {
        let code = std::str::from_utf8(key.get(2..5).unwrap_or_default()).unwrap_or_default();
        let legal_name = match self.nation.country(code) {
            Some(country) => capitals(&["Embassy of ", country.name, " Sample Mission"]),
            None => capitals(&["Sample Mission ", code]),
        };
        let trade = self.service();
        self.identity(legal_name, Text::Borrowed(""), "Others", Vec::new(), trade, (0, 0))
    }

    /// Puts the parts together; `sizes` are the shares of small and of large ones, in percent.
    fn identity(
        &mut self,
        legal_name: String,
        trade_name: Text,
        constitution: &'static str,
        members: Vec<Text>,
        trade: &'static Trade,
        sizes: (usize, usize),
    ) -> Identity {
        let (small, large) = sizes;
        let size = match self.dice.below(100) {
            number if number < small => Size::Small,
            number if number >= 100 - large => Size::Large,
            _ => Size::Middle,
        };
        let composition = size == Size::Small
            && !matches!(trade.natures[0], "Export" | "Import")
            && self.dice.percent(24);
        Identity { legal_name, trade_name, constitution, members, trade, size, composition }
    }

    fn brand(&mut self) -> &'static str {
        super::locale::pick_with(&self.nation.words.brands, self.letter, self.dice)
            .unwrap_or("Sample")
    }

    /// A blank and a word, or nothing twice.
    fn qualifier(&mut self) -> [&'static str; 2] {
        if self.dice.percent(40) {
            [" ", *self.dice.pick(&self.nation.words.qualifiers)]
        } else {
            ["", ""]
        }
    }

    fn trade(&mut self) -> &'static Trade {
        self.dice.pick(&self.nation.trades)
    }

    /// A trade that is a service.
    fn service(&mut self) -> &'static Trade {
        let services = self.nation.trades.partition_point(|trade| trade.core != "SPO");
        self.dice.pick(&self.nation.trades[services..])
    }

    fn town(&mut self) -> &'static str {
        if self.region.spots.is_empty() {
            return "Sample Town";
        }
        self.nation.place(*self.dice.pick(&self.region.spots)).0.city
    }

    fn trade_name_of_company(
        &mut self,
        legal_name: &str,
        brand: &'static str,
        trade: &'static Trade,
    ) -> Text {
        match self.dice.below(10) {
            0 => Text::Borrowed(""),
            1..4 => capitals(&[brand, " ", trade.word]).into(),
            _ => legal_name.to_owned().into(),
        }
    }

    fn person_with_family_letter(&mut self) -> String {
        let names = self.region.names;
        let given = names.given(self.dice);
        let family = names.family_with(self.letter, self.dice);
        self.join_person(given, family)
    }

    fn person(&mut self) -> String {
        let names = self.region.names;
        let (given, family) = (names.given(self.dice), names.family(self.dice));
        self.join_person(given, family)
    }

    fn join_person(&mut self, given: &str, family: &str) -> String {
        match self.region.names.middle(self.dice) {
            "" => capitals(&[given, " ", family]),
            middle => capitals(&[given, " ", middle, " ", family]),
        }
    }

    /// `least` people and up to `more` besides.
    fn people(&mut self, least: usize, more: usize) -> Vec<Text> {
        let count = least + self.dice.below(more);
        (0..count).map(|_| self.person().into()).collect()
    }
}

/// The parts joined, in capitals.
fn capitals(parts: &[&str]) -> String {
    let mut text = parts.concat();
    text.make_ascii_uppercase();
    text
}
