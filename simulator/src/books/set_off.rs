//! Which credit pays which tax, as section 49 and rule 88A want it.
//!
//! Integrated credit goes first: against integrated tax, then against central and state tax in any
//! order, until none is left. Only then do central and state credit pay their own tax, and what
//! they have over may pay integrated tax, central before state. Central credit never pays state
//! tax, nor state credit central tax. Cess stays with cess.

use super::{
    document::{Paise, Tax},
    gstr3b::SetOff,
};

impl SetOff {
    /// Sets credit off against tax. Neither may owe the other side anything: below nothing is
    /// nothing.
    #[must_use]
    pub fn of(payable: Tax, credit: Tax) -> Self {
        let mut due = at_least_nothing(payable);
        let mut left = at_least_nothing(credit);
        let mut done = Self { i_by_i: pay(&mut due.igst, &mut left.igst), ..Self::default() };
        // Of the orders the rule leaves open, the one that saves cash: first what the own credit
        // of a tax will not reach.
        let mut short = due.cgst.saturating_sub(left.cgst).max(0);
        done.c_by_i = pay(&mut short, &mut left.igst);
        let mut short = due.sgst.saturating_sub(left.sgst).max(0);
        done.s_by_i = pay(&mut short, &mut left.igst);
        due.cgst -= done.c_by_i;
        due.sgst -= done.s_by_i;
        done.c_by_i += pay(&mut due.cgst, &mut left.igst);
        done.s_by_i += pay(&mut due.sgst, &mut left.igst);

        done.c_by_c = pay(&mut due.cgst, &mut left.cgst);
        done.s_by_s = pay(&mut due.sgst, &mut left.sgst);
        done.i_by_c = pay(&mut due.igst, &mut left.cgst);
        done.i_by_s = pay(&mut due.igst, &mut left.sgst);
        done.cess = pay(&mut due.cess, &mut left.cess);
        done
    }

    /// What was paid of each tax.
    #[must_use]
    pub fn paid(self) -> Tax {
        Tax {
            igst: self.i_by_i + self.i_by_c + self.i_by_s,
            cgst: self.c_by_i + self.c_by_c,
            sgst: self.s_by_i + self.s_by_s,
            cess: self.cess,
        }
    }

    /// What was used of each credit.
    #[must_use]
    pub fn used(self) -> Tax {
        Tax {
            igst: self.i_by_i + self.c_by_i + self.s_by_i,
            cgst: self.c_by_c + self.i_by_c,
            sgst: self.s_by_s + self.i_by_s,
            cess: self.cess,
        }
    }
}

/// Pays as much as there is of either.
fn pay(due: &mut Paise, left: &mut Paise) -> Paise {
    let paid = (*due).min(*left);
    *due -= paid;
    *left -= paid;
    paid
}

/// Each tax, where it is above nothing.
pub(super) fn at_least_nothing(tax: Tax) -> Tax {
    Tax {
        igst: tax.igst.max(0),
        cgst: tax.cgst.max(0),
        sgst: tax.sgst.max(0),
        cess: tax.cess.max(0),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tax(igst: Paise, cgst: Paise, sgst: Paise) -> Tax {
        Tax { igst, cgst, sgst, cess: 0 }
    }

    #[test]
    fn integrated_credit_pays_integrated_tax_first() {
        let done = SetOff::of(tax(100, 50, 50), tax(120, 50, 50));

        assert_eq!((done.i_by_i, done.c_by_i, done.s_by_i), (100, 20, 0));
        assert_eq!((done.c_by_c, done.s_by_s), (30, 50), "its rest goes before central credit");
        assert_eq!(done.paid(), tax(100, 50, 50));
    }

    #[test]
    fn integrated_credit_goes_where_own_credit_does_not_reach() {
        let done = SetOff::of(tax(0, 100, 100), tax(80, 90, 30));

        assert_eq!((done.c_by_i, done.s_by_i), (10, 70));
        assert_eq!(done.paid(), tax(0, 100, 100), "no cash is needed");
    }

    #[test]
    fn own_credit_pays_its_own_tax_before_integrated_tax() {
        let done = SetOff::of(tax(100, 20, 20), tax(0, 60, 90));

        assert_eq!((done.c_by_c, done.s_by_s), (20, 20));
        assert_eq!((done.i_by_c, done.i_by_s), (40, 60), "central before state");
    }

    #[test]
    fn central_credit_never_pays_state_tax() {
        let done = SetOff::of(tax(0, 0, 100), tax(0, 100, 0));

        assert_eq!(done, SetOff::default());
    }

    #[test]
    fn cess_stays_with_cess() {
        let done = SetOff::of(Tax { cess: 70, ..tax(10, 0, 0) }, Tax { cess: 90, ..tax(0, 0, 0) });

        assert_eq!(done, SetOff { cess: 70, ..SetOff::default() });
    }

    #[test]
    fn below_nothing_is_nothing() {
        assert_eq!(
            SetOff::of(tax(-5, 10, 10), tax(-7, 3, -1)),
            SetOff { c_by_c: 3, ..SetOff::default() }
        );
    }

    fn any_tax() -> impl Strategy<Value = Tax> {
        [0..1_000_i64, 0..1_000, 0..1_000, 0..1_000].prop_map(|[igst, cgst, sgst, cess]| Tax {
            igst,
            cgst,
            sgst,
            cess,
        })
    }

    proptest! {
        #[test]
        fn nothing_is_paid_twice_and_no_credit_lies_idle_before_its_time(
            payable in any_tax(), credit in any_tax(),
        ) {
            let done = SetOff::of(payable, credit);
            let (paid, used) = (done.paid(), done.used());
            prop_assert_eq!(paid.total(), used.total());
            for (paid, payable) in heads(paid).into_iter().zip(heads(payable)) {
                prop_assert!(0 <= paid && paid <= payable);
            }
            for (used, credit) in heads(used).into_iter().zip(heads(credit)) {
                prop_assert!(0 <= used && used <= credit);
            }
            let integrated_left = credit.igst - used.igst;
            let other_used = used.cgst + used.sgst;
            prop_assert!(integrated_left == 0 || other_used == 0, "integrated credit goes first");
            prop_assert!(done.i_by_s == 0 || used.cgst == credit.cgst, "central before state");
            prop_assert!(done.i_by_c == 0 || done.c_by_c + done.c_by_i == payable.cgst);
        }

        #[test]
        fn no_other_lawful_order_needs_less_cash(
            payable in any_tax(), credit in any_tax(), share in 0..=1_000_i64,
        ) {
            let best = SetOff::of(payable, credit).paid().total();
            let i_by_i = payable.igst.min(credit.igst);
            let rest = credit.igst - i_by_i;
            let c_by_i = (rest * share / 1_000).min(payable.cgst);
            let s_by_i = (rest - c_by_i).min(payable.sgst);
            let c_by_i = (rest - s_by_i).min(payable.cgst);
            let c_by_c = (payable.cgst - c_by_i).min(credit.cgst);
            let s_by_s = (payable.sgst - s_by_i).min(credit.sgst);
            let over = credit.cgst - c_by_c + credit.sgst - s_by_s;
            let other = i_by_i + c_by_i + s_by_i + c_by_c + s_by_s
                + over.min(payable.igst - i_by_i) + payable.cess.min(credit.cess);
            prop_assert!(best >= other, "{best} against {other}");
        }
    }

    fn heads(tax: Tax) -> [Paise; 4] {
        [tax.igst, tax.cgst, tax.sgst, tax.cess]
    }
}
