//! What all kinds have in common.

use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};

use super::*;
use crate::model::{reply::Reply, wire::Wire};

/// A reply in JSON with nothing wrong.
pub(super) fn plain() -> Delivery {
    let headers = vec![(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    let body = Bytes::from_static(r#"{"gstin":"27AAACS0000A1ZG","name":"Société ₹"}"#.as_bytes());
    Reply { status: StatusCode::OK, headers, body }.into()
}

pub(super) fn apply(fault: &str, delivery: Delivery) -> Delivery {
    let fault = Fault::parse(fault).expect("it is one");
    fault.apply(delivery, &mut Dice::new(1, 2, b""))
}

/// What a fault makes of the bytes' way; the words stay.
pub(super) fn planned(fault: &str) -> Wire {
    let delivery = apply(fault, plain());
    assert_eq!(delivery.reply, plain().reply, "{fault} leaves the words alone");
    *delivery.wire.unwrap_or_default()
}

/// A fault of each kind; those that need settings with some.
fn all() -> Vec<Fault> {
    Fault::KINDS
        .iter()
        .map(|name| {
            let settings = if *name == "latency" { "(delay-ms=1)" } else { "" };
            Fault::parse(&format!("{name}{settings}")).expect("it is one")
        })
        .collect()
}

#[test]
fn every_kind_is_called_in_files_as_it_calls_itself() {
    for fault in all() {
        let text = format!("fault = {{ {} = {{ chanse = 1 }} }}", fault.name());
        let error = toml::from_str::<std::collections::BTreeMap<String, Fault>>(&text)
            .expect_err("no kind has such a setting")
            .to_string();

        assert!(error.contains("unknown field `chanse`"), "{}: {error}", fault.name());
        assert!(error.contains("`chance`"), "every kind may have a chance: {error}");
    }
}

#[test]
fn what_went_wrong_is_named() {
    for fault in all() {
        let delivery = fault.apply(plain(), &mut Dice::new(1, 2, b""));

        assert_eq!(delivery.faults, [fault.name()]);
        assert_ne!(
            Delivery { faults: Vec::new(), ..delivery },
            plain(),
            "{} changes something",
            fault.name()
        );
        assert!(!fault.told().is_empty(), "{}", fault.name());
    }
}

#[test]
fn the_dice_of_a_call_say_whether_a_chance_holds() {
    let fault = Fault::parse("connection-reset(chance=0.3)").expect("it is one");
    let happens = |call: u64| {
        let mut dice = Dice::new(1, 2, &call.to_le_bytes());
        !fault.apply(plain(), &mut dice).faults.is_empty()
    };

    let times = (0..1_000).filter(|call| happens(*call)).count();
    assert!((250..350).contains(&times), "{times} of 1,000");
    assert!((0..1_000).all(|call| happens(call) == happens(call)), "the same call, the same fault");
}

#[test]
fn a_chance_of_nothing_changes_nothing() {
    for name in Fault::KINDS.iter().filter(|name| **name != "latency") {
        assert_eq!(apply(&format!("{name}(chance=0)"), plain()), plain());
    }
}
