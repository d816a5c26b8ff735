//! The bytes of a value: its number, and padding that follows from it.
//!
//! Promises: different numbers have different bytes, and bytes that no client wrote, also a value
//! with a wrong or missing part, have no number. Sizes differ, so that entries cross the limits of
//! pages, messages and files.

/// The bytes of the value with this number.
pub fn encode(number: u64) -> Vec<u8> {
    let length = match number % 32 {
        0 => 6_000,
        1..8 => 400,
        _ => 24,
    };
    let mut bytes = format!("{number}:").into_bytes();
    let pad = b'a' + (number % 26) as u8;
    bytes.resize(length.max(bytes.len()), pad);
    bytes
}

/// The number of the value with these bytes.
pub fn decode(bytes: &[u8]) -> Option<u64> {
    let digits = bytes.split(|&byte| byte == b':').next()?;
    let number = std::str::from_utf8(digits).ok()?.parse().ok()?;
    (encode(number) == bytes).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_as_it_was_written() {
        for number in (0..100).chain([u64::MAX, 1 << 40]) {
            assert_eq!(decode(&encode(number)), Some(number));
        }
    }

    #[test]
    fn bytes_that_no_client_wrote_have_no_number() {
        let whole = encode(32);
        assert_eq!(decode(&whole[..whole.len() - 1]), None);
        let mut spoilt = whole.clone();
        spoilt[3_000] ^= 1;
        assert_eq!(decode(&spoilt), None);
        for bytes in [&b""[..], b"7", b"x:", b"\xff:", b"7:h"] {
            assert_eq!(decode(bytes), None);
        }
    }
}
