//! What a run has found, and its figures.
//!
//! Promises: a run without a finding is not blind: every kind of fault that was asked for has hit,
//! and enough operations of each kind have finished. One line a figure, one line a finding.

use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::Duration;

use crate::finding::Finding;
use crate::history::{Key, Outcome, Record, Request, Tally};
use crate::judge::{by_key, Verdict};
use crate::nemesis::Counts;

/// A second of a run must have so many answered operations.
const PER_SECOND: u64 = 5;
/// And a run at least so many acknowledged writes.
const WRITES: u64 = 50;

/// All that is known after a run.
#[derive(Clone, Debug)]
pub struct Summary {
    /// How long faults were made.
    pub duration: Duration,
    /// How many operations there were.
    pub tally: Tally,
    /// What the nemesis did.
    pub counts: Counts,
    /// Processes that ended because their disk was full.
    pub ends_for_space: u64,
    /// From the end of all faults to the first acknowledged write, in microseconds.
    pub healed_after: Option<u64>,
    /// The verdict on the history.
    pub verdict: Verdict,
    /// Acknowledged writes in the best second.
    pub best_second: u64,
    /// The reasons why it fails; none if it does not.
    pub findings: Vec<Finding>,
}

/// What a run must have done to prove something.
#[derive(Clone, Debug)]
pub struct Demand {
    /// The names of the kinds of faults that must have hit.
    pub kinds: Vec<&'static str>,
    /// So many processes must have been killed.
    pub kills: u64,
}

impl Demand {
    /// Why a run proves nothing.
    pub fn blindness(
        &self,
        duration: Duration,
        records: &[Record],
        counts: &Counts,
    ) -> Vec<String> {
        let mut reasons = Vec::new();
        if self.kinds.is_empty() {
            reasons.push("no fault was asked for".to_string());
        }
        let missing = |name: &&&str| counts.hits.get(**name).is_none_or(|&hits| hits == 0);
        let missing: Vec<&str> = self.kinds.iter().filter(missing).copied().collect();
        if !missing.is_empty() {
            reasons.push(format!("no fault hit of these kinds: {}", missing.join(", ")));
        }
        if counts.kills < self.kills {
            reasons.push(format!("{} kills, {} were wanted", counts.kills, self.kills));
        }
        let mut tally = Tally::default();
        records.iter().for_each(|record| tally.add(record));
        let least = PER_SECOND * duration.as_secs();
        if tally.ok < least {
            reasons.push(format!("{} operations were answered, {least} are needed", tally.ok));
        }
        if tally.writes < WRITES {
            reasons.push(format!("{} writes acknowledged, {WRITES} are needed", tally.writes));
        }
        let acknowledged: Vec<Request> =
            records.iter().filter(|r| r.is_acknowledged_write()).map(|r| r.request).collect();
        if !acknowledged.iter().any(|request| matches!(request, Request::Swap { .. })) {
            reasons.push("no swap took effect".to_string());
        }
        let saw = |record: &&Record| {
            record.request == Request::Get && matches!(record.outcome, Outcome::Found(1..))
        };
        if !records.iter().any(|record| saw(&record)) {
            reasons.push("no read saw a value".to_string());
        }
        reasons
    }
}

/// Acknowledged writes in the best second.
pub fn best_second(records: &[Record]) -> u64 {
    let acknowledged = records.iter().filter(|record| record.is_acknowledged_write());
    let mut seconds: Vec<u64> = acknowledged.map(|record| record.ended_at / 1_000_000).collect();
    seconds.sort_unstable();
    seconds.chunk_by(|one, other| one == other).map(|second| second.len() as u64).max().unwrap_or(0)
}

/// Milliseconds.
fn ms(micros: u64) -> String {
    format!("{:.1}", micros as f64 / 1e3)
}

impl Summary {
    /// Its figures: name, value, unit.
    pub fn figures(&self) -> Vec<(&'static str, String, &'static str)> {
        let Summary { tally, counts, verdict, .. } = self;
        let mut recoveries = counts.recoveries.clone();
        recoveries.sort_unstable();
        let median = recoveries.get(recoveries.len() / 2).copied();
        let time = |time: Option<u64>| time.map_or("none".into(), ms);
        let n = |count: u64| count.to_string();
        vec![
            ("duration", format!("{:.1}", self.duration.as_secs_f64()), "s"),
            ("operations_ok", n(tally.ok), "operations"),
            ("operations_failed", n(tally.failed), "operations"),
            ("operations_unknown", n(tally.unknown), "operations"),
            ("kills", n(counts.kills), "kills"),
            ("leader_kills_measured", n(recoveries.len() as u64), "kills"),
            ("pauses", n(counts.pauses), "pauses"),
            ("cuts", n(counts.cuts), "links"),
            ("delays", n(counts.delays), "links"),
            ("fills", n(counts.fills), "disks"),
            ("ends_for_space", n(self.ends_for_space), "processes"),
            ("membership_changes", n(counts.added + counts.removed), "changes"),
            ("nodes_added", n(counts.added), "nodes"),
            ("nodes_removed", n(counts.removed), "nodes"),
            ("wiped_nodes_refused", n(counts.refused), "nodes"),
            ("transfers", n(counts.transfers), "transfers"),
            ("snapshots", n(counts.snapshots), "snapshots"),
            ("acknowledged_writes", n(tally.writes), "writes"),
            ("acknowledged_writes_lost", n(verdict.lost), "writes"),
            ("keys_judged", n(verdict.keys as u64), "keys"),
            ("keys_not_linearizable", n(verdict.complaints.len() as u64), "keys"),
            ("recovery_median", time(median), "ms"),
            ("recovery_worst", time(recoveries.last().copied()), "ms"),
            ("healed_after", time(self.healed_after), "ms"),
            ("best_second", n(self.best_second), "writes/s"),
            ("findings", n(self.findings.len() as u64), "findings"),
        ]
    }
}

/// Writes a history as lines of JSON.
pub fn write_history(path: &Path, records: &[Record]) -> io::Result<()> {
    let mut file = BufWriter::new(std::fs::File::create(path)?);
    for record in records {
        serde_json::to_writer(&mut file, record)?;
        writeln!(file)?;
    }
    file.flush()
}

/// Reads a history that was written so.
pub fn read_history(path: &Path) -> Result<Vec<Record>, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let record = |(number, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|e| format!("{}:{}: {e}", path.display(), number + 1))
    };
    text.lines().enumerate().map(record).collect()
}

/// The operations on a key, as a table.
pub fn table(records: &[Record], key: Key) -> String {
    let head = ["call", "end", "from ms", "to ms", "client", "node", "request", "outcome"];
    let mut rows = vec![head.map(String::from)];
    for record in by_key(records).get(&key).into_iter().flatten() {
        rows.push([
            record.call.to_string(),
            record.end.to_string(),
            ms(record.called_at),
            ms(record.ended_at),
            record.client.to_string(),
            format!("n{}", record.node),
            request(record.request),
            outcome(&record.outcome),
        ]);
    }
    let widths: Vec<usize> = (0..head.len())
        .map(|at| rows.iter().map(|r| r[at].chars().count()).max().unwrap_or(0))
        .collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}"));
        text += cells.collect::<Vec<_>>().join("  ").trim_end();
        text.push('\n');
    }
    text
}

fn request(request: Request) -> String {
    match request {
        Request::Get => "read".into(),
        Request::Set { value } => format!("write {value}"),
        Request::Swap { expected, value, .. } => format!("swap {expected} for {value}"),
        Request::Increment => "increment".into(),
    }
}

fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Done => "done".into(),
        Outcome::Found(value) => format!("found {value}"),
        Outcome::Differs => "found another value".into(),
        Outcome::Failed(reason) => format!("no effect: {reason}"),
        Outcome::Unknown(reason) => format!("unknown: {reason}"),
        Outcome::Strange(reply) => format!("strange: {reply}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(second: u64, request: Request, outcome: Outcome) -> Record {
        Record {
            client: 1,
            node: 2,
            key: Key::Register(3),
            request,
            outcome,
            call: 2 * second,
            end: 2 * second + 1,
            called_at: second * 1_000_000,
            ended_at: second * 1_000_000 + 5_000,
        }
    }

    /// A run of ten seconds in which enough happened.
    fn seeing() -> (Demand, Vec<Record>, Counts) {
        let demand = Demand { kinds: vec!["kill-node", "delay"], kills: 2 };
        let hits = [("kill-node", 2), ("delay", 1)].into();
        let counts = Counts { kills: 2, hits, ..Counts::default() };
        let mut records = vec![
            record(0, Request::Swap { expected: 0, value: 1, get: false }, Outcome::Done),
            record(0, Request::Get, Outcome::Found(1)),
        ];
        for value in 2..60 {
            records.push(record(value / 10, Request::Set { value }, Outcome::Done));
        }
        (demand, records, counts)
    }

    fn blindness((demand, records, counts): &(Demand, Vec<Record>, Counts)) -> String {
        demand.blindness(Duration::from_secs(10), records, counts).join("; ")
    }

    #[test]
    fn a_run_in_which_enough_happened_is_not_blind() {
        assert_eq!(blindness(&seeing()), "");
    }

    #[test]
    fn a_run_in_which_no_fault_hit_is_blind() {
        let mut run = seeing();
        run.2 = Counts::default();
        let text = blindness(&run);
        assert!(text.contains("of these kinds: kill-node, delay"), "{text}");
        assert!(text.contains("0 kills, 2 were wanted"), "{text}");
        run.0 = Demand { kinds: Vec::new(), kills: 0 };
        assert_eq!(blindness(&run), "no fault was asked for");
    }

    #[test]
    fn a_run_in_which_one_kind_of_fault_did_not_hit_is_blind() {
        let mut run = seeing();
        run.2.hits.insert("delay", 0);
        assert_eq!(blindness(&run), "no fault hit of these kinds: delay");
    }

    #[test]
    fn a_run_with_too_few_operations_is_blind() {
        let mut run = seeing();
        run.1.truncate(30);
        let text = blindness(&run);
        assert!(text.contains("30 operations were answered, 50 are needed"), "{text}");
        assert!(text.contains("29 writes acknowledged, 50 are needed"), "{text}");
        let mut run = seeing();
        run.1.drain(..2);
        assert_eq!(blindness(&run), "no swap took effect; no read saw a value");
    }

    #[test]
    fn the_best_second_is_the_one_with_most_acknowledged_writes() {
        let (_, mut records, _) = seeing();
        assert_eq!(best_second(&records), 10);
        records.push(record(3, Request::Set { value: 99 }, Outcome::Unknown("?".into())));
        records.push(record(3, Request::Set { value: 98 }, Outcome::Done));
        assert_eq!((best_second(&records), best_second(&[])), (11, 0));
    }

    #[test]
    fn a_history_is_read_as_it_was_written() {
        let folder = tempfile::tempdir().expect("there is room");
        let path = folder.path().join("history.jsonl");
        let (_, mut records, _) = seeing();
        records.push(record(9, Request::Increment, Outcome::Unknown("no reply\n".into())));
        write_history(&path, &records).expect("there is room");
        assert_eq!(read_history(&path).as_deref(), Ok(&records[..]));
        std::fs::write(&path, "{}\n").expect("there is room");
        assert!(read_history(&path).expect_err("it is no record").contains("history.jsonl:1"));
    }

    #[test]
    fn the_operations_on_a_key_are_a_table() {
        let records = [
            record(1, Request::Set { value: 7 }, Outcome::Done),
            record(2, Request::Get, Outcome::Found(0)),
            Record { key: Key::Counter(1), ..record(3, Request::Increment, Outcome::Found(0)) },
        ];
        let expected = "\
call  end  from ms  to ms   client  node  request  outcome
2     3    1000.0   1005.0  1       n2    write 7  done
4     5    2000.0   2005.0  1       n2    read     found 0
";
        assert_eq!(table(&records, Key::Register(3)), expected);
    }

    #[test]
    fn figures_have_a_name_a_value_and_a_unit() {
        let counts = Counts { recoveries: vec![3_000, 1_000, 2_000], ..Counts::default() };
        let summary = Summary {
            duration: Duration::from_millis(1_500),
            tally: Tally { ok: 4, ..Tally::default() },
            counts,
            ends_for_space: 0,
            healed_after: None,
            verdict: Verdict::default(),
            best_second: 9,
            findings: vec![Finding::Lost(1)],
        };
        let figures = summary.figures();
        let value = |name| figures.iter().find(|(other, ..)| *other == name).map(|one| &one.1[..]);
        assert_eq!(value("duration"), Some("1.5"));
        assert_eq!((value("recovery_median"), value("recovery_worst")), (Some("2.0"), Some("3.0")));
        assert_eq!((value("healed_after"), value("findings")), (Some("none"), Some("1")));
        assert!(figures.iter().all(|(name, _, unit)| !name.contains(' ') && !unit.is_empty()));
    }
}
