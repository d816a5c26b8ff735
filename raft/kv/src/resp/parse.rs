//! From the words of a command to a request, by way of the table of commands.

use bytes::Bytes;

use super::arguments::{unknown_command, unknown_subcommand, wrong_number};
use super::commands::find;
use super::limits::Limits;
use super::syntax::Arguments;
use crate::request::Request;

impl Request {
    /// What a command asks for; otherwise the text of the error, its code first.
    pub fn parse(words: Vec<Bytes>, limits: &Limits) -> Result<Request, String> {
        let Some(mut command) = words.first().and_then(|name| find(name)) else {
            return Err(unknown_command(&words));
        };
        if let (Some(name), false) = (words.get(1), command.subcommands.is_empty()) {
            let subcommand = command.subcommand(name);
            command = subcommand.ok_or_else(|| unknown_subcommand(command, name))?;
        }
        let arguments = Arguments { command, words, limits };
        if !command.takes(arguments.words.len()) {
            return Err(wrong_number(command));
        }
        (command.parse)(arguments)
    }
}
