//! What being late costs: late fee by the day, interest on what was paid in cash.

use jiff::civil::Date;

use super::document::{Paise, Tax};

const RUPEE: Paise = 100;

const CRORE: Paise = 10_000_000 * RUPEE;

/// Late fee a day and head, where something was to be told.
const A_DAY: Paise = 25 * RUPEE;

/// The same of a return without anything.
const A_DAY_NIL: Paise = 10 * RUPEE;

/// Interest in percent a year.
const INTEREST: Paise = 18;

/// How many days after the due day a return was filed; 0 where in time.
#[must_use]
pub fn days_late(due: Date, filed_on: Date) -> Paise {
    due.until(filed_on).map_or(0, |span| Paise::from(span.get_days()).max(0))
}

/// Central and state late fee of a GSTR-3B, as it is since June 2021.
///
/// The most depends on the turnover of a year, in paise.
#[must_use]
pub fn fee_of_gstr3b(days: Paise, nil: bool, turnover_of_year: Paise) -> Tax {
    let most = match turnover_of_year {
        _ if nil => 250,
        turnover if turnover <= CRORE * 3 / 2 => 1_000,
        turnover if turnover <= CRORE * 5 => 2_500,
        _ => 5_000,
    };
    both(days, if nil { A_DAY_NIL } else { A_DAY }, most * RUPEE)
}

/// Central and state late fee of an annual GSTR-4.
#[must_use]
pub fn fee_of_gstr4(days: Paise, nil: bool) -> Tax {
    both(days, A_DAY, if nil { 250 } else { 1_000 } * RUPEE)
}

fn both(days: Paise, a_day: Paise, most: Paise) -> Tax {
    let fee = days.saturating_mul(a_day).min(most);
    Tax { cgst: fee, sgst: fee, ..Tax::default() }
}

/// 18 % a year on what was paid in cash, by the day, to the nearest paisa.
#[must_use]
pub fn interest(cash: Tax, days: Paise) -> Tax {
    let on = |paise: Paise| (paise * days * INTEREST + 365 * 50).div_euclid(365 * 100);
    Tax { igst: on(cash.igst), cgst: on(cash.cgst), sgst: on(cash.sgst), cess: on(cash.cess) }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn in_time_costs_nothing() {
        let days = days_late(date(2025, 5, 20), date(2025, 5, 20));
        assert_eq!(days, 0);
        assert_eq!(days_late(date(2025, 5, 20), date(2025, 5, 16)), 0);
        assert_eq!(fee_of_gstr3b(days, false, 1_000), Tax::default());
        assert_eq!(interest(Tax { igst: 1_000_000, ..Tax::default() }, days), Tax::default());
    }

    #[test]
    fn a_late_summary_return_costs_fifty_rupees_a_day() {
        let days = days_late(date(2025, 4, 20), date(2025, 5, 2));
        assert_eq!(days, 12);
        assert_eq!(fee_of_gstr3b(days, false, 1_000).total(), 600 * RUPEE);
        assert_eq!(fee_of_gstr3b(days, true, 0).total(), 240 * RUPEE);
    }

    #[test]
    fn the_fee_has_a_top_by_turnover() {
        let fee = |turnover| fee_of_gstr3b(1_000, false, turnover).cgst;
        assert_eq!(fee(CRORE * 3 / 2), 1_000 * RUPEE);
        assert_eq!(fee(CRORE * 3 / 2 + 1), 2_500 * RUPEE);
        assert_eq!(fee(CRORE * 5 + 1), 5_000 * RUPEE);
        assert_eq!(fee_of_gstr3b(1_000, true, 0).sgst, 250 * RUPEE);
        assert_eq!(fee_of_gstr4(1_000, false).total(), 2_000 * RUPEE);
        assert_eq!(fee_of_gstr4(1_000, true).total(), 500 * RUPEE);
    }

    #[test]
    fn interest_is_eighteen_percent_a_year() {
        let cash = Tax { igst: 1_000 * RUPEE, cgst: 50, ..Tax::default() };
        assert_eq!(interest(cash, 365), Tax { igst: 180 * RUPEE, cgst: 9, ..Tax::default() });
        assert_eq!(interest(cash, 1).igst, 49, "49.3 paise");
    }
}
