//! A file as it is sent: one member, `<name>.json`, in a gzip'd tar.
//!
//! Everything is a function of what is packed and of the time given, so a file that is packed twice
//! has the same bytes, and no copy of it need be kept. Nothing here holds more than some 200 KiB.

use std::io::{self, Write};

use flate2::{Compression, GzBuilder};
use sha2::{Digest as _, Sha256};
use tar::{EntryType, Header};

use crate::gstn::{
    Key,
    key::to_hex,
    sealing::{Sealer, sealed_length},
};

/// A tar is made of records of this size, in bytes.
const RECORD: u64 = 512;

/// So much JSON is sealed at once, in bytes: 64 KiB when it is.
const TURN: usize = 36 * 1024;

/// So much is handed on at once, in bytes.
pub const PIECE: usize = 64 * 1024;

/// How a file is packed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packing {
    /// The key its content is sealed with.
    pub key: Key,
    /// The member's name; 100 bytes at the most.
    pub member: String,
    /// Whether the content stands in double quotes.
    pub quoted: bool,
    /// When it was made, in epoch seconds: for the tar and the gzip header.
    pub made_at_s: u32,
}

/// A file's length and hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// Bytes of the tar.gz.
    pub length: u64,
    /// SHA-256 of the tar.gz, in hex.
    pub sha256: String,
}

impl Packing {
    /// How long the member is, in bytes.
    #[must_use]
    pub fn member_length(&self, json: usize) -> u64 {
        sealed_length(json) as u64 + if self.quoted { 2 } else { 0 }
    }

    /// Writes the file, in pieces of 64 KiB; only the last is shorter.
    ///
    /// # Errors
    ///
    /// What `out` says; a member's name that is too long for a tar.
    pub fn write(&self, json: &[u8], out: impl Write) -> io::Result<()> {
        // The level decides between 6 and 5 MB, and between 50 and 200 ms: cipher text in base64
        // has six bits in each character, and next to nothing to find twice.
        let mut gzip = GzBuilder::new()
            .mtime(self.made_at_s)
            .operating_system(UNIX)
            .write(Pieces::new(out), Compression::fast());
        let length = self.member_length(json.len());
        gzip.write_all(self.header(length)?.as_bytes())?;
        if self.quoted {
            gzip.write_all(b"\"")?;
        }
        let mut sealer = Sealer::without_mac(&self.key);
        let mut sealed = Vec::with_capacity(PIECE + PIECE / 2);
        for piece in json.chunks(TURN) {
            sealer.push(piece, &mut sealed);
            gzip.write_all(&sealed)?;
            sealed.clear();
        }
        sealer.finish(&mut sealed);
        gzip.write_all(&sealed)?;
        if self.quoted {
            gzip.write_all(b"\"")?;
        }
        // The last record is filled up; two empty ones end a tar.
        let fill = length.next_multiple_of(RECORD) - length + 2 * RECORD;
        io::copy(&mut io::Read::take(io::repeat(0), fill), &mut gzip)?;
        gzip.finish()?.finish()
    }

    /// Length and hash, without keeping the file.
    ///
    /// # Errors
    ///
    /// A member's name that is too long for a tar.
    pub fn measure(&self, json: &[u8]) -> io::Result<Measure> {
        let mut meter = Meter::default();
        self.write(json, &mut meter)?;
        Ok(meter.read())
    }

    fn header(&self, length: u64) -> io::Result<Header> {
        let mut header = Header::new_ustar();
        header.set_path(&self.member)?;
        header.set_size(length);
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(self.made_at_s.into());
        header.set_entry_type(EntryType::Regular);
        header.set_cksum();
        Ok(header)
    }
}

/// What gzip calls Unix; left alone, the header tells the machine's system.
const UNIX: u8 = 3;

/// Counts and hashes what is written, and keeps nothing.
#[derive(Debug, Default)]
struct Meter {
    length: u64,
    hash: Sha256,
}

impl Meter {
    fn read(self) -> Measure {
        Measure { length: self.length, sha256: to_hex(&self.hash.finalize()) }
    }
}

impl Write for Meter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.length += bytes.len() as u64;
        self.hash.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Gathers what is written into pieces of one size.
struct Pieces<Out> {
    out: Out,
    piece: Vec<u8>,
    /// Nobody takes them any more. Gzip tries again when it is dropped; the taker is not asked again.
    gone: bool,
}

impl<Out: Write> Pieces<Out> {
    fn new(out: Out) -> Self {
        Self { out, piece: Vec::with_capacity(PIECE), gone: false }
    }

    fn hand_on(&mut self) -> io::Result<()> {
        if self.gone {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let handed = self.out.write_all(&self.piece);
        self.gone = handed.is_err();
        self.piece.clear();
        handed
    }

    fn finish(mut self) -> io::Result<()> {
        if self.piece.is_empty() { Ok(()) } else { self.hand_on() }
    }
}

impl<Out: Write> Write for Pieces<Out> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(PIECE - self.piece.len());
        self.piece.extend_from_slice(&bytes[..taken]);
        if self.piece.len() == PIECE {
            self.hand_on()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::GzDecoder;
    use proptest::prelude::*;

    use super::*;
    use crate::gstn::envelope::open_file;

    fn packing(quoted: bool) -> Packing {
        Packing {
            key: Key([9; 32]),
            member: "returns_16042025_R1_27AAACS0000A1ZG_b2b_0.json".to_owned(),
            quoted,
            made_at_s: 1_744_800_000,
        }
    }

    fn packed(packing: &Packing, json: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        packing.write(json, &mut out).expect("a vector takes all");
        out
    }

    /// The one member of a file: its name, when it was made, its content.
    fn member(file: &[u8]) -> (String, u64, Vec<u8>) {
        let mut archive = tar::Archive::new(GzDecoder::new(file));
        let mut entries = archive.entries().expect("a tar");
        let mut entry = entries.next().expect("a member").expect("one that can be read");
        let path = entry.path().expect("a name").display().to_string();
        let made = entry.header().mtime().expect("a time");
        let mut content = Vec::new();
        entry.read_to_end(&mut content).expect("a content");
        drop(entry);
        assert!(entries.next().is_none(), "there is one member only");
        (path, made, content)
    }

    #[test]
    fn a_file_is_one_member_of_a_tar_with_the_time_given() {
        let packing = packing(true);
        let (path, made, content) = member(&packed(&packing, b"{}"));

        assert_eq!((path.as_str(), made), (packing.member.as_str(), 1_744_800_000));
        assert!(content.starts_with(b"\"") && content.ends_with(b"\""));
        assert_eq!(
            GzDecoder::new(packed(&packing, b"{}").as_slice())
                .header()
                .map(flate2::GzHeader::mtime),
            Some(1_744_800_000)
        );
    }

    #[test]
    fn a_name_that_no_tar_takes_is_an_error() {
        let packing = Packing { member: "n".repeat(300), ..packing(true) };
        assert!(packing.write(b"{}", io::sink()).is_err());
    }

    #[test]
    fn pieces_have_one_size_but_for_the_last() {
        struct Sizes(Vec<usize>);
        impl Write for Sizes {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0.push(bytes.len());
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let json: Vec<u8> =
            (0..300_000_u32).flat_map(|n| n.wrapping_mul(0x9E37_79B9).to_le_bytes()).collect();
        let mut sizes = Sizes(Vec::new());
        packing(false).write(&json, &mut sizes).expect("it takes all");

        let (last, others) = sizes.0.split_last().expect("there are pieces");
        assert!(others.len() > 3 && others.iter().all(|size| *size == PIECE), "{others:?}");
        assert!(*last <= PIECE);
    }

    #[test]
    fn a_client_that_is_gone_ends_the_packing() {
        struct Gone(usize);
        impl Write for Gone {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0 += 1;
                if self.0 > 2 { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(bytes.len()) }
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let json: Vec<u8> =
            (0..900_000_u32).flat_map(|n| n.wrapping_mul(0x9E37_79B9).to_le_bytes()).collect();
        let mut gone = Gone(0);
        let error = packing(false).write(&json, &mut gone).expect_err("nobody takes it");
        assert_eq!((error.kind(), gone.0), (io::ErrorKind::BrokenPipe, 3));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn what_is_packed_unpacks_and_measures_alike(
            json in proptest::collection::vec(any::<u8>(), 0..200_000),
            quoted in any::<bool>(),
            key in any::<[u8; 32]>(),
        ) {
            let packing = Packing { key: Key(key), ..packing(quoted) };
            let file = packed(&packing, &json);

            let (_, _, content) = member(&file);
            prop_assert_eq!(content.len() as u64, packing.member_length(json.len()));
            let content = String::from_utf8(content).expect("base64 is text");
            prop_assert_eq!(open_file(&packing.key, &content), Ok(json.clone()));

            let measure = packing.measure(&json).expect("it can be packed");
            prop_assert_eq!(measure.length, file.len() as u64);
            prop_assert_eq!(measure.sha256, to_hex(&Sha256::digest(&file)));
            prop_assert_eq!(packed(&packing, &json), file, "same bytes each time");
        }
    }
}
