//! What composition taxpayers file: CMP-08 by the quarter, GSTR-4 by the year, which adds up the four.

use super::{
    document::{PARTY, Paise, Party, Rate, TAX, Tax, count, money, percent},
    gstr2a::{WITHHELD, Withheld},
    gstr3b::{SUPPLY, Supply},
};
use crate::model::told::{
    Kind::{Record, Records, Scalar},
    Part, told,
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
