//! Integers as text, by the rules of Redis: one spelling for each number.

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
}
