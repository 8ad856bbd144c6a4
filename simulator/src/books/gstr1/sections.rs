//! The sections of GSTR-1 but `b2b` and `hsn`, from a seller's documents.

use super::{
    Advances, ByPlace, Consumers, DocumentSeries, Exports, NilRated, Operator, Rest, Run,
    lists::put,
};
use crate::{
    books::{
        checksum::Checksum,
        document::{Document, Item, Paise, Rate, Tax},
        goods::Treatment,
        outward::{Advance, Class, Number, Seller, Series, Sold, index},
    },
    model::period::Month,
};

/// From this period on supplies through operators have a table of their own.
const OPERATORS_BEGAN: Month = Month { year: 2024, month: 1 };

/// All sections of a period.
pub(crate) fn rest(seller: &Seller<'_>, period: Month) -> Rest {
    let mut rest = Rest::default();
    let (registered, others) = (seller.months_of(period), seller.rest_months_of(period));
    let mut months = [registered.clone(), others.clone()].concat();
    months.sort_unstable();
    months.dedup();
    for month in &months {
        let is_told =
            |class| if class == Class::Registered { &registered } else { &others }.contains(month);
        if seller.many.is_none() && others.contains(month) {
            seller.each_invoice(*month, 0, u64::MAX, |sold| {
                if sold.class == Class::Large {
                    put_place(&mut rest.b2cl, sold.sale.receiver.place, sold.sale.document(seller));
                }
            });
        }
        seller.each_note(*month, |sold| match (sold.class, sold.buyer) {
            (class, _) if !is_told(class) => {}
            (Class::Registered, Some(buyer)) => {
                put(&mut rest.cdnr, buyer, sold.sale.document(seller));
            }
            _ => rest.cdnur.push(sold.sale.document(seller)),
        });
        seller.each_amended(*month, |sold| {
            if is_told(sold.class) {
                put_amended(&mut rest, seller, &sold);
            }
        });
        if others.contains(month) {
            for sale in seller.exports(*month) {
                put_export(&mut rest.exp, sale.export == Some(true), sale.document(seller));
            }
        }
    }
    if others.is_empty() {
        return rest.with_checksums();
    }
    rest.b2cs = consumers(seller, &others);
    rest.b2csa = amended_consumers(seller, period);
    rest.at = received(seller, &others);
    rest.txpd = adjusted(seller, &others);
    (rest.ata, rest.txpda) = amended_advances(seller, period);
    rest.nil = without_tax(seller, &others);
    rest.documents = issued(seller, &others);
    if period >= OPERATORS_BEGAN {
        rest.supeco = operators(seller, &others);
    }
    rest.with_checksums()
}

impl Rest {
    /// Puts in the checksums of the sections that have one of their own.
    pub(crate) fn with_checksums(mut self) -> Self {
        let mut text = Checksum::nothing();
        for row in &self.nil {
            text.number(row.between_states.into());
            text.number(row.registered.into());
            for value in [row.nil, row.exempt, row.outside] {
                text.number(value);
            }
        }
        self.nil_checksum = text.hex();
        let mut text = Checksum::nothing();
        for run in self.documents.iter().flat_map(|series| &series.runs) {
            text.word(&run.from);
            text.word(&run.to);
            text.number(i64::try_from(run.total).unwrap_or(0));
            text.number(i64::try_from(run.cancelled).unwrap_or(0));
        }
        self.documents_checksum = text.hex();
        self
    }
}

fn put_place(places: &mut Vec<ByPlace>, place: &'static str, document: Document) {
    match places.iter_mut().find(|other| other.place == place) {
        Some(other) => other.documents.push(document),
        None => places.push(ByPlace { place, documents: vec![document] }),
    }
}

fn put_export(exports: &mut Vec<Exports>, with_payment: bool, document: Document) {
    match exports.iter_mut().find(|other| other.with_payment == with_payment) {
        Some(other) => other.documents.push(document),
        None => exports.push(Exports { with_payment, documents: vec![document] }),
    }
}

fn put_amended(rest: &mut Rest, seller: &Seller<'_>, sold: &Sold<'_>) {
    let document = || sold.sale.amended(seller);
    let is_note = matches!(sold.sale.number.series, Series::Credit | Series::Debit);
    match (sold.class, sold.buyer) {
        (Class::Registered, Some(buyer)) if is_note => put(&mut rest.cdnra, buyer, document()),
        (Class::Registered, Some(buyer)) => put(&mut rest.b2ba, buyer, document()),
        // What is told only in a sum is amended there.
        (Class::Small | Class::Registered, _) => {}
        _ if is_note => rest.cdnura.push(document()),
        (Class::Large, _) => put_place(&mut rest.b2cla, sold.sale.receiver.place, document()),
        (Class::Export, _) => {
            put_export(&mut rest.expa, sold.sale.export == Some(true), document());
        }
    }
}

/// Small sales to consumers, by place, rate and way of selling.
fn consumers(seller: &Seller<'_>, months: &[Month]) -> Vec<Consumers> {
    let mut rows: Vec<Consumers> = Vec::new();
    let mut add = |place, rate: Rate, operator: &str, taxable: Paise, tax: Tax| {
        let found = rows
            .iter_mut()
            .find(|row| row.place == place && row.rate == rate && row.operator == operator);
        let row = match found {
            Some(row) => row,
            None => {
                let between_states = place != seller.state();
                let operator = operator.to_owned();
                rows.push(Consumers {
                    place,
                    between_states,
                    rate,
                    operator,
                    ..Consumers::default()
                });
                let last = rows.len() - 1;
                &mut rows[last]
            }
        };
        row.taxable += taxable;
        row.tax += tax;
    };
    for month in months {
        if seller.many.is_none() {
            seller.each_invoice(*month, 0, u64::MAX, |sold| {
                if sold.class == Class::Small {
                    for line in sold.sale.lines() {
                        add(sold.sale.receiver.place, line.rate, "", line.taxable, line.tax);
                    }
                }
            });
        }
        let operator = seller.through_operator(*month).map(|operated| operated.gstin);
        for counter in seller.counters(*month) {
            let through = operator.as_deref().filter(|_| counter.operated).unwrap_or_default();
            add(counter.place, counter.rate, through, counter.taxable, counter.tax);
        }
    }
    rows.sort_by(|one, other| {
        (one.place, one.rate, &one.operator).cmp(&(other.place, other.rate, &other.operator))
    });
    for row in &mut rows {
        row.checksum =
            checksum_of_row(seller, row.place, row.rate, row.taxable, row.tax, &row.operator);
    }
    rows
}

/// Now and then a row of three months ago is told again, with the same values.
fn amended_consumers(seller: &Seller<'_>, period: Month) -> Vec<Consumers> {
    let (mut dice, before) = (seller.dice.fork(index(period)).fork(30), period.plus(-3));
    if !dice.percent(6) {
        return Vec::new();
    }
    let mut rows = consumers(seller, &seller.rest_months_of(before));
    if rows.is_empty() {
        return rows;
    }
    let index = usize::try_from(dice.below(rows.len() as u64)).unwrap_or(0);
    vec![Consumers { original_period: Some(before), ..rows.swap_remove(index) }]
}

/// Advances of some months that no month of them sets off.
fn received(seller: &Seller<'_>, months: &[Month]) -> Vec<Advances> {
    let open = months.iter().filter(|month| !months.contains(&month.plus(1)));
    let all = open.flat_map(|month| seller.advances(*month));
    by_place(seller, all)
}

/// Advances of before, set off in one of some months.
fn adjusted(seller: &Seller<'_>, months: &[Month]) -> Vec<Advances> {
    let first = months.iter().filter(|month| !months.contains(&month.plus(-1)));
    let all = first.flat_map(|month| seller.advances_adjusted(*month));
    by_place(seller, all)
}

fn amended_advances(seller: &Seller<'_>, period: Month) -> (Vec<Advances>, Vec<Advances>) {
    let (mut dice, before) = (seller.dice.fork(index(period)).fork(31), period.plus(-3));
    let months = seller.rest_months_of(before);
    let again = |mut rows: Vec<Advances>| {
        for row in &mut rows {
            row.original_period = Some(before);
        }
        rows
    };
    let mut either = |rows: fn(&Seller<'_>, &[Month]) -> Vec<Advances>| {
        if dice.percent(12) { again(rows(seller, &months)) } else { Vec::new() }
    };
    (either(received), either(adjusted))
}

fn by_place(seller: &Seller<'_>, all: impl Iterator<Item = Advance>) -> Vec<Advances> {
    let mut rows: Vec<Advances> = Vec::new();
    for advance in all {
        let Advance { place, between, item } = advance;
        match rows.iter_mut().find(|row| row.place == place) {
            Some(row) => {
                let number = row.items.len() + 1;
                row.items.push(Item { number, ..item });
            }
            None => rows.push(Advances {
                place,
                between_states: between,
                items: vec![item],
                ..Advances::default()
            }),
        }
    }
    for row in &mut rows {
        let taxable = row.items.iter().map(|item| item.taxable).sum();
        let tax = row.items.iter().map(|item| item.tax).sum();
        row.checksum = checksum_of_row(seller, row.place, row.items[0].rate, taxable, tax, "");
    }
    rows
}

fn without_tax(seller: &Seller<'_>, months: &[Month]) -> Vec<NilRated> {
    let mut rows: Vec<NilRated> = Vec::new();
    for one in months.iter().flat_map(|month| seller.untaxed(*month)) {
        let found = rows
            .iter()
            .position(|row| (row.between_states, row.registered) == (one.between, one.registered));
        let index = found.unwrap_or_else(|| {
            rows.push(NilRated {
                between_states: one.between,
                registered: one.registered,
                ..NilRated::default()
            });
            rows.len() - 1
        });
        let row = &mut rows[index];
        match one.treatment {
            Treatment::Outside => row.outside += one.value,
            Treatment::Exempt => row.exempt += one.value,
            _ => row.nil += one.value,
        }
    }
    rows
}

/// Runs of numbers, one for each month and series. They are told for the whole quarter by those who
/// furnish invoices in between: the facility for that has no such table.
fn issued(seller: &Seller<'_>, months: &[Month]) -> Vec<DocumentSeries> {
    let series = |nature, name| DocumentSeries { nature, name, runs: Vec::new() };
    let mut all = [
        series(1, "Invoices for outward supply"),
        series(4, "Debit Note"),
        series(5, "Credit Note"),
    ];
    for month in months {
        let add = |series: &mut DocumentSeries, kind: Series, total: u64, cancelled: u64| {
            if total == 0 {
                return;
            }
            let number = |serial| seller.number(Number { series: kind, month: *month, serial });
            series.runs.push(Run {
                number: series.runs.len() + 1,
                from: number(1),
                to: number(total),
                total: usize::try_from(total).unwrap_or(usize::MAX),
                cancelled: usize::try_from(cancelled).unwrap_or(0),
            });
        };
        let (total, void) = seller.numbers_used(&seller.plan(*month));
        add(&mut all[0], Series::Invoice, total, void);
        add(&mut all[0], Series::Export, seller.exports(*month).len() as u64, 0);
        let (bills, void) = seller.bills(*month);
        add(&mut all[0], Series::Bill, bills, void);
        let notes = seller.notes_issued(*month);
        let (mut credit, mut debit) = (0, 0);
        seller.each_note(*month, |sold| {
            let live = if sold.sale.sign() < 0 { &mut credit } else { &mut debit };
            *live += 1;
        });
        add(&mut all[1], Series::Debit, notes.debit, notes.debit - debit);
        add(&mut all[2], Series::Credit, notes.credit, notes.credit - credit);
    }
    all.into_iter().filter(|series| !series.runs.is_empty()).collect()
}

fn operators(seller: &Seller<'_>, months: &[Month]) -> Vec<Operator> {
    let mut rows: Vec<Operator> = Vec::new();
    for operated in months.iter().filter_map(|month| seller.through_operator(*month)) {
        let index = rows.iter().position(|row| row.gstin == operated.gstin).unwrap_or_else(|| {
            rows.push(Operator { gstin: operated.gstin.clone(), ..Operator::default() });
            rows.len() - 1
        });
        rows[index].value += operated.taxable;
        rows[index].tax += operated.tax;
    }
    for row in &mut rows {
        row.checksum = checksum_of_row(seller, "", 0, row.value, row.tax, &row.gstin);
    }
    rows
}

fn checksum_of_row(
    seller: &Seller<'_>,
    place: &str,
    rate: Rate,
    taxable: Paise,
    tax: Tax,
    operator: &str,
) -> String {
    let mut text = Checksum::of(seller.gstin());
    text.word(place);
    for number in [rate, taxable, tax.igst, tax.cgst] {
        text.number(number);
    }
    text.word(operator);
    text.hex()
}
