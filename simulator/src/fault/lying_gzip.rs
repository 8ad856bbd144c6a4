//! Lying gzip: the header says that the body is compressed, and it is not, or not whole.

use std::io::Write as _;

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http::{HeaderValue, header::CONTENT_ENCODING};
use schemars::JsonSchema;
use serde::Deserialize;

use super::settings::Chance;
use crate::model::{dice::Dice, reply::Delivery};

/// Says `content-encoding: gzip` of something else; a file that is made while it is sent stays as it
/// is below the header.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct LyingGzip {
    /// What the body is.
    pub body: Lie,
    /// How likely it is, from 0 to 1; left out, certain.
    pub chance: Chance,
}

/// What is sent for gzip.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Lie {
    /// The body as it is.
    #[default]
    Plain,
    /// The first half of the compressed body.
    Cut,
    /// The compressed body with a checksum that is wrong.
    WrongChecksum,
}

impl LyingGzip {
    pub(super) fn told(&self) -> String {
        match self.body {
            Lie::Plain => "that says to be gzip and is not".to_owned(),
            Lie::Cut => "of half a gzip".to_owned(),
            Lie::WrongChecksum => "of gzip with a wrong checksum".to_owned(),
        }
    }

    pub(super) fn apply(&self, delivery: &mut Delivery, _dice: &mut Dice) {
        let reply = &mut delivery.reply;
        reply.headers.retain(|(name, _)| *name != CONTENT_ENCODING);
        reply.headers.push((CONTENT_ENCODING, HeaderValue::from_static("gzip")));
        if self.body == Lie::Plain {
            return;
        }
        let mut packed = pack(&reply.body);
        if self.body == Lie::Cut {
            packed.truncate(packed.len() / 2);
        } else if let Some(at) = packed.len().checked_sub(CHECKSUM) {
            packed[at] ^= 0xFF;
        }
        reply.body = Bytes::from(packed);
    }
}

/// So many bytes before its end gzip has its checksum: four, and behind them four of the length.
const CHECKSUM: usize = 8;

fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer
        .write_all(bytes)
        .and_then(|()| packer.finish())
        .expect("writing to memory does not fail")
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::GzDecoder;

    use crate::fault::tests::{apply, plain};

    #[test]
    fn what_is_said_to_be_gzip_cannot_be_unpacked() {
        for lie in ["plain", "cut", "wrong-checksum"] {
            let reply = apply(&format!("lying-gzip(body={lie})"), plain()).reply;

            assert_eq!(reply.headers.last().expect("one was added").1, "gzip");
            let read = GzDecoder::new(&*reply.body).read_to_end(&mut Vec::new());
            assert!(read.is_err(), "{lie}");
        }
        assert_eq!(apply("lying-gzip", plain()).reply.body, plain().reply.body);
    }

    #[test]
    fn only_the_checksum_is_wrong() {
        let reply = apply("lying-gzip(body=wrong-checksum)", plain()).reply;
        let mut bytes = Vec::new();
        let error = GzDecoder::new(&*reply.body).read_to_end(&mut bytes).expect_err("it is wrong");

        assert_eq!(bytes, plain().reply.body, "all of it is there");
        assert!(error.to_string().contains("corrupt gzip stream"), "{error}");
    }
}
