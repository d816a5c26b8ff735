//! Completion of the names of commands.

use rustyline::completion::{Completer, Pair};
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::Validator;
use rustyline::{Context, Helper};

use super::short::operations;
use crate::resp::{find, COMMANDS};

/// Completes the first word of a line, and the second where that is a subcommand's.
pub(super) struct Names {
    first: Vec<String>,
}

impl Names {
    /// Knows the commands of the store, the short words, and `extra`.
    pub fn new(extra: &[(&str, &str)]) -> Self {
        let extra = extra.iter().filter_map(|(syntax, _)| syntax.split(' ').next());
        let commands = COMMANDS.iter().map(|command| command.name);
        let others = ["cas", "help", "quit"].into_iter();
        let short = operations().map(|command| command.last_word());
        let mut first: Vec<String> =
            commands.chain(short).chain(others).chain(extra).map(str::to_owned).collect();
        first.sort();
        first.dedup();
        Names { first }
    }

    /// Where the word before `end` begins, and the words that it may become.
    fn candidates(&self, line: &str, end: usize) -> (usize, Vec<String>) {
        let before = &line[..end];
        let start = before.rfind(' ').map_or(0, |space| space + 1);
        let known: Vec<&str> = match before[..start].trim() {
            "" | "help" => self.first.iter().map(String::as_str).collect(),
            command => {
                let name = command.trim_start_matches("help ");
                let found = find(name.trim().as_bytes());
                let subcommands = found.map_or(&[][..], |command| command.subcommands);
                subcommands.iter().map(|subcommand| subcommand.last_word()).collect()
            }
        };
        let typed = before[start..].to_lowercase();
        let matching = known.into_iter().filter(|name| name.starts_with(&typed));
        (start, matching.map(|name| format!("{name} ")).collect())
    }
}

impl Completer for Names {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        let (start, candidates) = self.candidates(line, position);
        let pair = |name: String| Pair { display: name.trim_end().into(), replacement: name };
        Ok((start, candidates.into_iter().map(pair).collect()))
    }
}

impl Hinter for Names {
    type Hint = String;
}

impl Highlighter for Names {}
impl Validator for Names {}
impl Helper for Names {}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidates(line: &str) -> Vec<String> {
        Names::new(&[("kill N", "")]).candidates(line, line.len()).1
    }

    #[test]
    fn names_of_commands_and_of_subcommands_are_completed() {
        assert_eq!(candidates("ge"), ["get ", "getset "]);
        assert_eq!(candidates("KI"), ["kill "]);
        assert_eq!(candidates("stat"), ["status "]);
        assert_eq!(candidates("help mg"), ["mget "]);
        assert_eq!(candidates("raft tr"), ["transfer "]);
        assert_eq!(candidates("help client i"), ["id ", "info "]);
        assert_eq!(candidates("get k"), Vec::<String>::new());
        assert_eq!(candidates("nothing x"), Vec::<String>::new());
    }
}
