//! The prompt at a terminal: editing, history, completion.
//!
//! Promises: passwords are not kept in the history; ^C forgets the line, ^D ends.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;

use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{Config, Editor, ExternalPrinter};

use super::complete::Names;

/// Prints a line above the line that is being edited; whether it could.
pub type Printer = Box<dyn FnMut(&str) -> bool + Send>;

pub(super) struct Prompt {
    editor: Editor<Names, FileHistory>,
    history: Option<PathBuf>,
}

impl Prompt {
    /// A prompt that also completes the names of `extra`.
    pub fn new(extra: &[(&str, &str)]) -> io::Result<Prompt> {
        let config = Config::builder().max_history_size(1000).map_err(io_error)?.build();
        let mut editor = Editor::with_config(config).map_err(io_error)?;
        editor.set_helper(Some(Names::new(extra)));
        let history = history_file();
        if let Some(file) = history.as_ref().filter(|file| file.exists()) {
            if let Err(error) = editor.load_history(file) {
                eprintln!("{}: the history cannot be read: {error}", file.display());
            }
        }
        Ok(Prompt { editor, history })
    }

    /// The next line; none at the end.
    pub fn line(&mut self, address: Option<&str>) -> io::Result<Option<String>> {
        let prompt = format!("{}> ", address.unwrap_or("not connected"));
        loop {
            match self.editor.readline(&prompt) {
                Ok(line) => {
                    self.remember(&line);
                    return Ok(Some(line));
                }
                Err(ReadlineError::Interrupted) => println!("^D or quit leaves"),
                Err(ReadlineError::Eof) => return Ok(None),
                Err(ReadlineError::Io(error)) if error.kind() == io::ErrorKind::InvalidData => {
                    println!("(error) this is not UTF-8; write such bytes as \"\\xff\"");
                }
                Err(error) => return Err(io_error(error)),
            }
        }
    }

    fn remember(&mut self, line: &str) {
        let lower = line.to_lowercase();
        if line.trim().is_empty() || lower.split_whitespace().any(|word| word == "auth") {
            return;
        }
        // What cannot be kept is forgotten.
        let _ = self.editor.add_history_entry(line);
        if let Some(file) = &self.history {
            let _ = self.editor.append_history(file);
        }
    }

    /// Prints from other threads; none if the terminal cannot do that.
    pub fn printer(&mut self) -> Option<Printer> {
        let mut printer = self.editor.create_external_printer().ok()?;
        Some(Box::new(move |line| printer.print(format!("{line}\n")).is_ok()))
    }
}

/// The history's file, in a folder that exists; none if there is no place for it.
fn history_file() -> Option<PathBuf> {
    let folder = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = folder("XDG_STATE_HOME").or_else(|| Some(folder("HOME")?.join(".local/state")))?;
    let own = state.join("whitewater-kv");
    let is_there = fs::create_dir_all(&state).is_ok()
        && (own.is_dir() || DirBuilder::new().mode(0o700).create(&own).is_ok());
    is_there.then(|| own.join("history"))
}

fn io_error(error: ReadlineError) -> io::Error {
    match error {
        ReadlineError::Io(error) => error,
        other => io::Error::other(other),
    }
}
