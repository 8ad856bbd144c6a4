//! State codes: the first two digits of a GSTIN.

/// A state or territory as GSTN numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// Two digits, such as `27`.
    pub code: &'static str,
    /// Name as the portal writes it.
    pub name: &'static str,
    /// Two letters, as they begin the codes of the state's tax offices.
    pub letters: &'static str,
}

const fn row(code: &'static str, name: &'static str, letters: &'static str) -> State {
    State { code, name, letters }
}

/// Every code that a GSTIN may begin with, in order.
///
/// 25 was merged into 26 on 2020-01-26, 28 is Andhra Pradesh before its bifurcation. 96 (other
/// country) is a place of supply only and no GSTIN begins with it.
pub const STATES: [State; 40] = [
    row("01", "Jammu and Kashmir", "JK"),
    row("02", "Himachal Pradesh", "HP"),
    row("03", "Punjab", "PB"),
    row("04", "Chandigarh", "CH"),
    row("05", "Uttarakhand", "UK"),
    row("06", "Haryana", "HR"),
    row("07", "Delhi", "DL"),
    row("08", "Rajasthan", "RJ"),
    row("09", "Uttar Pradesh", "UP"),
    row("10", "Bihar", "BR"),
    row("11", "Sikkim", "SK"),
    row("12", "Arunachal Pradesh", "AR"),
    row("13", "Nagaland", "NL"),
    row("14", "Manipur", "MN"),
    row("15", "Mizoram", "MZ"),
    row("16", "Tripura", "TR"),
    row("17", "Meghalaya", "ML"),
    row("18", "Assam", "AS"),
    row("19", "West Bengal", "WB"),
    row("20", "Jharkhand", "JH"),
    row("21", "Odisha", "OD"),
    row("22", "Chhattisgarh", "CG"),
    row("23", "Madhya Pradesh", "MP"),
    row("24", "Gujarat", "GJ"),
    row("25", "Daman and Diu", "DD"),
    row("26", "Dadra and Nagar Haveli and Daman and Diu", "DN"),
    row("27", "Maharashtra", "MH"),
    row("28", "Andhra Pradesh", "AP"),
    row("29", "Karnataka", "KA"),
    row("30", "Goa", "GA"),
    row("31", "Lakshadweep", "LD"),
    row("32", "Kerala", "KL"),
    row("33", "Tamil Nadu", "TN"),
    row("34", "Puducherry", "PY"),
    row("35", "Andaman and Nicobar Islands", "AN"),
    row("36", "Telangana", "TG"),
    row("37", "Andhra Pradesh", "AP"),
    row("38", "Ladakh", "LA"),
    row("97", "Other Territory", "OT"),
    row("99", "Centre Jurisdiction", "CT"),
];

/// The state with this code.
#[must_use]
pub fn state(code: &str) -> Option<&'static State> {
    let &[tens @ b'0'..=b'9', ones @ b'0'..=b'9'] = code.as_bytes() else { return None };
    match usize::from(tens - b'0') * 10 + usize::from(ones - b'0') {
        number @ 1..=38 => Some(&STATES[number - 1]),
        97 => Some(&STATES[38]),
        99 => Some(&STATES[39]),
        _ => None,
    }
}
