//! HTML error page: a load balancer answers in the vendor's place.

use bytes::Bytes;
use http::{HeaderValue, StatusCode, header::{CONTENT_TYPE, SERVER}};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::Error};

use super::settings::Chance;
use crate::model::{dice::Dice, reply::Delivery};

/// Sends the page that a load balancer shows where it cannot reach the vendor.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct HtmlErrorPage {
    /// Its status, from 200 to 599; such a page may well come with 200.
    #[serde(deserialize_with = "read_status")]
    #[schemars(with = "u16", range(min = 200, max = 599))]
    pub status: StatusCode,
    /// How likely it is, from 0 to 1; left out, certain.
    pub chance: Chance,
}

fn read_status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<StatusCode, D::Error> {
    let status = u16::deserialize(deserializer)?;
    let known = StatusCode::from_u16(status).ok().filter(|_| (200..600).contains(&status));
    known.ok_or_else(|| D::Error::custom(format!("{status} is no status from 200 to 599")))
}

impl Default for HtmlErrorPage {
    fn default() -> Self {
        Self { status: StatusCode::BAD_GATEWAY, chance: Chance::default() }
    }
}

impl HtmlErrorPage {
    pub(super) fn told(&self) -> String {
        format!("that is a load balancer's page, {}", self.status.as_u16())
    }

    pub(super) fn apply(&self, delivery: &mut Delivery, _dice: &mut Dice) {
        let title = match self.status {
            // The page is one of an error, whatever its status says.
            StatusCode::OK => "502 Bad Gateway".to_owned(),
            status => {
                let reason = status.canonical_reason().unwrap_or("Error");
                format!("{} {reason}", status.as_u16())
            }
        };
        let page = format!(
            "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n\
             <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
        );
        delivery.stream = None;
        delivery.reply.status = self.status;
        delivery.reply.headers = vec![
            (CONTENT_TYPE, HeaderValue::from_static("text/html")),
            (SERVER, HeaderValue::from_static("nginx")),
        ];
        delivery.reply.body = Bytes::from(page);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::{
        Fault,
        tests::{apply, plain},
    };

    #[test]
    fn nothing_of_the_vendor_is_left() {
        let reply = apply("html-error-page(status=503)", plain()).reply;

        assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(reply.headers[0].1, "text/html");
        let page = String::from_utf8(reply.body.to_vec()).expect("it is text");
        assert!(page.contains("<h1>503 Service Unavailable</h1>"), "{page}");
        assert!(!page.contains("gstin"), "{page}");
    }

    #[test]
    fn a_page_of_an_error_may_come_as_a_success() {
        let reply = apply("html-error-page(status=200)", plain()).reply;

        assert_eq!(reply.status, StatusCode::OK);
        assert!(String::from_utf8_lossy(&reply.body).contains("502 Bad Gateway"));
    }

    #[test]
    fn a_status_that_ends_no_exchange_is_none() {
        for status in ["100", "199", "600", "soon"] {
            assert!(Fault::parse(&format!("html-error-page(status={status})")).is_err(), "{status}");
        }
    }
}
