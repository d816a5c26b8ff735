//! Instructions an event by phase, from callgrind's costs by address and addr2line's inlined calls.
//!
//! Promises: every instruction counts in one phase, and phases add up to the total. An instruction
//! counts for the innermost inlined call whose file has a phase; those of helpers, such as the
//! standard library, count for their callers, in proportion to what their calls cost.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Seek, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::{Failure, Output};

/// Files whose code counts for its caller, before all phases.
const HELPERS: [&str; 4] =
    ["fuzz/src/base/", "raft/src/ids.rs", "raft/src/quorum.rs", "raft/src/entry.rs"];

/// Phases, with the beginnings of their paths. The first that matches counts.
const PHASES: [(&str, &[&str]); 13] = [
    ("paths", &["fuzz/src/history/paths.rs"]),
    (
        "state machine",
        &[
            "fuzz/src/history/state_machine.rs",
            "fuzz/src/cluster/machine.rs",
            "fuzz/src/replica/durable.rs",
            "fuzz/src/replica/machine_store.rs",
        ],
    ),
    ("network", &["fuzz/src/cluster/network.rs"]),
    (
        "disk",
        &[
            "fuzz/src/cluster/disk.rs",
            "fuzz/src/cluster/log_reads.rs",
            "fuzz/src/cluster/stored.rs",
            "fuzz/src/storage/",
            "raft/store/",
        ],
    ),
    (
        "drawing",
        &[
            "fuzz/src/search/",
            "fuzz/src/schedule/",
            "fuzz/src/cluster/enabled.rs",
            "fuzz/src/cluster/macros.rs",
            "fuzz/src/cluster/resolution.rs",
            "rand_chacha",
            "rand_core",
        ],
    ),
    ("cluster", &["fuzz/src/cluster/"]),
    ("adapter", &["fuzz/src/replica/", "fuzz/src/mutants/"]),
    ("core", &["raft/src/"]),
    ("oracles", &["fuzz/src/oracle/"]),
    ("goals", &["fuzz/src/goal/"]),
    ("history", &["fuzz/src/history/"]),
    ("run", &["fuzz/src/run.rs", "fuzz/src/report/", "fuzz/cli/src/"]),
    ("rest", &[]),
];
const REST: usize = PHASES.len() - 1;

/// The columns of callgrind that are added up: instructions, I1 misses, mispredicted branches.
const COLUMNS: [&[&str]; 3] = [&["Ir"], &["I1mr"], &["Bcm", "Bim"]];

type Costs = [f64; COLUMNS.len()];
/// An object and a function in it.
type Function = (String, String);

/// What callgrind has counted.
#[derive(Default)]
struct Counted {
    costs: BTreeMap<(Function, u64), Costs>,
    /// Instructions by caller, address of the call and callee.
    calls: BTreeMap<(Function, u64, Function), f64>,
    /// The names of objects, by their numbers.
    objects: BTreeMap<String, String>,
}

/// The number of `(number) name`, whose name is noted where it is first mentioned.
fn number(text: &str, names: &mut BTreeMap<String, String>) -> Option<String> {
    let (number, name) = text.strip_prefix('(')?.split_once(')')?;
    if !name.is_empty() {
        names.insert(number.into(), name.trim_start().into());
    }
    Some(number.into())
}

fn address(text: &str, last: u64) -> Option<u64> {
    match text.split_at_checked(1)? {
        ("*", "") => Some(last),
        ("+", more) => Some(last + more.parse::<u64>().ok()?),
        ("-", less) => last.checked_sub(less.parse().ok()?),
        _ => u64::from_str_radix(text.strip_prefix("0x")?, 16).ok(),
    }
}

impl Counted {
    /// Parses callgrind's file; none if it has another form.
    fn parse(text: &str) -> Option<Counted> {
        let (mut counted, mut ignored) = (Counted::default(), BTreeMap::new());
        let (mut columns, mut here, mut at) = (Vec::new(), Function::default(), 0);
        let (mut callee, mut is_call) = (None::<Function>, false);
        for line in text.lines() {
            let (key, value) = line.split_once(['=', ':']).unwrap_or((line, ""));
            match key {
                "events" => columns = value.split_whitespace().collect(),
                "ob" => here.0 = number(value, &mut counted.objects)?,
                "fn" => here.1 = number(value, &mut ignored)?,
                "cob" => {
                    let object = number(value, &mut counted.objects)?;
                    callee.get_or_insert_default().0 = object;
                }
                "cfn" => {
                    let own = || (here.0.clone(), String::new());
                    callee.get_or_insert_with(own).1 = number(value, &mut ignored)?;
                }
                "calls" => is_call = true,
                _ if line.starts_with(['0', '+', '-', '*']) => {
                    let mut words = line.split(' ');
                    at = address(words.next()?, at)?;
                    let values: Vec<f64> =
                        words.skip(1).map_while(|word| word.parse().ok()).collect();
                    let sum = |names: &[&str]| {
                        let each = columns.iter().zip(&values);
                        each.filter(|(name, _)| names.contains(name)).map(|(_, value)| value).sum()
                    };
                    let costs: Costs = COLUMNS.map(sum);
                    if std::mem::take(&mut is_call) {
                        let callee = callee.take()?;
                        *counted.calls.entry((here.clone(), at, callee)).or_default() += costs[0];
                    } else {
                        add(counted.costs.entry((here.clone(), at)).or_default(), costs, 1.0);
                    }
                }
                _ => {}
            }
        }
        (!counted.costs.is_empty()).then_some(counted)
    }

    /// The costs of each phase, given the phases of the program's own addresses.
    fn by_phase(&self, own: impl Fn(&Function, u64) -> Option<usize>) -> [Costs; PHASES.len()] {
        // How the cost of each helper is shared among phases: by its calls, and those of callers.
        let mut shares: BTreeMap<&Function, [f64; PHASES.len()]> = BTreeMap::new();
        // As many calls may lie between a helper and a phase.
        for _ in 0..12 {
            let mut next: BTreeMap<&Function, [f64; PHASES.len()]> = BTreeMap::new();
            for ((caller, at, callee), &cost) in &self.calls {
                let sums = next.entry(callee).or_default();
                match own(caller, *at) {
                    Some(phase) => sums[phase] += cost,
                    None => (0..REST).for_each(|phase| {
                        sums[phase] += cost * shares.get(caller).map_or(0.0, |of| of[phase]);
                    }),
                }
            }
            for sums in next.values_mut() {
                let all: f64 = sums.iter().sum();
                *sums = sums.map(|sum| if all > 0.0 { sum / all } else { 0.0 });
            }
            shares = next;
        }
        let mut phases = [Costs::default(); PHASES.len()];
        for ((function, at), &costs) in &self.costs {
            match (own(function, *at), shares.get(function)) {
                (Some(phase), _) => add(&mut phases[phase], costs, 1.0),
                (None, Some(shares)) if shares.iter().any(|&share| share > 0.0) => {
                    (0..=REST).for_each(|phase| add(&mut phases[phase], costs, shares[phase]));
                }
                (None, _) => add(&mut phases[REST], costs, 1.0),
            }
        }
        phases
    }
}

fn add(sum: &mut Costs, costs: Costs, share: f64) {
    sum.iter_mut().zip(costs).for_each(|(sum, cost)| *sum += cost * share);
}

/// The phase of inlined calls in these files, the innermost first.
fn phase_of<'a>(files: impl Iterator<Item = &'a str>, root: &str) -> Option<usize> {
    files.into_iter().find_map(|file| {
        let own = file.strip_prefix(root).map(|path| path.trim_start_matches('/'));
        // A package of the registry is known by its folder.
        let path = own.or_else(|| file.split('/').find(|part| part.starts_with("rand_c")))?;
        let is_in = |starts: &[&str]| starts.iter().any(|start| path.starts_with(start));
        if is_in(&HELPERS) {
            return None;
        }
        PHASES.iter().position(|(_, starts)| is_in(starts))
    })
}

/// The phases of these addresses of a program.
fn phases_of(program: &Path, addresses: BTreeSet<u64>) -> Result<BTreeMap<u64, usize>, String> {
    let mut input = tempfile::tempfile().map_err(|error| error.to_string())?;
    let lines: String = addresses.iter().map(|address| format!("{address:#x}\n")).collect();
    let written = input.write_all(lines.as_bytes()).and_then(|()| input.rewind());
    written.map_err(|error| error.to_string())?;
    let mut command = Command::new("addr2line");
    let command = command.args(["-i", "-a", "-e"]).arg(program).stdin(Stdio::from(input));
    let output = command.output().map_err(|error| format!("addr2line does not start: {error}"))?;
    if !output.status.success() {
        return Err(format!("addr2line: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    let root = std::env::current_dir().map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    let blocks = format!("\n{text}");
    let blocks = blocks.split("\n0x").filter_map(|block| {
        let (address, files) = block.split_once('\n')?;
        let phase = phase_of(files.lines(), &root.to_string_lossy())?;
        Some((u64::from_str_radix(address, 16).ok()?, phase))
    });
    Ok(blocks.collect())
}

/// Prints the costs of an event by phase.
pub fn report(counts: &Path, program: &Path, events: u64) -> Result<Output, Failure> {
    let fail = |path: &Path, why: &str| Failure(format!("{}: {why}", path.display()));
    let text = fs::read_to_string(counts).map_err(|error| fail(counts, &error.to_string()))?;
    let counted = Counted::parse(&text).ok_or_else(|| fail(counts, "is no file of callgrind"))?;
    let program = program.canonicalize().map_err(|error| fail(program, &error.to_string()))?;
    let is_own = |function: &Function| {
        counted.objects.get(&function.0).is_some_and(|object| Path::new(object) == program)
    };
    let here = counted.costs.keys().map(|(function, at)| (function, *at));
    let calls = counted.calls.keys().map(|(caller, at, _)| (caller, *at));
    let own = here.chain(calls).filter(|(function, _)| is_own(function)).map(|(_, at)| at);
    let known = phases_of(&program, own.collect()).map_err(Failure)?;
    let phases = counted
        .by_phase(|function, at| is_own(function).then(|| known.get(&at).copied()).flatten());
    let mut total = Costs::default();
    phases.iter().for_each(|&costs| add(&mut total, costs, 1.0));
    let names = PHASES.iter().map(|(name, _)| *name).chain(["total"]);
    let rows: Vec<(&str, Costs)> = names
        .zip(phases.into_iter().chain([total]))
        .map(|(name, costs)| (name, costs.map(|cost| cost / events as f64)))
        .collect();
    let line = |(name, [instructions, misses, mispredicted]): &(&str, Costs)| {
        format!("{name}: {instructions:.0} instructions, {misses:.2} I1 misses, {mispredicted:.2} mispredicted\n")
    };
    let value = |(name, costs): &(&str, Costs)| (name.to_string(), json!(costs));
    let json = serde_json::Value::Object(rows.iter().map(value).collect());
    Ok(Output { text: rows.iter().map(line).collect(), json, clean: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "events: Ir I1mr Bcm Bim\n\nob=(1) /program\nfl=(1) a.rs\nfn=(1) step\n\
        0x10 5 100 2 1 1\ncob=(2) libc\ncfn=(2) memcpy\ncalls=3 0x900 0\n+4 5 30\n\
        fn=(3) helper\n0x40 1 8\ncfn=(4) leaf\ncalls=1 0x50 0\n* 1 4\nfn=(4)\n0x50 1 4\n\
        fn=(5) draw\n0x60 1 50\ncfn=(3)\ncalls=2 0x40 0\n-2 1 12\n\
        fn=(6) start\n0x70 1 7\nob=(2)\nfn=(2)\n0x900 0 30 1\n";

    fn phase(name: &str) -> usize {
        PHASES.iter().position(|(phase, _)| *phase == name).unwrap()
    }

    #[test]
    fn helpers_count_for_their_callers_and_phases_add_up() {
        let counted = Counted::parse(TEXT).unwrap();
        let phases = counted.by_phase(|function, at| match (function.0.as_str(), at) {
            ("1", 0x10 | 0x14) => Some(phase("core")),
            ("1", 0x5e | 0x60) => Some(phase("drawing")),
            _ => None,
        });
        assert_eq!(phases[phase("core")], [130.0, 3.0, 2.0], "with what memcpy costs");
        assert_eq!(phases[phase("drawing")], [62.0, 0.0, 0.0], "with the helper's own helper");
        assert_eq!(phases[REST], [7.0, 0.0, 0.0], "nobody has called it");
        assert!(Counted::parse("something else\n").is_none());
    }

    #[test]
    fn the_innermost_call_with_a_phase_counts() {
        let of = |files: &[&str]| phase_of(files.iter().copied(), "/here");
        let phase = |name| Some(phase(name));
        let network = "/here/fuzz/src/cluster/network.rs:3";
        assert_eq!(
            of(&["/rustc/core/src/option.rs:1", network, "/here/fuzz/src/run.rs:2"]),
            phase("network")
        );
        assert_eq!(
            of(&["/here/fuzz/src/base/hash.rs:9", "/here/raft/src/log.rs:2"]),
            phase("core")
        );
        assert_eq!(of(&["/registry/rand_chacha-0.10.0/src/lib.rs:9"]), phase("drawing"));
        assert_eq!(of(&["/there/raft/src/log.rs:2", "??:0"]), None);
    }
}
