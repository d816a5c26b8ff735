//! `whitewater bench` as a user meets it: what it runs, what it does not run again, and what it
//! refuses.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

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

/// Runs both strategies on one bug.
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
fn a_quick_bench_finds_the_first_tier_and_complains_if_it_does_not() {
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
fn a_stopped_bench_goes_on_where_it_was() {
    let folder = folder();
    trials(folder.path(), "2", &[]);
    let first = rows(folder.path());
    assert_eq!(first.len(), 4);
    trials(folder.path(), "3", &["--jobs", "2"]);
    let second = rows(folder.path());
    assert_eq!((&second[..4], second.len()), (&first[..], 6), "nothing is run twice");

    // A last line that was torn is run again, and finds the same.
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
fn a_report_runs_nothing_and_says_the_same_again() {
    let folder = folder();
    let report = trials(folder.path(), "3", &["--page", "."]).stdout;
    let before = fs::read(folder.path().join("rows")).expect("the rows are there");
    let again = bench(folder.path(), &["--report-only", "--out", "rows"]);
    assert_eq!(text(&again.stdout), text(&report));
    assert_eq!(fs::read(folder.path().join("rows")).expect("the rows are there"), before);
    assert!(text(&report).contains(&format!("| {BUG} | ")), "{}", text(&report));
    assert!(text(&report).contains("Baseline: "));
    let page = fs::read_to_string(folder.path().join("bench.md")).expect("a page was written");
    assert!(
        page.contains("bench --bugs stale-vote-counted") && page.contains("--page ."),
        "{page}"
    );
    let plot = page.split("](").nth(1).and_then(|rest| rest.split(')').next()).expect("a plot");
    let plot = fs::read_to_string(folder.path().join(plot)).expect("the plot was written");
    assert!(plot.contains("uniform"));

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
fn a_corpus_is_replayed_first_and_told_apart() {
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
fn a_file_of_rows_that_is_malformed_is_named_with_the_line_and_left_alone() {
    let folder = folder();
    trials(folder.path(), "1", &[]);
    let file = folder.path().join("rows");
    let bytes = fs::read(&file).expect("the rows are there");
    let broken = [bytes.as_slice(), b"{\"bug\": 7}\n", &bytes].concat();
    fs::write(&file, &broken).expect("a file can be written");
    for args in [&["--out", "rows", "--page", "."][..], &["--report-only", "--out", "rows"]] {
        refused(folder.path(), args, &["rows, line 3: "]);
    }
    assert_eq!(fs::read(&file).expect("the rows are there"), broken);
    assert!(!folder.path().join("bench.md").exists());
}

#[test]
fn what_is_not_there_is_named_before_anything_is_run() {
    let folder = folder();
    let strategies = ["--strategies", "swarm,luck", "--out", "rows"];
    refused(folder.path(), &strategies, &["strategy", "luck", "uniform"]);
    refused(folder.path(), &["--bugs", "votes-thrice", "--out", "rows"], &["votes-thrice"]);
    refused(folder.path(), &["--page", "nowhere", "--out", "rows"], &["nowhere", "directory"]);
    refused(folder.path(), &["--report-only", "--out", "rows"], &["rows", "does not exist"]);
    refused(folder.path(), &["--out", "nowhere/rows"], &["nowhere/rows", "does not exist"]);
    let fuzzer = ["--fuzzer", "nowhere/mutant", "--out", "rows"];
    refused(folder.path(), &fuzzer, &["nowhere/mutant", "is no program"]);
    assert!(!folder.path().join("rows").exists());
    for usage in [&["--report-only"][..], &["--cap", "0"], &["--cap", "NaN"], &["--tier", "6"]] {
        assert_eq!(bench(folder.path(), usage).status.code(), Some(2), "{usage:?}");
    }
}
