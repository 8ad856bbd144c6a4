//! GSTR-3B: what was sold, what credit there is, what was paid. All of it is a sum of other books.

use super::document::{Paise, TAX, Tax, money};
use crate::model::told::{
    Kind::{Record, Records, Scalar},
    Part, told,
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
