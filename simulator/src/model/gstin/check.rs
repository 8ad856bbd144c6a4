//! The check character that ends a GSTIN and an ARN alike.

const ALPHABET: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Marks a byte that is no digit and no capital letter.
const NONE: u8 = u8::MAX;

/// The value of each byte in base 36.
const VALUES: [u8; 256] = {
    let mut values = [NONE; 256];
    let mut value = 0;
    while value < 36 {
        values[ALPHABET[value as usize] as usize] = value;
        value += 1;
    }
    values
};

/// The check character for the first 14 characters of a GSTIN or an ARN.
///
/// Each value, in base 36, is multiplied by 1 and 2 in turn; the two base-36 digits of every
/// product are added up, and the check value brings the sum to a multiple of 36.
/// `None` where there are not 14 bytes or one of them is no digit and no capital letter.
#[must_use]
pub fn check_character(first_14: &[u8]) -> Option<u8> {
    if first_14.len() != 14 {
        return None;
    }
    let mut sum = 0_u32;
    for pair in first_14.chunks_exact(2) {
        let (single, doubled) = (VALUES[pair[0] as usize], VALUES[pair[1] as usize]);
        if single == NONE || doubled == NONE {
            return None;
        }
        let product = u32::from(doubled) * 2;
        // A product is at most 70, so its higher base-36 digit is 0 or 1.
        let folded = if product < 36 { product } else { product - 35 };
        sum += u32::from(single) + folded;
    }
    Some(ALPHABET[((36 - sum % 36) % 36) as usize])
}
