//! Words of a line, with the quotes of Redis: for inline commands and for the prompt.

use bytes::Bytes;

/// The words of `line`; none if quotes are unbalanced.
///
/// Words are separated by white space. In double quotes, `\n`, `\r`, `\t`, `\b`, `\a` and `\xHH`
/// are bytes, and a backslash before anything else stands for that; in single quotes, `\'` is a
/// quote. A closing quote ends its word.
pub fn split_words(line: &[u8]) -> Option<Vec<Bytes>> {
    let (mut words, mut rest) = (Vec::new(), line.trim_ascii_start());
    while !rest.is_empty() {
        let (word, behind) = take_word(rest)?;
        words.push(word.into());
        rest = behind.trim_ascii_start();
    }
    Some(words)
}

/// The first word of `text`, and what is behind it.
fn take_word(mut text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut word = Vec::new();
    while let [first, rest @ ..] = text {
        match first {
            b'"' | b'\'' => {
                let rest = take_quoted(*first, rest, &mut word)?;
                let ends = rest.first().is_none_or(u8::is_ascii_whitespace);
                return ends.then_some((word, rest));
            }
            byte if byte.is_ascii_whitespace() => break,
            byte => word.push(*byte),
        }
        text = rest;
    }
    Some((word, text))
}

/// Appends to `word` what `text` has before the closing `quote`; what is behind that.
fn take_quoted<'a>(quote: u8, mut text: &'a [u8], word: &mut Vec<u8>) -> Option<&'a [u8]> {
    loop {
        let (byte, rest) = match text {
            [first, rest @ ..] if *first == quote => return Some(rest),
            [b'\\', b'x', high, low, rest @ ..] if quote == b'"' && is_hex(*high, *low) => {
                (hex(*high) << 4 | hex(*low), rest)
            }
            [b'\\', escaped, rest @ ..] if quote == b'"' => (unescape(*escaped), rest),
            [b'\\', b'\'', rest @ ..] if quote == b'\'' => (b'\'', rest),
            [first, rest @ ..] => (*first, rest),
            [] => return None,
        };
        word.push(byte);
        text = rest;
    }
}

fn unescape(byte: u8) -> u8 {
    match byte {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 8,
        b'a' => 7,
        other => other,
    }
}

fn is_hex(high: u8, low: u8) -> bool {
    high.is_ascii_hexdigit() && low.is_ascii_hexdigit()
}

/// The value of a hexadecimal digit.
fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20) - b'a' + 10,
    }
}

/// `word` in double quotes, as [`split_words`] reads it, and in printable ASCII alone.
pub fn quote(word: &[u8]) -> String {
    let mut quoted = String::from('"');
    for &byte in word {
        match byte {
            b'"' | b'\\' => quoted.extend(['\\', char::from(byte)]),
            b'\n' => quoted.push_str("\\n"),
            b'\r' => quoted.push_str("\\r"),
            b'\t' => quoted.push_str("\\t"),
            8 => quoted.push_str("\\b"),
            7 => quoted.push_str("\\a"),
            b' '..=b'~' => quoted.push(char::from(byte)),
            _ => quoted.push_str(&format!("\\x{byte:02x}")),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(line: &str) -> Option<Vec<Bytes>> {
        split_words(line.as_bytes())
    }

    #[test]
    fn words_are_split_by_the_rules_of_redis() {
        let cases: [(&str, &[&[u8]]); 12] = [
            ("", &[]),
            (" \t ", &[]),
            ("get x", &[b"get", b"x"]),
            ("  get\t x  ", &[b"get", b"x"]),
            (r#"set x "a b""#, &[b"set", b"x", b"a b"]),
            (r#"set x """#, &[b"set", b"x", b""]),
            (r#""\x00\xfF\n\r\t\b\a\"\\\q""#, &[b"\x00\xff\n\r\t\x08\x07\"\\q"]),
            (r#""\xzz""#, &[b"xzz"]),
            (r"'a\'b\n'", &[br"a'b\n"]),
            (r#"'say "x"' "it's""#, &[br#"say "x""#, b"it's"]),
            (r#"a"b c""#, &[b"ab c"]),
            (r"back\slash", &[br"back\slash"]),
        ];
        for (line, words) in cases {
            let words = words.iter().map(|&word| Bytes::from_static(word)).collect();
            assert_eq!(split(line), Some(words), "{line}");
        }
    }

    #[test]
    fn unbalanced_quotes_are_refused() {
        for line in [r#"""#, "'", r#"get "x"#, r"get 'x\'", r#""a"b"#, r#""\"#, r#""\x"#, "'a''b'"]
        {
            assert_eq!(split(line), None, "{line}");
        }
    }

    #[test]
    fn every_byte_survives_quoting() {
        let all: Vec<u8> = (0..=255).collect();
        let line = quote(&all);
        assert!(line.is_ascii());
        assert_eq!(split(&line), Some(vec![all.into()]));
    }
}
