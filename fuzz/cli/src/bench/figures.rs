//! Measured figures: rows in a file of JSON lines, one a figure, each with its command, commit,
//! date and machine.
//!
//! Promises: recording replaces the rows of that figure and changes no other; the file is written
//! whole or not at all. A file with any other content is not changed, and the error names the line.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Number;

use super::file::replace;
use super::topics::{about, TOPICS};
use crate::Failure;

/// One figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// Its name in `scripts/bench.sh`; rows with the same name are measured together.
    pub figure: String,
    /// The subject of the measurement: a bug, a program, a configuration.
    pub name: String,
    /// The measured property: the head of a column.
    pub measure: String,
    /// The measured value.
    pub value: Number,
    /// The unit of the value.
    pub unit: String,
    /// The spread: an interval, all runs, or how the value was computed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub spread: String,
    /// The command that prints it.
    pub command: String,
    /// The commit of the sources, short; with `-dirty` if they were changed.
    pub commit: String,
    /// The date, such as 2026-11-23.
    pub date: String,
    /// Processor, cores, system, compiler.
    pub machine: String,
}

/// The origin of figures: see the fields of the same names of [`Figure`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub command: String,
    pub commit: String,
    pub date: String,
    pub machine: String,
}

impl Figure {
    /// Its origin.
    pub fn origin(&self) -> Origin {
        let [command, commit, date, machine] =
            [&self.command, &self.commit, &self.date, &self.machine].map(String::clone);
        Origin { command, commit, date, machine }
    }

    /// The error of a figure that can be parsed, if any.
    fn complaint(&self) -> Option<String> {
        if about(&self.figure).is_none() {
            return Some(unknown(&self.figure));
        }
        let texts = [
            ("name", &self.name),
            ("measure", &self.measure),
            ("unit", &self.unit),
            ("command", &self.command),
            ("commit", &self.commit),
            ("date", &self.date),
            ("machine", &self.machine),
        ];
        if let Some((field, _)) = texts.iter().find(|(_, text)| text.trim().is_empty()) {
            return Some(format!("{field} is empty"));
        }
        let breaks = |text: &str| text.chars().any(|c| c == '|' || c.is_control());
        let mut texts = texts.into_iter().chain([("spread", &self.spread)]);
        if let Some((field, _)) = texts.find(|(_, text)| breaks(text)) {
            return Some(format!("{field} would break a table"));
        }
        (!is_date(&self.date)).then(|| format!("'{}' is no date as in 2026-11-23", self.date))
    }

    fn key(&self) -> [String; 3] {
        [&self.figure, &self.name, &self.measure].map(String::clone)
    }
}

fn unknown(figure: &str) -> String {
    let all: Vec<&str> = TOPICS.iter().map(|topic| topic.figure).collect();
    format!("no figure is called '{figure}'; there are {}", all.join(", "))
}

fn is_date(text: &str) -> bool {
    let shape = text.bytes().map(|byte| if byte.is_ascii_digit() { b'0' } else { byte });
    shape.eq("0000-00-00".bytes())
}

/// The figures of lines that `parse` reads; or the error of the first bad line.
fn checked(
    source: &str,
    text: &str,
    parse: impl Fn(&str) -> Result<Figure, String>,
) -> Result<Vec<Figure>, Failure> {
    let mut seen = BTreeSet::new();
    let mut figures = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let figure = parse(line).and_then(|figure| match figure.complaint() {
            Some(complaint) => Err(complaint),
            None if !seen.insert(figure.key()) => {
                Err("an earlier line is about the same figure".into())
            }
            None => Ok(figure),
        });
        let wrong = |complaint| Failure(format!("{source}, line {}: {complaint}", number + 1));
        figures.push(figure.map_err(wrong)?);
    }
    Ok(figures)
}

/// The figures of a file, in their order. A file that does not exist has none.
pub fn read(path: &Path) -> Result<Vec<Figure>, Failure> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        other => other.map_err(|error| Failure(format!("{}: {error}", path.display())))?,
    };
    checked(&path.display().to_string(), &text, |line| {
        serde_json::from_str(line).map_err(|error| {
            let error = error.to_string();
            error.split(" at line ").next().unwrap_or_default().into()
        })
    })
}

/// Parses figures, one a line: name, measure, value, unit and optionally spread, separated by tabs.
pub fn measured(text: &str, figure: &str, origin: &Origin) -> Result<Vec<Figure>, Failure> {
    if about(figure).is_none() {
        return Err(Failure(unknown(figure)));
    }
    let figures = checked("standard input", text, |line| {
        let mut fields = line.split('\t').map(String::from);
        let mut next = || fields.next();
        let (Some(name), Some(measure), Some(value), Some(unit), spread, None) =
            (next(), next(), next(), next(), next(), next())
        else {
            return Err("it is not name, measure, value, unit and optionally spread".into());
        };
        let value = value.parse().map_err(|_| format!("'{value}' is no number"))?;
        let (figure, spread) = (figure.into(), spread.unwrap_or_default());
        let Origin { command, commit, date, machine } = origin.clone();
        Ok(Figure { figure, name, measure, value, unit, spread, command, commit, date, machine })
    })?;
    match figures.is_empty() {
        true => Err(Failure("standard input: nothing was measured".into())),
        false => Ok(figures),
    }
}

/// Writes `new`, which are all of one figure, in place of the rows of that figure, or after all
/// others.
pub fn record(path: &Path, new: Vec<Figure>) -> Result<(), Failure> {
    let mut figures = read(path)?;
    let is_same = |figure: &Figure| new.iter().any(|row| row.figure == figure.figure);
    let at = figures.iter().position(is_same).unwrap_or(figures.len());
    figures.retain(|figure| !is_same(figure));
    figures.splice(at..at, new);
    let line = |figure| serde_json::to_string(figure).expect("a figure is plain data") + "\n";
    replace(path, figures.iter().map(line).collect::<String>().as_bytes())
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn origin() -> Origin {
        let [command, commit, date, machine] =
            ["scripts/bench.sh", "0123abc", "2026-11-23", "a machine"].map(String::from);
        Origin { command, commit, date, machine }
    }

    /// A figure for tests.
    pub fn figure(figure: &str, name: &str, measure: &str, value: u32, unit: &str) -> Figure {
        let line = format!("{name}\t{measure}\t{value}\t{unit}");
        measured(&line, figure, &origin()).ok().unwrap().remove(0)
    }

    fn file(text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("figures");
        fs::write(&path, text).unwrap();
        (folder, path)
    }

    #[test]
    fn recording_replaces_the_rows_of_that_figure_and_changes_no_other() {
        let (folder, path) = file("");
        let one = |name, value| figure("core", name, "instructions", value, "instructions");
        let [rate, pgo] =
            ["rate", "pgo"].map(|name| figure(name, "plain", "events", 7, "per CPU second"));
        for rows in [vec![rate.clone()], vec![one("a", 1), one("b", 2)], vec![pgo.clone()]] {
            record(&path, rows).ok().unwrap();
        }
        record(&path, vec![one("a", 3)]).ok().unwrap();
        assert_eq!(read(&path).ok().unwrap(), [rate, one("a", 3), pgo]);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no drafts are left");
    }

    #[test]
    fn a_value_stays_the_number_that_was_measured() {
        let (_folder, path) = file("");
        let text = "a\ttime\t0.03\ts\t0.01 to 0.03\nb\ttime\t1754385\ts\n";
        record(&path, measured(text, "fuzz", &origin()).ok().unwrap()).ok().unwrap();
        let values: Vec<String> =
            read(&path).ok().unwrap().iter().map(|figure| figure.value.to_string()).collect();
        assert_eq!(values, ["0.03", "1754385"]);
    }

    #[test]
    fn a_line_that_is_no_figure_is_named_and_nothing_is_recorded() {
        for (line, reason) in [
            ("a\ttime", "optionally spread"),
            ("a\ttime\t1\ts\t\t", "optionally spread"),
            ("a\ttime\tfast\ts", "'fast' is no number"),
            ("a\ttime\tNaN\ts", "'NaN' is no number"),
            ("\ttime\t1\ts", "name is empty"),
            ("a|b\ttime\t1\ts", "name would break a table"),
            ("z\ttime\t1\ts", "an earlier line"),
        ] {
            let text = format!("z\ttime\t1\ts\n{line}\n");
            let complaint = measured(&text, "core", &origin()).err().unwrap().0;
            assert!(complaint.starts_with("standard input, line 2: "), "{complaint}");
            assert!(complaint.contains(reason), "{complaint}");
        }
        let complaint = |text, figure| measured(text, figure, &origin()).err().unwrap().0;
        assert!(complaint("", "core").contains("nothing was measured"));
        assert!(complaint("a\ttime\t1\ts", "speed").contains("no figure is called 'speed'"));
        let undated = Origin { date: "today".into(), ..origin() };
        assert!(measured("a\ttime\t1\ts", "core", &undated).err().unwrap().0.contains("no date"));
    }

    #[test]
    fn a_file_with_other_content_is_not_changed_and_the_line_is_named() {
        let good = serde_json::to_string(&figure("core", "a", "time", 1, "s")).unwrap();
        for (line, reason) in [
            ("another text", "expected value"),
            ("{}", "missing field"),
            (&good.replace("\"core\"", "\"speed\""), "no figure is called 'speed'"),
            (&good.replace("\"unit\"", "\"units\""), "units"),
            (&good, "an earlier line"),
        ] {
            let text = format!("{good}\n{line}\n");
            let (_folder, path) = file(&text);
            let new = vec![figure("rate", "b", "time", 1, "s")];
            let complaint = record(&path, new).err().unwrap().0;
            assert!(complaint.contains("figures, line 2: "), "{complaint}");
            assert!(complaint.contains(reason), "{complaint}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }
}
