//! What `help` prints: all from the table of commands.

use std::fmt::Write;

use bytes::Bytes;

use super::short::{command, operations, CAS};
use crate::resp::{Command, COMMANDS};

/// Help about the command that `words` begin with, or a list of all; `extra` are others, each with
/// a line about it.
pub(super) fn help(words: &[Bytes], extra: &[(&str, &str)]) -> String {
    if words.is_empty() {
        return list(extra);
    }
    let first = String::from_utf8_lossy(&words[0]).to_lowercase();
    let name = |syntax: &str| syntax.split(' ').next().map(str::to_owned);
    let extra = extra.iter().find(|(syntax, _)| name(syntax).as_ref() == Some(&first));
    let operation = operations().find(|command| command.last_word() == first);
    match (extra, command(words).or(operation)) {
        (Some((syntax, about)), _) => format!("{syntax}\n    {about}\n"),
        (None, Some(command)) => about(command),
        (None, None) if first == "cas" => format!("{CAS}\n    {CAS_SUMMARY}\n"),
        (None, None) => format!("no command {first}; help lists all\n"),
    }
}

const CAS_SUMMARY: &str = "Sets a key to new if its value is old: SET key new IFEQ old.";

fn about(command: &Command) -> String {
    let mut text = format!("{command}\n    {}\n", command.summary);
    for subcommand in command.subcommands {
        let _ = write!(text, "{subcommand}\n    {}\n", subcommand.summary);
    }
    text
}

fn list(extra: &[(&str, &str)]) -> String {
    let mut text = String::new();
    let mut line = |syntax: &str, about: &str| {
        let _ = match syntax.len() {
            0..=27 => writeln!(text, "{syntax:28}{about}"),
            _ => writeln!(text, "{syntax}\n{:28}{about}", ""),
        };
    };
    for command in COMMANDS.iter().filter(|command| command.name != "raft") {
        line(&command.to_string(), command.summary);
    }
    line(CAS, CAS_SUMMARY);
    for command in operations() {
        let syntax = command.to_string();
        let short = syntax.split_once(' ').map_or("", |(_, short)| short);
        let (name, rest) = short.split_once(' ').unwrap_or((short, ""));
        line(format!("{} {rest}", name.to_lowercase()).trim_end(), command.summary);
    }
    extra.iter().for_each(|(syntax, about)| line(syntax, about));
    line("help [command]", "Tells about commands.");
    line("quit", "Leaves, as ^D does.");
    text
}
