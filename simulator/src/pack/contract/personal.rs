//! What a value of an answer says of somebody: `[personal]`, for recordings.
//!
//! A recording replaces every text that it does not know to be harmless. What is said here makes the
//! stand-ins better: a name for a name, a street for a street. What a vendor's bodies tell by their
//! holes need not be said: [`PersonalKind::of_hole`] reads it from there.

use schemars::JsonSchema;
use serde::Deserialize;

/// What a text tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PersonalKind {
    /// Nothing of anybody: a status, a day, a code. It stays.
    Plain,
    /// A state by its name or code; it stays where it is one.
    State,
    /// What went wrong, in a sentence: words that the pack knows stay.
    Message,
    /// A GSTIN, or a UIN.
    Gstin,
    /// A PAN.
    Pan,
    /// An acknowledgement reference number.
    Arn,
    /// The name in the register.
    LegalName,
    /// The name it trades under.
    TradeName,
    /// A person's name: a director, a partner, a contact.
    PersonName,
    /// House, plot or door number.
    BuildingNumber,
    /// Name of the premises.
    BuildingName,
    /// Floor or flat.
    Floor,
    /// Street.
    Street,
    /// Locality.
    Locality,
    /// City, town or village.
    City,
    /// District.
    District,
    /// PIN code.
    Pin,
    /// Degrees north.
    Latitude,
    /// Degrees east.
    Longitude,
    /// Landmark.
    Landmark,
    /// A whole address in a line, parts between commas.
    Address,
    /// Name of a tax office.
    OfficeName,
    /// Code of a tax office.
    OfficeCode,
    /// A telephone number.
    Phone,
    /// An e-mail address.
    Email,
    /// Number of an invoice, a note, a bill.
    DocumentNumber,
    /// A user's name at the portal.
    UserName,
    /// A one-time password.
    Otp,
    /// A token, a key, an id: letters and digits that mean nothing.
    Token,
    /// The address of a file.
    Link,
}

/// What a part of a hole's expression says; the first that is in it counts.
const HOLES: [(&str, PersonalKind); 45] = {
    use PersonalKind::{
        Address, Arn, BuildingName, BuildingNumber, City, District, DocumentNumber, Floor, Gstin,
        Landmark, Latitude, LegalName, Link, Locality, Longitude, Message, OfficeCode, OfficeName,
        Pan, PersonName, Pin, Plain, State, Street, Token, TradeName,
    };
    [
        // Two parts in one text are an address.
        ("[taxpayer.principal_place.", Address),
        ("[place.", Address),
        ("jurisdiction.name", OfficeName),
        ("jurisdiction.code", OfficeCode),
        (".legal_name", LegalName),
        (".supplier_name", LegalName),
        (".trade_name", TradeName),
        ("row.name", LegalName),
        ("party.name", LegalName),
        (".members", PersonName),
        (".building_number", BuildingNumber),
        (".building_name", BuildingName),
        (".floor", Floor),
        (".street", Street),
        (".locality", Locality),
        (".city", City),
        (".district", District),
        (".pincode", Pin),
        (".pin", Pin),
        (".latitude", Latitude),
        (".longitude", Longitude),
        (".landmark", Landmark),
        (".full", Address),
        (".state_name", State),
        (".state_code", State),
        ("place.state", State),
        ("_place.state", State),
        ("gstin", Gstin),
        ("party.key", Gstin),
        ("row.operator", Gstin),
        (".pan", Pan),
        (".arn", Arn),
        ("invoice.number", DocumentNumber),
        (".original_number", DocumentNumber),
        (".about_number", DocumentNumber),
        ("note.number", DocumentNumber),
        ("bill.number", DocumentNumber),
        ("document.number", DocumentNumber),
        ("invoice.bill", DocumentNumber),
        (".link", Link),
        ("random.", Token),
        ("session.window", Plain),
        ("session.", Token),
        ("seal.", Token),
        ("reason", Message),
    ]
};

/// What else is a token or a number that leads to somebody.
const MORE: [(&str, PersonalKind); 9] = [
    (".irn", PersonalKind::Token),
    (".checksum", PersonalKind::Token),
    ("_checksum", PersonalKind::Token),
    (".hash", PersonalKind::Token),
    ("file.key", PersonalKind::Token),
    ("file.token", PersonalKind::Token),
    ("run.from", PersonalKind::DocumentNumber),
    ("run.to", PersonalKind::DocumentNumber),
    ("message", PersonalKind::Message),
];

/// Roots of what a request says: what is there is whatever the caller wrote.
const ECHOES: [&str; 3] = ["fields.", "request.", "session.sealed"];

impl PersonalKind {
    /// What a hole of a body says, such as `{{ taxpayer.legal_name }}`; `None` of a text without one,
    /// and of what a request brought.
    #[must_use]
    pub fn of_hole(text: &str) -> Option<Self> {
        let (_, rest) = text.split_once("{{")?;
        let (expression, _) = rest.split_once("}}")?;
        let expression = expression.trim();
        // What decides between two words of the body's own says nothing by itself.
        if expression.starts_with('\'') {
            return Some(Self::Plain);
        }
        if let Some((_, kind)) =
            HOLES.iter().chain(&MORE).find(|(part, _)| expression.contains(part))
        {
            return Some(*kind);
        }
        let echo = ECHOES.iter().any(|root| expression.starts_with(root));
        (!echo).then_some(Self::Plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hole_tells_what_stands_there() {
        for (hole, kind) in [
            ("{{ taxpayer.legal_name }}", PersonalKind::LegalName),
            ("{{ taxpayer.trade_name or none }}", PersonalKind::TradeName),
            ("{{ taxpayer.state_jurisdiction.code }}", PersonalKind::OfficeCode),
            ("{{ place.pin }}", PersonalKind::Pin),
            ("{{ place.full }}", PersonalKind::Address),
            ("{{ party.gstin }}", PersonalKind::Gstin),
            ("{{ taxpayer.status | mapped('status') }}", PersonalKind::Plain),
            ("{{ 'Y' if party.filed else 'N' }}", PersonalKind::Plain),
            ("TID{{ random.uuid_hex }}", PersonalKind::Token),
            ("{{ reason or message }}", PersonalKind::Message),
            (
                "{{ session.window_min | default(settings.window_min) | string }}",
                PersonalKind::Plain,
            ),
            (
                "{{ [taxpayer.principal_place.building_number, taxpayer.principal_place.building_name] | select | join(', ') }}",
                PersonalKind::Address,
            ),
        ] {
            assert_eq!(PersonalKind::of_hole(hole), Some(kind), "{hole}");
        }
        assert_eq!(PersonalKind::of_hole("{{ fields.gst }}"), None, "whatever the caller wrote");
        assert_eq!(PersonalKind::of_hole("success"), None);
    }
}
