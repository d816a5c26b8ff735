//! Replies as text.
//!
//! Promises: for people, no byte of a value reaches the terminal that could be taken for a command
//! to it; for programs, a value is written as it is.

use std::io::{self, IsTerminal, Write};

use crate::resp::{quote, Reply};

/// For whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// With types and quotes.
    People,
    /// Values as they are, a line each; nothing for no value.
    Programs,
}

impl Style {
    /// For people if standard output is a terminal.
    pub fn for_output() -> Style {
        if io::stdout().is_terminal() {
            Style::People
        } else {
            Style::Programs
        }
    }

    /// Writes a reply.
    pub fn write(self, reply: &Reply, out: &mut impl Write) -> io::Result<()> {
        let is_nothing = matches!(reply, Reply::Null) && self == Style::Programs;
        if is_nothing {
            Ok(())
        } else {
            self.lines(reply, "", "", out)
        }
    }

    /// Writes a reply: `first` is before its first line, `indent` before the others.
    fn lines(
        self,
        reply: &Reply,
        first: &str,
        indent: &str,
        out: &mut impl Write,
    ) -> io::Result<()> {
        match reply {
            Reply::Array(items) if !items.is_empty() => {
                let width = items.len().to_string().len();
                for (index, item) in items.iter().enumerate() {
                    let before = if index == 0 { first } else { indent };
                    let (number, more) = match self {
                        Style::People => (format!("{:width$}) ", index + 1), " ".repeat(width + 2)),
                        Style::Programs => (String::new(), String::new()),
                    };
                    let (before, more) = (format!("{before}{number}"), format!("{indent}{more}"));
                    self.lines(item, &before, &more, out)?;
                }
                Ok(())
            }
            Reply::Map(pairs) if !pairs.is_empty() => {
                for (index, (name, value)) in pairs.iter().enumerate() {
                    let before = if index == 0 { first } else { indent };
                    write!(out, "{before}{}:", plain(name))?;
                    self.value(value, &format!("{indent}  "), out)?;
                }
                Ok(())
            }
            Reply::Bulk(bytes) if self == Style::Programs => {
                out.write_all(first.as_bytes())?;
                out.write_all(bytes)?;
                writeln!(out)
            }
            Reply::Text(text) => self.text(text, first, indent, out),
            other => writeln!(out, "{first}{}", self.scalar(other)),
        }
    }

    /// The value behind a name of a map: in its line, or below it.
    fn value(self, value: &Reply, indent: &str, out: &mut impl Write) -> io::Result<()> {
        let is_below = match value {
            Reply::Array(items) => !items.is_empty(),
            Reply::Map(pairs) => !pairs.is_empty(),
            other => matches!(other, Reply::Text(_)),
        };
        if is_below {
            writeln!(out)?;
            return self.lines(value, indent, indent, out);
        }
        writeln!(out, " {}", plain(value))
    }

    /// A text of many lines; for people, without what could control the terminal.
    fn text(self, text: &[u8], first: &str, indent: &str, out: &mut impl Write) -> io::Result<()> {
        if self == Style::Programs {
            out.write_all(text)?;
            return if text.ends_with(b"\n") { Ok(()) } else { writeln!(out) };
        }
        for (index, line) in String::from_utf8_lossy(text).lines().enumerate() {
            let before = if index == 0 { first } else { indent };
            writeln!(out, "{before}{}", line.replace(char::is_control, "?"))?;
        }
        Ok(())
    }

    fn scalar(self, reply: &Reply) -> String {
        match (self, reply) {
            (Style::People, Reply::Bulk(bytes)) => quote(bytes),
            (Style::People, Reply::Integer(number)) => format!("(integer) {number}"),
            (Style::People, Reply::Error(error)) => format!("(error) {}", printable(error)),
            (Style::People, Reply::Array(_)) => "(empty array)".into(),
            (Style::People, Reply::Map(_)) => "(empty map)".into(),
            (Style::Programs, Reply::Array(_) | Reply::Map(_)) => String::new(),
            (_, other) => plain(other),
        }
    }
}

/// What needs no more than a line, quoted only where it must be.
fn plain(reply: &Reply) -> String {
    match reply {
        Reply::Bulk(bytes) if bytes.iter().all(|byte| matches!(byte, b' '..=b'~')) => {
            printable(bytes)
        }
        Reply::Bulk(bytes) => quote(bytes),
        Reply::Simple(text) | Reply::Error(text) => printable(text),
        Reply::Integer(number) => number.to_string(),
        Reply::Null => "(nil)".into(),
        Reply::Array(_) | Reply::Map(_) | Reply::Text(_) => "-".into(),
    }
}

/// Text in one line, without what could control a terminal.
pub(super) fn printable(text: &[u8]) -> String {
    String::from_utf8_lossy(text).replace(char::is_control, "?")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(style: Style, reply: &Reply) -> String {
        let mut out = Vec::new();
        style.write(reply, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn people_see_types_and_programs_see_values() {
        let cases = [
            (Reply::OK, "OK\n", "OK\n"),
            (Reply::error("ERR \x1b[2J"), "(error) ERR ?[2J\n", "ERR ?[2J\n"),
            (Reply::Integer(7), "(integer) 7\n", "7\n"),
            (Reply::bulk("a\n\"b\""), "\"a\\n\\\"b\\\"\"\n", "a\n\"b\"\n"),
            (Reply::bulk("\x1b[2J"), "\"\\x1b[2J\"\n", "\x1b[2J\n"),
            (Reply::bulk(""), "\"\"\n", "\n"),
            (Reply::Null, "(nil)\n", ""),
            (Reply::Array(vec![]), "(empty array)\n", "\n"),
            (
                Reply::Array(vec![Reply::bulk("a"), Reply::Null]),
                "1) \"a\"\n2) (nil)\n",
                "a\n(nil)\n",
            ),
            (Reply::Text("a 1\nb\x1b 2\n".into()), "a 1\nb? 2\n", "a 1\nb\x1b 2\n"),
        ];
        for (reply, people, programs) in cases {
            assert_eq!(shown(Style::People, &reply), people, "{reply:?}");
            assert_eq!(shown(Style::Programs, &reply), programs, "{reply:?}");
        }
    }

    #[test]
    fn maps_and_arrays_are_indented() {
        let peer = |id| Reply::map([("id", Reply::Integer(id)), ("role", Reply::bulk("follower"))]);
        let none = Reply::Array(vec![]);
        let reply = Reply::map([
            ("leader", Reply::Null),
            ("learners", none),
            ("peers", Reply::Array(vec![peer(1), peer(2)])),
            ("nested", Reply::map([("a", Reply::bulk("\n"))])),
        ]);
        let people = "leader: (nil)\nlearners: -\npeers:\n  1) id: 1\n     role: follower\n  \
                      2) id: 2\n     role: follower\nnested:\n  a: \"\\n\"\n";
        assert_eq!(shown(Style::People, &reply), people);
        let array = Reply::Array(vec![Reply::Array(vec![Reply::OK, Reply::OK]), Reply::OK]);
        assert_eq!(shown(Style::People, &array), "1) 1) OK\n   2) OK\n2) OK\n");
    }
}
