//! GSTR-3B: what was sold, what credit there is, what was paid. All of it is a sum of other books.

use std::sync::Arc;

use super::{
    Opened, Query, ReturnKind, Standing,
    distributed::Credits,
    document::{Paise, TAX, Tax, money},
    imports::{Bills, zone_bills},
    inward::{self, Buyer, Told},
    late,
    outward::Seller,
    set_off::at_least_nothing,
    standing,
};
use crate::model::{
    period::Month,
    told::{
        Kind::{Record, Records, Scalar},
        Part, told,
    },
};

/// The return.
#[derive(Clone, Debug, Default)]
pub struct Gstr3b {
    /// 3.1(a): taxed outward supplies.
    pub taxed: Supply,
    /// 3.1(b): zero rated: exports and to special economic zones.
    pub zero_rated: Supply,
    /// 3.1(c): nil rated and exempt.
    pub nil_exempt: Supply,
    /// 3.1(d): inward supplies under reverse charge.
    pub reverse_charge: Supply,
    /// 3.1(e): outside GST.
    pub outside: Supply,
    /// 3.2: between states to unregistered persons, by place.
    pub to_unregistered: Vec<PlaceSupply>,
    /// 3.2: to composition taxpayers, by place.
    pub to_composition: Vec<PlaceSupply>,
    /// 3.2: to holders of a UIN, by place.
    pub to_uin: Vec<PlaceSupply>,
    /// 4(A): import of goods.
    pub itc_imports: Tax,
    /// 4(A): import of services.
    pub itc_imported_services: Tax,
    /// 4(A): inward supplies under reverse charge.
    pub itc_reverse_charge: Tax,
    /// 4(A): from an input service distributor.
    pub itc_distributor: Tax,
    /// 4(A): all other.
    pub itc_other: Tax,
    /// 4(C): credit that there is.
    pub itc_net: Tax,
    /// 5: inward supplies without tax: between states and within one.
    pub inward_exempt: (Paise, Paise),
    /// 5: inward supplies outside GST: between states and within one.
    pub inward_outside: (Paise, Paise),
    /// 5.1: interest on late payment.
    pub interest: Tax,
    /// 5.1: late fee; central and state only.
    pub late_fee: Tax,
    /// 6.1: tax payable other than reverse charge.
    pub payable: Tax,
    /// 6.1: paid in cash.
    pub cash: Tax,
    /// 6.1: set off against credit.
    pub set_off: SetOff,
}

/// Value and tax of a kind of supply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Supply {
    /// Value before tax.
    pub taxable: Paise,
    /// Tax.
    pub tax: Tax,
}

/// Supplies to one state.
#[derive(Clone, Debug, Default)]
pub struct PlaceSupply {
    /// A state code.
    pub place: &'static str,
    /// Value before tax.
    pub taxable: Paise,
    /// Integrated tax.
    pub igst: Paise,
}

/// Which credit paid which tax: the first letter is the tax, the second the credit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SetOff {
    /// Integrated tax by integrated credit.
    pub i_by_i: Paise,
    /// Integrated tax by central credit.
    pub i_by_c: Paise,
    /// Integrated tax by state credit.
    pub i_by_s: Paise,
    /// Central tax by integrated credit.
    pub c_by_i: Paise,
    /// Central tax by central credit.
    pub c_by_c: Paise,
    /// State tax by integrated credit.
    pub s_by_i: Paise,
    /// State tax by state credit.
    pub s_by_s: Paise,
    /// Cess by cess.
    pub cess: Paise,
}

impl Supply {
    /// Whether there was none.
    #[must_use]
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

impl std::ops::AddAssign for Supply {
    fn add_assign(&mut self, other: Self) {
        self.taxable += other.taxable;
        self.tax += other.tax;
    }
}

impl std::ops::SubAssign for Supply {
    fn sub_assign(&mut self, other: Self) {
        self.taxable -= other.taxable;
        self.tax -= other.tax;
    }
}

impl Gstr3b {
    /// The return of opened books: nothing where it is not due.
    pub(super) fn of(opened: &Opened) -> Self {
        let Opened { register, taxpayer, period, on, .. } = opened;
        let kind = ReturnKind::Gstr3b;
        let Some(owed) = register.owed(taxpayer, "GSTR3B", *period) else {
            return Self::default();
        };
        if standing::standing(opened, kind) != Standing::Due {
            return Self::default();
        }
        let months: Vec<Month> = (1 - owed.months..=0).map(|back| period.plus(back)).collect();
        let sold = Seller::new(register, taxpayer, *on).totals(&months);
        let mut told = Self {
            taxed: sold.taxed,
            zero_rated: sold.zero_rated,
            nil_exempt: sold.nil_exempt,
            outside: sold.outside,
            to_unregistered: sold.to_unregistered,
            to_composition: sold.to_composition,
            to_uin: sold.to_uin,
            ..Self::default()
        };
        let buyer = Buyer::new(register, taxpayer, *on, None);
        for month in months.iter().filter(|month| sees_bought(opened, **month)) {
            told.itc_other += inward::credit_of_invoices(&buyer.told(&[*month], Told::Invoices));
            told.itc_other += inward::credit_of_notes(&buyer.told(&[*month], Told::Notes));
            let bills = Bills::of(register.seed(), taxpayer, *month).bills;
            told.itc_imports += bills.iter().map(|bill| bill.tax).sum();
            told.itc_imports += zone_bills(&buyer, *month).iter().map(|bill| bill.tax).sum();
            let credits = Credits::of(register, taxpayer, *month, *on);
            told.itc_distributor += Credits::usable(&credits.documents);
        }
        let days_late = standing::filing(opened, kind)
            .map_or(0, |filing| late::days_late(owed.due, filing.filed_on));
        told.settle(owed.months.into(), days_late);
        told
    }

    /// What follows from supplies and credit: net credit, what is payable, and how it is paid.
    ///
    /// `months` is how many the return tells, `days_late` how late it was filed. Where notes take
    /// more away than there was, of a tax, nothing is payable; of a credit, the rest is payable.
    pub(super) fn settle(&mut self, months: Paise, days_late: Paise) {
        self.itc_net = [
            self.itc_imports,
            self.itc_imported_services,
            self.itc_reverse_charge,
            self.itc_distributor,
            self.itc_other,
        ]
        .into_iter()
        .sum();
        let outward: Tax = [self.taxed.tax, self.zero_rated.tax].into_iter().sum();
        self.payable = at_least_nothing(outward);
        self.payable += at_least_nothing(-self.itc_net);
        self.set_off = SetOff::of(self.payable, self.itc_net);
        self.cash = self.payable;
        self.cash -= self.set_off.paid();
        let supplies = [self.taxed, self.zero_rated, self.nil_exempt, self.outside];
        let nil =
            supplies.iter().all(|supply| supply.is_nothing()) && self.itc_net == Tax::default();
        let turnover: Paise = supplies.iter().map(|supply| supply.taxable).sum();
        self.late_fee = late::fee_of_gstr3b(days_late, nil, turnover * 12 / months.max(1));
        self.interest = late::interest(self.cash, days_late);
    }
}

told! { Supply, SUPPLY, it => {
    "taxable": Scalar => money(it.taxable),
    "igst": Scalar => money(it.tax.igst),
    "cgst": Scalar => money(it.tax.cgst),
    "sgst": Scalar => money(it.tax.sgst),
    "cess": Scalar => money(it.tax.cess),
} }

told! { PlaceSupply, PLACE_SUPPLY, it => {
    "place": Scalar => Part::Text(it.place),
    "taxable": Scalar => money(it.taxable),
    "igst": Scalar => money(it.igst),
} }

told! { SetOff, SET_OFF, it => {
    "i_by_i": Scalar => money(it.i_by_i),
    "i_by_c": Scalar => money(it.i_by_c),
    "i_by_s": Scalar => money(it.i_by_s),
    "c_by_i": Scalar => money(it.c_by_i),
    "c_by_c": Scalar => money(it.c_by_c),
    "s_by_i": Scalar => money(it.s_by_i),
    "s_by_s": Scalar => money(it.s_by_s),
    "cess": Scalar => money(it.cess),
} }

told! { Gstr3b, GSTR3B, it => {
    "taxed": Record(SUPPLY) => Part::Thing(&it.taxed),
    "zero_rated": Record(SUPPLY) => Part::Thing(&it.zero_rated),
    "nil_exempt": Record(SUPPLY) => Part::Thing(&it.nil_exempt),
    "reverse_charge": Record(SUPPLY) => Part::Thing(&it.reverse_charge),
    "outside": Record(SUPPLY) => Part::Thing(&it.outside),
    "to_unregistered": Records(PLACE_SUPPLY) => Part::List(&it.to_unregistered),
    "to_composition": Records(PLACE_SUPPLY) => Part::List(&it.to_composition),
    "to_uin": Records(PLACE_SUPPLY) => Part::List(&it.to_uin),
    "itc_imports": Record(TAX) => Part::Thing(&it.itc_imports),
    "itc_imported_services": Record(TAX) => Part::Thing(&it.itc_imported_services),
    "itc_reverse_charge": Record(TAX) => Part::Thing(&it.itc_reverse_charge),
    "itc_distributor": Record(TAX) => Part::Thing(&it.itc_distributor),
    "itc_other": Record(TAX) => Part::Thing(&it.itc_other),
    "itc_net": Record(TAX) => Part::Thing(&it.itc_net),
    "inward_exempt_inter": Scalar => money(it.inward_exempt.0),
    "inward_exempt_intra": Scalar => money(it.inward_exempt.1),
    "inward_outside_inter": Scalar => money(it.inward_outside.0),
    "inward_outside_intra": Scalar => money(it.inward_outside.1),
    "interest": Record(TAX) => Part::Thing(&it.interest),
    "late_fee": Record(TAX) => Part::Thing(&it.late_fee),
    "payable": Record(TAX) => Part::Thing(&it.payable),
    "cash": Record(TAX) => Part::Thing(&it.cash),
    "set_off": Record(SET_OFF) => Part::Thing(&it.set_off),
} }

/// Whether the taxpayer has a GSTR-2A of a month: not of one after its end, in which a supplier
/// may still tell what was bought before.
fn sees_bought(opened: &Opened, month: Month) -> bool {
    let Opened { register, taxpayer, on, .. } = opened;
    let of_month = Opened {
        register: Arc::clone(register),
        taxpayer: Arc::clone(taxpayer),
        period: month,
        on: *on,
        query: Query::default(),
    };
    standing::standing(&of_month, ReturnKind::Gstr2a) == Standing::Due
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tax(igst: Paise, cgst: Paise, sgst: Paise) -> Tax {
        Tax { igst, cgst, sgst, cess: 0 }
    }

    fn supply(taxable: Paise, tax: Tax) -> Supply {
        Supply { taxable, tax }
    }

    #[test]
    fn cash_is_what_credit_does_not_pay() {
        let mut told = Gstr3b {
            taxed: supply(1_000_000, tax(90_000, 45_000, 45_000)),
            zero_rated: supply(100_000, tax(18_000, 0, 0)),
            itc_imports: tax(50_000, 0, 0),
            itc_distributor: tax(0, 1_000, 1_000),
            itc_other: tax(70_000, 20_000, 20_000),
            ..Gstr3b::default()
        };

        told.settle(1, 0);

        assert_eq!(told.itc_net, tax(120_000, 21_000, 21_000));
        assert_eq!(told.payable, tax(108_000, 45_000, 45_000));
        assert_eq!((told.set_off.i_by_i, told.set_off.c_by_i), (108_000, 12_000));
        assert_eq!(told.cash, tax(0, 12_000, 24_000));
        assert_eq!((told.late_fee, told.interest), (Tax::default(), Tax::default()));
    }

    #[test]
    fn a_late_return_pays_fee_and_interest_on_the_cash() {
        let mut told = Gstr3b {
            taxed: supply(10_000_000, tax(0, 900_000, 900_000)),
            itc_other: tax(0, 170_000, 900_000),
            ..Gstr3b::default()
        };

        told.settle(1, 10);

        assert_eq!(told.cash, tax(0, 730_000, 0));
        assert_eq!(told.interest, tax(0, 3_600, 0), "7,300 rupees for ten days at 18 % a year");
        assert_eq!(told.late_fee, tax(0, 25_000, 25_000));
    }

    #[test]
    fn notes_may_take_more_away_than_there_was() {
        let mut told = Gstr3b {
            taxed: supply(-1_000, tax(-180, 0, 0)),
            itc_other: tax(0, -90, 10),
            ..Gstr3b::default()
        };

        told.settle(1, 0);

        assert_eq!(told.payable, tax(0, 90, 0), "credit given back is paid like tax");
        assert_eq!(told.cash, tax(0, 90, 0), "state credit does not pay it");
    }

    #[test]
    fn a_return_of_nothing_has_the_small_fee() {
        let mut told = Gstr3b::default();

        told.settle(3, 4);

        assert_eq!(told.late_fee, tax(0, 4_000, 4_000));
    }
}
