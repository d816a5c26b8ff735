//! From rows to tables: one for each set and tier of bugs under the same conditions.
//!
//! Promises: a campaign without a find is never averaged as if it had one; a comparison names the
//! bugs that it leaves out, or counts with half a find. Rows of several seeds are pooled.

use std::collections::BTreeMap;

use serde::Serialize;
use whitewater::mutants::bench;

use super::comparison::{
    baseline, curves, ratio, strategies, tests, times, Baseline, Curves, Ratio, Test, Trials, Unit,
};
use super::rows::{Corpus, Half, Row, Set};
use super::stats::{clopper_pearson, mean, median};

/// Comparable campaigns: those with the same corpus, events a schedule and cap.
#[derive(Serialize)]
pub struct Section {
    pub corpus: Corpus,
    pub events_per_schedule: u32,
    pub cap: f64,
    pub tables: Vec<Table>,
    pub summary: Vec<Summary>,
}

/// The bugs of one set and tier.
#[derive(Serialize)]
pub struct Table {
    pub set: Set,
    pub tier: u8,
    pub cells: Vec<Cell>,
    pub baseline: Option<Baseline>,
    pub ratios: Vec<Ratio>,
    pub tests: Vec<Test>,
    pub curves: Curves,
    /// Bugs of this set and tier on which nothing was run.
    pub not_run: Vec<&'static str>,
}

/// One bug and one strategy.
#[derive(Serialize)]
pub struct Cell {
    pub bug: String,
    pub half: Half,
    pub strategy: String,
    pub found: usize,
    pub trials: usize,
    pub found_interval: [f64; 2],
    pub cpu_seconds: Cost,
    pub events: Cost,
    pub executions: Cost,
    /// Trials that entered the bug's branch, and trials in which it decided unlike correct Raft.
    pub reached: usize,
    pub triggered: usize,
}

/// The cost of finds.
#[derive(Serialize)]
pub struct Cost {
    /// The total cost.
    pub spent: f64,
    /// The total over the finds; infinite without one, which is null in JSON.
    pub mean: f64,
    /// After Kaplan and Meier; none if fewer than half of the trials found the bug.
    pub median: Option<f64>,
    /// The cost of the longest trial.
    pub most: f64,
}

/// How many bugs a strategy finds quickly.
#[derive(Serialize)]
pub struct Summary {
    pub strategy: String,
    pub bugs: usize,
    /// Bugs whose median is under 0.1, 1 and 10 CPU seconds.
    pub under: [usize; 3],
}

/// See [`Summary::under`].
pub const LIMITS: [f64; 3] = [0.1, 1.0, 10.0];

/// The tables of rows.
pub fn sections<'a>(rows: impl Iterator<Item = &'a Row>) -> Vec<Section> {
    let mut by_conditions: BTreeMap<(Corpus, u32, u64), Vec<&Row>> = BTreeMap::new();
    for row in rows {
        // The order of positive floats is that of their bits.
        let conditions = (row.corpus, row.events_per_schedule, row.cap.to_bits());
        by_conditions.entry(conditions).or_default().push(row);
    }
    by_conditions.into_values().map(|rows| section(&rows)).collect()
}

fn section(rows: &[&Row]) -> Section {
    let mut by_tier: BTreeMap<(Set, u8), Vec<&Row>> = BTreeMap::new();
    for row in rows {
        by_tier.entry((row.set, row.tier)).or_default().push(row);
    }
    let tables: Vec<Table> =
        by_tier.into_iter().map(|((set, tier), rows)| table(set, tier, &rows)).collect();
    Section {
        corpus: rows[0].corpus,
        events_per_schedule: rows[0].events_per_schedule,
        cap: rows[0].cap,
        summary: summary(&tables),
        tables,
    }
}

fn table(set: Set, tier: u8, rows: &[&Row]) -> Table {
    let mut trials = Trials::new();
    for row in rows {
        trials.entry((&row.bug, &row.strategy)).or_default().push(row);
    }
    let baseline = baseline(&trials);
    let others: Vec<&str> = match &baseline {
        Some(base) => {
            strategies(&trials).into_iter().filter(|name| *name != base.strategy).collect()
        }
        None => Vec::new(),
    };
    let against = baseline.as_ref().map_or("", |base| &base.strategy);
    let halves = [None, Some(Half::Train), Some(Half::Test)];
    let pairs = others.iter().flat_map(|mine| halves.map(|half| (mine, half)));
    let was_run = |name: &str| trials.keys().any(|(bug, _)| *bug == name);
    let listed = bench::seeds().filter(|seed| Set::from(&seed.set) == set && seed.tier == tier);
    Table {
        set,
        tier,
        cells: trials.iter().map(|((bug, strategy), rows)| cell(bug, strategy, rows)).collect(),
        ratios: pairs.filter_map(|(mine, half)| ratio(&trials, mine, against, half)).collect(),
        tests: others.iter().flat_map(|mine| tests(&trials, mine, against)).collect(),
        curves: curves(&trials),
        not_run: listed.map(|seed| seed.name).filter(|name| !was_run(name)).collect(),
        baseline,
    }
}

fn cell(bug: &str, strategy: &str, rows: &[&Row]) -> Cell {
    let found = rows.iter().filter(|row| row.found).count();
    let cost = |unit| {
        let times = times(rows, unit);
        Cost {
            spent: times.iter().map(|time| time.at).sum(),
            mean: mean(&times),
            median: median(&times),
            most: times.iter().map(|time| time.at).fold(0.0, f64::max),
        }
    };
    Cell {
        bug: bug.into(),
        half: rows[0].half,
        strategy: strategy.into(),
        found,
        trials: rows.len(),
        found_interval: clopper_pearson(found, rows.len()),
        cpu_seconds: cost(Unit::Cpu),
        events: cost(Unit::Events),
        executions: cost(Unit::Executions),
        reached: rows.iter().filter(|row| row.reached.is_some()).count(),
        triggered: rows.iter().filter(|row| row.triggered.is_some()).count(),
    }
}

fn summary(tables: &[Table]) -> Vec<Summary> {
    let mut counts: BTreeMap<&str, (usize, [usize; 3])> = BTreeMap::new();
    for cell in tables.iter().flat_map(|table| &table.cells) {
        let (bugs, under) = counts.entry(&cell.strategy).or_default();
        *bugs += 1;
        for (count, limit) in under.iter_mut().zip(LIMITS) {
            *count += usize::from(cell.cpu_seconds.median.is_some_and(|median| median < limit));
        }
    }
    let summary = |(strategy, (bugs, under)): (&str, _)| {
        let strategy = strategy.to_string();
        Summary { strategy, bugs, under }
    };
    counts.into_iter().map(summary).collect()
}

#[cfg(test)]
pub mod tests {
    use super::super::rows::tests::row;
    use super::*;

    /// Two bugs, both tenfold cheaper by swarm; a third that only uniform finds, once; and one
    /// that is never found.
    pub fn example() -> Vec<Row> {
        let mut rows = Vec::new();
        for trial in 0..20 {
            let wait = f64::from(trial + 1);
            for (bug, scale) in [("a", 0.001), ("b", 0.01)] {
                rows.push(row(bug, "swarm", trial, true, wait * scale));
                rows.push(row(bug, "uniform", trial, true, wait * scale * 10.0));
            }
            rows.push(row("c", "swarm", trial, false, 10.0));
            rows.push(row("c", "uniform", trial, trial == 0, 10.0));
            rows.push(row("d", "swarm", trial, false, 10.0));
            rows.push(row("d", "uniform", trial, false, 10.0));
        }
        for row in rows.iter_mut().filter(|row| row.bug == "b") {
            row.half = Half::Test;
        }
        rows
    }

    #[track_caller]
    fn near(is: f64, should: f64) {
        assert!((is / should - 1.0).abs() < 1e-3, "{is} is not {should}");
    }

    #[test]
    fn a_cell_has_the_cost_of_finds() {
        let rows = example();
        let section = &sections(rows.iter())[0];
        let cell = &section.tables[0].cells[0];
        assert_eq!((cell.bug.as_str(), cell.strategy.as_str()), ("a", "swarm"));
        assert_eq!((cell.found, cell.trials), (20, 20));
        near(cell.cpu_seconds.mean, 0.0105);
        near(cell.cpu_seconds.median.unwrap(), 0.010);
        near(cell.events.median.unwrap(), 10_000.0);
        assert_eq!((cell.reached, cell.triggered), (20, 0));
        let missed = section.tables[0].cells.iter().find(|cell| cell.found == 0).unwrap();
        assert_eq!(missed.cpu_seconds.mean, f64::INFINITY);
        assert_eq!((missed.cpu_seconds.median, missed.cpu_seconds.spent), (None, 200.0));
    }

    #[test]
    fn the_baseline_is_the_cheapest_unguided_strategy_and_the_others_are_compared_with_it() {
        let rows = example();
        let table = &sections(rows.iter())[0].tables[0];
        let base = table.baseline.as_ref().unwrap();
        assert_eq!((base.strategy.as_str(), base.bugs, base.candidates.len()), ("swarm", 4, 2));
        let both = &table.ratios[0];
        assert_eq!((both.half, both.bugs), (None, 3));
        // Ten, ten, and a half.
        near(both.cpu, 50.0f64.powf(1.0 / 3.0));
        assert!(both.cpu_interval[0] < both.cpu && both.cpu < both.cpu_interval[1]);
        assert_eq!(
            (both.left_out.as_slice(), both.stood_in.as_slice()),
            (&["d".into()][..], &["c".into()][..])
        );
        let test = table.ratios.iter().find(|ratio| ratio.half == Some(Half::Test)).unwrap();
        assert_eq!((test.bugs, test.left_out.len(), test.stood_in.len()), (1, 0, 0));
        near(test.cpu, 10.0);
        near(test.events, 10.0);
    }

    #[test]
    fn tests_are_corrected_over_the_bugs_of_the_table() {
        let rows = example();
        let tests = &sections(rows.iter())[0].tables[0].tests;
        assert_eq!(tests.len(), 4);
        near(tests[0].p_corrected, 4.0 * tests[0].p.min(tests[1].p));
        assert!(tests[0].p < 1e-6 && tests[0].a12 < 0.1, "uniform is later");
        assert_eq!((tests[3].p, tests[3].p_corrected, tests[3].a12), (1.0, 1.0, 0.5));
    }

    #[test]
    fn only_an_unguided_strategy_is_a_baseline() {
        let mut rows = example();
        for row in rows.iter_mut().filter(|row| row.strategy == "swarm") {
            row.strategy = "explore".into();
        }
        let table = &sections(rows.iter())[0].tables[0];
        assert_eq!(table.baseline.as_ref().unwrap().strategy, "uniform");
        // Bug a is a tenth; c, with half a find, twice; b is of the half test.
        near(table.ratios[1].cpu, 0.2f64.sqrt());
        rows.retain(|row| row.strategy == "explore");
        let table = &sections(rows.iter())[0].tables[0];
        assert!(table.baseline.is_none() && table.ratios.is_empty() && table.tests.is_empty());
    }

    #[test]
    fn curves_and_comparisons_name_the_bugs_that_some_strategy_was_not_run_on() {
        let mut rows = example();
        rows.retain(|row| row.bug != "a" || row.strategy != "uniform");
        let table = &sections(rows.iter())[0].tables[0];
        assert_eq!(
            (table.curves.bugs, table.curves.left_out.as_slice()),
            (3, &["a".to_string()][..])
        );
        assert_eq!(table.ratios[0].left_out, ["a", "d"]);
        assert_eq!(table.baseline.as_ref().unwrap().bugs, 3);
        assert_eq!(table.tests.len(), 3);
        let swarm = &table.curves.curves[0];
        near(swarm.steps.last().unwrap().1, 2.0 / 3.0);
        assert_eq!(swarm.until, 10.0);
    }

    #[test]
    fn campaigns_under_other_conditions_are_never_in_one_table() {
        let mut rows = example();
        for row in rows.iter_mut().filter(|row| row.trial % 2 == 0) {
            row.cap = 2.0;
        }
        let sections = sections(rows.iter());
        assert_eq!(sections.iter().map(|section| section.cap).collect::<Vec<_>>(), [2.0, 10.0]);
        assert!(sections.iter().all(|section| section.tables[0].cells[0].trials == 10));
    }

    #[test]
    fn the_summary_counts_bugs_that_are_found_quickly() {
        let rows = example();
        let summary = &sections(rows.iter())[0].summary;
        assert_eq!((summary[0].strategy.as_str(), summary[0].under), ("swarm", [1, 2, 2]));
        assert_eq!((summary[1].strategy.as_str(), summary[1].under), ("uniform", [0, 1, 2]));
        assert_eq!(summary[0].bugs, 4);
    }
}
