//! `whitewater bench` as a program: the campaigns that it runs and does not repeat, its errors, and
//! whether the page of results is the one generated from its sources.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

const BUG: &str = "stale-vote-counted";

fn bench(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_whitewater"));
    command.current_dir(folder).arg("bench").args(args).output().expect("it starts")
}

fn folder() -> TempDir {
    TempDir::new().expect("a temporary folder can be made")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("output is UTF-8")
}

fn rows(folder: &Path) -> Vec<Value> {
    let text = fs::read_to_string(folder.join("rows")).expect("the rows are there");
    text.lines().map(|line| serde_json::from_str(line).expect("a row is JSON")).collect()
}

/// Runs two strategies on one bug.
fn trials(folder: &Path, trials: &str, more: &[&str]) -> Output {
    let args =
        ["--bugs", BUG, "--strategies", "swarm,uniform,swarm", "--trials", trials, "--out", "rows"];
    let output = bench(folder, &[&args, more].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    output
}

/// Ends with code 2, nothing on standard output, and one line that names `words`.
#[track_caller]
fn refused(folder: &Path, args: &[&str], words: &[&str]) {
    let output = bench(folder, args);
    let complaint = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{complaint}");
    assert!(output.stdout.is_empty());
    assert_eq!(complaint.lines().count(), 1, "{complaint}");
    words.iter().for_each(|word| assert!(complaint.contains(word), "{complaint}"));
}

#[test]
fn a_quick_bench_finds_the_first_tier_and_fails_otherwise() {
    let folder = folder();
    let args = ["--quick", "--out", "rows"];
    let output = bench(folder.path(), &args);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    assert!(output.stderr.is_empty(), "{}", text(&output.stderr));
    let mut rows = rows(folder.path());
    assert!(rows.iter().all(|row| row["tier"] == 1 && row["strategy"] == "swarm"), "{rows:?}");

    let missed = rows[0]["bug"].as_str().expect("a bug has a name").to_string();
    for row in rows.iter_mut().filter(|row| row["bug"] == *missed) {
        row["found"] = false.into();
        row["fingerprint"] = Value::Null;
    }
    let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
    fs::write(folder.path().join("rows"), lines).expect("a file can be written");
    let output = bench(folder.path(), &args);
    assert_eq!(output.status.code(), Some(1));
    let report = text(&output.stdout);
    assert!(report.ends_with(&format!("missed: {missed} by swarm\n")), "{report}");
}

#[test]
fn a_stopped_bench_continues_where_it_was() {
    let folder = folder();
    trials(folder.path(), "2", &[]);
    let first = rows(folder.path());
    assert_eq!(first.len(), 4);
    trials(folder.path(), "3", &["--jobs", "2"]);
    let second = rows(folder.path());
    assert_eq!((&second[..4], second.len()), (&first[..], 6), "nothing is run twice");

    // The campaign of a torn last line is run again, and finds the same.
    let file = folder.path().join("rows");
    let bytes = fs::read(&file).expect("the rows are there");
    fs::write(&file, &bytes[..bytes.len() - 20]).expect("a file can be written");
    let output = trials(folder.path(), "3", &[]);
    assert!(text(&output.stderr).contains("rows: dropped a torn last line"));
    let mut third = rows(folder.path());
    third[5]["cpu_seconds"] = second[5]["cpu_seconds"].clone();
    assert_eq!(third, second);

    let output = trials(folder.path(), "3", &[]);
    assert!(output.stderr.is_empty());
    assert_eq!(rows(folder.path()).len(), 6);
}

#[test]
fn a_report_runs_nothing_and_is_the_same_again() {
    let folder = folder();
    let report = trials(folder.path(), "3", &[]).stdout;
    let before = fs::read(folder.path().join("rows")).expect("the rows are there");
    let again = bench(folder.path(), &["--report-only", "--out", "rows"]);
    assert_eq!(text(&again.stdout), text(&report));
    assert_eq!(fs::read(folder.path().join("rows")).expect("the rows are there"), before);
    assert!(text(&report).contains(&format!("| {BUG} | ")), "{}", text(&report));
    assert!(text(&report).contains("Baseline: "));

    let json = bench(folder.path(), &["--report-only", "--out", "rows", "--json"]);
    let json: Value = serde_json::from_slice(&json.stdout).expect("one JSON document");
    assert_eq!(json["campaigns"], 6);
    let table = &json["sections"][0]["tables"][0];
    assert_eq!(table["cells"][0]["bug"], BUG);
    assert_eq!(table["cells"][0]["trials"], 3);
    let none = ["--report-only", "--out", "rows", "--bugs", "commit-by-mode"];
    refused(folder.path(), &none, &["no campaign"]);
}

#[test]
fn a_corpus_is_replayed_first_and_recorded_in_the_rows() {
    let folder = folder();
    let corpus = folder.path().join("corpus");
    fs::create_dir(&corpus).expect("a folder can be made");
    let killer = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../artifacts/mutant").join(BUG);
    fs::copy(killer, corpus.join("killer")).expect("the killing schedule is there");
    trials(folder.path(), "2", &[]);
    trials(folder.path(), "2", &["--corpus", "corpus"]);
    let rows = rows(folder.path());
    assert_eq!(rows.len(), 8);
    assert!(rows[..4].iter().all(|row| row["corpus"] == "empty"));
    assert!(rows[4..].iter().all(|row| row["corpus"] == "shipped" && row["executions"] == 1));

    let args = ["--corpus", "corpus", "--bugs", BUG, "--trials", "1"];
    fs::write(corpus.join("broken"), b"").expect("a file can be written");
    refused(folder.path(), &args, &["corpus/broken", "is empty"]);
    fs::create_dir(folder.path().join("nothing")).expect("a folder can be made");
    refused(folder.path(), &["--corpus", "nothing"], &["nothing: ", "no schedules"]);
    refused(folder.path(), &["--corpus", "nowhere"], &["nowhere: ", "does not exist"]);
}

#[test]
fn a_malformed_file_of_rows_is_named_with_the_line_and_not_changed() {
    let folder = folder();
    trials(folder.path(), "1", &[]);
    let file = folder.path().join("rows");
    let bytes = fs::read(&file).expect("the rows are there");
    let broken = [bytes.as_slice(), b"{\"bug\": 7}\n", &bytes].concat();
    fs::write(&file, &broken).expect("a file can be written");
    for args in [&["--out", "rows"][..], &["--report-only", "--out", "rows"]] {
        refused(folder.path(), args, &["rows, line 3: "]);
    }
    assert_eq!(fs::read(&file).expect("the rows are there"), broken);
}

#[test]
fn unknown_names_and_missing_files_are_named_before_anything_is_run() {
    let folder = folder();
    let strategies = ["--strategies", "swarm,luck", "--out", "rows"];
    refused(folder.path(), &strategies, &["strategy", "luck", "uniform"]);
    refused(folder.path(), &["--bugs", "votes-thrice", "--out", "rows"], &["votes-thrice"]);
    refused(folder.path(), &["page", "nowhere"], &["nowhere/results", "is no directory"]);
    refused(folder.path(), &["--report-only", "--out", "rows"], &["rows", "does not exist"]);
    refused(folder.path(), &["--out", "nowhere/rows"], &["nowhere/rows", "does not exist"]);
    let fuzzer = ["--fuzzer", "nowhere/mutant", "--out", "rows"];
    refused(folder.path(), &fuzzer, &["nowhere/mutant", "is no program"]);
    assert!(!folder.path().join("rows").exists());
    for usage in [&["--report-only"][..], &["--cap", "0"], &["--cap", "NaN"], &["--tier", "6"]] {
        assert_eq!(bench(folder.path(), usage).status.code(), Some(2), "{usage:?}");
    }
}

#[test]
fn rows_are_packed_and_unpacked_by_merging_and_reported_without_unpacking() {
    let folder = folder();
    let report = trials(folder.path(), "2", &[]).stdout;
    for (target, from) in [("rows.gz", "rows"), ("again", "rows.gz")] {
        let output = bench(folder.path(), &["merge", target, from]);
        assert_eq!(text(&output.stdout), format!("{target}: 4 campaigns, 4 of them new\n"));
    }
    let packed = bench(folder.path(), &["--report-only", "--out", "rows.gz"]);
    assert_eq!(text(&packed.stdout), text(&report));
    let size = |name: &str| fs::metadata(folder.path().join(name)).expect("it is there").len();
    assert!(size("rows.gz") < size("again") && size("again") == size("rows"));

    refused(folder.path(), &["--out", "rows.gz"], &["rows.gz", "is compressed"]);
    refused(folder.path(), &["merge", "rows.gz", "nowhere"], &["nowhere", "does not exist"]);
    assert_eq!(bench(folder.path(), &["merge", "rows.gz"]).status.code(), Some(2));
}

/// `whitewater bench record` of the figure `core`, by these lines.
fn record(folder: &Path, figure: &str, lines: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_whitewater"));
    command.current_dir(folder).args(["bench", "record", ".", figure, "--command", "by hand"]);
    command.args(["--commit", "0123abc-dirty", "--date", "2026-11-27"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().expect("it starts");
    let mut input = process.stdin.take().expect("it is piped");
    // A program that refuses the figure does not read its input.
    let _ = input.write_all(lines.as_bytes());
    drop(input);
    process.wait_with_output().expect("it ends")
}

#[test]
fn a_figure_is_recorded_with_its_origin_and_the_page_is_generated_again() {
    let folder = folder();
    fs::create_dir(folder.path().join("results")).expect("a folder can be made");
    let line = "64 a round\twith the carrying of messages\t493\tinstructions\n";
    for _ in 0..2 {
        let output = record(folder.path(), "core", line);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    }
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("it was written");
    let (figures, page) = (read("results/figures.jsonl"), read("results.md"));
    let row: Value = serde_json::from_str(&figures).expect("there is one row");
    assert_eq!((&row["value"], &row["commit"]), (&493.into(), &"0123abc-dirty".into()));
    assert!(row["machine"].as_str().is_some_and(|machine| machine.contains("rustc 1.")));
    assert!(page.contains("| 64 a round | 493 instructions |"), "{page}");
    assert!(page.contains("- `by hand` on commit 0123abc-dirty, 2026-11-27; "), "{page}");

    let more = "one at a time\tallocations\tnone\tallocations\n";
    for (figure, lines, reason) in
        [("core", more, "line 1: 'none' is no number"), ("speed", line, "called 'speed'")]
    {
        let output = record(folder.path(), figure, lines);
        let complaint = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2));
        assert!(complaint.lines().count() == 1 && complaint.contains(reason), "{complaint}");
    }
    assert_eq!((read("results/figures.jsonl"), read("results.md")), (figures, page));
}

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

/// The page of a folder and every file beside it.
fn page_and_plots(docs: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(docs.join("results")).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("it can be read").path());
    let paths = paths.chain([docs.join("results.md")]);
    let named = |path: PathBuf| {
        let name = path.file_name().expect("it has a name").to_string_lossy().into_owned();
        (name, fs::read(&path).expect("it can be read"))
    };
    paths.map(named).collect()
}

#[test]
fn the_page_of_results_is_the_one_generated_from_its_sources() {
    let folder = folder();
    fs::create_dir(folder.path().join("results")).expect("a folder can be made");
    let committed = page_and_plots(&docs());
    for source in ["figures.jsonl", "campaigns.jsonl.gz", "notes.md"] {
        let there = folder.path().join("results").join(source);
        fs::write(there, &committed[source]).expect("a file can be written");
    }
    let output = bench(folder.path(), &["page", "."]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let written = page_and_plots(folder.path());
    assert!(written.keys().eq(committed.keys()), "the same plots");
    for (name, bytes) in &written {
        assert!(*bytes == committed[name], "{name} is out of date: run scripts/bench.sh page");
    }
}

#[test]
fn no_cell_of_the_page_of_results_is_too_wide_to_read() {
    let page = fs::read_to_string(docs().join("results.md")).expect("the page is there");
    for line in page.lines().filter(|line| line.starts_with('|')) {
        for cell in line.split('|') {
            assert!(cell.trim().chars().count() <= 110, "{cell}");
        }
    }
}

#[test]
fn lines_of_the_page_of_results_in_readme_are_on_the_page() {
    let page = fs::read_to_string(docs().join("results.md")).expect("the page is there");
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = fs::read_to_string(readme).expect("README is there");
    let quoted = readme.split("<!-- results -->").nth(1).unwrap_or_default();
    for line in quoted.lines().filter(|line| line.starts_with("- ")) {
        assert!(page.lines().any(|of_page| of_page == line), "not on the page: {line}");
    }
}

#[test]
fn phases_need_the_counts_of_callgrind() {
    let folder = folder();
    let args = ["phases", "counts", "counts", "--events", "9"];
    refused(folder.path(), &args, &["counts: "]);
    fs::write(folder.path().join("counts"), "something else").expect("a file can be written");
    refused(folder.path(), &args, &["counts: is no file of callgrind"]);
}
