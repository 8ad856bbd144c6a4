//! What holds of queries, forms and multipart bodies, whatever is sent.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::{multipart, pairs};

/// A text as clients write it into a query or form.
fn encode(text: &str, plus: bool) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b' ' if plus => out.push('+'),
            byte if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            byte => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

proptest! {
    #[test]
    fn what_is_encoded_is_decoded(wanted in prop::collection::vec((".{1,8}", ".{0,20}"), 0..6), plus: bool) {
        let sent: Vec<_> = wanted
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name, plus), encode(value, plus)))
            .collect();
        prop_assert_eq!(pairs(sent.join("&").as_bytes()), wanted);
    }

    #[test]
    fn any_bytes_are_read_as_pairs_without_a_panic(bytes: Vec<u8>) {
        prop_assert!(pairs(&bytes).len() <= bytes.split(|byte| *byte == b'&').count());
    }

    #[test]
    fn percent_signs_in_any_place_do_no_harm(text in "[%0-9a-fA-F&=+é]{0,40}") {
        for (name, value) in pairs(text.as_bytes()) {
            prop_assert!(name.len() + value.len() <= text.len() * 3);
        }
    }

    #[test]
    fn text_parts_come_back_in_order(
        wanted in prop::collection::vec(("[a-z_]{1,8}", "[^-\r\n]{0,20}(\r\n)?[^-\r\n]{0,9}"), 0..5),
        boundary in "[A-Za-z0-9]{1,20}",
        preamble in "[a-z ]{0,9}",
    ) {
        let mut body = if preamble.is_empty() { String::new() } else { format!("{preamble}\r\n") };
        for (name, value) in &wanted {
            let _ = write!(
                body,
                "--{boundary}\r\nContent-Type: text/plain\r\nContent-Disposition: form-data; \
                 name=\"{name}\"\r\n\r\n{value}\r\n"
            );
        }
        let _ = write!(body, "--{boundary}--\r\n");
        prop_assert_eq!(multipart(body.as_bytes(), &boundary), Some(wanted));
    }

    #[test]
    fn any_bytes_are_multipart_or_none_without_a_panic(bytes: Vec<u8>, boundary in ".{0,5}") {
        let _ = multipart(&bytes, &boundary);
    }

    #[test]
    fn a_multipart_body_cut_off_anywhere_is_none(at in 0_usize..90) {
        let body = "--b\r\ncontent-disposition: form-data; name=\"gstin\"\r\n\r\n27AAACS0000A1ZG\r\n--b--";
        prop_assume!(at < body.len());
        prop_assert_eq!(multipart(&body.as_bytes()[..at], "b"), None);
    }
}
