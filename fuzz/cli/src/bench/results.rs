//! The page of results: all measurements, from three files beside it.
//!
//! Promises: the page and its plots follow from these files and from the lists of bugs alone, byte
//! by byte. All files are read before any is written; each file is replaced whole; a plot that the
//! page no longer shows is removed, and no other file is changed.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::figures::{self, Figure};
use super::figures_text;
use super::file::replace;
use super::markdown::names;
use super::overview::{goals, side_by_side, summary};
use super::page::{half_name, name, plot_name, section_text, title, NOTES, PLOT};
use super::plot;
use super::rows::{Half, Row, RowStore};
use super::table::{sections, Section};
use crate::{is_directory, Failure, Output};

/// The folder of the page's sources and plots, below the folder of the page.
const FOLDER: &str = "results";
/// The measured figures.
const FIGURES: &str = "figures.jsonl";
/// The campaigns, compressed.
const CAMPAIGNS: &str = "campaigns.jsonl.gz";
/// The hand-written notes.
const NOTES_FILE: &str = "notes.md";

const BEGINNING: &str = "\
# Results

Written by `scripts/bench.sh page`, which is `whitewater bench page fuzz/docs`, from
[figures](results/figures.jsonl), [rows of campaigns](results/campaigns.jsonl.gz) and
[notes](results/notes.md). It is not edited by hand: a test compares this page with the one
generated from those files. `scripts/bench.sh FIGURE --save` measures a figure again, records it and
generates this page again.

CPU seconds are user and system time. Seeds are spread, since libFuzzer's runs from small
consecutive seeds are much alike.

";

/// The file of figures below the folder of a page.
pub fn figures_of(docs: &Path) -> PathBuf {
    docs.join(FOLDER).join(FIGURES)
}

/// The sources of a page.
struct Sources {
    figures: Vec<Figure>,
    rows: Vec<Row>,
    notes: String,
}

impl Sources {
    fn read(docs: &Path) -> Result<Sources, Failure> {
        let folder = docs.join(FOLDER);
        is_directory(&folder)?;
        let campaigns = folder.join(CAMPAIGNS);
        let rows = match campaigns.exists() {
            true => RowStore::read(&campaigns)?.rows().cloned().collect(),
            false => Vec::new(),
        };
        let notes = folder.join(NOTES_FILE);
        let notes = match fs::read_to_string(&notes) {
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            other => other.map_err(|error| Failure(format!("{}: {error}", notes.display())))?,
        };
        let figures = figures::read(&folder.join(FIGURES))?;
        if figures.is_empty() && rows.is_empty() {
            return Err(Failure(format!(
                "{}: holds neither {FIGURES} nor {CAMPAIGNS}",
                folder.display()
            )));
        }
        Ok(Sources { figures, rows, notes })
    }
}

/// Writes the page and its plots into a folder that has their sources.
pub fn write(docs: &Path) -> Result<Output, Failure> {
    let sources = Sources::read(docs)?;
    let sections = sections(sources.rows.iter());
    let plots = plots(&sections)?;
    let page = page(&sources, &sections);
    let folder = docs.join(FOLDER);
    for (file, svg) in &plots {
        replace(&folder.join(file), svg.as_bytes())?;
    }
    let path = docs.join(format!("{FOLDER}.md"));
    replace(&path, page.as_bytes())?;
    remove_others(&folder, &plots)?;
    let (figures, campaigns) = (sources.figures.len(), sources.rows.len());
    let text = format!(
        "{}: {figures} figures, {campaigns} campaigns, {} plots\n",
        path.display(),
        plots.len()
    );
    let json = json!({ "page": path.display().to_string(), "figures": figures,
                       "campaigns": campaigns, "plots": plots.len() });
    Ok(Output { text, json, clean: true })
}

/// Every plot, by the name of its file.
fn plots(sections: &[Section]) -> Result<Vec<(String, String)>, Failure> {
    let mut plots = Vec::new();
    for section in sections {
        for table in section.tables.iter().filter(|table| !table.curves.curves.is_empty()) {
            let svg = plot::survival(
                &format!("{}: campaigns without a find", name(table)),
                &table.curves,
            )?;
            plots.push((plot_name(section, table), svg));
        }
    }
    Ok(plots)
}

/// Removes plots that the page does not show.
fn remove_others(folder: &Path, plots: &[(String, String)]) -> Result<(), Failure> {
    let wrong = |error| Failure(format!("{}: {error}", folder.display()));
    for entry in fs::read_dir(folder).map_err(wrong)? {
        let entry = entry.map_err(wrong)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_plot = name.starts_with(PLOT) && name.ends_with(".svg");
        if is_plot && plots.iter().all(|(shown, _)| *shown != name) {
            fs::remove_file(entry.path()).map_err(wrong)?;
        }
    }
    Ok(())
}

fn page(sources: &Sources, sections: &[Section]) -> String {
    let mut text = BEGINNING.to_string();
    let lines = summary(&sources.figures, sections);
    if !lines.is_empty() {
        text += &format!("## In short\n\n{}\n\n", lines.join("\n"));
    }
    text += &goals(&sources.figures, sections);
    text += &figures_text::headings(&sources.figures);
    if !sections.is_empty() {
        text += &campaigns(&sources.rows, sections);
    }
    if !sources.notes.is_empty() {
        text += &format!("{}\n\n", sources.notes.trim_end());
    }
    for section in sections {
        text += &format!("## Campaigns: {}\n\n", title(section));
        text += &section_text(section, true);
    }
    if !sections.is_empty() {
        text += NOTES;
    }
    text.trim_end().to_string() + "\n"
}

/// The section about the rows, and all strategies side by side.
fn campaigns(rows: &[Row], sections: &[Section]) -> String {
    let builds: BTreeSet<&str> = rows.iter().map(|row| row.build.as_str()).collect();
    let seeds: BTreeSet<u64> = rows.iter().map(|row| row.seed).collect();
    let mut text = format!(
        "## Campaigns: the rows\n\n\
         - {} campaigns, run by: {}; `--seed`: {}. Each campaign's own seed is in its row, and \
         follows from that, the bug, the strategy and the trial.\n\
         - `scripts/bench.sh bugs` runs them in an hour or two, and continues where it was \
         stopped; with `--save` it adds new campaigns to the rows here.\n\
         - The rows are JSON, a campaign a line, compressed: `gzip -dk \
         fuzz/docs/results/{CAMPAIGNS}` unpacks them, and `whitewater bench --report-only --out \
         fuzz/docs/results/{CAMPAIGNS}` reports them without unpacking, by strategies, bugs and \
         tiers.\n",
        rows.len(),
        builds.iter().copied().collect::<Vec<_>>().join("; "),
        seeds.iter().map(u64::to_string).collect::<Vec<_>>().join(", "),
    );
    if builds.len() > 1 {
        text +=
            "- **More than one program ran these campaigns: differences may be the program's.**\n";
    }
    for half in [Half::Train, Half::Test] {
        let bugs: BTreeSet<&String> =
            rows.iter().filter(|row| row.half == half).map(|row| &row.bug).collect();
        let bugs: Vec<String> = bugs.into_iter().cloned().collect();
        text += &format!("- Bugs for {}: {}.\n", half_name(half), names(&bugs));
    }
    text.push('\n');
    for section in sections {
        text += &format!("### Side by side: {}\n\n", title(section));
        text += &side_by_side(section);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::figures::tests::figure;
    use super::super::table::tests::example;
    use super::*;

    fn folder(figures: Vec<Figure>, rows: &[Row]) -> tempfile::TempDir {
        let docs = tempfile::TempDir::new().unwrap();
        let folder = docs.path().join(FOLDER);
        fs::create_dir(&folder).unwrap();
        if !figures.is_empty() {
            figures::record(&folder.join(FIGURES), figures).ok().unwrap();
        }
        let lines: String =
            rows.iter().map(|row| serde_json::to_string(row).unwrap() + "\n").collect();
        if !rows.is_empty() {
            // Rows that are not compressed can be read under this name as well.
            fs::write(folder.join(CAMPAIGNS), lines).unwrap();
        }
        docs
    }

    fn written(docs: &tempfile::TempDir) -> String {
        write(docs.path()).ok().unwrap();
        fs::read_to_string(docs.path().join("results.md")).unwrap()
    }

    fn violations(value: u32) -> Vec<Figure> {
        let of = |name, measure, value| figure("silent", name, measure, value, "of all");
        ["swarm", "uniform"]
            .iter()
            .flat_map(|name| [of(name, "violations", value), of(name, "events", 900_000)])
            .collect()
    }

    #[test]
    fn the_page_has_the_origins_of_figures_and_the_plots() {
        let docs = folder(violations(0), &example());
        fs::write(docs.path().join("results/notes.md"), "## A note\n\nBy hand.\n").unwrap();
        fs::write(docs.path().join("results/survival-of-old.svg"), "").unwrap();
        let page = written(&docs);
        assert_eq!(page, written(&docs), "the same sources, the same page");
        for words in [
            "- Correct Raft: 0 violations in 900,000 events by the swarm, 0 in 900,000 drawn",
            "## Silent on correct Raft",
            "`scripts/bench.sh` on commit 0123abc, 2026-11-23; a machine",
            "160 campaigns, run by: test; `--seed`: 1.",
            "Bugs for train: a, c, d.",
            "Bugs for test: b.",
            "| plain, tier 3 | 40 of 80 | 41 of 80 |",
            "By hand.",
            "](results/survival-empty-640-10s-plain-3.svg)",
            "## How to read",
        ] {
            assert!(page.contains(words), "no '{words}' in\n{page}");
        }
        assert!(!page.contains("More than one program"));
        let mut files: Vec<String> = fs::read_dir(docs.path().join("results"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let plot = "survival-empty-640-10s-plain-3.svg";
        assert_eq!(files, [CAMPAIGNS, FIGURES, NOTES_FILE, plot], "no drafts, and no old plots");
        let plot = fs::read_to_string(docs.path().join("results").join(plot)).unwrap();
        assert!(plot.contains("uniform"));
    }

    #[test]
    fn a_line_of_the_summary_whose_figures_are_missing_is_left_out() {
        let page = written(&folder(violations(1), &[]));
        assert!(page.contains("- Correct Raft: 1 violations"), "{page}");
        assert_eq!(page.lines().filter(|line| line.starts_with("- ")).count(), 2, "{page}");
        let page = written(&folder(Vec::new(), &example()));
        assert!(!page.contains("Correct Raft:"), "{page}");
    }

    #[test]
    fn campaigns_of_several_programs_are_flagged() {
        let mut rows = example();
        rows[0].build = "another".into();
        assert!(written(&folder(Vec::new(), &rows)).contains("More than one program"));
    }

    #[test]
    fn a_file_that_cannot_be_read_or_written_is_named() {
        let complaint = |docs: &Path| write(docs).err().unwrap().0;
        assert_eq!(complaint(Path::new("/nowhere")), "/nowhere/results: is no directory");
        let docs = folder(Vec::new(), &[]);
        assert!(complaint(docs.path()).ends_with("neither figures.jsonl nor campaigns.jsonl.gz"));
        let docs = folder(violations(0), &[]);
        fs::create_dir(docs.path().join("results.md")).unwrap();
        assert!(complaint(docs.path()).contains("results.md: "));
    }
}
