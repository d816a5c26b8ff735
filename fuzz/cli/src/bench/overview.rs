//! The overview of the page: a summary of a dozen lines, the goals and whether they are met, and
//! the campaigns of all strategies side by side.
//!
//! Promises: every number is taken from the rows; a line without its rows is left out.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::comparison::Ratio;
use super::figures::Figure;
use super::markdown::{number, short};
use super::page::name;
use super::rows::{Corpus, Set};
use super::table::{Section, Table};

/// Finds one figure.
struct Lookup<'a>(&'a [Figure]);

impl<'a> Lookup<'a> {
    fn figure(&self, figure: &str, name: &str, measure: &str) -> Option<&'a Figure> {
        self.0.iter().find(|row| [&row.figure, &row.name, &row.measure] == [figure, name, measure])
    }

    fn number(&self, figure: &str, name: &str, measure: &str) -> Option<String> {
        self.figure(figure, name, measure).map(|row| number(&row.value))
    }

    /// The sum over all names, and the sum of the wholes, where units are like `of 5`.
    fn share(&self, figure: &str, measure: &str) -> Option<String> {
        let rows = self.0.iter().filter(|row| [&row.figure, &row.measure] == [figure, measure]);
        let part = |row: &Figure| {
            Some((row.value.as_u64()?, row.unit.strip_prefix("of ")?.parse::<u64>().ok()?))
        };
        let parts: Vec<(u64, u64)> = rows.map(part).collect::<Option<_>>()?;
        let sum = |of: fn(&(u64, u64)) -> u64| parts.iter().map(of).sum::<u64>();
        (!parts.is_empty()).then(|| format!("{} of {}", sum(|part| part.0), sum(|part| part.1)))
    }
}

/// The lines that README quotes.
pub fn summary(figures: &[Figure], sections: &[Section]) -> Vec<String> {
    let figures = &Lookup(figures);
    let lines = [
        silence(figures),
        hour(figures),
        speed(figures),
        fuzzer(figures),
        costs(figures),
        core(figures),
        store(figures),
        audit(figures),
        shrinking(figures),
        elsewhere(figures),
        found(sections),
        guidance(sections),
        libfuzzer(sections),
    ];
    lines.into_iter().flatten().collect()
}

fn silence(figures: &Lookup) -> Option<String> {
    let of = |name, measure| figures.number("silent", name, measure);
    Some(format!(
        "- Correct Raft: {} violations in {} events by the swarm, {} in {} drawn uniformly.",
        of("swarm", "violations")?,
        of("swarm", "events")?,
        of("uniform", "violations")?,
        of("uniform", "events")?
    ))
}

fn hour(figures: &Lookup) -> Option<String> {
    let of = |measure| figures.number("hour", "cargo fuzz run cluster", measure);
    Some(format!(
        "- `cargo fuzz run cluster` for {} hours of CPU time: {} violations in {} executions, {} \
         events.",
        of("hours of CPU time")?,
        of("violations")?,
        of("executions")?,
        of("events")?
    ))
}

fn speed(figures: &Lookup) -> Option<String> {
    Some(format!(
        "- Speed under all oracles: {} events per CPU second, {} instructions an event; with \
         profile-guided optimisation {} times as fast.",
        figures.number("rate", "300 events", "events per CPU second")?,
        figures.number("instructions", "random, 300 events", "instructions per event")?,
        figures.number("pgo", "300 events", "against the plain build")?
    ))
}

fn fuzzer(figures: &Lookup) -> Option<String> {
    let of = |name, measure| figures.number("fuzz", name, measure);
    Some(format!(
        "- Inside `cargo fuzz run cluster`: {} executions and {} events per CPU second; {} % of \
         the executions of an empty target.",
        of("cluster", "executions per CPU second")?,
        of("cluster", "events per CPU second")?,
        of("cluster", "share of an empty target")?
    ))
}

fn costs(figures: &Lookup) -> Option<String> {
    let of = |name| figures.number("costs", name, "CPU time");
    Some(format!(
        "- Monitoring: all oracles cost {} times the CPU time of a bare cluster, with the goals {}.",
        of("all oracles")?,
        of("all oracles and goals")?
    ))
}

fn core(figures: &Lookup) -> Option<String> {
    let ours = |name, measure| figures.number("core", name, measure);
    let versus = |name| figures.number("versus", name, "instructions per entry, one at a time");
    Some(format!(
        "- Our core: {} instructions per committed entry one at a time, {} with 64 a round, {} \
         allocations; through the trait `Replica` {}, TiKV's raft {}.",
        ours("one at a time", "core alone")?,
        ours("64 a round", "core alone")?,
        ours("64 a round", "allocations")?,
        versus("our core")?,
        versus("TiKV's raft 0.7.0")?
    ))
}

fn store(figures: &Lookup) -> Option<String> {
    let of = |name: &str, measure| figures.number("kv", &format!("{name} kv/etcd"), measure);
    Some(format!(
        "- The key-value store against etcd 3.4, with 1, 64 and 256 clients: {}, {} and {} times \
         the writes per second, {}, {} and {} times the linearizable reads; {} times the memory, \
         {} times the time from a killed leader to the next write.",
        of("put 1", "rate")?,
        of("put 64", "rate")?,
        of("put 256", "rate")?,
        of("get 1", "rate")?,
        of("get 64", "rate")?,
        of("get 256", "rate")?,
        of("memory after the load", "resident memory")?,
        of("failover", "kill to first write")?
    ))
}

fn audit(figures: &Lookup) -> Option<String> {
    let of = |name| figures.number("audit", name, "changes");
    Some(format!(
        "- Of {} one-place changes of the core that build, oracles detect {}, the harness {}, \
         with the core's own tests {}.",
        of("build")?,
        of("an oracle complains")?,
        of("noticed by the harness")?,
        of("noticed, with the core's own tests")?
    ))
}

fn shrinking(figures: &Lookup) -> Option<String> {
    let median = figures.figure("shrink", "all bugs", "shrunk to, median")?;
    let finds = figures.figure("shrink", "all bugs", "finds")?;
    Some(format!(
        "- Shrinking: first finds have {} events in the median ({}), {} finds {} seeded bugs.",
        number(&median.value),
        median.spread,
        number(&finds.value),
        finds.unit
    ))
}

fn elsewhere(figures: &Lookup) -> Option<String> {
    Some(format!(
        "- Five bugs of Figure 2, at most 60 CPU seconds a run: our fuzz target finds them in {} \
         runs from an empty corpus; LifeRaft in {}, Buoyant in {}.",
        figures.share("mutants", "empty corpus: found")?,
        figures.share("seed-systems", "LifeRaft: found")?,
        figures.share("seed-systems", "Buoyant: found")?
    ))
}

/// The campaigns of goals and summary: from an empty corpus, at most ten CPU seconds.
fn main_section(sections: &[Section]) -> Option<&Section> {
    sections.iter().find(|section| section.corpus == Corpus::Empty && section.cap == 10.0)
}

/// How many campaigns of a strategy found their bug, of how many, over these tables.
fn shares<'a>(tables: impl Iterator<Item = &'a Table>, strategy: &str) -> Option<String> {
    let cells = tables.flat_map(|table| &table.cells).filter(|cell| cell.strategy == strategy);
    let sum = cells.fold((0, 0), |sum, cell| (sum.0 + cell.found, sum.1 + cell.trials));
    (sum.1 > 0).then(|| format!("{} of {}", sum.0, sum.1))
}

fn found(sections: &[Section]) -> Option<String> {
    let section = main_section(sections)?;
    let bugs: BTreeSet<&str> = section
        .tables
        .iter()
        .flat_map(|table| &table.cells)
        .map(|cell| cell.bug.as_str())
        .collect();
    Some(format!(
        "- Campaigns on {} seeds of the bench, at most {} CPU seconds each: the swarm found its \
         bug in {}, `explore` in {}.",
        bugs.len(),
        section.cap,
        shares(section.tables.iter(), "swarm")?,
        shares(section.tables.iter(), "explore")?
    ))
}

fn ratio<'a>(table: &'a Table, strategy: &str) -> Option<&'a Ratio> {
    table.ratios.iter().find(|ratio| ratio.strategy == strategy && ratio.half.is_none())
}

fn with_interval(value: f64, [low, high]: [f64; 2]) -> String {
    format!("{} ({} to {})", short(value), short(low), short(high))
}

fn guidance(sections: &[Section]) -> Option<String> {
    let tables = &main_section(sections)?.tables;
    let hardest = tables.iter().rfind(|table| table.set == Set::Deep)?;
    let ratio = ratio(hardest, "explore")?;
    Some(format!(
        "- Guidance, on the {} hardest deep bugs: `explore` takes {} of the events of the best \
         unguided strategy, and {} of its CPU time.",
        ratio.bugs,
        with_interval(ratio.events, ratio.events_interval),
        with_interval(ratio.cpu, ratio.cpu_interval)
    ))
}

fn libfuzzer(sections: &[Section]) -> Option<String> {
    let tables = &main_section(sections)?.tables;
    let ratios: Vec<f64> =
        tables.iter().filter_map(|table| Some(ratio(table, "libfuzzer")?.cpu)).collect();
    let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
    let most = ratios.iter().copied().fold(0.0, f64::max);
    (!ratios.is_empty()).then(|| {
        format!(
            "- libFuzzer with paths takes {} to {} times the CPU time of the best unguided strategy, \
             tier by tier.",
            short(least),
            short(most)
        )
    })
}

/// A goal of the project: its text, the measurement, and whether it is met.
struct Goal {
    goal: String,
    measured: String,
    met: bool,
}

/// The goals, as a table.
pub fn goals(figures: &[Figure], sections: &[Section]) -> String {
    let figures = &Lookup(figures);
    let searches = [
        always_found(sections),
        half_the_events(sections),
        cpu_of_every_tier(sections),
        cpu_of_the_target(figures),
    ];
    let limits = LIMITS.iter().filter_map(|limit| limit.goal(figures));
    let goals: Vec<Goal> =
        limits.chain(searches.into_iter().flatten()).chain(of_store(figures)).collect();
    if goals.is_empty() {
        return String::new();
    }
    let mut text = "## Goals\n\n| goal | measured | met |\n|---|---|---|\n".to_string();
    for Goal { goal, measured, met } in goals {
        let _ = writeln!(text, "| {goal} | {measured} | {} |", if met { "yes" } else { "no" });
    }
    text + "\n"
}

/// A goal for one figure: its text, the figure, name and measure, and the limit.
struct Limit(&'static str, [&'static str; 3], Bound);

enum Bound {
    AtMost(f64),
    AtLeast(f64),
}
use Bound::{AtLeast, AtMost};

const CARRYING: &str = "with the carrying of messages";
const RESTORED: &str = "cluster of 3 nodes after 300 events, restored";
const TWO: &str = "two workers against one";
const LIMITS: [Limit; 9] = [
    Limit(
        "an entry of the core: at most 5,000 instructions, carrying of messages included",
        ["core", "one at a time", CARRYING],
        AtMost(5000.0),
    ),
    Limit(
        "at most 1,000 with 64 entries a round",
        ["core", "64 a round", CARRYING],
        AtMost(1000.0),
    ),
    Limit(
        "an event: at most 1,900 instructions",
        ["instructions", "total", "instructions"],
        AtMost(1900.0),
    ),
    Limit(
        "at most 1,600 in the build by profile",
        ["instructions", "total", "instructions, by profile"],
        AtMost(1600.0),
    ),
    Limit(
        "at most 26 misses of the instruction cache in it",
        ["instructions", "total", "I1 misses, by profile"],
        AtMost(26.0),
    ),
    Limit(
        "returning to an archived cluster: at most 30 allocations",
        ["costs", RESTORED, "allocations"],
        AtMost(30.0),
    ),
    Limit(
        "`explore`: at least 0.96 of the events per CPU second of `random`",
        ["rate", "`explore` against `random`", "ratio of rates"],
        AtLeast(0.96),
    ),
    Limit(
        "`explore` on two cores: at least 1.9 times the events per second",
        ["jobs", "explore: events per second", TWO],
        AtLeast(1.9),
    ),
    Limit(
        "`explore` on two cores: finds at least 1.7 times as fast",
        ["jobs", "explore: time to a find", TWO],
        AtLeast(1.7),
    ),
];

impl Limit {
    fn goal(&self, figures: &Lookup) -> Option<Goal> {
        let Limit(goal, [figure, name, measure], bound) = self;
        let row = figures.figure(figure, name, measure)?;
        let value = row.value.as_f64()?;
        let met = match *bound {
            AtMost(limit) => value <= limit,
            AtLeast(limit) => value >= limit,
        };
        Some(Goal { goal: goal.to_string(), measured: number(&row.value), met })
    }
}

/// The rows of the figure `target`: one for each set and tier.
fn cpu_of_the_target(figures: &Lookup) -> Option<Goal> {
    const RATIO: &str = "CPU time, times that of explore";
    let is_whole = |row: &&Figure| row.measure == RATIO && !row.name.contains("without the start");
    let rows = || figures.0.iter().filter(|row| row.figure == "target").filter(is_whole);
    let class =
        |row: &Figure| row.name.split(" (").next().unwrap_or_default().replace(", tier", "");
    let each: Vec<String> =
        rows().map(|row| format!("{} on {}", number(&row.value), class(row))).collect();
    (!each.is_empty()).then(|| Goal {
        goal: "the fuzz target takes at most 1.5 times the CPU time of `explore`".into(),
        measured: each.join(", "),
        met: rows().all(|row| row.value.as_f64().is_some_and(|value| value <= 1.5)),
    })
}

/// The safety bugs with the lowest share of finds.
const HARDEST: [&str; 2] = ["acknowledges-whole-log", "snapshot-before-truncation"];

fn always_found(sections: &[Section]) -> Option<Goal> {
    let section = main_section(sections)?;
    let cells = section.tables.iter().flat_map(|table| &table.cells);
    let cells: Vec<_> = cells
        .filter(|cell| cell.strategy == "explore" && HARDEST.contains(&cell.bug.as_str()))
        .collect();
    let each = cells.iter().map(|cell| format!("{} of {}", cell.found, cell.trials));
    (!cells.is_empty()).then(|| Goal {
        goal: "`explore` finds R10 and S05 in every campaign of 10 CPU seconds".into(),
        measured: each.collect::<Vec<_>>().join(" and "),
        met: cells.iter().all(|cell| cell.found == cell.trials),
    })
}

fn half_the_events(sections: &[Section]) -> Option<Goal> {
    let tables = main_section(sections)?.tables.iter().filter(|table| table.set == Set::Deep);
    let ratios: Vec<(u8, f64)> =
        tables.filter_map(|table| Some((table.tier, ratio(table, "explore")?.events))).collect();
    let each = ratios.iter().map(|(tier, ratio)| format!("{} on tier {tier}", short(*ratio)));
    (!ratios.is_empty()).then(|| Goal {
        goal: "`explore` takes half the events of the best unguided strategy on deep bugs".into(),
        measured: each.collect::<Vec<_>>().join(", "),
        met: ratios.iter().all(|(_, ratio)| *ratio <= 0.5),
    })
}

fn cpu_of_every_tier(sections: &[Section]) -> Option<Goal> {
    let tables = &main_section(sections)?.tables;
    let ratios = tables.iter().filter_map(|table| Some((table, ratio(table, "explore")?.cpu)));
    let (within, beyond): (Vec<_>, Vec<_>) = ratios.partition(|(_, ratio)| *ratio <= 1.05);
    let each = beyond.iter().map(|(table, ratio)| {
        format!("{} on {}", short(*ratio), name(table).replace(", tier", ""))
    });
    (within.len() + beyond.len() > 0).then(|| Goal {
        goal: "`explore` takes at most 1.05 of its CPU time on every tier".into(),
        measured: match beyond.is_empty() {
            true => "on all".into(),
            false => each.collect::<Vec<_>>().join(", "),
        },
        met: beyond.is_empty(),
    })
}

/// The goals of the key-value store: the program that measures it prints each beside its figure.
fn of_store<'a>(figures: &'a Lookup) -> impl Iterator<Item = Goal> + 'a {
    figures.0.iter().filter(|row| row.figure == "kv").filter_map(|row| {
        let (goal, verdict) = row.spread.strip_prefix("goal: ")?.rsplit_once(", ")?;
        Some(Goal {
            goal: format!("{}, {}: {goal} {}", row.name, row.measure, row.unit),
            measured: number(&row.value),
            met: verdict == "met",
        })
    })
}

/// All strategies side by side, a row for each set and tier: finds, and costs against the best
/// unguided strategy.
pub fn side_by_side(section: &Section) -> String {
    let strategies: BTreeSet<&str> = section
        .tables
        .iter()
        .flat_map(|table| &table.cells)
        .map(|cell| cell.strategy.as_str())
        .collect();
    let head = |first: &str| {
        let names = strategies.iter().map(|name| format!(" {name} |")).collect::<String>();
        format!("| {first} |{names}\n|---|{}\n", "---|".repeat(strategies.len()))
    };
    let line = |table: &Table, cell: &dyn Fn(&str) -> String| {
        let cells = strategies.iter().map(|name| format!(" {} |", cell(name)));
        format!("| {} |{}\n", name(table), cells.collect::<String>())
    };
    let mut text = format!("Found, in how many campaigns:\n\n{}", head("bugs"));
    for table in &section.tables {
        text += &line(table, &|strategy| shares([table].into_iter(), strategy).unwrap_or_default());
    }
    let has_baseline = |table: &&Table| table.baseline.is_some();
    if !section.tables.iter().any(|table| has_baseline(&table)) {
        return text + "\n";
    }
    type Of = fn(&Ratio) -> (f64, [f64; 2]);
    let kinds: [(&str, Of); 2] = [
        ("CPU seconds", |ratio| (ratio.cpu, ratio.cpu_interval)),
        ("Events", |ratio| (ratio.events, ratio.events_interval)),
    ];
    for (kind, of) in kinds {
        let _ = write!(
            text,
            "\n{kind} against the best unguided strategy, which has 1; geometric means over bugs, \
             with 95 % intervals:\n\n{}",
            head("bugs")
        );
        for table in section.tables.iter().filter(has_baseline) {
            text += &line(table, &|name| {
                let is_base =
                    table.baseline.as_ref().is_some_and(|baseline| baseline.strategy == name);
                let ratio = ratio(table, name).map(of);
                let text = ratio.map(|(value, interval)| with_interval(value, interval));
                text.unwrap_or(if is_base { "1".into() } else { String::new() })
            });
        }
    }
    text + "\n"
}

#[cfg(test)]
mod tests {
    use super::super::figures::tests::figure;
    use super::super::table::sections;
    use super::super::table::tests::example;
    use super::*;

    fn core(name: &str, instructions: u32) -> Figure {
        figure("core", name, "with the carrying of messages", instructions, "instructions")
    }

    /// The example with the better strategy renamed to `explore`, on deep bugs.
    fn guided() -> Vec<Section> {
        let mut rows = example();
        rows.iter_mut().for_each(|row| row.set = Set::Deep);
        for row in rows.iter_mut().filter(|row| row.strategy == "swarm") {
            row.strategy = "explore".into();
        }
        sections(rows.iter())
    }

    #[test]
    fn a_goal_is_met_or_not_by_the_measurement_and_left_out_without_one() {
        let figures = [core("one at a time", 5_001), core("64 a round", 1_000)];
        let text = goals(&figures, &guided());
        for line in [
            "at most 5,000 instructions, carrying of messages included | 5,001 | no |",
            "| at most 1,000 with 64 entries a round | 1,000 | yes |",
            "on deep bugs | 0.271 on tier 3 | yes |",
            "CPU time on every tier | on all | yes |",
        ] {
            assert!(text.contains(line), "no '{line}' in\n{text}");
        }
        assert!(!text.contains("R10"), "no campaign was about it: {text}");
        assert_eq!(goals(&[], &[]), "");
    }

    #[test]
    fn goals_of_the_store_come_with_their_figures() {
        let row = |measure, value, spread: &str| {
            let row = figure("kv", "put 64 kv/etcd", measure, value, "times");
            Figure { spread: spread.into(), ..row }
        };
        let text = goals(
            &[
                row("rate", 3, "goal: at least 2, met"),
                row("p99", 2, "goal: at most 1, missed"),
                row("p50", 1, ""),
            ],
            &[],
        );
        for line in [
            "| put 64 kv/etcd, rate: at least 2 times | 3 | yes |\n",
            "| put 64 kv/etcd, p99: at most 1 times | 2 | no |\n",
        ] {
            assert!(text.contains(line), "no '{line}' in\n{text}");
        }
        assert!(!text.contains("p50"), "{text}");
    }

    #[test]
    fn the_summary_takes_its_numbers_from_the_rows() {
        let found = |figure_name, measure, value| {
            figure(figure_name, "votes-twice", measure, value, "of 5")
        };
        let figures = [
            found("mutants", "empty corpus: found", 5),
            found("seed-systems", "LifeRaft: found", 3),
            found("seed-systems", "Buoyant: found", 4),
        ];
        let lines = summary(&figures, &guided());
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(
            lines[0].contains("in 5 of 5 runs from an empty corpus; LifeRaft in 3 of 5, Buoyant")
        );
        assert!(lines[1].contains("on the 3 hardest deep bugs: `explore` takes 0.271 ("));
    }

    #[test]
    fn the_summary_has_the_ratios_of_the_store() {
        let row = |name: &str, measure, value| {
            figure("kv", &format!("{name} kv/etcd"), measure, value, "times")
        };
        let loads = ["put 1", "put 64", "put 256", "get 1", "get 64", "get 256"];
        let mut figures: Vec<Figure> =
            loads.iter().zip(11..).map(|(load, value)| row(load, "rate", value)).collect();
        figures.push(row("memory after the load", "resident memory", 7));
        assert_eq!(summary(&figures, &[]), Vec::<String>::new(), "a row is missing");
        figures.push(row("failover", "kill to first write", 8));
        let lines = summary(&figures, &[]);
        for part in ["11, 12 and 13 times the writes", "14, 15 and 16 times the linearizable"] {
            assert!(lines[0].contains(part), "{lines:?}");
        }
        assert!(lines[0].contains("7 times the memory, 8 times the time"), "{lines:?}");
    }

    #[test]
    fn strategies_are_side_by_side_with_their_finds_and_costs() {
        let text = side_by_side(&sections(example().iter())[0]);
        for line in [
            "| bugs | swarm | uniform |\n",
            "| plain, tier 3 | 40 of 80 | 41 of 80 |\n",
            "| plain, tier 3 | 1 | 3.68 (",
        ] {
            assert!(text.contains(line), "no '{line}' in\n{text}");
        }
    }
}
