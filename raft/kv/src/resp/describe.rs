//! What COMMAND and HELP answer.
//!
//! Promises: shapes and names are those of Redis, so that its command line shows them as help.

use bytes::Bytes;

use super::commands::{find, COMMANDS};
use super::reply::Reply;
use super::syntax::{Argument, Command, Kind};
use crate::request::CommandQuery;

/// The answer to COMMAND or one of its subcommands.
pub fn describe(query: &CommandQuery) -> Reply {
    let all = || COMMANDS.iter();
    match query {
        CommandQuery::Count => Reply::Integer(COMMANDS.len() as i64),
        CommandQuery::All => Reply::Array(all().map(info).collect()),
        CommandQuery::Info(names) if names.is_empty() => Reply::Array(all().map(info).collect()),
        CommandQuery::Info(names) => {
            let known = names.iter().map(|name| find_either(name).map_or(Reply::Null, info));
            Reply::Array(known.collect())
        }
        CommandQuery::Docs(names) if names.is_empty() => Reply::Map(all().map(docs).collect()),
        CommandQuery::Docs(names) => {
            Reply::Map(names.iter().filter_map(|name| find_either(name)).map(docs).collect())
        }
    }
}

/// The answer to the subcommand HELP of the command `name`.
pub fn help(name: &str) -> Reply {
    let subcommands = find(name.as_bytes()).map_or(&[][..], |command| command.subcommands);
    let title = format!("{} <subcommand>. Subcommands are:", name.to_uppercase());
    let lines = subcommands.iter().flat_map(|command| {
        let syntax = command.to_string();
        let usage = syntax.split_once(' ').map_or("", |(_, usage)| usage);
        [usage.to_owned(), format!("    {}", command.summary)]
    });
    let line = |line: String| Reply::Simple(line.into());
    Reply::Array(std::iter::once(title).chain(lines).map(line).collect())
}

/// The command or the subcommand, written `command|subcommand`, of this name.
fn find_either(name: &[u8]) -> Option<&'static Command> {
    match name.iter().position(|&byte| byte == b'|') {
        Some(bar) => find(&name[..bar])?.subcommand(&name[bar + 1..]),
        None => find(name),
    }
}

fn text(text: &'static str) -> Reply {
    Reply::Bulk(Bytes::from_static(text.as_bytes()))
}

/// Name, arity, flags, keys, categories, tips, specifications of keys, and subcommands.
fn info(command: &Command) -> Reply {
    let flags = command.flags.iter().map(|flag| Reply::simple(flag)).collect();
    let [first, last, step] = command.keys().map(Reply::Integer);
    let none = || Reply::Array(Vec::new());
    let subcommands = command.subcommands.iter().map(info).collect();
    Reply::Array(vec![
        text(command.name),
        Reply::Integer(command.arity()),
        Reply::Array(flags),
        first,
        last,
        step,
        none(),
        none(),
        none(),
        Reply::Array(subcommands),
    ])
}

fn docs(command: &Command) -> (Reply, Reply) {
    let mut pairs = vec![
        (text("summary"), text(command.summary)),
        (text("since"), text(env!("CARGO_PKG_VERSION"))),
        (text("group"), text(command.group)),
    ];
    if !command.subcommands.is_empty() {
        let subcommands = command.subcommands.iter().map(docs).collect();
        pairs.push((text("subcommands"), Reply::Map(subcommands)));
    } else if !command.arguments.is_empty() {
        pairs.push((text("arguments"), argument_docs(command.arguments)));
    }
    (text(command.name), Reply::Map(pairs))
}

fn argument_docs(arguments: &[Argument]) -> Reply {
    Reply::Array(arguments.iter().map(one_argument_docs).collect())
}

fn one_argument_docs(argument: &Argument) -> Reply {
    let (kind, parts): (_, &[Argument]) = match argument.kind {
        Kind::Key => ("key", &[]),
        Kind::Text => ("string", &[]),
        Kind::Integer => ("integer", &[]),
        Kind::Token => ("pure-token", &[]),
        Kind::OneOf(choices) => ("oneof", choices),
        Kind::Block(parts) => ("block", parts),
    };
    let mut pairs = vec![(text("name"), text(argument.name)), (text("type"), text(kind))];
    if parts.is_empty() {
        pairs.push((text("display_text"), text(argument.name)));
    } else {
        pairs.push((text("arguments"), argument_docs(parts)));
    }
    if let Some(token) = argument.token {
        pairs.push((text("token"), text(token)));
    }
    let flags = [(argument.is_optional, "optional"), (argument.is_multiple, "multiple")];
    let set = flags.iter().filter(|(is_set, _)| *is_set).map(|(_, name)| Reply::simple(name));
    let set: Vec<Reply> = set.collect();
    if !set.is_empty() {
        pairs.push((text("flags"), Reply::Array(set)));
    }
    Reply::Map(pairs)
}
