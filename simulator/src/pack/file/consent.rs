//! Sessions that a taxpayer opens with a one-time password, and the books they lead to.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Name;
use crate::pack::located::Located;

/// A kind of session that a taxpayer consents to: `[consents.NAME]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ConsentFile {
    /// The one-time password that everybody gets, or `random`.
    pub otp: Located<String>,
    /// How long it can be used, in seconds.
    pub otp_life_s: i64,
    /// After so many wrong ones it is void.
    pub otp_tries: u32,
    /// How long a token can be used, in seconds.
    pub token_life_s: i64,
    /// A token whose life is over can be refreshed for so much longer, in seconds.
    pub refresh_s: i64,
    /// How long the taxpayer allows access, in minutes; 0: not at all.
    pub window_min: i64,
    /// How many sessions a user may have at once.
    pub most: usize,
    /// Whether `User` and `user` are the same user.
    #[serde(default)]
    pub any_case: bool,
    /// Keys that a refresh may bring: `new`, `old`, `rsa`, `double-base64`.
    pub refresh_keys: Vec<RefreshKeyFile>,
}

/// A way in which clients write the key of a refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RefreshKeyFile {
    /// A new key, encrypted under the session's.
    New,
    /// The key of the session's beginning, encrypted likewise.
    Old,
    /// A key encrypted with the network's public key.
    Rsa,
    /// A key in base64, encrypted under the session's.
    DoubleBase64,
}

/// What an endpoint does with such a session; the values are names of its fields.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ConsentStepFile {
    /// The kind of session.
    pub of: Name,
    /// What is done.
    pub step: StepFile,
    /// The user's name.
    pub user: Name,
    /// The state code.
    pub state: Name,
    /// The client's key, encrypted.
    #[serde(default)]
    pub app_key: Option<Name>,
    /// The one-time password, encrypted.
    #[serde(default)]
    pub otp: Option<Name>,
    /// The token.
    #[serde(default)]
    pub token: Option<Name>,
    /// The GSTIN that the call is about.
    #[serde(default)]
    pub gstin: Option<Name>,
    /// Sealed data of the request.
    #[serde(default)]
    pub data: Option<Name>,
    /// Its HMAC.
    #[serde(default)]
    pub hmac: Option<Name>,
}

/// What is done with a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StepFile {
    /// An OTP is sent.
    RequestOtp,
    /// The OTP opens a session.
    Open,
    /// New token, new keys.
    Refresh,
    /// The session ends.
    Close,
    /// The call is made under the session.
    Use,
}

/// The books that an endpoint opens; the values are names of its fields.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BooksFile {
    /// The return.
    #[serde(rename = "return")]
    pub of: ReturnFile,
    /// The period, `MMYYYY`.
    pub period: Name,
    /// Which section.
    #[serde(default)]
    pub section: Option<Name>,
    /// The map from the vendor's names of sections to ours; left out, ours in any case.
    #[serde(default)]
    pub sections: Option<Name>,
    /// Only documents with this counterparty.
    #[serde(default)]
    pub party: Option<Name>,
    /// Only documents with this place of supply.
    #[serde(default)]
    pub place: Option<Name>,
    /// Only documents of this day or later.
    #[serde(default)]
    pub since: Option<Name>,
    /// `Y`: only documents that wait for the taxpayer; `N`: only others.
    #[serde(default)]
    pub action_required: Option<Name>,
}

/// A return.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReturnFile {
    /// Outward supplies.
    Gstr1,
    /// Inward supplies.
    Gstr2a,
    /// The summary return.
    Gstr3b,
    /// The statement of composition taxpayers.
    Cmp08,
    /// Their annual return.
    Gstr4,
}
