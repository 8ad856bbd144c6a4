//! Everything agrees with everything, for a hundred thousand of the crowd.

use super::*;
use crate::model::taxpayer::{Frequency, Place};

const NATURES: [&str; 17] = [
    "Bonded Warehouse",
    "EOU / STP / EHTP",
    "Export",
    "Factory / Manufacturing",
    "Import",
    "Input Service Distributor (ISD)",
    "Leasing Business",
    "Office / Sale Office",
    "Recipient of Goods or Services",
    "Retail Business",
    "SEZ",
    "Service Provision",
    "Supplier of Services",
    "Warehouse / Depot",
    "Wholesale Business",
    "Works Contract",
    "Others",
];

#[test]
fn every_taxpayer_is_consistent() {
    let register = Register::new(7, Vec::new(), Unknown::Somebody);
    let mut statuses: HashMap<String, usize> = HashMap::new();
    let mut types: HashMap<String, usize> = HashMap::new();
    let count = 100_000;
    for number in 0..count {
        let gstin = any_gstin(number);
        let taxpayer = register.look_up(gstin.as_str(), TODAY).expect("somebody");
        check(&gstin, &taxpayer);
        if gstin.kind() == GstinKind::Ordinary && gstin.state_code() != "25" {
            *statuses.entry(taxpayer.status.to_string()).or_default() += 1;
            *types.entry(taxpayer.taxpayer_type.to_string()).or_default() += 1;
        }
    }
    let total: usize = statuses.values().sum();
    let share = |table: &HashMap<String, usize>, name: &str| {
        table.iter().filter(|(key, _)| key.starts_with(name)).map(|(_, count)| count).sum::<usize>()
            * 1000
            / total
    };
    assert!((860..900).contains(&share(&statuses, "Active")), "{statuses:?}");
    assert!((55..85).contains(&share(&statuses, "Cancelled")), "{statuses:?}");
    assert!((30..50).contains(&share(&statuses, "Suspended")), "{statuses:?}");
    assert!((5..15).contains(&share(&statuses, "Inactive")), "{statuses:?}");
    assert!((40..140).contains(&share(&types, "Composition")), "{types:?}");
    assert!((2..20).contains(&share(&types, "SEZ")), "{types:?}");
}

fn check(gstin: &Gstin, taxpayer: &Taxpayer) {
    let state = crate::model::gstin::state(gstin.state_code()).expect("a known state");
    assert_eq!(taxpayer.gstin, gstin.as_str());
    assert_eq!(taxpayer.pan, gstin.pan().unwrap_or(""), "{gstin}");
    assert_eq!(
        (taxpayer.state_code.as_ref(), taxpayer.state_name.as_ref()),
        (state.code, state.name)
    );
    check_dates(gstin, taxpayer);
    check_role(gstin, taxpayer);
    check_name(gstin, taxpayer);
    check_places(gstin, taxpayer);
    assert!(taxpayer.state_jurisdiction.code.starts_with(state.letters), "{gstin}");
    assert!(taxpayer.state_jurisdiction.name.contains("SAMPLE"));
    assert_eq!(taxpayer.central_jurisdiction.code.len(), 6, "{gstin}");
    assert!(["MFT", "TRD", "SPO"].contains(&taxpayer.core_business.as_ref()));
}

fn check_dates(gstin: &Gstin, taxpayer: &Taxpayer) {
    assert!(taxpayer.registered_on >= date(2017, 7, 1), "{gstin}");
    assert!(taxpayer.registered_on <= date(2025, 12, 31), "{gstin}");
    assert!(taxpayer.updated_on >= taxpayer.registered_on, "{gstin}");
    assert!(taxpayer.updated_on <= date(2025, 12, 31), "{gstin}");
    assert_eq!(taxpayer.status.starts_with("Cancelled"), taxpayer.cancelled_on.is_some());
    if let Some(day) = taxpayer.cancelled_on {
        assert!(day >= taxpayer.registered_on && day <= taxpayer.updated_on, "{gstin}");
    }
    if gstin.state_code() == "38" {
        assert!(taxpayer.registered_on >= date(2019, 10, 31), "{gstin}: Ladakh was not there yet");
    }
}

fn check_role(gstin: &Gstin, taxpayer: &Taxpayer) {
    let expected: &[&str] = match gstin.kind() {
        GstinKind::Ordinary => &[
            "Regular",
            "Composition",
            "SEZ Unit",
            "SEZ Developer",
            "Input Service Distributor (ISD)",
        ],
        GstinKind::TaxDeductor => &["Tax Deductor"],
        GstinKind::GovernmentDepartment => &["Government Department ID"],
        GstinKind::TaxCollector => &["Tax Collector (Electronic Commerce Operator)"],
        GstinKind::NonResident => &["Non Resident Taxable Person"],
        GstinKind::OnlineServices => &["Non Resident Online Services Provider"],
        GstinKind::Embassy => &[
            "United Nation Body",
            "Consulate or Embassy of Foreign Country",
            "Other notified person",
        ],
    };
    let role = taxpayer.taxpayer_type.as_ref();
    assert!(expected.contains(&role), "{gstin}: {role}");
    if taxpayer.einvoice {
        assert!(role == "Regular" || role.starts_with("SEZ"), "{gstin}: {role}");
        assert_eq!(taxpayer.frequency, Frequency::Monthly, "{gstin}: too big to file quarterly");
    }
    let claims = matches!(gstin.kind(), GstinKind::Embassy | GstinKind::GovernmentDepartment);
    assert_eq!(taxpayer.frequency == Frequency::OnClaim, claims, "{gstin}");
    if role == "Composition" {
        assert!(matches!(taxpayer.pan.as_bytes()[3], b'P' | b'F' | b'H' | b'C' | b'E'), "{gstin}");
        assert_eq!(taxpayer.frequency, Frequency::Quarterly);
        let abroad = ["Export", "SEZ", "EOU / STP / EHTP"];
        assert!(taxpayer.natures.iter().all(|nature| !abroad.contains(&nature.as_ref())));
    }
    assert_eq!(role.starts_with("SEZ"), taxpayer.natures.iter().any(|nature| nature == "SEZ"));
}

fn check_name(gstin: &Gstin, taxpayer: &Taxpayer) {
    let name = taxpayer.legal_name.as_ref();
    assert_eq!(name, name.to_uppercase(), "{gstin}");
    assert!(!name.is_empty() && !name.contains("  ") && name.trim() == name, "{gstin}: {name:?}");
    assert!(taxpayer.members.iter().all(|member| *member == member.to_uppercase()));
    let constitution = taxpayer.constitution.as_ref();
    match constitution {
        "Private Limited Company" => assert!(name.ends_with(" PRIVATE LIMITED"), "{name}"),
        "Public Limited Company" => {
            assert!(name.ends_with(" LIMITED") && !name.ends_with(" PRIVATE LIMITED"), "{name}");
        }
        "Limited Liability Partnership" => assert!(name.ends_with(" LLP"), "{name}"),
        "Hindu Undivided Family" => assert!(name.ends_with(" HUF"), "{name}"),
        "Proprietorship" => assert_eq!(taxpayer.members, [name]),
        "Partnership" => assert!(taxpayer.members.len() >= 2, "{name}"),
        _ => {}
    }
    let Some(letter) = gstin.pan().map(|pan| pan.as_bytes()[3]) else { return };
    let expected: &[&str] = match letter {
        b'P' => &["Proprietorship"],
        b'C' => &[
            "Private Limited Company",
            "Public Limited Company",
            "Public Sector Undertaking",
            "Unlimited Company",
            "Foreign Company",
        ],
        b'H' => &["Hindu Undivided Family"],
        b'F' => &["Partnership", "Limited Liability Partnership"],
        b'E' => &["Limited Liability Partnership"],
        b'A' | b'T' | b'K' => &["Society/ Club/ Trust/ AOP"],
        b'L' => &["Local Authority"],
        b'J' => &["Statutory Body", "Others"],
        b'G' => &["Government Department"],
        _ => &["Others"],
    };
    assert!(expected.contains(&constitution), "{gstin}: {constitution}");
    let initial = char::from(gstin.pan().expect("has one").as_bytes()[4]);
    match letter {
        b'P' => {
            let surname = name.rsplit(' ').next().expect("a word");
            assert!(surname.starts_with(initial), "{gstin}: {name}");
        }
        b'C' | b'H' | b'F' | b'A' | b'T' | b'B' | b'J' => {
            assert!(name.starts_with(initial), "{gstin}: {name}");
        }
        _ => {}
    }
}

fn check_places(gstin: &Gstin, taxpayer: &Taxpayer) {
    let principal = &taxpayer.principal_place;
    check_place(gstin, taxpayer, principal);
    for place in &taxpayer.additional_places {
        check_place(gstin, taxpayer, place);
    }
    assert!(taxpayer.natures.iter().all(|nature| NATURES.contains(&nature.as_ref())), "{gstin}");
    let different: HashSet<_> = taxpayer.natures.iter().collect();
    assert_eq!(different.len(), taxpayer.natures.len(), "{gstin}: {:?}", taxpayer.natures);
}

fn check_place(gstin: &Gstin, taxpayer: &Taxpayer, place: &Place) {
    assert!(!place.natures.is_empty(), "{gstin}");
    assert!(place.natures.iter().all(|nature| taxpayer.natures.contains(nature)), "{gstin}");
    assert_eq!(place.state, taxpayer.state_name);
    assert!(!place.building_number.is_empty() && !place.locality.is_empty(), "{gstin}");
    if matches!(gstin.state_code(), "97" | "99") {
        assert!(place.pin.is_empty(), "{gstin}");
        return;
    }
    let region = nation().region(gstin.state_code()).expect("a state");
    assert!(region.has_pin(&place.pin), "{gstin}: {}", place.pin);
    let (district, ..) = region
        .spots
        .iter()
        .map(|spot| nation().place(*spot))
        .find(|(_, pin, _)| *pin == place.pin)
        .expect("a PIN of the table");
    assert_eq!((place.district.as_ref(), place.city.as_ref()), (district.name, district.city));
    if std::ptr::eq(place, &raw const taxpayer.principal_place) {
        assert_eq!(taxpayer.state_jurisdiction.code, district.state_office.code);
        assert_eq!(taxpayer.central_jurisdiction.name, district.central_office.name);
    }
}

#[test]
fn every_pin_of_the_table_is_in_its_state() {
    for region in &nation().regions {
        for spot in &region.spots {
            let (district, pin, _) = nation().place(*spot);
            assert!(region.has_pin(pin), "{} {}: {pin}", region.state.name, district.name);
        }
    }
    assert!(nation().regions.iter().filter(|region| region.spots.is_empty()).count() == 2);
}

#[test]
fn no_two_districts_share_a_tax_office() {
    let codes: HashSet<&str> =
        nation().districts.iter().map(|district| district.central_office.code.as_str()).collect();
    assert_eq!(codes.len(), nation().districts.len());
}
