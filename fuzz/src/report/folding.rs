//! Folding: what is told of the events of a run, so that the story of a long one can be read.
//!
//! Promises: equal events in a row share a line. The story of at most [`IN_FULL`] events leaves
//! none out; that of more has about 56 lines: the last events, then those that mention the
//! values of the violation or change a role, then the other faults and events with consequences,
//! the later ones first, as far as there is room. Where events are left out, it says how many and
//! of what kinds.

use std::fmt::Write as _;

use crate::report::line::{height, Line};
use crate::schedule::event::Kind;

/// The story of at most this many events is told in full.
pub const IN_FULL: usize = 60;
/// About how many lines the events of a longer story have.
const ROOM: usize = 56;
/// The events before the violation that matter most, whatever they are.
const LAST: usize = 16;

/// Some events in a row that are told, or that are left out, together.
struct Row<'a> {
    first: usize,
    lines: &'a [Line],
}

/// The events as pairs of a lead, which numbers them, and a text. `evidence` describes the
/// violation; without it, every event is told.
pub fn told(lines: &[Line], evidence: Option<&str>) -> Vec<(String, String)> {
    let rows = rows(lines);
    match evidence.filter(|_| lines.len() > IN_FULL) {
        None => rows.iter().map(Row::told).collect(),
        Some(evidence) => shortened(&rows, &values(evidence)),
    }
}

/// Equal events in a row as one.
fn rows(lines: &[Line]) -> Vec<Row<'_>> {
    let mut first = 1;
    let runs = lines.chunk_by(|one, next| one.text == next.text);
    runs.map(|lines| {
        first += lines.len();
        Row { first: first - lines.len(), lines }
    })
    .collect()
}

/// The rows that there is room for; between them, what is left out.
fn shortened(rows: &[Row<'_>], values: &[String]) -> Vec<(String, String)> {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_cached_key(|&place| {
        let is_last = rows.len() - place <= LAST;
        let weight = if is_last { usize::MAX } else { rows[place].weight(values) };
        std::cmp::Reverse((weight, place))
    });
    let (mut is_told, mut told) = (vec![false; rows.len()], Vec::new());
    for place in order {
        is_told[place] = true;
        let more = with_gaps(rows, &is_told);
        let lines: usize = more.iter().map(|(lead, text)| height(lead, text)).sum();
        if lines > ROOM && !told.is_empty() {
            break;
        }
        told = more;
    }
    told
}

/// The rows that are told, and between them how many are not; a gap that would be as long as its
/// rows is none.
fn with_gaps(rows: &[Row<'_>], is_told: &[bool]) -> Vec<(String, String)> {
    let mut told = Vec::new();
    let mut place = 0;
    while place < rows.len() {
        if is_told[place] {
            told.push(rows[place].told());
            place += 1;
            continue;
        }
        let count = is_told[place..].iter().take_while(|told| !**told).count();
        let gap = &rows[place..place + count];
        let (short, full) = (left_out(gap), || gap.iter().map(Row::told));
        let lines = |(lead, text): (String, String)| height(&lead, &text);
        match count < 4 && full().map(lines).sum::<usize>() <= lines(short.clone()) {
            true => told.extend(full()),
            false => told.push(short),
        }
        place += count;
    }
    told
}

/// Rows that are left out, as one line.
fn left_out(rows: &[Row<'_>]) -> (String, String) {
    let lines = || rows.iter().flat_map(|row| row.lines);
    let mut kinds: Vec<(Kind, usize)> = Vec::new();
    for kind in lines().filter_map(|line| line.kind) {
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, count)) => *count += 1,
            None => kinds.push((kind, 1)),
        }
    }
    kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let mut text = String::from("(not told:");
    for (kind, count) in kinds {
        let joint = if text.ends_with(':') { "" } else { "," };
        let _ = write!(text, "{joint} {count} {}", kind.info().name);
    }
    text.push(')');
    let first = rows.first().map_or(0, |row| row.first);
    (lead(first, lines().count()), text)
}

/// What numbers these events.
fn lead(first: usize, count: usize) -> String {
    match count {
        1 => format!("{first:>3}. "),
        _ => format!("{first:>3}-{}. ", first + count - 1),
    }
}

impl Row<'_> {
    fn told(&self) -> (String, String) {
        let (text, count) = (&self.lines[0].text, self.lines.len());
        let text = if count == 1 { text.clone() } else { format!("{text} ({count} times)") };
        (lead(self.first, count), text)
    }

    /// How much it matters to a violation with these values.
    fn weight(&self, values: &[String]) -> usize {
        let line = &self.lines[0];
        let mentioned = values.iter().filter(|value| mentions(&line.text, value));
        // Most events are about some node of the violation: its other values say more.
        let mentioned: usize = mentioned.map(|value| 2 - usize::from(value.starts_with('n'))).sum();
        let changes = if line.changes_role() { 2 } else { 0 };
        let is_fault = line.kind.is_some_and(|kind| kind.info().family.is_some());
        match line.has_effect || is_fault {
            true => 1 + mentioned + changes,
            false => mentioned.min(1),
        }
    }
}

/// The values that the text of a violation names, as stories name them: nodes, terms, entries and
/// requests.
fn values(evidence: &str) -> Vec<String> {
    let words: Vec<&str> = evidence
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '#'))
        .collect();
    let is_number = |word: &str| word.parse::<u64>().is_ok();
    let mut values = Vec::new();
    for (word, next) in words.iter().zip(words.iter().skip(1).chain([&""])) {
        match *word {
            "term" if is_number(next) => values.push(format!("term {next}")),
            "index" | "entry" if is_number(next) => values.push(format!("{next}@")),
            "to" if is_number(next) => values.push(format!("up to {next}")),
            _ if word.contains('@') || word.starts_with('#') => values.push(word.to_string()),
            _ if word.strip_prefix('n').is_some_and(is_number) => values.push(word.to_string()),
            _ => {}
        }
    }
    values.sort();
    values.dedup();
    values
}

/// Whether a text has this value, and not as a part of another one.
fn mentions(text: &str, value: &str) -> bool {
    text.match_indices(value).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + value.len()..].chars().next();
        let ends = |c: Option<char>| !c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '@');
        ends(before) && (value.ends_with('@') || ends(after))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line of an event, with or without a consequence.
    fn line(kind: Kind, text: &str, effect: &str) -> Line {
        let mut line = Line::new(Some(kind), text.into());
        if !effect.is_empty() {
            line.add(None, format_args!("{effect}"));
        }
        line
    }

    fn text(told: &[(String, String)]) -> String {
        told.iter().map(|(lead, text)| format!("{lead}{text}\n")).collect()
    }

    #[test]
    fn equal_events_in_a_row_share_a_line() {
        let tick = || line(Kind::Tick, "the clock of n0 ticks", "");
        let lines = [tick(), tick(), tick(), line(Kind::Crash, "n0 crashes", "")];
        let expected = "  1-3. the clock of n0 ticks (3 times)\n  4. n0 crashes\n";
        assert_eq!(text(&told(&lines, Some("n0"))), expected);
    }

    /// Deliveries without consequences, between two elections.
    fn long_run() -> Vec<Line> {
        let idle = |number| line(Kind::Deliver, &format!("n0 receives message {number}"), "");
        let mut lines = vec![line(Kind::Timeout, "the election timeout of n1 elapses", "votes")];
        lines.extend((0..300).map(idle));
        lines[40] = line(Kind::Deliver, "n2 receives 4@2 from n1", "appends 4@2");
        lines[60] = line(Kind::Deliver, "n2 receives 14@2 from n1", "appends 14@2");
        lines
    }

    #[test]
    fn a_long_story_keeps_its_end_and_what_names_the_values_of_the_violation() {
        let told = text(&told(&long_run(), Some("n2 lost 4@2.")));
        assert!(told.lines().count() <= ROOM, "{told}");
        for kept in [" 41. n2 receives 4@2", "301. n0 receives message 299"] {
            assert!(told.contains(kept), "{kept}: {told}");
        }
        assert!(told.contains("(not told: "), "{told}");
    }

    #[test]
    fn every_event_of_a_long_story_is_told_or_counted() {
        let told = told(&long_run(), Some("n2 lost 4@2."));
        let mut next = 1;
        for (lead, text) in told {
            let numbers: Vec<usize> = lead
                .trim_matches([' ', '.'])
                .split('-')
                .map(|number| number.parse().expect("it is a number"))
                .collect();
            assert_eq!(numbers[0], next, "{text}");
            next = numbers[numbers.len() - 1] + 1;
        }
        assert_eq!(next, 302);
    }

    #[test]
    fn a_story_without_a_violation_and_a_short_one_are_told_in_full() {
        assert_eq!(told(&long_run(), None).len(), 301);
        assert_eq!(told(&long_run()[..IN_FULL], Some("n2 lost 4@2.")).len(), IN_FULL);
    }

    #[test]
    fn a_value_is_not_found_in_a_longer_one() {
        assert!(mentions("appends 4@2; commits", "4@2") && mentions("entry 4@2", "4@"));
        for text in ["appends 14@2", "appends 4@22", "4@2@"] {
            assert!(!mentions(text, "4@2"), "{text}");
        }
        let found = values("n1, leader of term 12, removed #7 and entry 3, up to 5: 4@2.");
        assert_eq!(found, ["#7", "3@", "4@2", "n1", "term 12", "up to 5"]);
    }
}
