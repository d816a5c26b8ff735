//! Tables as Markdown: the report, and the page with its plots.
//!
//! Promises: the page names the machine, the build, the seeds and the command line; each table says
//! what it leaves out; a page is replaced whole, and nothing else in its directory is touched.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::campaign::Strategy;
use super::plot;
use super::rows::{Corpus, Half, Row, Set};
use super::table::{Cell, Cost, Ratio, Section, Table, LIMITS};
use crate::Failure;

/// What the figures rest on.
pub struct Facts {
    /// Version and source of this program.
    pub build: String,
    /// How it was called.
    pub command: String,
    /// On what.
    pub machine: String,
    /// Programs that ran the campaigns.
    pub builds: BTreeSet<String>,
    /// What `--seed` was.
    pub seeds: BTreeSet<u64>,
    /// How many campaigns.
    pub campaigns: usize,
}

impl Facts {
    /// Of these rows, here and now.
    pub fn of(rows: &[&Row], build: String) -> Facts {
        Facts {
            build,
            command: std::env::args()
                .skip(1)
                .fold("whitewater".into(), |all, arg| all + " " + &arg),
            machine: machine(),
            builds: rows.iter().map(|row| row.build.clone()).collect(),
            seeds: rows.iter().map(|row| row.seed).collect(),
            campaigns: rows.len(),
        }
    }
}

fn machine() -> String {
    let about = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = about.lines().find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
    let cores = std::thread::available_parallelism().map_or("?".into(), |cores| cores.to_string());
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    format!("{}, {cores} cores, {os} {arch}", model.unwrap_or("unknown processor"))
}

/// How to read the tables; what they do not say.
const NOTES: &str = "\
## How to read this

- A campaign is one strategy on one bug, with a seed of its own, until the first broken promise \
(no lint) or the cap.
- Cost is CPU time of the campaign's thread, primitive events, and executions; never wall time. \
Equal campaigns find the same after the same events; CPU time varies with the machine's \
neighbours.
- *found* has the interval of Clopper and Pearson. *mean* is all that was spent over the finds, \
the estimate of the greatest likelihood if waits are exponential; with `>` nothing was found and \
it is all that was spent. *median* is that of Kaplan and Meier; with `>` not half of the \
campaigns found the bug, and it is the most that one of them spent. All intervals are 95 %.
- *reached*: in so many campaigns the branch with the bug was entered; *triggered*: it decided \
otherwise than true Raft. What is not triggered the search has missed; what is triggered and not \
found the oracles have missed, or the search did not go on to the harm. Of libFuzzer, a process of \
its own, neither is known.
- A ratio is the geometric mean over bugs of mean cost against the baseline's: below 1 is better \
than the baseline. Its interval is a bootstrap over trials, not over bugs, so that it \
understates the doubt about new bugs. Where only one of the two found a bug, half a find stands \
in for the other, which is kind to the one that found nothing; a bug that neither found is left \
out.
- The baseline is chosen on the same campaigns, which is kind to the baseline.
- *p* is of the log-rank test in CPU seconds, *Holm* is p corrected over the bugs of the table, \
strategy by strategy. *A12* is how likely a campaign of the strategy is sooner than one of the \
baseline.
- Tiers 1 and 2 guard against regressions; they support no claim that one strategy is better \
than another. Nor do bugs that the baseline finds in less than 0.1 CPU s: there is nothing left \
to guide.
- Tune on train; believe test.
";

/// The report, as it is printed.
pub fn report(sections: &[Section]) -> String {
    sections.iter().map(|section| section_text(section, false)).collect()
}

/// Writes the page and its plots into a directory.
pub fn write(directory: &Path, sections: &[Section], facts: &Facts) -> Result<(), Failure> {
    for section in sections {
        for table in &section.tables {
            let title = format!("{}: campaigns without a find", name(table));
            let svg = plot::survival(&title, &table.curves)?;
            replace(directory, &plot_name(section, table), svg.as_bytes())?;
        }
    }
    replace(directory, "bench.md", page(sections, facts).as_bytes())
}

/// A file appears whole, or stays as it was.
fn replace(directory: &Path, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    let draft = directory.join(format!(".{name}.{}.tmp", std::process::id()));
    let path = directory.join(name);
    fs::write(&draft, bytes).and_then(|()| fs::rename(&draft, &path)).map_err(|error| {
        let _ = fs::remove_file(&draft);
        Failure(format!("{}: {error}", path.display()))
    })
}

fn page(sections: &[Section], facts: &Facts) -> String {
    let list = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join("; ");
    let seeds = facts.seeds.iter().map(u64::to_string).collect();
    let mut text = format!(
        "# What finds which bug, at what cost\n\n\
         Written by `{}`\n\n\
         - Program: {}; the campaigns were run by: {}.\n\
         - Machine that wrote this: {}; compiled by {}.\n\
         - The project's own campaigns are run by `scripts/bench.sh bugs`. What is measured \
         elsewhere (an empty fuzz target, the two seed systems, Hydro's simulator) is in README.\n\
         - Campaigns: {}; `--seed`: {}. Each campaign's own seed is in its row, and follows \
         from that, the bug, the strategy and the trial.\n",
        facts.command,
        facts.build,
        list(&facts.builds),
        facts.machine,
        env!("WHITEWATER_COMPILER"),
        facts.campaigns,
        list(&seeds),
    );
    if facts.builds.len() > 1 {
        text +=
            "- **More than one program ran these campaigns: what differs may be the program.**\n";
    }
    for half in [Half::Train, Half::Test] {
        let cells =
            sections.iter().flat_map(|section| &section.tables).flat_map(|table| &table.cells);
        let bugs: BTreeSet<String> =
            cells.filter(|cell| cell.half == half).map(|cell| cell.bug.clone()).collect();
        let bugs: Vec<String> = bugs.into_iter().collect();
        let _ = writeln!(text, "- Bugs for {}: {}.", half_name(half), names(&bugs));
    }
    text.push('\n');
    for section in sections {
        text += &section_text(section, true);
    }
    text + NOTES
}

fn section_text(section: &Section, with_plots: bool) -> String {
    let corpus = match section.corpus {
        Corpus::Empty => "no corpus",
        Corpus::Shipped => "from a corpus",
    };
    let Section { events_per_schedule, cap, .. } = section;
    let mut text =
        format!("## {corpus}, {events_per_schedule} events a schedule, cap {cap} CPU s\n\n");
    for table in &section.tables {
        text += &table_text(table);
        if with_plots && !table.curves.curves.is_empty() {
            let _ =
                writeln!(text, "![survival of {}]({})\n", name(table), plot_name(section, table));
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
        // Beyond the cap nobody knows.
        let count = |(count, limit): (&usize, f64)| match limit > *cap {
            true => format!("{count} or more"),
            false => count.to_string(),
        };
        let under: Vec<String> = summary.under.iter().zip(LIMITS).map(count).collect();
        let under = under.join(" | ");
        let _ = writeln!(text, "| {} | {} | {under} |", summary.strategy, summary.bugs);
    }
    text + "\n"
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
        let why = "No comparison: no blind strategy was run, or no bug by all of them.\n\n";
        return why.into();
    };
    let candidates: Vec<String> =
        base.candidates.iter().map(|(name, mean)| format!("{name} {}", short(*mean))).collect();
    let medians = table.cells.iter().filter(|cell| cell.strategy == base.strategy);
    let quick =
        medians.clone().filter(|cell| cell.cpu_seconds.median.is_some_and(|m| m < LIMITS[0]));
    let mut text = format!(
        "Baseline: {}, of the blind strategies the cheapest in the geometric mean of CPU s over {} bugs ({}). Its median is \
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
        names(&ratio.left_out),
        names(&ratio.stood_in)
    )
}

fn half_name(half: Half) -> &'static str {
    match half {
        Half::Train => "train",
        Half::Test => "test",
    }
}

fn set_name(set: Set) -> &'static str {
    match set {
        Set::Plain => "plain",
        Set::Deep => "deep",
    }
}

fn name(table: &Table) -> String {
    format!("{}, tier {}", set_name(table.set), table.tier)
}

fn plot_name(section: &Section, table: &Table) -> String {
    let corpus = match section.corpus {
        Corpus::Empty => "empty",
        Corpus::Shipped => "shipped",
    };
    let Section { events_per_schedule, cap, .. } = section;
    format!(
        "bench-{corpus}-{events_per_schedule}-{cap}s-{}-{}.svg",
        set_name(table.set),
        table.tier
    )
}

fn names(names: &[String]) -> String {
    if names.is_empty() {
        "none".into()
    } else {
        names.join(", ")
    }
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

/// Three digits that count, and thousands and millions as such.
fn short(value: f64) -> String {
    let (value, unit) = match value {
        _ if value >= 999_500.0 => (value / 1e6, " M"),
        _ if value >= 9_995.0 => (value / 1e3, " k"),
        _ => (value, ""),
    };
    if value == 0.0 || !value.is_finite() {
        return format!("{value}{unit}");
    }
    let digits = (2.0 - value.abs().log10().floor()).clamp(0.0, 9.0) as usize;
    format!("{value:.digits$}{unit}")
}

fn chance(p: f64) -> String {
    if p < 0.001 {
        format!("{p:.0e}")
    } else {
        format!("{p:.3}")
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::{sections, tests::example};
    use super::*;

    fn facts(rows: &[Row]) -> Facts {
        let rows: Vec<&Row> = rows.iter().collect();
        Facts { command: "whitewater bench".into(), ..Facts::of(&rows, "0.1.0".into()) }
    }

    #[test]
    fn figures_have_three_digits_that_count() {
        for (value, text) in [
            (0.0, "0"),
            (0.000_123_4, "0.000123"),
            (0.0105, "0.0105"),
            (1.0, "1.00"),
            (640.4, "640"),
            (9_994.0, "9994"),
            (12_345.0, "12.3 k"),
            (2_345_678.0, "2.35 M"),
        ] {
            assert_eq!(short(value), text);
        }
        assert_eq!([chance(0.04), chance(1.2e-9), chance(1.0)], ["0.040", "1e-9", "1.000"]);
    }

    #[test]
    fn the_report_says_what_was_found_at_what_cost_and_what_is_left_out() {
        let rows = example();
        let report = report(&sections(rows.iter()));
        for line in [
            "## no corpus, 640 events a schedule, cap 10 CPU s",
            "### plain, tier 3",
            "| a | train | swarm | 20 of 20 | 0.83 to 1.00 | 0.0105 | 0.0100 | 10.5 k | 10.0 k | 11.5 | 20 | 0 |",
            "| d | train | swarm | 0 of 20 | 0.00 to 0.17 | > 200 | > 10.0 | > 200 M | > 10.0 M | > 200 k | 20 | 0 |",
            "| uniform | test | 1 | 10.0 |",
            "| d | c |\n",
            "| uniform | d | 1.000 | 1.000 | 0.50 |",
            "| swarm | 4 | 1 | 2 | 2 |",
            "Not run: ",
        ] {
            assert!(report.contains(line), "no '{line}' in\n{report}");
        }
        assert!(!report.contains(".svg"));
    }

    #[test]
    fn the_page_names_what_the_figures_rest_on_and_shows_the_plots() {
        let rows = example();
        let folder = tempfile::TempDir::new().unwrap();
        let sections = sections(rows.iter());
        write(folder.path(), &sections, &facts(&rows)).ok().unwrap();
        write(folder.path(), &sections, &facts(&rows)).ok().expect("a page can be written anew");
        let page = fs::read_to_string(folder.path().join("bench.md")).unwrap();
        let plot = "bench-empty-640-10s-plain-3.svg";
        for words in [
            "`whitewater bench`",
            "run by: test.",
            "cores",
            "Campaigns: 160; `--seed`: 1.",
            "Bugs for train: a, c, d.",
            "Bugs for test: b.",
            plot,
            "How to read",
        ] {
            assert!(page.contains(words), "no '{words}' in\n{page}");
        }
        assert!(!page.contains("More than one program"));
        assert!(fs::read_to_string(folder.path().join(plot)).unwrap().contains("uniform"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "no drafts are left");
    }

    #[test]
    fn a_median_beyond_the_cap_is_not_claimed() {
        let mut rows = example();
        rows.iter_mut().for_each(|row| row.cap = 1.0);
        let report = report(&sections(rows.iter()));
        assert!(report.contains("| swarm | 4 | 1 | 2 | 2 or more |"), "{report}");
    }

    #[test]
    fn campaigns_of_several_programs_are_told() {
        let mut rows = example();
        rows[0].build = "another".into();
        assert!(page(&sections(rows.iter()), &facts(&rows)).contains("More than one program"));
    }

    #[test]
    fn a_page_that_cannot_be_written_is_named() {
        let rows = example();
        let failure = write(Path::new("/nowhere"), &sections(rows.iter()), &facts(&rows));
        let complaint = failure.err().unwrap().0;
        assert!(complaint.contains("/nowhere/bench-empty-640-10s-plain-3.svg"), "{complaint}");
    }
}
