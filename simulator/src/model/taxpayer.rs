//! Who is registered: the facts that every vendor tells in its own words.

use std::borrow::Cow;

use jiff::civil::Date;

/// A text that is either one of the program's own or made for one taxpayer.
pub type Text = Cow<'static, str>;

/// A registration under GST, the same through every vendor.
///
/// Texts are as the GST portal writes them (legal names in capitals, value lists in mixed case);
/// an unknown text is empty. A pack turns them into its vendor's words.
#[derive(Clone, Debug, PartialEq)]
pub struct Taxpayer {
    /// The number it was asked under; 15 characters, usually a valid GSTIN.
    pub gstin: Text,
    /// Characters 3 to 12 of the GSTIN where those are a PAN, else empty.
    pub pan: Text,
    /// Name in the register, in capitals.
    pub legal_name: Text,
    /// Name it trades under; may be empty.
    pub trade_name: Text,
    /// Constitution of business, such as `Private Limited Company`.
    pub constitution: Text,
    /// Taxpayer type, such as `Regular` or `SEZ Unit`.
    pub taxpayer_type: Text,
    /// `Active`, `Suspended`, `Cancelled`, `Cancelled suo-moto`, `Inactive` or `Provisional`.
    pub status: Text,
    /// First day of the registration.
    pub registered_on: Date,
    /// Last day of the registration, where it was cancelled.
    pub cancelled_on: Option<Date>,
    /// When the register's entry last changed.
    pub updated_on: Date,
    /// The GST state code, two digits.
    pub state_code: Text,
    /// The state's name.
    pub state_name: Text,
    /// The state's tax office in charge.
    pub state_jurisdiction: Jurisdiction,
    /// The Union's tax office in charge.
    pub central_jurisdiction: Jurisdiction,
    /// All natures of business, such as `Retail Business`.
    pub natures: Vec<Text>,
    /// Core business code: `MFT`, `TRD` or `SPO`.
    pub core_business: Text,
    /// Whether the taxpayer must issue e-invoices.
    pub einvoice: bool,
    /// Directors, partners, trustees or the proprietor, in capitals.
    pub members: Vec<Text>,
    /// How often the taxpayer files.
    pub frequency: Frequency,
    /// Principal place of business.
    pub principal_place: Place,
    /// Additional places of business.
    pub additional_places: Vec<Place>,
}

impl Taxpayer {
    /// The last day on which it may trade: of the registration, or before its suspension.
    ///
    /// Of a provisional registration the day before the first, since it never begins to trade.
    #[must_use]
    pub fn last_day_of_trade(&self) -> Option<Date> {
        match self.status.as_ref() {
            "Suspended" | "Inactive" => Some(self.updated_on),
            "Provisional" => self.registered_on.yesterday().ok(),
            _ => self.cancelled_on,
        }
    }

    /// Whether it may buy and sell under its number on a day.
    #[must_use]
    pub fn trades_on(&self, day: Date) -> bool {
        self.registered_on <= day && self.last_day_of_trade().is_none_or(|last| day <= last)
    }
}

/// A tax office: its name and its code.
#[derive(Clone, Debug, PartialEq)]
pub struct Jurisdiction {
    /// Name, such as `RANGE-IV`.
    pub name: Text,
    /// Code, such as `VX0204`.
    pub code: Text,
}

/// How often a taxpayer files its main return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frequency {
    /// Every month.
    Monthly,
    /// Every quarter: QRMP and composition.
    Quarterly,
    /// Now and then, on a claim.
    OnClaim,
}

/// A place of business. Any text may be empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    /// House, plot or door number.
    pub building_number: Text,
    /// Name of the premises.
    pub building_name: Text,
    /// Floor or flat.
    pub floor: Text,
    /// Street.
    pub street: Text,
    /// Locality.
    pub locality: Text,
    /// City, town or village.
    pub city: Text,
    /// District.
    pub district: Text,
    /// State by name.
    pub state: Text,
    /// PIN code, six digits.
    pub pin: Text,
    /// Degrees north, as text.
    pub latitude: Text,
    /// Degrees east, as text.
    pub longitude: Text,
    /// Landmark.
    pub landmark: Text,
    /// What is done here.
    pub natures: Vec<Text>,
}

/// One return as filed.
#[derive(Clone, Debug, PartialEq)]
pub struct Filing {
    /// Return type as GSTN writes it: `GSTR1`, `GSTR3B`, `CMP08`, …
    pub return_type: Text,
    /// Month of the period's end, 1 to 12.
    pub period_month: u8,
    /// Year of the period's end.
    pub period_year: i16,
    /// Day of filing.
    pub filed_on: Date,
    /// Acknowledgement reference number, 15 characters.
    pub arn: Text,
    /// `ONLINE` or `OFFLINE`.
    pub mode: Text,
    /// `Filed`.
    pub status: Text,
    /// Whether the filing counts.
    pub valid: bool,
}
