//! Measured figures as tables, by topics, each with its origin.

use std::fmt::Write as _;

use whitewater::mutants;
use whitewater::mutants::bench::seeds;
use whitewater::mutants::storage;

use super::figures::{Figure, Origin};
use super::markdown::{clip, number, WIDEST};
use super::topics::{Topic, TOPICS};

/// Every figure, under the headings of [`TOPICS`].
pub fn headings(figures: &[Figure]) -> String {
    let (mut text, mut heading) = (String::new(), "");
    for topic in &TOPICS {
        let rows: Vec<&Figure> =
            figures.iter().filter(|figure| figure.figure == topic.figure).collect();
        if rows.is_empty() {
            continue;
        }
        if topic.heading != heading {
            heading = topic.heading;
            let _ = writeln!(text, "## {heading}\n");
        }
        text += &topic_text(topic, &rows);
    }
    text
}

fn topic_text(topic: &Topic, rows: &[&Figure]) -> String {
    let mut text = format!("### {}\n\n{}\n\n", topic.title, topic.about);
    for (measures, names) in blocks(rows) {
        text += &table(rows, &measures, &names);
    }
    text + &origins(rows) + "\n"
}

/// The names of rows, without repetition, in the order in which they come.
fn unique<'a>(words: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut unique = Vec::new();
    for word in words {
        if !unique.contains(&word) {
            unique.push(word);
        }
    }
    unique
}

/// Names with the same measures share a table: the measures and the names of each table.
fn blocks<'a>(rows: &[&'a Figure]) -> Vec<(Vec<&'a str>, Vec<&'a str>)> {
    let mut blocks: Vec<(Vec<&str>, Vec<&str>)> = Vec::new();
    for name in unique(rows.iter().map(|row| row.name.as_str())) {
        let of_it = rows.iter().filter(|row| row.name == name);
        let measures: Vec<&str> = of_it.map(|row| row.measure.as_str()).collect();
        match blocks.iter_mut().find(|(of_block, _)| *of_block == measures) {
            Some((_, names)) => names.push(name),
            None => blocks.push((measures, vec![name])),
        }
    }
    blocks
}

/// Ids and the oracle that must find it, if this is the name of a seeded bug.
fn bug(name: &str) -> Option<[&'static str; 2]> {
    let mutant = mutants::all().find(|mutant| mutant.name == name);
    let seed = || seeds().find(|seed| seed.name == name);
    mutant
        .map(|mutant| [mutant.ids, mutant.caught_by])
        .or_else(|| seed().map(|seed| [seed.id, seed.mutant().caught_by]))
        .or_else(|| storage::named(name).map(|bug| ["", bug.caught_by]))
}

fn table(rows: &[&Figure], measures: &[&str], names: &[&str]) -> String {
    let about_bugs = names.iter().any(|name| bug(name).is_some());
    let more: &[&str] = if about_bugs { &["ids", "must die by"] } else { &[] };
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let heads: Vec<String> =
        ["what"].iter().chain(more).chain(measures).map(|head| head.to_string()).collect();
    let mut text = line(&heads) + &"|---".repeat(heads.len()) + "|\n";
    for name in names {
        let mut cells = vec![name.to_string()];
        if about_bugs {
            cells.extend(bug(name).unwrap_or_default().map(String::from));
        }
        for measure in measures {
            let row = rows.iter().find(|row| row.name == *name && row.measure == *measure);
            cells.push(row.map_or(String::new(), |row| cell(row)));
        }
        text += &line(&cells);
    }
    text + "\n"
}

/// Value, unit unless the head of the column has it, and as much of the spread as fits.
fn cell(row: &Figure) -> String {
    let mut text = number(&row.value);
    if !row.measure.contains(&row.unit) {
        let _ = write!(text, " {}", row.unit);
    }
    if !row.spread.is_empty() {
        let room = WIDEST.saturating_sub(text.chars().count() + 3);
        let _ = write!(text, " ({})", clip(&row.spread, room));
    }
    text
}

/// The origins of figures; if there are several, each with its figures.
fn origins(rows: &[&Figure]) -> String {
    let mut groups: Vec<(Origin, Vec<&Figure>)> = Vec::new();
    for row in rows {
        let origin = row.origin();
        match groups.iter_mut().find(|(of_group, _)| *of_group == origin) {
            Some((_, group)) => group.push(row),
            None => groups.push((origin, vec![row])),
        }
    }
    // The largest group, the first of several, is called "all others".
    let size = |at: &usize| (groups[*at].1.len(), std::cmp::Reverse(*at));
    let largest = (0..groups.len()).max_by_key(size);
    let mut text = String::new();
    for (at, (Origin { command, commit, date, machine }, group)) in groups.iter().enumerate() {
        let _ = write!(text, "- `{command}` on commit {commit}, {date}; {machine}");
        if groups.len() > 1 {
            let which = match Some(at) == largest {
                true => "all others".into(),
                false => which(rows, group),
            };
            let _ = write!(text, " ({which})");
        }
        text.push('\n');
    }
    text
}

/// A part of some rows in words: names or measures that it has whole, and the rest by both.
fn which(rows: &[&Figure], part: &[&Figure]) -> String {
    let is_whole = |of: fn(&Figure) -> &str, word: &str| {
        let count = |rows: &[&Figure]| rows.iter().filter(|row| of(row) == word).count();
        count(part) == count(rows)
    };
    let words: Vec<String> = part
        .iter()
        .map(|row| match row {
            row if is_whole(|row| &row.name, &row.name) => row.name.clone(),
            row if is_whole(|row| &row.measure, &row.measure) => row.measure.clone(),
            row => format!("{}: {}", row.name, row.measure),
        })
        .collect();
    unique(words.iter().map(String::as_str)).join("; ")
}

#[cfg(test)]
mod tests {
    use super::super::figures::tests::figure;
    use super::*;

    #[test]
    fn names_with_the_same_measures_share_a_table() {
        let figures = [
            figure("rate", "300 events", "events per CPU second", 3_060_000, "events"),
            figure("rate", "300 events", "runs", 15, "of 15"),
            figure("rate", "640 events", "events per CPU second", 2_000, "events"),
            figure("rate", "640 events", "runs", 3, "of 5"),
            figure("rate", "long against short", "ratio", 1, "times"),
        ];
        let text = headings(&figures);
        for table in [
            "| what | events per CPU second | runs |\n|---|---|---|\n\
             | 300 events | 3,060,000 | 15 of 15 |\n| 640 events | 2,000 | 3 of 5 |\n",
            "| what | ratio |\n|---|---|\n| long against short | 1 times |\n",
        ] {
            assert!(text.contains(table), "{text}");
        }
        assert_eq!(text.matches("on commit").count(), 1, "{text}");
    }

    #[test]
    fn seeded_bugs_are_shown_with_the_oracle_that_must_catch_them() {
        let text = headings(&[figure("mutants", "votes-twice", "found", 5, "of 5")]);
        assert!(text.contains("| votes-twice | E13 | one-vote-per-term | 5 of 5 |"), "{text}");
    }

    #[test]
    fn figures_of_several_commits_name_the_commit_of_each() {
        let mut figures = ["one", "other", "third"]
            .map(|name| figure("core", name, "instructions", 7, "instructions"));
        figures[1].commit = "7654321".into();
        let text = headings(&figures);
        assert!(text.contains("on commit 0123abc, 2026-11-23; a machine (all others)"), "{text}");
        assert!(text.contains("on commit 7654321, 2026-11-23; a machine (other)"), "{text}");
    }
}
