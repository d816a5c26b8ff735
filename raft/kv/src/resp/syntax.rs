//! The syntax of a command: what follows its name, how many words that is, and which are keys.

use std::fmt::{self, Display};

use bytes::Bytes;

use super::limits::Limits;
use crate::request::Request;

/// Makes a request of a command's arguments; there are as many as the command's arity says.
pub(super) type Parse = fn(Arguments) -> Result<Request, String>;

/// The arguments of a command.
pub(super) struct Arguments<'a> {
    pub command: &'static Command,
    /// All words, the name's among them.
    pub words: Vec<Bytes>,
    pub limits: &'a Limits,
}

/// A command, or a subcommand.
#[derive(Debug)]
pub struct Command {
    /// Its name in lower case; a subcommand's is `command|subcommand`.
    pub name: &'static str,
    /// What follows the name.
    pub arguments: &'static [Argument],
    /// One line about it.
    pub summary: &'static str,
    /// What kind of command it is, as Redis groups them.
    pub group: &'static str,
    /// What it does, in Redis's words.
    pub flags: &'static [&'static str],
    /// Its subcommands.
    pub subcommands: &'static [Command],
    pub(super) parse: Parse,
}

/// One argument, or several that belong together.
#[derive(Clone, Copy, Debug)]
pub struct Argument {
    /// What it is called.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
    /// The word before it, or the word that it is.
    pub token: Option<&'static str>,
    /// Whether it can be left out.
    pub is_optional: bool,
    /// Whether more of its kind can follow.
    pub is_multiple: bool,
}

/// What an argument is.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A key.
    Key,
    /// Any bytes.
    Text,
    /// A number.
    Integer,
    /// The token alone.
    Token,
    /// One of these.
    OneOf(&'static [Argument]),
    /// All of these.
    Block(&'static [Argument]),
}

impl Argument {
    pub(super) const fn new(name: &'static str, kind: Kind) -> Self {
        Argument { name, kind, token: None, is_optional: false, is_multiple: false }
    }

    pub(super) const fn text(name: &'static str) -> Self {
        Argument::new(name, Kind::Text)
    }

    pub(super) const fn token(name: &'static str, token: &'static str) -> Self {
        Argument::new(name, Kind::Token).after(token)
    }

    pub(super) const fn after(self, token: &'static str) -> Self {
        Argument { token: Some(token), ..self }
    }

    pub(super) const fn optional(self) -> Self {
        Argument { is_optional: true, ..self }
    }

    pub(super) const fn multiple(self) -> Self {
        Argument { is_multiple: true, ..self }
    }

    /// The fewest words that it can be.
    fn words(&self) -> usize {
        if self.is_optional {
            return 0;
        }
        let token = usize::from(self.token.is_some());
        match self.kind {
            Kind::Key | Kind::Text | Kind::Integer => token + 1,
            Kind::Token => 1,
            Kind::OneOf(choices) => token + choices.iter().map(Argument::words).min().unwrap_or(0),
            Kind::Block(parts) => token + words(parts),
        }
    }

    /// Whether it is always as many words.
    fn is_fixed(&self) -> bool {
        let parts_are_fixed = match self.kind {
            Kind::OneOf(parts) => {
                let same = |part: &Argument| part.is_fixed() && part.words() == parts[0].words();
                parts.iter().all(same)
            }
            Kind::Block(parts) => parts.iter().all(Argument::is_fixed),
            Kind::Key | Kind::Text | Kind::Integer | Kind::Token => true,
        };
        !self.is_optional && !self.is_multiple && parts_are_fixed
    }
}

fn words(arguments: &[Argument]) -> usize {
    arguments.iter().map(Argument::words).sum()
}

impl Command {
    pub(super) const fn new(
        name: &'static str,
        arguments: &'static [Argument],
        summary: &'static str,
        parse: Parse,
    ) -> Self {
        Command { name, arguments, summary, group: "server", flags: &[], subcommands: &[], parse }
    }

    pub(super) const fn on_keys(self, flags: &'static [&'static str]) -> Self {
        Command { group: "string", flags, ..self }
    }

    pub(super) const fn on_connection(self) -> Self {
        Command { group: "connection", flags: &["noscript", "loading", "stale", "fast"], ..self }
    }

    pub(super) const fn with(self, subcommands: &'static [Command]) -> Self {
        Command { subcommands, ..self }
    }

    /// The last word of the name.
    pub fn last_word(&self) -> &'static str {
        self.name.rsplit('|').next().unwrap_or(self.name)
    }

    /// How many words the name has.
    pub fn name_words(&self) -> usize {
        1 + usize::from(self.name.contains('|'))
    }

    /// How many words it has, the name's among them; negative for at least so many.
    pub fn arity(&self) -> i64 {
        let fewest = (self.name_words() + words(self.arguments)) as i64;
        let is_fixed = self.arguments.iter().all(Argument::is_fixed);
        if is_fixed {
            fewest
        } else {
            -fewest
        }
    }

    /// Whether `count` words, the name's among them, can be right.
    pub fn takes(&self, count: usize) -> bool {
        let arity = self.arity();
        count as i64 == arity || (arity < 0 && count as i64 >= -arity)
    }

    /// Where its keys are among its words: the first, the last (-1 for the last word of all), and
    /// the step from one to the next; zeros if it has none.
    pub fn keys(&self) -> [i64; 3] {
        let is_key = |argument: &Argument| matches!(argument.kind, Kind::Key);
        match self.arguments.iter().position(is_key) {
            None => [0, 0, 0],
            Some(at) if self.arguments[at].is_multiple => [at as i64 + 1, -1, 1],
            Some(at) => [at as i64 + 1, at as i64 + 1, 1],
        }
    }

    /// The subcommand of this name, in any case.
    pub fn subcommand(&self, name: &[u8]) -> Option<&'static Command> {
        self.subcommands.iter().find(|sub| name.eq_ignore_ascii_case(sub.last_word().as_bytes()))
    }
}

/// The syntax, as Redis writes it: `SET key value [NX | XX | IFEQ comparison-value] [GET]`.
impl Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name.replace('|', " ").to_uppercase())?;
        self.arguments.iter().try_for_each(|argument| write!(f, " {argument}"))
    }
}

impl Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = self.one();
        match (self.is_optional, self.is_multiple) {
            (false, false) => write!(f, "{one}"),
            (true, false) => write!(f, "[{one}]"),
            (false, true) => write!(f, "{one} [{one} ...]"),
            (true, true) => write!(f, "[{one} [{one} ...]]"),
        }
    }
}

impl Argument {
    fn one(&self) -> String {
        let joined = |parts: &[Argument], between: &str| {
            parts.iter().map(Argument::to_string).collect::<Vec<_>>().join(between)
        };
        let what = match self.kind {
            Kind::Key | Kind::Text | Kind::Integer => self.name.to_owned(),
            Kind::Token => String::new(),
            Kind::OneOf(choices) => joined(choices, " | "),
            Kind::Block(parts) => joined(parts, " "),
        };
        match self.token {
            Some(token) => format!("{token} {what}").trim_end().to_owned(),
            None => what,
        }
    }
}
