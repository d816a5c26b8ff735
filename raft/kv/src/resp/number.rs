//! A line that is a number: of elements, or of bytes.

use super::error::ProtocolError;
use crate::integer::parse_integer;

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
    fn a_line_without_an_end_is_refused_once_it_is_too_long_for_a_number() {
        let error = ProtocolError::InvalidCount;
        assert_eq!(numbered_line(b"*12\r\n$3", error), Ok(Some((12, 5))));
        assert_eq!(numbered_line(b"*12\r", error), Ok(None));
        assert_eq!(numbered_line(&[b'1'; LONGEST - 1], error), Ok(None));
        assert_eq!(numbered_line(&[b'1'; LONGEST], error), Err(error));
        assert_eq!(numbered_line(b"*12\n", error), Err(error));
    }
}
