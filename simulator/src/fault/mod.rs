//! Faults: what can go wrong with a reply between the vendor and its caller.
//!
//! One file a kind. A fault edits the [`Delivery`], a plan; `server` carries the plan out. So a
//! fault has no clock and no socket, and its tests need none. Whatever goes wrong, the vendor has
//! done what was asked of it: sessions are open, credits are charged, the journal has the call.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{dice::Dice, reply::Delivery};

mod parse;
mod settings;
pub mod tls;

pub use self::{
    parse::ParseError,
    settings::{At, Chance, How, Millis, Rate},
};

/// The register: a line a kind, with its module and its name.
macro_rules! faults {
    ($($(#[doc = $doc:literal])+ $module:ident::$Kind:ident = $name:literal;)+) => {
        $(pub mod $module;)+

        /// One fault with its settings, as scenario files write it: `{ drip = { bytes-per-second = 100 } }`.
        #[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case")]
        pub enum Fault {
            $($(#[doc = $doc])+ $Kind($module::$Kind),)+
        }

        impl Fault {
            /// The names of all kinds.
            pub const KINDS: &'static [&'static str] = &[$($name),+];

            /// Its kind's name.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$Kind(_) => $name,)+
                }
            }

            /// How it reads behind "a reply …", for people.
            #[must_use]
            pub fn told(&self) -> String {
                match self {
                    $(Self::$Kind(fault) => fault.told() + &fault.chance.told(),)+
                }
            }

            /// The delivery with this fault in it, where its chance holds.
            #[must_use]
            pub fn apply(&self, mut delivery: Delivery, dice: &mut Dice) -> Delivery {
                match self {
                    $(Self::$Kind(fault) => if fault.chance.holds(dice) {
                        delivery.faults.push($name);
                        fault.apply(&mut delivery, dice);
                    })+
                }
                delivery
            }
        }
    };
}

faults! {
    /// Comes late.
    latency::Latency = "latency";
    /// Stops, and the connection stays open.
    hang::Hang = "hang";
    /// Comes a few bytes of the head at a time.
    slow_headers::SlowHeaders = "slow-headers";
    /// Comes a few bytes of the body at a time.
    drip::Drip = "drip";
    /// Comes over a slow line.
    bandwidth::Bandwidth = "bandwidth";
    /// Ends in the middle of the body.
    truncated_body::TruncatedBody = "truncated-body";
    /// Announces another length than it has.
    wrong_content_length::WrongContentLength = "wrong-content-length";
    /// Comes in chunks, one of which is broken.
    malformed_chunk::MalformedChunk = "malformed-chunk";
    /// Has no body.
    empty_reply::EmptyReply = "empty-reply";
    /// The connection is reset.
    connection_reset::ConnectionReset = "connection-reset";
    /// The connection is closed without a byte.
    close_without_reply::CloseWithoutReply = "close-without-reply";
    /// Bytes that are no HTTP come.
    garbage::Garbage = "garbage";
    /// The body is no JSON.
    malformed_json::MalformedJson = "malformed-json";
    /// A load balancer's page comes.
    html_error_page::HtmlErrorPage = "html-error-page";
    /// The body is in another encoding than the header says.
    wrong_charset::WrongCharset = "wrong-charset";
    /// A byte order mark stands before the body.
    bom::Bom = "bom";
    /// The body is said to be gzip and is not.
    lying_gzip::LyingGzip = "lying-gzip";
    /// Headers come twice.
    duplicated_headers::DuplicatedHeaders = "duplicated-headers";
    /// A 1xx comes, and nothing behind it.
    informational_only::InformationalOnly = "informational-only";
    /// The connection ends under the next request.
    keep_alive_closed::KeepAliveClosed = "keep-alive-closed";
    /// All is done, and the reply never arrives.
    lost_reply::LostReply = "lost-reply";
    /// Comes twice.
    duplicate_delivery::DuplicateDelivery = "duplicate-delivery";
}

#[cfg(test)]
mod tests;
