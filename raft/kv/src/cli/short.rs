//! Short words for commands, and a check of how many words a command has.
//!
//! Promises: what is no short word is sent as it is.

use bytes::Bytes;

use crate::resp::{find, Command};

/// The syntax of the one short word that is no subcommand of RAFT.
pub(super) const CAS: &str = "cas key old new";

/// What to send for `words`; otherwise how they are used.
pub(super) fn expand(words: &[Bytes]) -> Result<Vec<Bytes>, String> {
    let Some(first) = words.first() else { return Err("no command".into()) };
    if first.eq_ignore_ascii_case(b"cas") {
        return match words {
            [_, key, old, new] => {
                Ok(vec!["SET".into(), key.clone(), new.clone(), "IFEQ".into(), old.clone()])
            }
            _ => Err(format!("usage: {CAS}")),
        };
    }
    let mut words = words.to_vec();
    if operation(first).is_some() {
        words.insert(0, "RAFT".into());
    }
    match command(&words) {
        Some(command) if !command.takes(words.len()) => Err(format!("usage: {command}")),
        _ => Ok(words),
    }
}

/// The subcommand of RAFT that `word` stands for: `status` for RAFT STATUS.
fn operation(word: &[u8]) -> Option<&'static Command> {
    operations().find(|command| word.eq_ignore_ascii_case(command.last_word().as_bytes()))
}

/// The subcommands of RAFT that need no RAFT.
pub(super) fn operations() -> impl Iterator<Item = &'static Command> {
    let all = find(b"RAFT").map_or(&[][..], |raft| raft.subcommands);
    all.iter()
        .filter(|command| find(command.last_word().as_bytes()).is_none())
        .filter(|command| command.last_word() != "help")
}

/// The command or subcommand that `words` begin with, if this store has it.
pub(super) fn command(words: &[Bytes]) -> Option<&'static Command> {
    let command = find(words.first()?)?;
    match words.get(1) {
        Some(name) if !command.subcommands.is_empty() => command.subcommand(name),
        _ => Some(command),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resp::split_words;

    fn expanded(line: &str) -> Result<Vec<Bytes>, String> {
        expand(&split_words(line.as_bytes()).unwrap())
    }

    #[test]
    fn short_words_stand_for_commands() {
        let cases = [
            ("cas k old new", "SET k new IFEQ old"),
            ("status", "RAFT status"),
            ("add 4 127.0.0.1:7104", "RAFT add 4 127.0.0.1:7104"),
            ("remove 1", "RAFT remove 1"),
            ("get k", "get k"),
            ("raft help", "raft help"),
            ("no such command", "no such command"),
            ("client kill x", "client kill x"),
        ];
        for (line, sent) in cases {
            assert_eq!(expanded(line), Ok(split_words(sent.as_bytes()).unwrap()), "{line}");
        }
    }

    #[test]
    fn a_wrong_number_of_words_is_answered_with_the_usage() {
        let cases = [
            ("cas k old", "usage: cas key old new"),
            ("get", "usage: GET key"),
            ("remove", "usage: RAFT REMOVE id"),
            ("raft add 1", "usage: RAFT ADD id host:port"),
            ("raft", "usage: RAFT subcommand [argument [argument ...]]"),
        ];
        for (line, usage) in cases {
            assert_eq!(expanded(line), Err(usage.into()), "{line}");
        }
    }
}
