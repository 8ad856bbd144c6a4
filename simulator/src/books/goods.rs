//! What firms sell: codes, rates and prices by trade, read from `fixtures/nation/goods.txt`.

use std::sync::LazyLock;

use jiff::civil::{Date, date};

use super::document::{Paise, Rate};
use crate::model::{dice::QuickDice, taxpayer::Taxpayer};

const FILE: &str = include_str!("../../../fixtures/nation/goods.txt");

/// From this day on the rates of September 2025 hold.
const NEW_RATES: Date = date(2025, 9, 22);

/// Names the pick of a trade for a firm whose name tells none.
const PURPOSE: u64 = 0x676f_6f64;

static TRADES: LazyLock<Vec<Assortment>> = LazyLock::new(read);

/// One line of the file.
#[derive(Debug)]
pub(crate) struct Good {
    /// HSN or SAC code.
    pub(crate) code: &'static str,
    /// What it is.
    pub(crate) description: &'static str,
    /// Unit quantity code; `NA` for services.
    pub(crate) unit: &'static str,
    before: Treatment,
    since: Treatment,
    /// The lowest price of a unit; none for services.
    pub(crate) lowest: Paise,
    /// The highest.
    pub(crate) highest: Paise,
}

/// How GST treats a good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Treatment {
    Taxed(Rate),
    Nil,
    Exempt,
    Outside,
}

/// All that firms of one trade sell.
#[derive(Debug)]
pub(crate) struct Assortment {
    /// The word in a firm's name, in capitals.
    word: String,
    /// Taxed, before and after the change of rates.
    pub(crate) taxed: Vec<&'static Good>,
    /// Not taxed.
    pub(crate) untaxed: Vec<&'static Good>,
}

impl Good {
    /// How it is treated on a day.
    pub(crate) fn treatment(&self, on: Date) -> Treatment {
        if on < NEW_RATES { self.before } else { self.since }
    }

    /// Its rate on a day; none where it is not taxed.
    pub(crate) fn rate(&self, on: Date) -> Rate {
        match self.treatment(on) {
            Treatment::Taxed(rate) => rate,
            _ => 0,
        }
    }

    /// Whether it is a service.
    pub(crate) fn is_service(&self) -> bool {
        self.lowest == 0
    }
}

impl Assortment {
    /// What a taxpayer sells: by the word in its name, else by its core business.
    pub(crate) fn of(taxpayer: &Taxpayer, dice: QuickDice) -> &'static Self {
        let named = |name: &str| {
            let name = name.to_ascii_uppercase();
            TRADES
                .iter()
                .filter(|trade| name.contains(&trade.word))
                .max_by_key(|trade| trade.word.len())
        };
        named(&taxpayer.trade_name).or_else(|| named(&taxpayer.legal_name)).unwrap_or_else(|| {
            let wants_service = taxpayer.core_business == "SPO";
            let fitting: Vec<&Self> = TRADES
                .iter()
                .filter(|trade| trade.taxed[0].is_service() == wants_service)
                .collect();
            let count = fitting.len() as u64;
            let index = dice.fork(PURPOSE).below(count);
            fitting[usize::try_from(index).unwrap_or(0)]
        })
    }

    /// Whether it has services among what is taxed.
    pub(crate) fn service(&self) -> Option<&'static Good> {
        self.taxed.iter().copied().find(|good| good.is_service())
    }
}

fn read() -> Vec<Assortment> {
    let mut trades: Vec<Assortment> = Vec::new();
    for row in FILE.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let mut columns = row.split('|');
        let mut next = || columns.next().expect("a column for each name in the file's head");
        let words = next();
        let good: &'static Good = Box::leak(Box::new(Good {
            code: next(),
            description: next(),
            unit: next(),
            before: treatment(next()),
            since: treatment(next()),
            lowest: rupees(next()),
            highest: rupees(next()),
        }));
        for word in words.split(';').map(str::to_ascii_uppercase) {
            let index = trades.iter().position(|trade| trade.word == word).unwrap_or_else(|| {
                trades.push(Assortment { word, taxed: Vec::new(), untaxed: Vec::new() });
                trades.len() - 1
            });
            match good.since {
                Treatment::Taxed(_) => trades[index].taxed.push(good),
                _ => trades[index].untaxed.push(good),
            }
        }
    }
    trades
}

fn treatment(text: &str) -> Treatment {
    match text {
        "nil" => Treatment::Nil,
        "exempt" => Treatment::Exempt,
        "outside" => Treatment::Outside,
        rate => {
            let (whole, part) = rate.split_once('.').unwrap_or((rate, "0"));
            let number = |text: &str| text.parse::<Rate>().expect("a rate is a number");
            Treatment::Taxed(number(whole) * 100 + number(part) * 10)
        }
    }
}

fn rupees(text: &str) -> Paise {
    text.parse::<Paise>().expect("a price is in rupees") * 100
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trade_sells_something_that_is_taxed() {
        for trade in TRADES.iter() {
            assert!(!trade.taxed.is_empty(), "{}", trade.word);
            for good in &trade.taxed {
                for rate in [good.before, good.since] {
                    assert!(
                        matches!(
                            rate,
                            Treatment::Taxed(150 | 300 | 500 | 1_200 | 1_800 | 2_800 | 4_000)
                        ),
                        "{}: {rate:?}",
                        good.code
                    );
                }
                assert!(good.lowest <= good.highest, "{}", good.code);
                assert!((4..=8).contains(&good.code.len()), "{}", good.code);
                assert_eq!(good.unit == "NA", good.code.starts_with("99"), "{}", good.code);
            }
        }
    }
}
