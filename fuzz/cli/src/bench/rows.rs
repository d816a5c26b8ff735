//! The results of campaigns: rows, one a campaign, in memory and in a file of JSON lines.
//!
//! Promises: a row is in the file, whole, before the next campaign is counted; the rows of a
//! stopped bench are read again, without a torn last line; a file with any other content is not
//! changed, and the error names the line. A compressed file can be read, but not appended to. Set,
//! tier and half of a bug are those of the present list of seeds; a bug that is no longer in the
//! list keeps those of its row.

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use whitewater::mutants::bench;

use super::file;
use crate::Failure;

/// How often a bug is armed: always, or rarely.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Set {
    /// Seeded bugs that are always armed.
    Plain,
    /// Seeded bugs that are rarely armed.
    Deep,
}

/// The permitted use of a bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Half {
    /// Strategies may be tuned on it.
    Train,
    /// No strategy is tuned on it.
    Test,
}

/// The schedules that a campaign begins with.
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
    /// CPU seconds after which it ends without a find.
    pub cap: f64,
    /// The bench's option `--seed`; the campaign's own seed is derived from it.
    pub seed: u64,
    pub trial: u32,
    pub campaign_seed: u64,
    pub found: bool,
    /// The fingerprint of the find.
    pub fingerprint: Option<String>,
    pub executions: u64,
    pub events: u64,
    pub cpu_seconds: f64,
    /// The first execution that entered the bug's branch, counted from one.
    pub reached: Option<u64>,
    /// The first execution in which its decision differed from correct Raft's.
    pub triggered: Option<u64>,
    /// Version and source of the program that ran it.
    pub build: String,
}

/// The campaign of a row: bug, strategy, corpus, events a schedule, cap, seed, trial.
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

    /// The error of a row that can be parsed, if any.
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

    fn with_present_class(mut self) -> Row {
        if let Some(seed) = bench::seeds().find(|seed| seed.name == self.bug) {
            (self.set, self.tier) = ((&seed.set).into(), seed.tier);
            self.half = (&seed.half).into();
        }
        self
    }
}

/// The first bytes of every row in a file.
const BEGINNING: &[u8] = b"{\"bug\":\"";

/// The content of a file of rows.
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
            // A line that never was a row is not ours, and must not be cut off.
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
        if content.rows.insert(row.key(), row.with_present_class()).is_some() {
            return Err(wrong("an earlier line is about the same campaign".into()));
        }
        content.whole += line.len();
    }
    Ok(content)
}

/// Rows, and the file that stores them, if any.
pub struct RowStore {
    rows: BTreeMap<Key, Row>,
    file: Option<(PathBuf, fs::File)>,
}

impl RowStore {
    /// Reads the rows of `path`, compressed or not. The file is not changed.
    pub fn read(path: &Path) -> Result<RowStore, Failure> {
        let bytes = fs::read(path).map_err(|error| failure(path, &error))?;
        let broken =
            |error| Failure(format!("{}: is no complete gzip file: {error}", path.display()));
        let bytes = file::unpacked(bytes).map_err(broken)?;
        let content = parse(path, &bytes)?;
        report_torn(path, content.torn);
        Ok(RowStore { rows: content.rows, file: None })
    }

    /// Opens `path` for appending, if it exists with its rows; without a path a store in memory.
    pub fn open(path: Option<&Path>) -> Result<RowStore, Failure> {
        let Some(path) = path else { return Ok(RowStore { rows: BTreeMap::new(), file: None }) };
        let bytes = match fs::read(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            other => other.map_err(|error| failure(path, &error))?,
        };
        if file::is_packed(&bytes) {
            let how = "is compressed, and cannot be appended to; `bench merge` unpacks it";
            return Err(Failure(format!("{}: {how}", path.display())));
        }
        let content = parse(path, &bytes)?;
        report_torn(path, content.torn);
        let file = fs::OpenOptions::new().append(true).create(true).open(path);
        let file = file.map_err(|error| failure(path, &error))?;
        if content.torn > 0 {
            file.set_len(content.whole as u64).map_err(|error| failure(path, &error))?;
        }
        Ok(RowStore { rows: content.rows, file: Some((path.into(), file)) })
    }

    /// The row of a campaign, if it was run.
    pub fn get(&self, key: &Key) -> Option<&Row> {
        self.rows.get(key)
    }

    /// Adds a row, first to the file.
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
        ErrorKind::NotFound => "does not exist, or its folder does not".into(),
        _ => error.to_string().replace('\n', " "),
    };
    Failure(format!("{}: {reason}", path.display()))
}

fn report_torn(path: &Path, bytes: usize) {
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

    fn complaint(result: Result<RowStore, Failure>) -> String {
        result.err().expect("it is refused").0
    }

    #[test]
    fn added_rows_are_there_when_the_file_is_opened_again() {
        let folder = folder();
        let path = folder.path().join("rows");
        let mut store = RowStore::open(Some(&path)).ok().unwrap();
        let rows = [row("a", "swarm", 0, true, 0.1234567), row("a", "swarm", 1, false, 10.01)];
        for row in &rows {
            store.add(row.clone()).ok().unwrap();
        }
        for store in [RowStore::open(Some(&path)), RowStore::read(&path)] {
            let store = store.ok().unwrap();
            assert_eq!(store.rows().cloned().collect::<Vec<_>>(), rows);
            assert_eq!(store.get(&rows[1].key()), Some(&rows[1]));
            let other = Row { cap: 2.0, ..rows[1].clone() };
            assert!(store.get(&other.key()).is_none(), "another cap is another campaign");
        }
    }

    #[test]
    fn a_torn_last_line_is_dropped_and_rows_are_appended_after_the_last_whole_one() {
        let folder = folder();
        let path = folder.path().join("rows");
        let line = serde_json::to_string(&row("a", "swarm", 0, true, 1.0)).unwrap();
        fs::write(&path, format!("{line}\n{}", &line[..40])).unwrap();
        assert_eq!(RowStore::read(&path).ok().unwrap().rows().count(), 1);
        assert_eq!(fs::read(&path).unwrap().len(), line.len() + 41, "reading changes nothing");
        let mut store = RowStore::open(Some(&path)).ok().unwrap();
        store.add(row("a", "swarm", 1, true, 1.0)).ok().unwrap();
        assert_eq!(RowStore::read(&path).ok().unwrap().rows().count(), 2);
    }

    #[test]
    fn a_last_line_that_never_was_a_row_is_not_changed() {
        let folder = folder();
        let path = folder.path().join("rows");
        for text in ["another text", "{\"bugs\": 1}"] {
            fs::write(&path, text).unwrap();
            let complaint = complaint(RowStore::open(Some(&path)));
            assert!(complaint.contains("rows, line 1: is not the beginning of a row"));
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert!(serde_json::to_vec(&row("a", "b", 0, true, 1.0)).unwrap().starts_with(BEGINNING));
    }

    #[test]
    fn a_line_that_is_no_row_is_named_and_the_file_is_not_changed() {
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
            let complaint = complaint(RowStore::open(Some(&path)));
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
        assert!(complaint(RowStore::read(&missing)).contains("does not exist"));
        assert!(complaint(RowStore::open(Some(&missing))).contains("does not exist"));
        assert!(complaint(RowStore::open(Some(folder.path()))).contains("directory"));
    }

    #[test]
    fn set_tier_and_half_of_a_bug_are_those_of_the_present_list() {
        let seed = bench::seeds().next().unwrap();
        let old = Row { tier: 1 + seed.tier % 5, ..row(seed.name, "swarm", 0, true, 1.0) };
        assert_eq!(old.clone().with_present_class().tier, seed.tier);
        let gone = row("gone", "swarm", 0, true, 1.0);
        assert_eq!(gone.clone().with_present_class(), gone);
    }
}
