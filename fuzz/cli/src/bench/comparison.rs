//! Comparisons: strategies against each other on the same bugs, with intervals and tests.
//!
//! Promises: a campaign without a find is never averaged as if it had one; a comparison names the
//! bugs that it leaves out, or counts with half a find.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::campaign::Strategy;
use super::rows::{Half, Row};
use super::stats::{a12, bootstrap, geometric_mean, holm, log_rank, mean_at_least, survival, Time};

/// The rows of each strategy on each bug.
pub type Trials<'a> = BTreeMap<(&'a str, &'a str), Vec<&'a Row>>;

/// The unit of a campaign's cost.
#[derive(Clone, Copy)]
pub enum Unit {
    Cpu,
    Events,
    Executions,
}

fn time(row: &Row, unit: Unit) -> Time {
    let at = match unit {
        Unit::Cpu => row.cpu_seconds,
        Unit::Events => row.events as f64,
        Unit::Executions => row.executions as f64,
    };
    Time { at, observed: row.found }
}

pub fn times(rows: &[&Row], unit: Unit) -> Vec<Time> {
    rows.iter().map(|row| time(row, unit)).collect()
}

/// The strategy that the others are compared with.
#[derive(Serialize)]
pub struct Baseline {
    pub strategy: String,
    /// The unguided strategies it was chosen from, with the geometric means of their mean costs in
    /// CPU seconds, and the number of bugs that all of them were run on.
    pub candidates: Vec<(String, f64)>,
    pub bugs: usize,
}

/// The cost of a strategy against the baseline's, over many bugs.
#[derive(Serialize)]
pub struct Ratio {
    pub strategy: String,
    /// `train`, `test`, or none for both.
    pub half: Option<Half>,
    pub bugs: usize,
    pub cpu: f64,
    pub cpu_interval: [f64; 2],
    pub events: f64,
    pub events_interval: [f64; 2],
    /// Bugs that neither found, or on which only one was run.
    pub left_out: Vec<String>,
    /// Bugs that only one found: half a find is counted for the other.
    pub stood_in: Vec<String>,
}

/// A strategy against the baseline on one bug.
#[derive(Serialize)]
pub struct Test {
    pub strategy: String,
    pub bug: String,
    pub p: f64,
    /// After Holm, over the bugs of the table.
    pub p_corrected: f64,
    pub a12: f64,
}

/// The share of campaigns that have not yet found their bug, against CPU seconds.
#[derive(Serialize)]
pub struct Curves {
    pub curves: Vec<Curve>,
    pub bugs: usize,
    /// Bugs on which not every strategy was run.
    pub left_out: Vec<String>,
}

/// The curve of one strategy.
#[derive(Serialize)]
pub struct Curve {
    pub strategy: String,
    pub steps: Vec<(f64, f64)>,
    pub until: f64,
}

pub fn strategies<'a>(trials: &Trials<'a>) -> BTreeSet<&'a str> {
    trials.keys().map(|(_, strategy)| *strategy).collect()
}

fn bugs<'a>(trials: &Trials<'a>) -> BTreeSet<&'a str> {
    trials.keys().map(|(bug, _)| *bug).collect()
}

/// The bugs on which all of `strategies` were run, and the others.
fn common<'a>(trials: &Trials<'a>, strategies: &BTreeSet<&'a str>) -> [Vec<&'a str>; 2] {
    let by_all = |bug: &&str| strategies.iter().all(|mine| trials.contains_key(&(*bug, *mine)));
    let (common, others) = bugs(trials).into_iter().partition(by_all);
    [common, others]
}

/// The unguided strategy with the least CPU time a find.
pub fn baseline(trials: &Trials) -> Option<Baseline> {
    let is_unguided = |name: &&str| Strategy::named(name).is_some_and(Strategy::is_unguided);
    let unguided: BTreeSet<&str> = strategies(trials).into_iter().filter(is_unguided).collect();
    let [common, _] = common(trials, &unguided);
    let cost = |name: &&str| {
        let costs =
            common.iter().map(|bug| mean_at_least(&times(&trials[&(*bug, *name)], Unit::Cpu)));
        Some((name.to_string(), geometric_mean(costs)?))
    };
    let candidates: Vec<(String, f64)> = unguided.iter().filter_map(cost).collect();
    let best = candidates.iter().min_by(|one, other| one.1.total_cmp(&other.1))?;
    Some(Baseline { strategy: best.0.clone(), bugs: common.len(), candidates })
}

pub fn ratio(trials: &Trials, mine: &str, base: &str, half: Option<Half>) -> Option<Ratio> {
    let (mut groups, mut left_out, mut stood_in) = (Vec::new(), Vec::new(), Vec::new());
    for bug in bugs(trials) {
        let [mine, base] = [mine, base].map(|strategy| trials.get(&(bug, strategy)));
        let rows = [mine, base].into_iter().flatten();
        if half.is_some() && rows.flatten().any(|row| Some(row.half) != half) {
            continue;
        }
        let found =
            [mine, base].map(|rows| rows.is_some_and(|rows| rows.iter().any(|row| row.found)));
        match (mine, base) {
            (Some(mine), Some(base)) if found != [false, false] => {
                groups.extend([mine.as_slice(), base]);
                if found != [true, true] {
                    stood_in.push(bug.to_string());
                }
            }
            (None, None) => {}
            _ => left_out.push(bug.to_string()),
        }
    }
    let of = |groups: &[Vec<&Row>], unit| {
        let costs = |pair: &[Vec<&Row>]| {
            mean_at_least(&times(&pair[0], unit)) / mean_at_least(&times(&pair[1], unit))
        };
        geometric_mean(groups.chunks(2).map(costs)).unwrap_or(f64::NAN)
    };
    let whole: Vec<Vec<&Row>> = groups.iter().map(|rows| rows.to_vec()).collect();
    (!groups.is_empty()).then(|| Ratio {
        strategy: mine.into(),
        half,
        bugs: groups.len() / 2,
        cpu: of(&whole, Unit::Cpu),
        cpu_interval: bootstrap(&groups, |groups| of(groups, Unit::Cpu)),
        events: of(&whole, Unit::Events),
        events_interval: bootstrap(&groups, |groups| of(groups, Unit::Events)),
        left_out,
        stood_in,
    })
}

/// A strategy against the baseline, bug by bug.
pub fn tests(trials: &Trials, mine: &str, base: &str) -> Vec<Test> {
    let mut tests = Vec::new();
    for bug in bugs(trials) {
        let pair = [mine, base].map(|strategy| trials.get(&(bug, strategy)));
        let [Some(one), Some(other)] = pair.map(|rows| Some(times(rows?, Unit::Cpu))) else {
            continue;
        };
        let (strategy, bug) = (mine.into(), bug.into());
        let p = log_rank(&one, &other);
        tests.push(Test { strategy, bug, p, p_corrected: p, a12: a12(&one, &other) });
    }
    let corrected = holm(&tests.iter().map(|test| test.p).collect::<Vec<_>>());
    for (test, p) in tests.iter_mut().zip(corrected) {
        test.p_corrected = p;
    }
    tests
}

pub fn curves(trials: &Trials) -> Curves {
    let strategies = strategies(trials);
    let [common, others] = common(trials, &strategies);
    let curve = |strategy: &str| {
        let rows = common.iter().flat_map(|bug| &trials[&(*bug, strategy)]);
        let times: Vec<Time> = rows.map(|row| time(row, Unit::Cpu)).collect();
        let until = times.iter().map(|time| time.at).fold(0.0, f64::max);
        Curve { strategy: strategy.into(), steps: survival(&times), until }
    };
    Curves {
        curves: strategies.into_iter().filter(|_| !common.is_empty()).map(curve).collect(),
        bugs: common.len(),
        left_out: others.into_iter().map(str::to_string).collect(),
    }
}
