use jiff::civil::date;
use serde_json::json;

use super::*;
use crate::taxpayers::{Register, Unknown};

const TODAY: Date = date(2026, 11, 21);

fn change(json: serde_json::Value) -> TaxpayerChange {
    serde_json::from_value(json).expect("it is one")
}

/// Somebody of the crowd who is active.
fn somebody() -> Taxpayer {
    let register = Register::new(1, Vec::new(), Unknown::Somebody);
    let active = |gstin: crate::model::gstin::Gstin| {
        let taxpayer = register.look_up(gstin.as_str(), TODAY)?.into_owned();
        (taxpayer.status == "Active").then_some(taxpayer)
    };
    register.population(100, None).find_map(active).expect("most are")
}

fn settled(json: serde_json::Value, of: &Taxpayer) -> Result<TaxpayerChange, String> {
    change(json).settled(of, TODAY).map_err(|error| error.field)
}

#[test]
fn what_follows_from_a_status_is_filled_in() {
    let of = somebody();
    let cancelled = settled(json!({ "status": "Cancelled" }), &of).expect("it can be");
    assert_eq!(cancelled.cancelled_on, Some(Some(TODAY)));
    assert_eq!(cancelled.applied(of.clone(), TODAY).last_day_of_trade(), Some(TODAY));

    let by_day = settled(json!({ "cancelled_on": "2026-11-01" }), &of).expect("it can be");
    assert_eq!(by_day.status.as_deref(), Some("Cancelled"));

    let suspended = settled(json!({ "status": "Suspended" }), &of).expect("it can be");
    assert_eq!(suspended.applied(of.clone(), TODAY).last_day_of_trade(), Some(TODAY));

    let gone = cancelled.applied(of.clone(), TODAY);
    let back = change(json!({ "status": "Active" })).settled(&gone, TODAY).expect("it can be");
    assert_eq!(back.cancelled_on, Some(None));
    let is = cancelled.then(back).applied(of, TODAY);
    assert_eq!((is.status.as_ref(), is.cancelled_on), ("Active", None));
}

#[test]
fn what_cannot_be_true_of_somebody_names_its_field() {
    let of = somebody();
    for (json, field) in [
        (json!({ "status": "Closed" }), "status"),
        (json!({ "cancelled_on": "2001-01-01" }), "cancelled_on"),
        (json!({ "registered_on": "2026-11-20", "cancelled_on": "2026-11-19" }), "cancelled_on"),
        (json!({ "updated_on": "2001-01-01" }), "updated_on"),
        (json!({ "principal_place": { "pin": "000000" } }), "principal_place.pin"),
    ] {
        assert_eq!(settled(json.clone(), &of), Err(field.to_owned()), "{json}");
    }
    assert_eq!(of.registered_on.max(date(2017, 7, 1)), of.registered_on);
}

#[test]
fn a_change_that_is_still_to_come_does_not_show() {
    let of = somebody();
    let change = settled(json!({ "cancelled_on": "2026-12-31" }), &of).expect("it can be");
    let on = |day| change.applied(of.clone(), day);
    assert_eq!((on(TODAY).status.as_ref(), on(TODAY).cancelled_on), ("Active", None));
    assert_eq!(on(date(2026, 12, 31)).status, "Cancelled");
}

#[test]
fn a_place_changes_in_part_and_its_offices_with_its_district() {
    let of = somebody();
    let street = change(json!({ "principal_place": { "street": "New Street" } }));
    let is = street.applied(of.clone(), TODAY);
    assert_eq!(is.principal_place.street, "New Street");
    assert_eq!(is.principal_place.city, of.principal_place.city);
    assert_eq!(is.state_jurisdiction, of.state_jurisdiction);

    let later = street.then(change(json!({ "principal_place": { "floor": "3rd" } })));
    let is = later.clone().applied(of.clone(), TODAY);
    assert_eq!((&*is.principal_place.street, &*is.principal_place.floor), ("New Street", "3rd"));
    let whole = later.then(change(json!({ "places": [{ "city": "Pune" }] })));
    let is = whole.applied(of, TODAY);
    assert_eq!((&*is.principal_place.street, &*is.principal_place.city), ("", "Pune"));
}
