//! What campaigns came to: rows, one a campaign, in memory and in a file of JSON lines.
//!
//! Promises: a row is in the file, whole, before the next campaign is counted; what a stopped bench
//! has left behind is taken up again, less a last line that was torn; a file that is anything else
//! is left alone and complained about, with the line. A compressed file can be read, but not gone
//! on with. Where a bug is filed (set, tier, half) is what the list of seeds says now; a bug that
//! is no longer in it stays where its row has it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use whitewater::mutants::bench;

use super::file;
use crate::Failure;

/// How a bug is awake: always, or rarely.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Set {
    /// Seeded bugs as they are.
    Plain,
    /// Seeded bugs that are rarely awake.
    Deep,
}

/// What a bug may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Half {
    /// Strategies may be tuned on it.
    Train,
    /// Nobody tunes on it.
    Test,
}

/// What a campaign begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Corpus {
    /// Nothing.
    Empty,
    /// The schedules of a directory.
    Shipped,
}

impl From<&bench::Set> for Set {
    fn from(set: &bench::Set) -> Set {
        match set {
            bench::Set::Plain => Set::Plain,
            bench::Set::Deep => Set::Deep,
        }
    }
}

impl From<&bench::Half> for Half {
    fn from(half: &bench::Half) -> Half {
        match half {
            bench::Half::Train => Half::Train,
            bench::Half::Test => Half::Test,
        }
    }
}

/// One campaign.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    pub bug: String,
    pub set: Set,
    pub tier: u8,
    pub half: Half,
    pub strategy: String,
    pub corpus: Corpus,
    /// Primitive events of a drawn schedule.
    pub events_per_schedule: u32,
    /// After how many CPU seconds it was given up.
    pub cap: f64,
    /// What the bench was told; the campaign's own seed follows from it.
    pub seed: u64,
    pub trial: u32,
    pub campaign_seed: u64,
    pub found: bool,
    /// Of what was found.
    pub fingerprint: Option<String>,
    pub executions: u64,
    pub events: u64,
    pub cpu_seconds: f64,
    /// The execution in which the bug's branch was entered first, counted from one.
    pub reached: Option<u64>,
    /// The execution in which it first decided otherwise than true Raft.
    pub triggered: Option<u64>,
    /// Version and source of the program that ran it.
    pub build: String,
}

/// Which campaign a row is about: bug, strategy, corpus, events a schedule, cap, seed, trial.
pub type Key = (String, String, Corpus, u32, u64, u64, u32);

impl Row {
    /// See [`Key`].
    pub fn key(&self) -> Key {
        let (bug, strategy) = (self.bug.clone(), self.strategy.clone());
        (
            bug,
            strategy,
            self.corpus,
            self.events_per_schedule,
            self.cap.to_bits(),
            self.seed,
            self.trial,
        )
    }

    /// What is wrong with a row that can be read.
    fn complaint(&self) -> Option<&'static str> {
        let order = [self.reached, self.triggered, Some(self.executions)];
        let wrong = [
            (!(1..=5).contains(&self.tier), "tier is not from 1 to 5"),
            (self.cap <= 0.0, "cap is not above 0"),
            (self.cpu_seconds < 0.0, "cpu_seconds is below 0"),
            (self.executions == 0, "executions is 0"),
            (self.found != self.fingerprint.is_some(), "found and fingerprint contradict"),
            (!order.iter().flatten().is_sorted(), "reached, triggered, executions do not ascend"),
            (self.triggered.is_some() && self.reached.is_none(), "triggered but not reached"),
        ];
        wrong.into_iter().find(|(is_wrong, _)| *is_wrong).map(|(_, complaint)| complaint)
    }

    fn filed(mut self) -> Row {
        if let Some(seed) = bench::seeds().find(|seed| seed.name == self.bug) {
            (self.set, self.tier) = ((&seed.set).into(), seed.tier);
            self.half = (&seed.half).into();
        }
        self
    }
}

/// How every row begins in a file.
const BEGINNING: &[u8] = b"{\"bug\":\"";

/// What a file of rows holds.
#[derive(Debug, Default)]
struct Content {
    rows: BTreeMap<Key, Row>,
    /// Bytes of whole lines, and of a last one that is not.
    whole: usize,
    torn: usize,
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Content, Failure> {
    let mut content = Content::default();
    for (number, line) in bytes.split_inclusive(|&byte| byte == b'\n').enumerate() {
        let wrong = |complaint: String| {
            Failure(format!("{}, line {}: {complaint}", path.display(), number + 1))
        };
        if !line.ends_with(b"\n") {
            // What never was a row is somebody else's, and must not be cut off.
            if !line.iter().zip(BEGINNING).all(|(is, should)| is == should) {
                return Err(wrong("is not the beginning of a row".into()));
            }
            content.torn = line.len();
            continue;
        }
        let row: Row = serde_json::from_slice(line).map_err(|error| {
            let error = error.to_string();
            wrong(error.split(" at line ").next().unwrap_or_default().into())
        })?;
        if let Some(complaint) = row.complaint() {
            return Err(wrong(complaint.into()));
        }
        if content.rows.insert(row.key(), row.filed()).is_some() {
            return Err(wrong("an earlier line is about the same campaign".into()));
        }
        content.whole += line.len();
    }
    Ok(content)
}

/// Rows, and the file that they are kept in, if they are.
pub struct Book {
    rows: BTreeMap<Key, Row>,
    file: Option<(PathBuf, fs::File)>,
}

impl Book {
    /// What `path` holds, compressed or not. It is not touched.
    pub fn read(path: &Path) -> Result<Book, Failure> {
        let bytes = fs::read(path).map_err(|error| failure(path, &error))?;
        let broken = |error| Failure(format!("{}: is no whole gzip file: {error}", path.display()));
        let bytes = file::unpacked(bytes).map_err(broken)?;
        let content = parse(path, &bytes)?;
        tell_torn(path, content.torn);
        Ok(Book { rows: content.rows, file: None })
    }

    /// What `path` holds, if it is there, to be gone on with; an empty book without a path.
    pub fn open(path: Option<&Path>) -> Result<Book, Failure> {
        let Some(path) = path else { return Ok(Book { rows: BTreeMap::new(), file: None }) };
        let bytes = match fs::read(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            other => other.map_err(|error| failure(path, &error))?,
        };
        if file::is_packed(&bytes) {
            let how = "is compressed, and cannot be gone on with; `bench merge` unpacks it";
            return Err(Failure(format!("{}: {how}", path.display())));
        }
        let content = parse(path, &bytes)?;
        tell_torn(path, content.torn);
        let file = fs::OpenOptions::new().append(true).create(true).open(path);
        let file = file.map_err(|error| failure(path, &error))?;
        if content.torn > 0 {
            file.set_len(content.whole as u64).map_err(|error| failure(path, &error))?;
        }
        Ok(Book { rows: content.rows, file: Some((path.into(), file)) })
    }

    /// What a campaign came to, if it was run.
    pub fn get(&self, key: &Key) -> Option<&Row> {
        self.rows.get(key)
    }

    /// Takes in a row, on the disk first.
    pub fn add(&mut self, row: Row) -> Result<(), Failure> {
        if let Some((path, file)) = &mut self.file {
            let mut line = serde_json::to_vec(&row).expect("a row is plain data");
            line.push(b'\n');
            let written = file.write_all(&line).and_then(|()| file.flush());
            written.map_err(|error| failure(path, &error))?;
        }
        self.rows.insert(row.key(), row);
        Ok(())
    }

    /// All rows, in the order of their keys.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.values()
    }
}

fn failure(path: &Path, error: &std::io::Error) -> Failure {
    let reason = match error.kind() {
        ErrorKind::NotFound => "does not exist, or its folder".into(),
        _ => error.to_string().replace('\n', " "),
    };
    Failure(format!("{}: {reason}", path.display()))
}

fn tell_torn(path: &Path, bytes: usize) {
    if bytes > 0 {
        eprintln!("whitewater: {}: dropped a torn last line of {bytes} bytes", path.display());
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A row of a bug that is in no list.
    pub fn row(bug: &str, strategy: &str, trial: u32, found: bool, cpu_seconds: f64) -> Row {
        Row {
            bug: bug.into(),
            set: Set::Plain,
            tier: 3,
            half: Half::Train,
            strategy: strategy.into(),
            corpus: Corpus::Empty,
            events_per_schedule: 640,
            cap: 10.0,
            seed: 1,
            trial,
            campaign_seed: u64::MAX - 1,
            found,
            fingerprint: found.then(|| "one-vote-per-term".into()),
            executions: (cpu_seconds * 1e3) as u64 + 1,
            events: (cpu_seconds * 1e6) as u64,
            cpu_seconds,
            reached: Some(1),
            triggered: None,
            build: "test".into(),
        }
    }

    fn folder() -> tempfile::TempDir {
        tempfile::TempDir::new().expect("a temporary folder can be made")
    }

    fn complaint(result: Result<Book, Failure>) -> String {
        result.err().expect("it is refused").0
    }

    #[test]
    fn what_was_added_is_there_when_the_file_is_opened_again() {
        let folder = folder();
        let path = folder.path().join("rows");
        let mut book = Book::open(Some(&path)).ok().unwrap();
        let rows = [row("a", "swarm", 0, true, 0.1234567), row("a", "swarm", 1, false, 10.01)];
        for row in &rows {
            book.add(row.clone()).ok().unwrap();
        }
        for book in [Book::open(Some(&path)), Book::read(&path)] {
            let book = book.ok().unwrap();
            assert_eq!(book.rows().cloned().collect::<Vec<_>>(), rows);
            assert_eq!(book.get(&rows[1].key()), Some(&rows[1]));
            let other = Row { cap: 2.0, ..rows[1].clone() };
            assert!(book.get(&other.key()).is_none(), "another cap is another campaign");
        }
    }

    #[test]
    fn a_torn_last_line_is_dropped_and_the_file_goes_on_behind_the_last_whole_one() {
        let folder = folder();
        let path = folder.path().join("rows");
        let line = serde_json::to_string(&row("a", "swarm", 0, true, 1.0)).unwrap();
        fs::write(&path, format!("{line}\n{}", &line[..40])).unwrap();
        assert_eq!(Book::read(&path).ok().unwrap().rows().count(), 1);
        assert_eq!(fs::read(&path).unwrap().len(), line.len() + 41, "reading touches nothing");
        let mut book = Book::open(Some(&path)).ok().unwrap();
        book.add(row("a", "swarm", 1, true, 1.0)).ok().unwrap();
        assert_eq!(Book::read(&path).ok().unwrap().rows().count(), 2);
    }

    #[test]
    fn a_last_line_that_never_was_a_row_is_left_alone() {
        let folder = folder();
        let path = folder.path().join("rows");
        for text in ["a letter to somebody", "{\"bugs\": 1}"] {
            fs::write(&path, text).unwrap();
            let complaint = complaint(Book::open(Some(&path)));
            assert!(complaint.contains("rows, line 1: is not the beginning of a row"));
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert!(serde_json::to_vec(&row("a", "b", 0, true, 1.0)).unwrap().starts_with(BEGINNING));
    }

    #[test]
    fn a_line_that_is_no_row_is_named_and_the_file_left_alone() {
        let folder = folder();
        let path = folder.path().join("rows");
        let good = serde_json::to_value(row("a", "swarm", 0, true, 1.0)).unwrap();
        let with = |field: &str, value: serde_json::Value| {
            let mut row = good.clone();
            row[field] = value;
            row.to_string()
        };
        for (line, reason) in [
            ("not JSON".into(), "expected"),
            ("".into(), "EOF"),
            ("{}".into(), "missing field `bug`"),
            (with("speed", 1.into()), "unknown field `speed`"),
            (with("tier", 6.into()), "tier"),
            (with("cap", 0.into()), "cap"),
            (with("cpu_seconds", (-1).into()), "cpu_seconds"),
            (with("executions", 0.into()), "executions"),
            (with("found", false.into()), "contradict"),
            (with("triggered", 100_000.into()), "ascend"),
            (with("half", "both".into()), "both"),
            (with("trial", 0.into()), "same campaign"),
        ] {
            let text = format!("{good}\n{line}\n");
            fs::write(&path, &text).unwrap();
            let complaint = complaint(Book::open(Some(&path)));
            assert!(complaint.contains("rows, line 2: "), "{complaint}");
            assert!(complaint.contains(reason), "{complaint}");
            assert_eq!(complaint.lines().count(), 1, "{complaint}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let folder = folder();
        let missing = folder.path().join("no/rows");
        assert!(complaint(Book::read(&missing)).contains("does not exist"));
        assert!(complaint(Book::open(Some(&missing))).contains("does not exist"));
        assert!(complaint(Book::open(Some(folder.path()))).contains("directory"));
    }

    #[test]
    fn a_bug_is_filed_where_the_list_has_it_now() {
        let seed = bench::seeds().next().unwrap();
        let old = Row { tier: 1 + seed.tier % 5, ..row(seed.name, "swarm", 0, true, 1.0) };
        assert_eq!(old.clone().filed().tier, seed.tier);
        let gone = row("gone", "swarm", 0, true, 1.0);
        assert_eq!(gone.clone().filed(), gone);
    }
}
