//! Runs commands, one after the other, and prints what comes back.

use std::io::{self, BufRead, Read, Write};

use bytes::Bytes;

use super::client::{CallError, Client};
use super::help::help;
use super::prompt::{Printer, Prompt};
use super::short::expand;
use super::show::{printable, Style};
use crate::resp::{split_words, Reply};

/// The exit code for wrong usage.
pub const USAGE: u8 = 2;

/// The longest line of a script.
const LONGEST: u64 = 16 << 20;

/// How a command went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It did what it says.
    Done,
    /// It was refused, it failed or its outcome is unknown; or there is no value, or the condition
    /// does not hold.
    Failed,
    /// Wrong usage: nothing was sent.
    Usage,
    /// No node could be reached.
    NotConnected,
}

impl Outcome {
    /// The exit code.
    pub fn code(self) -> u8 {
        match self {
            Outcome::Done => 0,
            Outcome::Failed => 1,
            Outcome::Usage => USAGE,
            Outcome::NotConnected => 3,
        }
    }
}

/// Commands beside those of the store, such as a supervisor's.
pub trait Extra {
    /// The syntax of each, which begins with its name, and a line about it.
    fn list(&self) -> &'static [(&'static str, &'static str)];

    /// Runs a command, if it is one of these: what it prints, or what went wrong.
    fn run(&mut self, words: &[Bytes]) -> Option<Result<String, String>>;

    /// From now on, what happens by itself is told by `printer`, which does not disturb the line
    /// that is being edited; with none, as before.
    fn tell_by(&mut self, printer: Option<Printer>);
}

/// Runs commands.
pub struct Shell<'a> {
    client: Client,
    style: Style,
    extra: Option<&'a mut dyn Extra>,
}

impl<'a> Shell<'a> {
    /// Runs the commands of `client`.
    pub fn new(client: Client, style: Style) -> Self {
        Shell { client, style, extra: None }
    }

    /// Also runs the commands of `extra`.
    pub fn with(self, extra: &'a mut dyn Extra) -> Self {
        Shell { extra: Some(extra), ..self }
    }

    /// Runs one command: its reply goes to standard output, an error to standard error.
    pub fn run(&mut self, words: &[Bytes]) -> Outcome {
        let (outcome, printed) = self.answer(words);
        let result = match printed {
            Ok(text) => io::stdout().write_all(&text),
            Err(error) => writeln!(io::stderr(), "{error}"),
        };
        if result.is_err() {
            Outcome::Failed
        } else {
            outcome
        }
    }

    /// What to print: as an answer, or as an error.
    fn answer(&mut self, words: &[Bytes]) -> (Outcome, Result<Vec<u8>, String>) {
        if words[0].eq_ignore_ascii_case(b"help") {
            return (Outcome::Done, Ok(help(&words[1..], self.extra_list()).into_bytes()));
        }
        match self.extra.as_mut().and_then(|extra| extra.run(words)) {
            Some(Ok(text)) => return (Outcome::Done, Ok(text.into_bytes())),
            Some(Err(error)) => return (Outcome::Failed, Err(error)),
            None => (),
        }
        let command = match expand(words) {
            Ok(command) => command,
            Err(usage) => return (Outcome::Usage, Err(usage)),
        };
        match self.client.call(&command) {
            Ok(Reply::Error(error)) => (Outcome::Failed, Err(printable(&error))),
            Ok(reply) => {
                let mut text = Vec::new();
                let written = self.style.write(&reply, &mut text);
                let is_value = written.is_ok() && reply != Reply::Null;
                (if is_value { Outcome::Done } else { Outcome::Failed }, Ok(text))
            }
            Err(CallError::Unknown(error)) => (Outcome::Failed, Err(error)),
            Err(CallError::NotConnected(error)) => {
                (Outcome::NotConnected, Err(format!("cannot connect: {error}")))
            }
        }
    }

    fn extra_list(&self) -> &'static [(&'static str, &'static str)] {
        self.extra.as_ref().map_or(&[], |extra| extra.list())
    }

    /// Runs the commands of a script, a line each; lines that begin with `#` are comments. All are
    /// run, whatever comes of them: the outcome is the first that is not [`Outcome::Done`].
    pub fn script(&mut self, mut input: impl BufRead) -> io::Result<Outcome> {
        let (mut outcome, mut number) = (Outcome::Done, 0);
        while let Some(line) = next_line(&mut input)? {
            number += 1;
            let one = match line.as_deref().map(split_words) {
                Some(Some(words)) if is_end(&words) => break,
                Some(Some(words)) if is_nothing(&words) => continue,
                Some(Some(words)) => self.run(&words),
                Some(None) => usage(number, "unbalanced quotes"),
                None => usage(number, "the line is too long"),
            };
            outcome = if outcome == Outcome::Done { one } else { outcome };
        }
        Ok(outcome)
    }

    /// Runs the commands of someone at a terminal, until ^D or `quit`.
    pub fn prompt(&mut self) -> io::Result<()> {
        let mut prompt = Prompt::new(self.extra_list())?;
        if let Some(extra) = &mut self.extra {
            extra.tell_by(prompt.printer());
        }
        let result = self.converse(&mut prompt);
        // A printer may wait for the prompt to print its line: it waits no more.
        drop(prompt);
        if let Some(extra) = &mut self.extra {
            extra.tell_by(None);
        }
        result
    }

    fn converse(&mut self, prompt: &mut Prompt) -> io::Result<()> {
        if let Err(CallError::NotConnected(error)) = self.client.connect() {
            println!("cannot connect: {error}");
        }
        while let Some(line) = prompt.line(self.client.address())? {
            match split_words(line.as_bytes()) {
                None => println!("(error) unbalanced quotes"),
                Some(words) if is_end(&words) => break,
                Some(words) if is_nothing(&words) => (),
                Some(words) => match self.answer(&words).1 {
                    Ok(text) => io::stdout().write_all(&text)?,
                    Err(error) => println!("(error) {error}"),
                },
            }
        }
        Ok(())
    }
}

fn usage(number: usize, error: &str) -> Outcome {
    eprintln!("line {number}: {error}");
    Outcome::Usage
}

fn is_nothing(words: &[Bytes]) -> bool {
    words.first().is_none_or(|word| word.starts_with(b"#"))
}

fn is_end(words: &[Bytes]) -> bool {
    let ends = ["quit", "exit"];
    words.len() == 1 && ends.iter().any(|end| words[0].eq_ignore_ascii_case(end.as_bytes()))
}

/// The next line, or none at the end of input; a line that is too long is skipped, and none within.
fn next_line(input: &mut impl BufRead) -> io::Result<Option<Option<Vec<u8>>>> {
    let mut line = Vec::new();
    if input.take(LONGEST).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.len() as u64 == LONGEST && !line.ends_with(b"\n") {
        input.skip_until(b'\n')?;
        return Ok(Some(None));
    }
    Ok(Some(Some(line)))
}
