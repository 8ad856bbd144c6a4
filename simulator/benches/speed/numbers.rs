//! GSTINs by number: valid, all different, made while they are sent.

use gsp_simulator::model::gstin::check_character;

/// So many registrations with the PAN serial `0000`, which nobody real has, can be told apart here.
const LETTERS: u64 = 26 * 26 * 26 * 26 * 26;
/// Prime, so that it meets every number below a limit that it does not divide.
const STRIDE: u64 = 7_368_787;

const STATES: [&[u8; 2]; 12] =
    [b"27", b"29", b"33", b"24", b"09", b"07", b"36", b"19", b"32", b"08", b"23", b"06"];
const HOLDERS: &[u8; 4] = b"PCFH";

/// The first so many GSTINs, in a scattered order, again and again.
pub(crate) struct Numbers {
    distinct: u64,
    next: u64,
}

impl Numbers {
    /// The order of a round begins where others do not.
    pub(crate) fn new(distinct: u64, round: usize) -> Self {
        Self { distinct, next: u64::try_from(round).unwrap_or_default() * 1_000_003 }
    }

    /// The next GSTIN.
    pub(crate) fn next(&mut self) -> [u8; 15] {
        let index = self.next.wrapping_mul(STRIDE) % self.distinct;
        self.next += 1;
        gstin(index, b'1')
    }
}

/// The GSTIN of a number; `entity` tells apart registrations of one PAN in one state.
pub(crate) fn gstin(index: u64, entity: u8) -> [u8; 15] {
    let digit = |divisor: u64, base: u64| u8::try_from(index / divisor % base).unwrap_or_default();
    let letter = |place: u32| b'A' + digit(26_u64.pow(place), 26);
    debug_assert!(index < LETTERS, "numbers beyond this repeat");
    let state = STATES[usize::from(digit(1, 12))];
    let holder = HOLDERS[usize::from(digit(3, 4))];
    let mut out = *b"00AAAPA0000A1Z0";
    out[..2].copy_from_slice(state);
    out[2..7].copy_from_slice(&[letter(4), letter(3), letter(2), holder, letter(1)]);
    out[11] = letter(0);
    out[12] = entity;
    out[14] = check_character(&out[..14]).unwrap_or(b'0');
    out
}
