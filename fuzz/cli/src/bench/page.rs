//! Tables of campaigns as Markdown.
//!
//! Promise: each table names the bugs that it leaves out.

use std::fmt::Write as _;

use super::campaign::Strategy;
use super::comparison::Ratio;
use super::markdown::{chance, names, short};
use super::rows::{Corpus, Half, Set};
use super::table::{Cell, Cost, Section, Table, LIMITS};

/// How to read the tables.
pub const NOTES: &str = "\
## How to read the campaigns

- A campaign is one strategy on one bug, with a seed of its own, until the first violation \
(no lint) or the cap.
- Cost is CPU time of the campaign's thread, primitive events, and executions; never wall time. \
Equal campaigns find the same after the same events; CPU time varies with the load of the \
machine.
- *found* has the interval of Clopper and Pearson. *mean* is the total cost over the finds, the \
maximum likelihood estimate for exponential times; with `>` there was no find, and it is the \
total cost. *median* is that of Kaplan and Meier; with `>` fewer than half of the campaigns found \
the bug, and it is the cost of the most expensive one. All intervals are 95 %.
- *reached*: the number of campaigns that entered the branch with the bug; *triggered*: in which \
its decision differed from correct Raft's. A bug that is not triggered was missed by the search; a \
bug that is triggered and not found was missed by the oracles, or the search did not reach the \
harm. For libFuzzer, a process of its own, neither is known.
- A ratio is the geometric mean over bugs of mean cost against the baseline's: below 1 is better \
than the baseline. Its interval is a bootstrap over trials, not over bugs, so it understates the \
uncertainty for new bugs. If only one of the two found a bug, half a find is counted for the \
other, which favours the one without a find; a bug that neither found is left out.
- The baseline is chosen on the same campaigns, which favours the baseline.
- *p* is of the log-rank test in CPU seconds, *Holm* is p corrected over the bugs of the table, \
strategy by strategy. *A12* is the probability that a campaign of the strategy finds the bug \
sooner than one of the baseline.
- Tiers 1 and 2 guard against regressions; they support no claim that one strategy is better \
than another. Nor do bugs that the baseline finds in less than 0.1 CPU s: guidance cannot help \
there.
- Tune on the half train; judge by the half test.
";

/// The report, as it is printed.
pub fn report(sections: &[Section]) -> String {
    sections
        .iter()
        .map(|section| format!("## {}\n\n", title(section)) + &section_text(section, false))
        .collect()
}

/// The conditions of these campaigns.
pub fn title(section: &Section) -> String {
    let corpus = match section.corpus {
        Corpus::Empty => "no corpus",
        Corpus::Shipped => "from a corpus",
    };
    let Section { events_per_schedule, cap, .. } = section;
    format!("{corpus}, {events_per_schedule} events a schedule, cap {cap} CPU s")
}

/// Every table of a section.
pub fn section_text(section: &Section, with_plots: bool) -> String {
    let mut text = String::new();
    for table in &section.tables {
        text += &table_text(table);
        if with_plots && !table.curves.curves.is_empty() {
            let _ = writeln!(
                text,
                "![survival of {}](results/{})\n",
                name(table),
                plot_name(section, table)
            );
        }
        if !table.curves.left_out.is_empty() {
            let left_out = names(&table.curves.left_out);
            let _ = writeln!(
                text,
                "Not in the plot, since not every strategy was run on them: {left_out}.\n"
            );
        }
    }
    let [tenth, one, ten] = LIMITS;
    let _ = writeln!(text, "### Bugs that are found quickly\n");
    let _ = writeln!(
        text,
        "| strategy | bugs | median under {tenth} CPU s | under {one} | under {ten} |"
    );
    text += "|---|---|---|---|---|\n";
    for summary in &section.summary {
        // Beyond the cap the number is not known.
        let count = |(count, limit): (&usize, f64)| match limit > section.cap {
            true => format!("{count} or more"),
            false => count.to_string(),
        };
        let under: Vec<String> = summary.under.iter().zip(LIMITS).map(count).collect();
        let under = under.join(" | ");
        let _ = writeln!(text, "| {} | {} | {under} |", summary.strategy, summary.bugs);
    }
    text + "\n" + &missed_text(section)
}

/// The bugs that a strategy often misses, and how far its campaigns get.
fn missed_text(section: &Section) -> String {
    let often = |part: usize, all: usize| 20 * part >= 19 * all;
    let mut lines = String::new();
    for cell in section.tables.iter().flat_map(|table| &table.cells) {
        let Cell { bug, strategy, found, trials, reached, triggered, .. } = cell;
        if often(*found, *trials) || *reached == 0 {
            continue; // Of the fuzz target only finds are known.
        }
        let lost = match (often(*reached, *trials), often(*triggered, *reached)) {
            (false, _) => "seldom reached",
            (true, false) => "seldom triggered",
            (true, true) => "seldom seen",
        };
        let _ = writeln!(
            lines,
            "| {bug} | {strategy} | {found} of {trials} | {reached} | {triggered} | {lost} |"
        );
    }
    if lines.is_empty() {
        return lines;
    }
    "### Bugs that are often missed\n\nFound in fewer than 19 of 20 campaigns; the last column is \
     the first step that fewer than 19 of 20 take.\n\n\
     | bug | strategy | found | reached | triggered | lost |\n|---|---|---|---|---|---|\n"
        .to_string()
        + &lines
        + "\n"
}

fn table_text(table: &Table) -> String {
    let mut text = format!("### {}\n\n", name(table));
    text += "| bug | half | strategy | found | 95 % | mean CPU s | median | mean events | median \
             | mean executions | reached | triggered |\n\
             |---|---|---|---|---|---|---|---|---|---|---|---|\n";
    for cell in &table.cells {
        text += &cell_line(cell);
    }
    if !table.not_run.is_empty() {
        let not_run: Vec<String> = table.not_run.iter().map(|name| name.to_string()).collect();
        let _ = write!(text, "\nNot run: {}.\n", names(&not_run));
    }
    text + "\n" + &comparison_text(table)
}

fn comparison_text(table: &Table) -> String {
    let Some(base) = &table.baseline else {
        let why = "No comparison: no unguided strategy was run, or no bug by all of them.\n\n";
        return why.into();
    };
    let candidates: Vec<String> =
        base.candidates.iter().map(|(name, mean)| format!("{name} {}", short(*mean))).collect();
    let medians = table.cells.iter().filter(|cell| cell.strategy == base.strategy);
    let quick =
        medians.clone().filter(|cell| cell.cpu_seconds.median.is_some_and(|m| m < LIMITS[0]));
    let mut text = format!(
        "Baseline: {}, of the unguided strategies the cheapest in the geometric mean of CPU s over {} bugs ({}). Its median is \
         under {} CPU s on {} of {} bugs.\n\n",
        base.strategy,
        base.bugs,
        candidates.join(", "),
        LIMITS[0],
        quick.count(),
        medians.count()
    );
    if table.ratios.is_empty() && table.tests.is_empty() {
        return text;
    }
    text += "| strategy | half | bugs | CPU, against the baseline | 95 % | events | 95 % | left out | half a find for |\n\
             |---|---|---|---|---|---|---|---|---|\n";
    for ratio in &table.ratios {
        text += &ratio_line(ratio);
    }
    text += &left_out_text(&table.ratios);
    text += "\n| strategy | bug | log-rank p | Holm | A12 |\n|---|---|---|---|---|\n";
    for test in &table.tests {
        let (p, corrected) = (chance(test.p), chance(test.p_corrected));
        let _ = writeln!(
            text,
            "| {} | {} | {p} | {corrected} | {:.2} |",
            test.strategy, test.bug, test.a12
        );
    }
    text + "\n"
}

fn cell_line(cell: &Cell) -> String {
    let [low, high] = cell.found_interval;
    let is_fuzzer = Strategy::fuzzers().iter().any(|fuzzer| fuzzer.name() == cell.strategy);
    let level = |count: usize| if is_fuzzer { "?".to_string() } else { count.to_string() };
    format!(
        "| {} | {} | {} | {} of {} | {low:.2} to {high:.2} | {} | {} | {} | {} | {} | {} | {} |\n",
        cell.bug,
        half_name(cell.half),
        cell.strategy,
        cell.found,
        cell.trials,
        mean(&cell.cpu_seconds),
        median(&cell.cpu_seconds),
        mean(&cell.events),
        median(&cell.events),
        mean(&cell.executions),
        level(cell.reached),
        level(cell.triggered)
    )
}

fn ratio_line(ratio: &Ratio) -> String {
    let interval = |[low, high]: [f64; 2]| format!("{} to {}", short(low), short(high));
    format!(
        "| {} | {} | {} | {} | {} | {} | {} | {} | {} |\n",
        ratio.strategy,
        ratio.half.map_or("both", half_name),
        ratio.bugs,
        short(ratio.cpu),
        interval(ratio.cpu_interval),
        short(ratio.events),
        interval(ratio.events_interval),
        ratio.left_out.len(),
        ratio.stood_in.len()
    )
}

/// The bugs that ratios leave out, and those for which half a find is counted.
fn left_out_text(ratios: &[Ratio]) -> String {
    let mut text = String::new();
    for ratio in ratios {
        let of = format!("{}, {}", ratio.strategy, ratio.half.map_or("both", half_name));
        if !ratio.left_out.is_empty() {
            let _ = write!(text, "\nLeft out of {of}: {}.\n", names(&ratio.left_out));
        }
        if !ratio.stood_in.is_empty() {
            let _ = write!(text, "\nHalf a find is counted, {of}: {}.\n", names(&ratio.stood_in));
        }
    }
    text
}

/// The name of a half.
pub fn half_name(half: Half) -> &'static str {
    match half {
        Half::Train => "train",
        Half::Test => "test",
    }
}

/// The name of the bugs of a table.
pub fn name(table: &Table) -> String {
    let set = match table.set {
        Set::Plain => "plain",
        Set::Deep => "deep",
    };
    format!("{set}, tier {}", table.tier)
}

/// The prefix of the files of all plots.
pub const PLOT: &str = "survival-";

/// The file of a table's plot.
pub fn plot_name(section: &Section, table: &Table) -> String {
    let corpus = match section.corpus {
        Corpus::Empty => "empty",
        Corpus::Shipped => "shipped",
    };
    let Section { events_per_schedule, cap, .. } = section;
    let bugs = name(table).replace(", tier ", "-");
    format!("{PLOT}{corpus}-{events_per_schedule}-{cap}s-{bugs}.svg")
}

fn mean(cost: &Cost) -> String {
    match cost.mean.is_finite() {
        true => short(cost.mean),
        false => format!("> {}", short(cost.spent)),
    }
}

fn median(cost: &Cost) -> String {
    cost.median.map_or_else(|| format!("> {}", short(cost.most)), short)
}

#[cfg(test)]
mod tests {
    use super::super::table::{sections, tests::example};
    use super::*;

    #[test]
    fn the_report_has_finds_costs_and_what_is_left_out() {
        let rows = example();
        let report = report(&sections(rows.iter()));
        for line in [
            "## no corpus, 640 events a schedule, cap 10 CPU s",
            "### plain, tier 3",
            "| a | train | swarm | 20 of 20 | 0.83 to 1.00 | 0.0105 | 0.0100 | 10.5 k | 10.0 k | 11.5 | 20 | 0 |",
            "| d | train | swarm | 0 of 20 | 0.00 to 0.17 | > 200 | > 10.0 | > 200 M | > 10.0 M | > 200 k | 20 | 0 |",
            "| uniform | test | 1 | 10.0 |",
            "| 1 | 1 |\n",
            "Left out of uniform, both: d.",
            "Half a find is counted, uniform, both: c.",
            "| uniform | d | 1.000 | 1.000 | 0.50 |",
            "| swarm | 4 | 1 | 2 | 2 |",
            "| d | swarm | 0 of 20 | 20 | 0 | seldom triggered |",
            "Not run: ",
        ] {
            assert!(report.contains(line), "no '{line}' in\n{report}");
        }
        assert!(!report.contains(".svg"));
    }

    #[test]
    fn a_median_beyond_the_cap_is_not_claimed() {
        let mut rows = example();
        rows.iter_mut().for_each(|row| row.cap = 1.0);
        let report = report(&sections(rows.iter()));
        assert!(report.contains("| swarm | 4 | 1 | 2 | 2 or more |"), "{report}");
    }
}
