//! Integers as text, by the rules of Redis: one spelling for each number.

use super::error::ProtocolError;

/// The integer that `text` is: no plus sign, no leading zero, no space.
pub fn parse_integer(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    match digits {
        [b'0'] if !negative => return Some(0),
        [b'1'..=b'9', ..] => (),
        _ => return None,
    }
    digits.iter().try_fold(0i64, |number, byte| {
        let digit = byte.is_ascii_digit().then(|| i64::from(byte - b'0'))?;
        let digit = if negative { -digit } else { digit };
        number.checked_mul(10)?.checked_add(digit)
    })
}

/// The longest line that holds a number: type, sign, 19 digits, CR and LF, and some to spare.
const LONGEST: usize = 32;

/// The number behind the first byte of `buffer`, and how many bytes its line has; none if the line
/// is not whole. `error` tells what the number should be.
pub(super) fn numbered_line(
    buffer: &[u8],
    error: ProtocolError,
) -> Result<Option<(i64, usize)>, ProtocolError> {
    let window = &buffer[..buffer.len().min(LONGEST)];
    match window.iter().position(|&byte| byte == b'\n') {
        Some(end) => {
            let text = window[1..end].strip_suffix(b"\r").ok_or(error)?;
            Ok(Some((parse_integer(text).ok_or(error)?, end + 1)))
        }
        None if window.len() == LONGEST => Err(error),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_spelling() {
        for number in [0, 1, -1, 10, 42, -1024, i64::MAX, i64::MIN] {
            assert_eq!(parse_integer(number.to_string().as_bytes()), Some(number));
        }
        let others = [
            "",
            "-",
            "+1",
            "01",
            "-0",
            "00",
            " 1",
            "1 ",
            "1.0",
            "0x1",
            "1e3",
            "-01",
            "a",
            "--1",
            "9223372036854775808",
            "-9223372036854775809",
            "99999999999999999999999",
        ];
        for text in others {
            assert_eq!(parse_integer(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn a_line_without_an_end_is_refused_once_it_is_too_long_for_a_number() {
        let error = ProtocolError::InvalidCount;
        assert_eq!(numbered_line(b"*12\r\n$3", error), Ok(Some((12, 5))));
        assert_eq!(numbered_line(b"*12\r", error), Ok(None));
        assert_eq!(numbered_line(&[b'1'; LONGEST - 1], error), Ok(None));
        assert_eq!(numbered_line(&[b'1'; LONGEST], error), Err(error));
        assert_eq!(numbered_line(b"*12\n", error), Err(error));
    }
}
