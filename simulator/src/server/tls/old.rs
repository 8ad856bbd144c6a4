//! A server of 2008: it answers every client with TLS 1.0, and no library of today would do it.

/// The answer to a client's first words (RFC 2246): TLS 1.0, `TLS_RSA_WITH_AES_128_CBC_SHA`, no session.
pub(super) fn server_hello() -> Vec<u8> {
    const VERSION: [u8; 2] = [3, 1];
    const RANDOM: [u8; 32] = [0x5A; 32];
    const NO_SESSION: [u8; 1] = [0];
    const CIPHER: [u8; 2] = [0x00, 0x2F];
    const NO_COMPRESSION: [u8; 1] = [0];
    let said = [&VERSION[..], &RANDOM, &NO_SESSION, &CIPHER, &NO_COMPRESSION].concat();
    let hello = [&[2, 0, 0, byte(said.len())][..], &said].concat();
    [&[0x16][..], &VERSION, &[0, byte(hello.len())], &hello].concat()
}

/// A length; both are far below 256.
fn byte(length: usize) -> u8 {
    u8::try_from(length).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hello_is_one_record_with_one_message() {
        let bytes = server_hello();

        assert_eq!(bytes[..3], [0x16, 3, 1], "a handshake of TLS 1.0");
        assert_eq!(usize::from(bytes[4]), bytes.len() - 5);
        assert_eq!((bytes[5], usize::from(bytes[8])), (2, bytes.len() - 9));
    }
}
