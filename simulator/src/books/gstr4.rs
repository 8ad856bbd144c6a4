//! What composition taxpayers file: CMP-08 by the quarter, GSTR-4 by the year, which adds up the four.

use super::{
    Opened, ReturnKind, Standing,
    checksum::{self, Checksum},
    document::{Document, PARTY, Paise, Party, Rate, TAX, Tax, count, money, percent},
    gstr2a::{WITHHELD, Withheld},
    gstr3b::{SUPPLY, Supply},
    imports::{bought_untaxed, imported_services},
    inward::{Buyer, Told, by_supplier},
    late,
    outward::Seller,
    standing,
    withheld::Withholding,
};
use crate::model::{
    gstin,
    period::Month,
    told::{
        Kind::{Record, Records, Scalar},
        Part, told,
    },
};

/// The quarterly statement.
#[derive(Clone, Debug, Default)]
pub struct Cmp08 {
    /// Whether there was nothing to tell.
    pub nil: bool,
    /// Turnover and the tax on it; central and state only.
    pub outward: Supply,
    /// Inward supplies under reverse charge.
    pub inward: Supply,
    /// Both.
    pub payable: Supply,
    /// Interest on late payment.
    pub interest: Tax,
}

/// The annual return.
#[derive(Clone, Debug, Default)]
pub struct Gstr4 {
    /// Whether there was nothing to tell.
    pub nil: bool,
    /// Turnover of the year before.
    pub turnover_before: Paise,
    /// Table 4A: from registered suppliers, other than reverse charge.
    pub b2b: Vec<Party>,
    /// Table 4B: from registered suppliers, reverse charge.
    pub b2b_reverse: Vec<Party>,
    /// Table 4C: from unregistered suppliers, by place.
    pub b2bur: Vec<Inward>,
    /// Table 4D: import of services, by place.
    pub imps: Vec<Inward>,
    /// Table 5: what the four CMP-08 said.
    pub quarters: Cmp08,
    /// Table 6: turnover and tax by rate.
    pub turnover: Vec<Turnover>,
    /// Table 6: inward supplies under reverse charge.
    pub reverse_charge: Supply,
    /// Table 7: tax deducted and collected by others.
    pub withheld: Vec<Withheld>,
    /// Table 8: payable.
    pub payable: Tax,
    /// SHA-256, hex.
    pub checksum: String,
    /// Tables 4A to 4D added up.
    pub sums: [TableSum; 4],
}

/// Inward supplies with one place and one rate.
#[derive(Clone, Debug, Default)]
pub struct Inward {
    /// A state code.
    pub place: &'static str,
    /// Rate.
    pub rate: Rate,
    /// Whether from another state.
    pub between_states: bool,
    /// Value before tax.
    pub taxable: Paise,
    /// Tax.
    pub tax: Tax,
    /// SHA-256, hex.
    pub checksum: String,
}

/// Turnover at one rate.
#[derive(Clone, Debug, Default)]
pub struct Turnover {
    /// Rate: 1, 5 or 6 percent.
    pub rate: Rate,
    /// Turnover.
    pub turnover: Paise,
    /// Central and state tax.
    pub tax: Tax,
}

/// A table added up.
#[derive(Clone, Debug, Default)]
pub struct TableSum {
    /// Documents or rows.
    pub records: usize,
    /// Value with tax.
    pub value: Paise,
    /// Tax.
    pub tax: Tax,
    /// SHA-256, hex.
    pub checksum: String,
}

impl Cmp08 {
    /// The statement of opened books: nothing where it is not due.
    pub(super) fn of(opened: &Opened) -> Self {
        match standing::standing(opened, ReturnKind::Cmp08) {
            Standing::Due => Self::of_quarter(opened, opened.period),
            _ => Self::default(),
        }
    }

    /// The statement for the quarter that ends with a month.
    fn of_quarter(opened: &Opened, period: Month) -> Self {
        let Opened { register, taxpayer, on, .. } = opened;
        let months: Vec<Month> = (-2..=0).map(|back| period.plus(back)).collect();
        let sold = Seller::new(register, taxpayer, *on).totals(&months);
        let mut inward = Supply::default();
        for month in months {
            inward += imported_services(register.seed(), taxpayer, month);
        }
        let due = register.owed(taxpayer, "CMP08", period).map(|owed| owed.due);
        let filed = register.filing(taxpayer, "CMP08", period, *on);
        let days_late =
            due.zip(filed).map_or(0, |(due, filing)| late::days_late(due, filing.filed_on));
        Self::on(sold.turnover.taxable, sold.turnover_rate, inward, days_late)
    }

    /// The statement on a turnover at a rate, and on services from abroad, filed so many days late.
    fn on(turnover: Paise, rate: Rate, inward: Supply, days_late: Paise) -> Self {
        let outward = Supply { taxable: turnover, tax: Tax::on(turnover, rate, false) };
        let mut payable = outward;
        payable += inward;
        Self {
            nil: payable.is_nothing(),
            outward,
            inward,
            payable,
            interest: late::interest(payable.tax, days_late),
        }
    }
}

impl std::iter::Sum for Cmp08 {
    /// The year's statement: nothing is reckoned anew, so that it is what was paid.
    fn sum<I: Iterator<Item = Self>>(quarters: I) -> Self {
        let mut year = Self { nil: true, ..Self::default() };
        for quarter in quarters {
            year.nil &= quarter.nil;
            year.outward += quarter.outward;
            year.inward += quarter.inward;
            year.payable += quarter.payable;
            year.interest += quarter.interest;
        }
        year
    }
}

impl Gstr4 {
    /// The return of opened books: nothing where it is not due.
    pub(super) fn of(opened: &Opened) -> Self {
        let Opened { register, taxpayer, period, on, .. } = opened;
        if standing::standing(opened, ReturnKind::Gstr4) != Standing::Due {
            return Self::default();
        }
        let seller = Seller::new(register, taxpayer, *on);
        let told: Vec<Month> = (-11..=0).map(|back| period.plus(back)).collect();
        let before: Vec<Month> = told.iter().map(|month| month.plus(-12)).collect();
        let buyer = Buyer::new(register, taxpayer, *on, None);
        let state = gstin::state(&taxpayer.state_code).map_or("97", |state| state.code);
        let mut year = Self {
            turnover_before: seller.totals(&before).turnover.taxable,
            b2b: by_supplier(buyer.told(&told, Told::Invoices)),
            quarters: told
                .iter()
                .filter(|month| month.ends_quarter())
                .map(|quarter| Cmp08::of_quarter(opened, *quarter))
                .sum(),
            withheld: told
                .iter()
                .flat_map(|month| Withholding::of(register, taxpayer, *month, *on).deducted)
                .collect(),
            ..Self::default()
        };
        let from_abroad = year.quarters.inward;
        year.imps = Inward::row(&taxpayer.gstin, state, true, 1_800, from_abroad);
        let seed = register.seed();
        let unregistered = told.iter().map(|month| bought_untaxed(seed, taxpayer, *month)).sum();
        let unregistered = Supply { taxable: unregistered, tax: Tax::default() };
        year.b2bur = Inward::row(&taxpayer.gstin, state, false, 0, unregistered);
        year.settle(seller.totals(&told).turnover_rate);
        year
    }

    /// What follows from the year's statements and tables.
    pub(super) fn settle(&mut self, rate: Rate) {
        let Cmp08 { nil, outward, inward, payable, .. } = self.quarters.clone();
        self.turnover = if outward.is_nothing() {
            Vec::new()
        } else {
            vec![Turnover { rate, turnover: outward.taxable, tax: outward.tax }]
        };
        self.reverse_charge = inward;
        self.payable = payable.tax;
        self.sums = [
            TableSum::of_parties(&self.b2b),
            TableSum::of_parties(&self.b2b_reverse),
            TableSum::of_rows(&self.b2bur),
            TableSum::of_rows(&self.imps),
        ];
        self.nil = nil && self.sums.iter().all(|sum| sum.records == 0);
        let mut checksum = Checksum::nothing();
        self.sums.iter().for_each(|sum| checksum.word(&sum.checksum));
        for number in [outward.taxable, payable.tax.total(), self.turnover_before] {
            checksum.number(number);
        }
        self.checksum = checksum.hex();
    }
}

impl Inward {
    /// One row for what there is; none for nothing.
    fn row(
        gstin: &str,
        place: &'static str,
        between_states: bool,
        rate: Rate,
        supply: Supply,
    ) -> Vec<Self> {
        if supply.is_nothing() {
            return Vec::new();
        }
        let Supply { taxable, tax } = supply;
        let mut checksum = Checksum::of(gstin);
        checksum.word(place);
        for number in [rate, taxable, tax.igst] {
            checksum.number(number);
        }
        let checksum = checksum.hex();
        vec![Self { place, rate, between_states, taxable, tax, checksum }]
    }
}

impl TableSum {
    /// Documents of suppliers added up; credit notes are no part of these tables.
    fn of_parties(parties: &[Party]) -> Self {
        let documents = || parties.iter().flat_map(|party| &party.documents);
        Self {
            records: documents().count(),
            value: documents().map(|document| document.value).sum(),
            tax: documents().map(Document::tax).sum(),
            checksum: checksum::of_all(documents().map(|document| document.checksum.as_str())),
        }
    }

    fn of_rows(rows: &[Inward]) -> Self {
        Self {
            records: rows.len(),
            value: rows.iter().map(|row| row.taxable + row.tax.total()).sum(),
            tax: rows.iter().map(|row| row.tax).sum(),
            checksum: checksum::of_all(rows.iter().map(|row| row.checksum.as_str())),
        }
    }
}

told! { Inward, INWARD, it => {
    "place": Scalar => Part::Text(it.place),
    "rate": Scalar => percent(it.rate),
    "between_states": Scalar => Part::Flag(it.between_states),
    "taxable": Scalar => money(it.taxable),
    "igst": Scalar => money(it.tax.igst),
    "cgst": Scalar => money(it.tax.cgst),
    "sgst": Scalar => money(it.tax.sgst),
    "cess": Scalar => money(it.tax.cess),
    "checksum": Scalar => Part::Text(&it.checksum),
} }

told! { Turnover, TURNOVER, it => {
    "rate": Scalar => percent(it.rate),
    "turnover": Scalar => money(it.turnover),
    "cgst": Scalar => money(it.tax.cgst),
    "sgst": Scalar => money(it.tax.sgst),
} }

told! { TableSum, TABLE_SUM, it => {
    "records": Scalar => count(it.records),
    "value": Scalar => money(it.value),
    "igst": Scalar => money(it.tax.igst),
    "cgst": Scalar => money(it.tax.cgst),
    "sgst": Scalar => money(it.tax.sgst),
    "cess": Scalar => money(it.tax.cess),
    "checksum": Scalar => Part::Text(&it.checksum),
} }

told! { Cmp08, CMP08, it => {
    "nil": Scalar => Part::Flag(it.nil),
    "outward": Record(SUPPLY) => Part::Thing(&it.outward),
    "inward": Record(SUPPLY) => Part::Thing(&it.inward),
    "payable": Record(SUPPLY) => Part::Thing(&it.payable),
    "interest": Record(TAX) => Part::Thing(&it.interest),
} }

told! { Gstr4, GSTR4, it => {
    "nil": Scalar => Part::Flag(it.nil),
    "turnover_before": Scalar => money(it.turnover_before),
    "b2b": Records(PARTY) => Part::List(&it.b2b),
    "b2b_reverse": Records(PARTY) => Part::List(&it.b2b_reverse),
    "b2bur": Records(INWARD) => Part::List(&it.b2bur),
    "imps": Records(INWARD) => Part::List(&it.imps),
    "quarters": Record(CMP08) => Part::Thing(&it.quarters),
    "turnover": Records(TURNOVER) => Part::List(&it.turnover),
    "reverse_charge": Record(SUPPLY) => Part::Thing(&it.reverse_charge),
    "withheld": Records(WITHHELD) => Part::List(&it.withheld),
    "withheld_records": Scalar => count(it.withheld.len()),
    "withheld_value": Scalar => money(it.withheld.iter().map(|one| one.value).sum()),
    "withheld_cgst": Scalar => money(it.withheld.iter().map(|one| one.tax.cgst).sum()),
    "withheld_sgst": Scalar => money(it.withheld.iter().map(|one| one.tax.sgst).sum()),
    "payable": Record(TAX) => Part::Thing(&it.payable),
    "checksum": Scalar => Part::Text(&it.checksum),
    "b2b_sum": Record(TABLE_SUM) => Part::Thing(&it.sums[0]),
    "b2b_reverse_sum": Record(TABLE_SUM) => Part::Thing(&it.sums[1]),
    "b2bur_sum": Record(TABLE_SUM) => Part::Thing(&it.sums[2]),
    "imps_sum": Record(TABLE_SUM) => Part::Thing(&it.sums[3]),
} }

#[cfg(test)]
mod tests {
    use super::*;

    const QUARTER: Paise = 40_000_033;

    #[test]
    fn tax_on_a_turnover_is_half_central_and_half_state() {
        let shop = Cmp08::on(QUARTER, 100, Supply::default(), 0);

        assert_eq!(shop.outward.tax, Tax { cgst: 200_000, sgst: 200_000, ..Tax::default() });
        assert_eq!(shop.payable, shop.outward);
        assert!(!shop.nil);
        assert_eq!(Cmp08::on(QUARTER, 500, Supply::default(), 0).payable.tax.total(), 2_000_002);
        assert_eq!(Cmp08::on(QUARTER, 600, Supply::default(), 0).payable.tax.total(), 2_400_002);
        assert!(Cmp08::on(0, 100, Supply::default(), 0).nil);
    }

    #[test]
    fn services_from_abroad_are_paid_besides() {
        let inward = Supply { taxable: 10_000, tax: Tax { igst: 1_800, ..Tax::default() } };
        let statement = Cmp08::on(QUARTER, 100, inward, 73);

        assert_eq!(statement.payable.taxable, QUARTER + 10_000);
        assert_eq!(statement.payable.tax.igst, 1_800);
        assert_eq!(statement.interest.igst, 65, "64.8 paise: 18 % a year for a fifth of one");
    }

    #[test]
    fn the_year_adds_up_its_quarters() {
        let inward = Supply { taxable: 10_000, tax: Tax { igst: 1_800, ..Tax::default() } };
        let quarters = [
            Cmp08::on(QUARTER, 100, inward, 0),
            Cmp08::on(QUARTER, 100, Supply::default(), 0),
            Cmp08::on(0, 100, Supply::default(), 0),
            Cmp08::on(QUARTER, 100, Supply::default(), 0),
        ];
        let mut year = Gstr4 { quarters: quarters.clone().into_iter().sum(), ..Gstr4::default() };

        year.settle(100);

        let tax: Tax = quarters.iter().map(|quarter| quarter.payable.tax).sum();
        assert_eq!(year.payable, tax);
        assert_eq!(year.turnover.len(), 1);
        assert_eq!(year.turnover[0].turnover, 3 * QUARTER);
        assert_eq!(
            year.turnover[0].tax.cgst, 600_000,
            "what was paid, not what a year's turnover would give"
        );
        assert_eq!(year.reverse_charge, inward);
        assert!(!year.nil);
    }

    #[test]
    fn a_year_of_nothing_is_nil() {
        let mut year = Gstr4 {
            quarters: (0..4).map(|_| Cmp08::on(0, 600, Supply::default(), 0)).sum(),
            ..Gstr4::default()
        };

        year.settle(600);

        assert!(year.nil && year.turnover.is_empty());
        assert_eq!(year.sums[0].records, 0);
    }
}
