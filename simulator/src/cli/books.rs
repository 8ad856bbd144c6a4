//! `gspsim taxpayer … --books`: a period's books as tables that can be read at the end of a day.

use gsp_simulator::{
    model::period::Month,
    tell::books::{BooksFacts, Line, ReturnFacts, Rupees},
};

use super::{
    Failure,
    paint::{Table, WIDTH, bold, dim, wrap},
};

/// Reads `MMYYYY`.
pub(super) fn period(text: &str) -> Result<Month, Failure> {
    let digits = text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit());
    let month = digits.then(|| text.split_at(2)).and_then(|(month, year)| {
        let month = Month { month: month.parse().ok()?, year: year.parse().ok()? };
        ((1..=12).contains(&month.month) && month.year >= 2017).then_some(month)
    });
    month.ok_or_else(|| {
        Failure::new(format!("`{text}` is not a return period"))
            .hint("write it as MMYYYY from 072017 on, such as 042025; a quarter by its last month")
    })
}

pub(super) fn page(facts: &BooksFacts) -> String {
    let mut out = format!(
        "{}  {}  {}\n",
        bold(&facts.gstin),
        bold(&facts.name),
        dim(&format!("period {}, seen on {}", facts.period, facts.on))
    );
    let (due, others): (Vec<_>, Vec<_>) =
        facts.returns.iter().partition(|one| one.standing == "due");
    for one in due {
        out += &format!("\n{}  {}\n", bold(one.return_type), dim(&filed(one)));
        out += &table(&one.lines);
    }
    if !others.is_empty() {
        out += "\n";
    }
    for one in others {
        out += &format!("{}  {}\n", bold(one.return_type), dim(why_not(one.standing)));
    }
    out
}

fn filed(facts: &ReturnFacts) -> String {
    match (facts.filed_on, &facts.arn) {
        (Some(day), Some(arn)) => format!("filed on {day} as {arn}"),
        _ if facts.return_type == "GSTR2A" => "as the suppliers tell it".to_owned(),
        _ => "not filed yet".to_owned(),
    }
}

fn why_not(standing: &str) -> &'static str {
    match standing {
        "not-over" => "the period is not over yet",
        "not-registered" => "not registered in this period",
        _ => "not for this kind of taxpayer and period",
    }
}

/// The lines that say something, amounts flush right; the others are named below.
fn table(lines: &[Line]) -> String {
    const HEAD: [&str; 7] = ["section", "records", "taxable", "igst", "cgst", "sgst", "cess"];
    let (told, empty): (Vec<_>, Vec<_>) = lines.iter().partition(|line| !line.is_empty());
    let rows: Vec<[String; 7]> = told
        .iter()
        .map(|line| {
            let count = line.records.map(|count| grouped(&count.to_string())).unwrap_or_default();
            let taxable = line.taxable.map(rupees).unwrap_or_default();
            let tax = [line.igst, line.cgst, line.sgst, line.cess].map(|one| match one {
                Rupees(0) => "-".to_owned(),
                amount => rupees(amount),
            });
            let [igst, cgst, sgst, cess] = tax;
            [line.name.clone(), count, taxable, igst, cgst, sgst, cess]
        })
        .collect();
    let mut out = String::new();
    if !rows.is_empty() {
        let widths: [usize; 7] = std::array::from_fn(|column| {
            let longest = rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
            longest.max(HEAD[column].len())
        });
        let heads: [String; 7] = std::array::from_fn(|column| match column {
            0 => HEAD[0].to_owned(),
            _ => format!("{:>1$}", HEAD[column], widths[column]),
        });
        let heads = heads.each_ref().map(String::as_str);
        let mut table = Table::new(&heads).indented(2);
        for row in &rows {
            table.row((0..7).map(|column| match column {
                0 => row[0].clone(),
                _ => format!("{:>1$}", row[column], widths[column]),
            }));
        }
        out = table.draw();
    }
    if !empty.is_empty() {
        let names: Vec<&str> = empty.iter().map(|line| line.name.as_str()).collect();
        for line in wrap(&format!("nothing in {}", names.join(", ")), WIDTH - 2) {
            out += &format!("  {}\n", dim(&line));
        }
    }
    out
}

/// `1234567.89` as `12,34,567.89`.
fn rupees(amount: Rupees) -> String {
    let Rupees(paise) = amount;
    let magnitude = paise.unsigned_abs();
    let sign = if paise < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", grouped(&(magnitude / 100).to_string()), magnitude % 100)
}

/// Digits grouped as in India: the last three, then by twos.
fn grouped(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() * 3 / 2);
    for (place, digit) in digits.chars().enumerate() {
        let left = digits.len() - place;
        if place > 0 && left >= 3 && left % 2 == 1 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_as_in_india() {
        let written =
            [0, 5, 100, 99_999, 10_000_000, 123_456_789, -1_050].map(|paise| rupees(Rupees(paise)));
        assert_eq!(
            written,
            ["0.00", "0.05", "1.00", "999.99", "1,00,000.00", "12,34,567.89", "-10.50"]
        );
    }

    #[test]
    fn a_period_is_six_digits() {
        assert_eq!(period("042025").ok(), Some(Month { year: 2025, month: 4 }));
        for text in ["42025", "132025", "002025", "2025-04", "0420 5", "042016", ""] {
            assert!(period(text).is_err(), "{text}");
        }
    }
}
