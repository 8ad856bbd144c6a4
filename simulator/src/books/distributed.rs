//! Credit that an input service distributor hands on to the other registrations of its PAN.

use jiff::civil::Date;

use super::{
    checksum::Checksum,
    document::Tax,
    gstr2a::{Distributed, DistributedCredit},
    imports::{month_dice, paise},
};
use crate::{
    model::{period::Month, taxpayer::Taxpayer},
    taxpayers::Register,
};

/// Names the stream of random numbers for what one distributor hands to one registration.
const PURPOSE: u64 = 0x6973_6400;

/// The taxpayer type.
const DISTRIBUTOR: &str = "Input Service Distributor (ISD)";

/// Of a hundred months, in so many a document of the month before is told again, amended.
const AMENDED: u32 = 5;

/// What the distributors of the taxpayer's PAN hand on to it.
#[derive(Debug, Default)]
pub(super) struct Credits {
    /// In the month.
    pub(super) documents: Vec<Distributed>,
    /// Amended in the month.
    pub(super) amended: Vec<Distributed>,
}

impl Credits {
    /// Looks for distributors among the registrations of the PAN. PANs that somebody real may
    /// have get none, so that no registration is shown that might be theirs.
    pub(super) fn of(register: &Register, taxpayer: &Taxpayer, month: Month, on: Date) -> Self {
        let mut all = Self::default();
        if taxpayer.taxpayer_type == DISTRIBUTOR || taxpayer.pan.get(5..9) != Some("0000") {
            return all;
        }
        for distributor in register.of_pan(&taxpayer.pan, on) {
            if distributor.taxpayer_type != DISTRIBUTOR {
                continue;
            }
            let seed = register.seed();
            let filed = register.filing(&distributor, "GSTR6", month, on).is_some();
            let told = |documents: Vec<DistributedCredit>| {
                let gstin = distributor.gstin.to_string();
                (!documents.is_empty()).then_some(Distributed { gstin, filed, documents })
            };
            all.documents.extend(told(documents(seed, &distributor, taxpayer, month)));
            all.amended.extend(told(amended(seed, &distributor, taxpayer, month)));
        }
        all
    }

    /// What may be used of it: of distributors who filed, credit notes against it.
    pub(super) fn usable(documents: &[Distributed]) -> Tax {
        let mut sum = Tax::default();
        for document in documents.iter().filter(|one| one.filed).flat_map(|one| &one.documents) {
            match (document.eligible, document.credit) {
                (true, false) => sum += document.tax,
                (true, true) => sum -= document.tax,
                (false, _) => {}
            }
        }
        sum
    }
}

/// What one distributor hands to one registration in a month.
fn documents(
    seed: u64,
    distributor: &Taxpayer,
    receiver: &Taxpayer,
    month: Month,
) -> Vec<DistributedCredit> {
    let pair = [distributor.gstin.as_ref(), receiver.gstin.as_ref()].concat();
    let mut dice = month_dice(seed, PURPOSE, &pair, month);
    let count = dice.below(4);
    let between_states = distributor.state_code != receiver.state_code;
    let mut all: Vec<DistributedCredit> = Vec::with_capacity(count);
    for serial in 1..=count {
        let date = month.day(i8::try_from(1 + dice.below(28)).unwrap_or(1));
        let credit = serial > 1 && dice.percent(10);
        let drawn = paise(dice.below(1_000_000));
        // A note is about the month's first invoice, and two of them are less than that.
        let (half, eligible) = if credit {
            (1_000 + drawn / 125, all.first().is_none_or(|first| first.eligible))
        } else {
            (20_000 + drawn, dice.percent(92))
        };
        if !distributor.trades_on(date) || !receiver.trades_on(date) {
            continue;
        }
        let tax = if between_states {
            Tax { igst: 2 * half, ..Tax::default() }
        } else {
            Tax { cgst: half, sgst: half, ..Tax::default() }
        };
        // The receiver's state and entity number keep the numbers of two receivers apart.
        let number = format!(
            "ISD{}{}/{:02}{:02}/{serial}",
            receiver.state_code,
            receiver.gstin.get(12..13).unwrap_or("1"),
            month.month,
            month.year % 100
        );
        let mut checksum = Checksum::of(&pair);
        checksum.word(&number);
        checksum.day(date);
        for part in [credit.into(), eligible.into(), tax.igst, tax.cgst, tax.sgst] {
            checksum.number(part);
        }
        let checksum = checksum.hex();
        all.push(DistributedCredit { number, date, credit, eligible, tax, checksum });
    }
    all
}

/// A document of the month before that is told again; its credit stays what it was.
fn amended(
    seed: u64,
    distributor: &Taxpayer,
    receiver: &Taxpayer,
    month: Month,
) -> Vec<DistributedCredit> {
    let pair = [receiver.gstin.as_ref(), distributor.gstin.as_ref()].concat();
    if !month_dice(seed, PURPOSE + 1, &pair, month).percent(AMENDED)
        || !distributor.trades_on(month.first_day())
    {
        return Vec::new();
    }
    let mut all = documents(seed, distributor, receiver, month.plus(-1));
    all.truncate(1);
    all
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::{books::tests::register as shipped, model::gstin::Gstin};

    const ON: Date = date(2026, 11, 21);

    /// Two years of credit for a persona.
    fn years(gstin: &str) -> Vec<Credits> {
        let register = shipped(1);
        let taxpayer = register.look_up(gstin, ON).expect("a persona");
        (1..25)
            .map(|back| Credits::of(&register, &taxpayer, Month::of(ON).plus(-back), ON))
            .collect()
    }

    #[test]
    fn a_distributor_hands_credit_to_its_pan() {
        let years = years("27AAACS0000A1ZG");

        let documents: Vec<_> = years.iter().flat_map(|month| &month.documents).collect();
        assert!(documents.len() > 12, "{documents:?}");
        assert!(documents.iter().all(|one| one.gstin == "27AAACS0000A2ZF" && one.filed));
        for document in documents.iter().flat_map(|one| &one.documents) {
            assert!(document.tax.cgst > 0 && document.tax.cgst == document.tax.sgst);
            assert_eq!(document.tax.igst, 0, "both are in Maharashtra");
            assert!(document.number.len() <= 16, "{}", document.number);
        }
    }

    #[test]
    fn what_may_not_be_used_and_what_was_not_filed_is_left_out() {
        let document = |eligible, credit, igst| DistributedCredit {
            eligible,
            credit,
            tax: Tax { igst, ..Tax::default() },
            ..DistributedCredit::default()
        };
        let of = |filed, documents| Distributed { filed, documents, ..Distributed::default() };

        let usable = Credits::usable(&[
            of(true, vec![document(true, false, 500), document(false, false, 70)]),
            of(true, vec![document(true, true, 30)]),
            of(false, vec![document(true, false, 9)]),
        ]);

        assert_eq!(usable, Tax { igst: 470, ..Tax::default() });
    }

    #[test]
    fn a_number_that_may_be_real_gets_no_distributor() {
        let register = shipped(1);
        for letter in 'A'..='Z' {
            let gstin = Gstin::complete(&format!("27ZZ{letter}CS1234{letter}1Z")).expect("whole");
            let taxpayer = register.look_up(gstin.as_str(), ON).expect("somebody of the crowd");
            for back in 1..25 {
                let month = Month::of(ON).plus(-back);
                assert!(Credits::of(&register, &taxpayer, month, ON).documents.is_empty());
            }
        }
    }
}
