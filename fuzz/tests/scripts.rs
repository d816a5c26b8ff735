//! The daily commands, `scripts/*.sh`, as a user runs them: the files that they leave, their output
//! and their exit codes. All tests run in checkouts whose paths a shell misreads if unquoted.
//!
//! Most tests use `scripts/cargo.sh` as a stub of cargo, and so do not build libFuzzer. Those that
//! build the real target are ignored in the ordinary suite: `scripts/test.sh --all` runs them.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

/// A name that a shell misreads wherever it is not quoted.
const ODD: &str = "it's \"$HOME\" & a * [b]; #1";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the root is there")
}

/// A temporary checkout, removed when it is dropped.
struct Checkout {
    root: PathBuf,
    /// The folder that comes first in `PATH`.
    tools: PathBuf,
    target: Option<PathBuf>,
}

impl Drop for Checkout {
    fn drop(&mut self) {
        let above = self.root.parent().expect("it is in a folder");
        let _ = fs::remove_dir_all(above);
    }
}

/// The result of a script.
struct Ended {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Ended {
    fn new(output: Output) -> Ended {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ended { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    #[track_caller]
    fn with(self, code: i32) -> Ended {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.err);
        self
    }

    /// Asserts exit code 2, and these words in the last line on standard error.
    #[track_caller]
    fn failing_with(self, words: &[&str]) -> Ended {
        let ended = self.with(2);
        let message = ended.err.lines().last().unwrap_or_default();
        words.iter().for_each(|word| assert!(message.contains(word), "{}", ended.err));
        ended
    }
}

impl Checkout {
    /// A few inputs, the scripts and the files that they need, and a stub of cargo.
    fn small() -> Checkout {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let above = env::temp_dir().join(format!("whitewater-{}-{number}", std::process::id()));
        let checkout = Checkout { root: above.join(ODD), tools: above.join("bin"), target: None };
        for folder in ["scripts", "corpus/cluster", "artifacts/cluster", "fuzz/fuzz_targets"] {
            fs::create_dir_all(checkout.path(folder)).expect("a folder can be made");
        }
        copy_all(&root().join("scripts"), &checkout.path("scripts"));
        fs::copy(root().join(".gitignore"), checkout.path(".gitignore")).expect("it is there");
        for link in ["corpus", "artifacts"] {
            let target = Path::new("..").join(link);
            std::os::unix::fs::symlink(target, checkout.path("fuzz").join(link)).expect("a link");
        }
        checkout.write("fuzz/fuzz_targets/cluster.rs", "");
        checkout.write("fuzz/fuzz_targets/mutant.rs", "");
        checkout.write("corpus/cluster/one", "1 2 3\n");
        checkout.write("corpus/cluster/two", "2 3\n");
        checkout.write("corpus/cluster/six", "4 5 6\n");
        fs::create_dir(&checkout.tools).expect("a folder can be made");
        copy_all(&root().join("fuzz/tests/scripts"), &checkout.tools);
        fs::rename(checkout.tools.join("cargo.sh"), checkout.tools.join("cargo")).expect("it is");
        checkout.commit();
        checkout
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a file can be written");
    }

    fn commit(&self) {
        self.git(&["init", "-q"]);
        self.git(&["add", "."]);
        self.git(&["add", "--force", "corpus"]);
        let who = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"];
        self.git(&[&who[..], &["commit", "-qm", "all"]].concat());
    }

    fn git(&self, args: &[&str]) -> String {
        let output = self.command("git").args(args).output().expect("git starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The output of `git status`, file by file.
    fn status(&self) -> String {
        self.git(&["-c", "status.renames=false", "status", "--short"])
    }

    /// A command that starts in the checkout, without the settings in the environment of this test.
    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).stdin(Stdio::null());
        let is_setting = |name: &str| {
            ["WHITEWATER_", "CARGO_", "GIT_", "RUST"].iter().any(|start| name.starts_with(start))
                && !["CARGO_HOME", "RUSTUP_HOME"].contains(&name)
        };
        for (name, _) in env::vars().filter(|(name, _)| is_setting(name)) {
            command.env_remove(name);
        }
        command.env_remove("ADAPTER").env_remove("SANITIZER").env("PGO", "0");
        if let Some(target) = &self.target {
            command.env("CARGO_TARGET_DIR", target);
        }
        let paths = env::var_os("PATH").unwrap_or_default();
        let paths = [self.tools.clone()].into_iter().chain(env::split_paths(&paths));
        command.env("PATH", env::join_paths(paths).expect("no path has a colon"));
        command
    }

    /// Runs a script with these environment variables.
    fn run(&self, script: &str, args: &[&str], variables: &[(&str, &str)]) -> Ended {
        let mut command = self.command(self.path("scripts").join(script));
        command.args(args).envs(variables.iter().copied());
        Ended::new(command.output().expect("the script starts"))
    }

    /// Puts a program first in `PATH`.
    fn tool(&self, name: &str, text: &str) {
        let path = self.tools.join(name);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder");
        fs::write(&path, text).expect("a file can be written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it is there");
    }

    /// The names of the files in a folder.
    fn names(&self, folder: &str) -> BTreeSet<String> {
        let entries = fs::read_dir(self.path(folder)).expect("the folder is there").flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }

    /// The texts of the files of a corpus.
    fn texts(&self, folder: &str) -> Vec<String> {
        let text = |name: &String| fs::read_to_string(self.path(folder).join(name)).expect("text");
        let mut texts: Vec<String> = self.names(folder).iter().map(text).collect();
        texts.sort();
        texts
    }
}

fn copy_all(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("the folder is there").flatten() {
        fs::copy(entry.path(), to.join(entry.file_name())).expect("it is a file");
    }
}

#[test]
fn git_shows_the_inputs_that_minimising_adds_and_removes() {
    let checkout = Checkout::small();
    checkout.write("corpus/cluster/new", "7 8\n");
    assert_eq!(checkout.status(), "", "inputs that fuzzing adds are ignored");
    let ended = checkout.run("cmin.sh", &[], &[]).with(0);
    assert!(ended.err.contains("plain build: what a corpus reaches must not"), "{}", ended.err);
    assert!(ended.out.contains("4 files before, 3 now, which reach 8 features"), "{}", ended.out);
    assert_eq!(checkout.texts("corpus/cluster"), ["1 2 3\n", "4 5 6\n", "7 8\n"]);
    let status = checkout.status();
    let shown = |how: &str| status.lines().filter(|line| line.starts_with(how)).count();
    // Kept inputs are renamed to their hashes, as libFuzzer names them.
    assert_eq!((shown(" A corpus/"), shown(" D corpus/"), status.lines().count()), (3, 3, 6));
    checkout.git(&["add", "corpus"]);
    assert_eq!(checkout.git(&["diff", "--name-only"]), "");
    checkout.run("cmin.sh", &[], &[]).with(0);
    assert_eq!(checkout.git(&["diff", "--name-only"]), "", "nothing is left to do");
}

#[test]
fn a_failed_merge_leaves_the_corpus_unchanged() {
    let checkout = Checkout::small();
    let before = (checkout.names("corpus/cluster"), checkout.texts("corpus/cluster"));
    for mode in ["path", "fails", "cuts", "ends-early"] {
        let ended = checkout.run("cmin.sh", &["cluster"], &[("STUB_MODE", mode)]);
        let after = (checkout.names("corpus/cluster"), checkout.texts("corpus/cluster"));
        assert_eq!(after, before, "{mode}");
        ended.failing_with(&["corpus/cluster is unchanged"]);
    }
    assert_eq!(checkout.status(), "");
}

#[test]
fn a_corpus_is_locked_while_it_is_minimised() {
    let checkout = Checkout::small();
    let mut flock = checkout.command("flock");
    flock.args(["--no-fork", "corpus/cluster", "sh", "-c", "echo held; exec sleep 30"]);
    let mut other = flock.stdout(Stdio::piped()).spawn().expect("flock starts");
    let mut held = [0; 5];
    let out = other.stdout.as_mut().expect("it is piped");
    out.read_exact(&mut held).expect("the corpus is locked");
    let ended = checkout.run("cmin.sh", &[], &[]);
    other.kill().expect("it was started here");
    other.wait().expect("it ends");
    ended.failing_with(&["is being minimised already"]);
    assert_eq!(checkout.names("corpus/cluster").len(), 3);
}

#[test]
fn an_input_whose_features_the_merge_loses_is_kept() {
    let checkout = Checkout::small();
    checkout.run("cmin.sh", &["cluster"], &[("STUB_MODE", "forgets")]).with(0);
    assert_eq!(checkout.texts("corpus/cluster"), ["1 2 3\n", "4 5 6\n"]);
}

#[test]
fn an_input_with_a_violation_is_kept_and_named() {
    let checkout = Checkout::small();
    checkout.write("corpus/cluster/bad", "broken\n");
    let ended = checkout.run("cmin.sh", &["cluster"], &[]).with(1);
    assert!(ended.out.contains("corpus/cluster/bad\n"), "{}", ended.out);
    assert_eq!(checkout.texts("corpus/cluster"), ["1 2 3\n", "4 5 6\n", "broken\n"]);
    for other in ["one", "two", "six"] {
        fs::remove_file(checkout.path("corpus/cluster").join(other)).ok();
    }
    checkout.run("cmin.sh", &["cluster"], &[]).with(1);
}

#[test]
fn inputs_of_other_folders_are_merged_into_the_corpus() {
    let checkout = Checkout::small();
    fs::create_dir(checkout.path("more")).expect("a folder can be made");
    checkout.write("more/again", "1 3\n");
    checkout.write("more/other", "9\n");
    checkout.run("cmin.sh", &["cluster", "more"], &[]).with(0);
    assert_eq!(checkout.texts("corpus/cluster"), ["1 2 3\n", "4 5 6\n", "9\n"]);
    assert_eq!(checkout.texts("more"), ["1 3\n", "9\n"], "the other folder is unchanged");
}

#[test]
fn a_corpus_outside_a_git_checkout_is_minimised_as_well() {
    let checkout = Checkout::small();
    fs::remove_dir_all(checkout.path(".git")).expect("it is there");
    checkout.run("cmin.sh", &[], &[("GIT_CEILING_DIRECTORIES", "/")]).with(0);
    assert_eq!(checkout.texts("corpus/cluster"), ["1 2 3\n", "4 5 6\n"]);
    fs::remove_dir_all(checkout.path("corpus")).expect("it is there");
    checkout.run("cmin.sh", &[], &[]).with(0);
}

#[test]
fn the_mutant_target_needs_the_name_of_a_seeded_bug() {
    let checkout = Checkout::small();
    for (script, args) in
        [("cmin.sh", &["mutant"][..]), ("seed.sh", &["mutant"]), ("fuzz.sh", &["mutant", "1"])]
    {
        let ended = checkout.run(script, args, &[]).failing_with(&["WHITEWATER_MUTANT must name"]);
        assert_eq!((ended.out.as_str(), ended.err.lines().count()), ("", 1), "{script}");
    }
    let bug = [("WHITEWATER_MUTANT", "votes-twice")];
    fs::create_dir(checkout.path("corpus/mutant")).expect("a folder can be made");
    checkout.write("corpus/mutant/one", "1\n");
    checkout.run("cmin.sh", &["mutant"], &bug).with(0);
    checkout.run("fuzz.sh", &["mutant", "1"], &bug).with(0);
}

#[test]
fn wrong_usage_prints_one_line_and_changes_nothing() {
    let checkout = Checkout::small();
    checkout.write("artifacts/cluster/known", "1\n");
    checkout.write("artifacts/cluster/known.md", "1\n");
    for (script, args, word) in [
        ("fuzz.sh", &["nothing"][..], "no fuzz target 'nothing'"),
        ("fuzz.sh", &["../cluster"], "no fuzz target '../cluster'"),
        ("fuzz.sh", &["cluster", "soon"], "'soon' is not a number"),
        ("fuzz.sh", &["cluster", "1", "-runs=5"], "usage: fuzz.sh"),
        ("fuzz.sh", &["--", "-jobs=many"], "'-jobs=many' is not a number"),
        ("cmin.sh", &["nothing"], "no fuzz target 'nothing'"),
        ("cmin.sh", &["cluster", "nowhere"], "nowhere: is not a folder"),
        ("cmin.sh", &["cluster", "--", "-max_len=3"], "does not accept '-max_len=3'"),
        ("cmin.sh", &["--", "-merge=0"], "does not accept '-merge=0'"),
        ("seed.sh", &["cluster", "more"], "usage: seed.sh"),
        ("promote.sh", &["file"], "usage: promote.sh"),
        ("promote.sh", &["nowhere", "a-name"], "is not a file"),
        ("promote.sh", &["corpus/cluster/one", "a name"], "'a name' is not a valid name"),
        ("promote.sh", &["artifacts/cluster/known", "known"], "known exists already"),
        ("promote.sh", &["artifacts/cluster/known", "found-it"], "git ignores"),
        ("coverage.sh", &["a", "b"], "usage: coverage.sh"),
        ("audit.sh", &["a"], "usage: audit.sh"),
        ("pgo.sh", &["a", "b"], "usage: pgo.sh"),
        ("pgo.sh", &["a"], "no fuzz target 'a'"),
        ("test.sh", &["a"], "usage: test.sh"),
    ] {
        let ended = checkout.run(script, args, &[]).failing_with(&[word]);
        assert_eq!((ended.out.as_str(), ended.err.lines().count()), ("", 1), "{}", ended.err);
    }
    assert_eq!(checkout.names("corpus/cluster").len(), 3);
}

#[test]
fn the_minimiser_accepts_options_that_truncate_no_input() {
    let checkout = Checkout::small();
    checkout.run("cmin.sh", &["--", "-timeout=5", "-set_cover_merge=1"], &[]).with(0);
    assert_eq!(checkout.texts("corpus/cluster"), ["1 2 3\n", "4 5 6\n"]);
}

#[test]
fn a_clean_run_with_a_short_log_leaves_git_status_empty() {
    let checkout = Checkout::small();
    let ended = checkout.run("fuzz.sh", &["cluster", "1"], &[]).with(0);
    assert!(ended.out.ends_with("clean\n"), "{}", ended.out);
    assert!(ended.out.contains(
        "executions 5  explored -  events/s -  edges 36  features 57  corpus 8  goals -"
    ));
    assert_eq!(checkout.names("corpus/cluster").len(), 4, "the corpus grows");
    assert_eq!(checkout.status(), "");
}

#[test]
fn a_target_is_built_by_its_profile_where_the_tools_are_there() {
    let checkout = Checkout::small();
    let fuzz = |seconds: &str, variables: &[(&str, &str)]| {
        let ended = checkout.run("fuzz.sh", &["cluster", seconds], variables).with(0);
        ended.err.lines().map(String::from).collect::<Vec<_>>().join("; ")
    };
    let rustc = "#!/bin/sh\n[ \"$1\" = -vV ] && echo host: here || echo \"${0%/*}/lib\"\n";
    checkout.tool("rustc", rustc);
    let default = [("PGO", "")];
    assert!(fuzz("1", &default).starts_with("cluster: plain build: llvm-tools is missing ("));
    fs::create_dir(checkout.tools.join("lib")).expect("a folder can be made");
    checkout.tool(
        "bin/llvm-profdata",
        "#!/bin/sh\n[ $1$2$3 = merge--sparse-o ] && cat \"$5\" >\"$4\"\n",
    );
    fs::create_dir_all(checkout.path("raft/src")).expect("a folder can be made");
    for name in ["Cargo.toml", "Cargo.lock", "raft/src/lib.rs"] {
        checkout.write(name, "1");
    }

    let taking =
        "cluster: taking a profile: another build, once for these sources; PGO=0 does without";
    let new = format!("{taking}; cluster: built by profile");
    assert_eq!(fuzz("1", &default), new);
    let program = fs::read_to_string(checkout.path("target/pgo/cluster")).expect("it is a script");
    assert!(program.contains("-Cprofile-use=/dev/fd/9 "), "{program}");
    assert!(program.contains(", profile: counted with "), "{program}");
    assert_eq!(fuzz("1", &default), "cluster: built by profile");
    checkout.write("raft/src/lib.rs", "2");
    assert_eq!(fuzz("1", &default), "cluster: built by profile of other sources");
    assert_eq!(fuzz("600", &default), new, "a long campaign is worth a new one");
    assert_eq!(fuzz("1", &default), "cluster: built by profile");
    assert_eq!(fuzz("1", &[("PGO", "0")]), "cluster: plain build: PGO=0");
    assert_eq!(fuzz("1", &[("PGO", ""), ("STUB_MODE", "uncounted")]), "cluster: built by profile");
    checkout.write("raft/src/lib.rs", "3");
    let uncounted = [("PGO", "1"), ("STUB_MODE", "uncounted")];
    checkout.run("pgo.sh", &["cluster"], &uncounted).failing_with(&["has left no counts"]);
    assert_eq!(fuzz("1", &default), "cluster: built by profile of other sources", "it is kept");
    checkout.run("fuzz.sh", &[], &[("PGO", "yes")]).failing_with(&["PGO is 'yes'"]);
    let names = checkout.names("target/pgo");
    assert!(names.iter().all(|name| !name.starts_with("counts-")), "{names:?}");
}

#[test]
fn instructions_may_not_rise_by_more_than_two_percent() {
    let checkout = Checkout::small();
    checkout.tool("cargo", "#!/bin/sh\n[ \"$1\" = build ]\n");
    checkout.tool("rustc", "#!/bin/sh\necho 'rustc 1.2.3 (a hash)'\n");
    let run = "#!/bin/sh\nwhile [ \"${1#--}\" != \"$1\" ]; do shift; done\nexec \"$@\"\n";
    checkout.tool("valgrind", run);
    checkout.tool("addr2line", "#!/bin/sh\n");
    fs::create_dir_all(checkout.path("fuzz/docs/results")).expect("a folder can be made");
    let measure = |total: u32, compiler: &str| {
        let program = format!(
            "#!/bin/sh\n[ $1 = random ] && echo 'events: 300000' && exit\n\
             [ $1$2 = benchphases ] && [ $6 = 300000 ] || exit 3\n\
             echo 'core: 9 instructions, 0.50 I1 misses, 0.25 mispredicted'\n\
             echo 'total: {total} instructions, 2.50 I1 misses, 1.25 mispredicted'\n"
        );
        let place = Path::new("..").join(ODD).join("target/release/whitewater");
        checkout.tool(place.to_str().expect("it is text"), &program);
        let row = format!(
            "{{\"figure\":\"instructions\",\"name\":\"random, 300 events\",\
             \"measure\":\"instructions per event\",\"value\":1000,\"unit\":\"instructions\",\
             \"machine\":\"any; {compiler}\"}}\n"
        );
        checkout.write("fuzz/docs/results/figures.jsonl", &row);
        checkout.run("bench.sh", &["instructions"], &[])
    };
    let ended = measure(1020, "rustc 1.2.3").with(0);
    assert!(ended.out.contains("plain: core: 9 instructions, 0.50 I1 misses"), "{}", ended.out);
    assert!(ended.out.ends_with("recorded: 1000 instructions\n"), "{}", ended.out);
    let ended = measure(1021, "rustc 1.2.3").with(1);
    assert!(ended.err.contains("1021 instructions an event are more than 2 %"), "{}", ended.err);
    measure(1021, "rustc 1.2.2").with(0);
}

#[test]
fn a_fuzzer_that_does_not_start_is_an_error_and_not_a_find() {
    let checkout = Checkout::small();
    for (mode, tail) in [("start", "The required directory"), ("fork-starts-nothing", "#0: cov")] {
        let ended = checkout.run("fuzz.sh", &["cluster", "1"], &[("STUB_MODE", mode)]);
        let ended = ended.failing_with(&["the fuzzer ended with code"]);
        assert!(ended.err.contains(tail), "the tail of the log: {}", ended.err);
    }
}

#[test]
fn a_run_with_finds_reports_them_and_is_not_clean() {
    let checkout = Checkout::small();
    let story = checkout.run("fuzz.sh", &["cluster", "1"], &[("STUB_MODE", "story")]).with(1);
    assert!(
        story.out.contains("\nthe story\n") && story.out.contains("finds 1\n"),
        "{}",
        story.out
    );
    let fork = ["cluster", "1", "--", "-fork=2", "-ignore_crashes=1"];
    for mode in ["fork", "fork-saves-nothing"] {
        let ended = checkout.run("fuzz.sh", &fork, &[("STUB_MODE", mode)]).with(1);
        assert!(ended.out.contains("finds 3\n") && !ended.out.contains("clean"), "{}", ended.out);
    }
    assert_eq!(checkout.status(), "", "finds are ignored until they are promoted");
}

#[test]
fn each_job_has_its_own_log_and_seed() {
    let checkout = Checkout::small();
    let options = ["cluster", "1", "--", "-jobs=3", "-workers=2", "-seed=7"];
    let ended = checkout.run("fuzz.sh", &options, &[]).with(0);
    assert!(ended.out.contains("executions 15 "), "all jobs count: {}", ended.out);
    assert_eq!(checkout.names("corpus/cluster").len(), 6, "each seed made another input");
    assert_eq!(checkout.status(), "");
    let logs = checkout.names(".").into_iter().filter(|name| name.ends_with(".log"));
    assert_eq!(logs.count(), 0, "no log is left in the checkout");
}

#[test]
fn seeding_merges_into_the_corpus_or_leaves_it_unchanged() {
    let checkout = Checkout::small();
    fs::create_dir_all(checkout.path("fuzz/tests/scenarios")).expect("a folder can be made");
    checkout.write("fuzz/tests/scenarios/scenario.txt", "8 9\n");
    // An input with the name of a scenario may have other contents.
    checkout.write("corpus/cluster/scenario", "7\n");
    let before = checkout.names("corpus/cluster");
    checkout.run("seed.sh", &[], &[("STUB_MODE", "finds")]).with(1);
    assert_eq!(checkout.names("corpus/cluster"), before);
    checkout.run("seed.sh", &[], &[("STUB_MODE", "path")]).failing_with(&["is unchanged"]);
    assert_eq!(checkout.names("corpus/cluster"), before);
    checkout.run("seed.sh", &[], &[]).with(0);
    let texts = ["1 2 3\n", "10 11\n", "12\n", "4 5 6\n", "7\n", "8 9\n"];
    assert_eq!(checkout.texts("corpus/cluster"), texts);
}

#[test]
fn a_find_is_promoted_with_its_text_under_a_name_that_git_shows() {
    let checkout = Checkout::small();
    checkout.write("artifacts/cluster/crash-1", "3\n");
    assert_eq!(checkout.status(), "");
    let args = ["artifacts/cluster/crash-1", "a-name", "it's `mended`"];
    checkout.run("promote.sh", &args, &[]).with(0);
    let shown = "?? artifacts/cluster/a-name\n?? artifacts/cluster/a-name.md\n";
    assert_eq!(checkout.status().replace("?? artifacts/\n", shown), shown);
    let names = ["a-name", "a-name.md", "crash-1"].map(String::from);
    assert_eq!(checkout.names("artifacts/cluster"), BTreeSet::from(names), "no draft is left");
    let text = fs::read_to_string(checkout.path("artifacts/cluster/a-name.md")).expect("text");
    assert!(text.contains("Fix: it's `mended`.\n") && text.contains("the story\n"), "{text}");
    checkout.run("promote.sh", &args, &[]).failing_with(&["exists already"]);
}

#[test]
fn an_adapter_has_its_own_corpus() {
    let checkout = Checkout::small();
    let adapter = [("ADAPTER", "fuzz/adapters/tikv")];
    checkout.run("fuzz.sh", &["cluster", "1"], &adapter).failing_with(&["no adapter"]);
    fs::create_dir_all(checkout.path("fuzz/adapters/tikv/corpus/cluster")).expect("a folder");
    checkout.write("fuzz/adapters/tikv/Cargo.toml", "");
    checkout.commit();
    checkout.write("fuzz/adapters/tikv/corpus/cluster/one", "1 2\n");
    checkout.write("fuzz/adapters/tikv/corpus/cluster/two", "2\n");
    checkout.run("cmin.sh", &[], &adapter).with(0);
    assert_eq!(checkout.texts("fuzz/adapters/tikv/corpus/cluster"), ["1 2\n"]);
    checkout.run("fuzz.sh", &["cluster", "1"], &adapter).with(0);
    assert_eq!(checkout.names("fuzz/adapters/tikv/corpus/cluster").len(), 2);
    assert_eq!(checkout.names("corpus/cluster").len(), 3);
    assert_eq!(checkout.status(), "", "an adapter's corpus is ignored");
    checkout.run("fuzz.sh", &["mutant", "1"], &adapter).failing_with(&["no fuzz target 'mutant'"]);
    checkout.run("seed.sh", &[], &adapter).failing_with(&["an adapter"]);
}

#[test]
fn an_interrupted_script_stops_its_fuzzer() {
    let checkout = Checkout::small();
    let mut command = checkout.command(checkout.path("scripts/fuzz.sh"));
    command.env("STUB_MODE", "hangs").stdout(Stdio::null()).stderr(Stdio::null());
    let mut script = command.spawn().expect("the script starts");
    let fuzzer = || fs::read_to_string(checkout.path("artifacts/cluster/pid")).unwrap_or_default();
    wait_until("the fuzzer runs", || fuzzer().ends_with('\n'));
    let fuzzer = PathBuf::from("/proc").join(fuzzer().trim());
    assert!(fuzzer.exists());
    let killed = Command::new("kill").arg(script.id().to_string()).status();
    assert!(killed.expect("kill starts").success());
    assert_eq!(script.wait().expect("the script ends").code(), Some(130));
    wait_until("the fuzzer is gone", || !fuzzer.exists());
}

/// Waits for at most half a minute.
#[track_caller]
fn wait_until(condition: &str, happens: impl Fn() -> bool) {
    for _ in 0..600 {
        if happens() {
            return;
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("not within half a minute: {condition}");
}

/// Targets are built once, in a folder that is kept: a later checkout at the same path, of files
/// with the same times, needs no build. So only one real checkout exists at a time.
static REAL: Mutex<()> = Mutex::new(());

impl Checkout {
    /// All files that git does not ignore, in their present state, with the real cargo.
    fn real() -> Checkout {
        let above = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scripts");
        let target = Some(above.join("target of it's \"$HOME\""));
        // Where scripts install cargo-fuzz, so that it is not built again.
        let tools = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../tools/bin");
        let checkout = Checkout { root: above.join("here").join(ODD), tools, target };
        let _ = fs::remove_dir_all(above.join("here"));
        fs::create_dir_all(&checkout.root).expect("a folder can be made");
        let copy = "git ls-files -z --cached --others --exclude-standard --deduplicate |
            tar --null --ignore-failed-read -cf - -T - 2>/dev/null | tar -xpf - -C \"$1\"";
        let mut command = Command::new("sh");
        command.current_dir(root()).args(["-c", copy, "-"]).arg(&checkout.root);
        assert!(command.status().expect("it starts").success());
        checkout.commit();
        checkout
    }

    fn cargo_fuzz(&self, args: &[&str], variables: &[(&str, &str)]) -> Ended {
        let mut command = self.command("cargo");
        let (command_name, options) = (&args[..1], ["--sanitizer", "none", "--no-trace-compares"]);
        command.arg("fuzz").args(command_name).args(options).args(&args[1..]);
        command.envs(variables.iter().copied());
        Ended::new(command.output().expect("cargo starts"))
    }

    /// The features that a corpus reaches, by a merge that truncates no input.
    fn features(&self, corpus: &str) -> BTreeSet<String> {
        let work = self.root.with_file_name("features");
        let _ = fs::remove_dir_all(&work);
        fs::create_dir_all(work.join("new")).expect("a folder can be made");
        let host = Command::new("rustc").arg("-vV").output().expect("rustc starts").stdout;
        let host = String::from_utf8_lossy(&host).into_owned();
        let host =
            host.lines().find_map(|line| line.strip_prefix("host: ")).expect("it has a host");
        let target = self.target.as_ref().expect("it has one").join(host).join("release/cluster");
        // These paths have no character that is special to a shell.
        let program = work.join("cluster");
        fs::copy(target, &program).expect("the target is built");
        let mut command = self.command(program);
        command.args(["-merge=1", "-max_len=70000", "-entropic=0", "-use_counters=0"]);
        command.arg("-merge_control_file=control").arg("new").current_dir(&work);
        copy_corpus(&self.path(corpus), &work.join("old"));
        let merged = command.arg("old").output().expect("it starts");
        assert!(merged.status.success(), "{}", String::from_utf8_lossy(&merged.stderr));
        let control = fs::read_to_string(work.join("control")).expect("it is text");
        let reached = control.lines().filter_map(|line| line.strip_prefix("FT "));
        reached.flat_map(|line| line.split(' ').skip(1)).map(String::from).collect()
    }

    /// Keeps only a few inputs, for tests that run all of them many times.
    fn thin_out(&self) {
        for name in self.names("corpus/cluster").iter().skip(20) {
            fs::remove_file(self.path("corpus/cluster").join(name)).expect("it is there");
        }
        self.commit();
    }
}

fn copy_corpus(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    copy_all(from, to);
}

/// Asserts that at most two features of the shipped corpus are lost.
#[track_caller]
fn assert_features_are_kept(checkout: &Checkout, before: &(usize, BTreeSet<String>)) {
    let after = (checkout.names("corpus/cluster").len(), checkout.features("corpus/cluster"));
    let lost = before.1.difference(&after.1).count();
    let (files, features) = (before.0, before.1.len());
    println!("{files} files, {features} features; now {}, {}", after.0, after.1.len());
    // An input's features may depend on the inputs that ran before it: a buffer grows only once.
    assert!(lost <= 2, "{lost} of {features} features are lost");
    assert!(after.0 > files / 2, "{files} files became {}", after.0);
}

#[test]
#[ignore = "builds libFuzzer; scripts/test.sh --all runs it"]
fn minimising_loses_no_feature_and_no_long_schedule() {
    let _one = REAL.lock();
    let checkout = Checkout::real();
    checkout.cargo_fuzz(&["build", "cluster"], &[]).with(0);
    let before = (checkout.names("corpus/cluster").len(), checkout.features("corpus/cluster"));
    let ended = checkout.run("cmin.sh", &["cluster"], &[]).with(0);
    println!("{}", ended.out);
    assert_features_are_kept(&checkout, &before);
    checkout.cargo_fuzz(&["cmin", "cluster"], &[]).with(0);
    assert_features_are_kept(&checkout, &before);
    let shown = checkout.status();
    assert!(shown.lines().all(|line| line.starts_with(" D corpus/cluster/")), "{shown}");
}

#[test]
#[ignore = "builds libFuzzer; scripts/test.sh --all runs it"]
fn fuzzing_leaves_git_status_empty_until_inputs_are_promoted() {
    let _one = REAL.lock();
    let checkout = Checkout::real();
    let shipped = checkout.names("corpus/cluster").len();
    let clean = |options: &[&str]| {
        let args = [&["cluster", "5", "--"], options].concat();
        let ended = checkout.run("fuzz.sh", &args, &[]).with(0);
        assert!(ended.out.ends_with("clean\n") && ended.out.contains("finds 0"), "{}", ended.out);
        let shown = ended.out.lines().rfind(|line| line.contains("  executions "));
        assert!(shown.is_some_and(|line| !line.contains("executions -")), "{}", ended.out);
        assert_eq!(checkout.status(), "", "{options:?}");
    };
    for options in [
        &[][..],
        &["-runs=9"],
        &["-fork=2", "-seed=7"],
        &["-jobs=2", "-seed=7"],
        // libFuzzer removes only those inputs from a corpus that it created itself.
        &["-reduce_inputs=1", "-shrink=1", "-runs=20000"],
    ] {
        clean(options);
    }
    assert!(checkout.names("corpus/cluster").len() > shipped, "the corpus grows");
    for how in [&["-max_total_time=3"][..], &["-jobs=2", "-workers=2", "-runs=1000", "-seed=7"]] {
        let args = [&["run", "cluster", "--"], how].concat();
        checkout.cargo_fuzz(&args, &[]).with(0);
        assert_eq!(checkout.status(), "", "{how:?}");
    }
    let seed = |log: &str| {
        let log = fs::read(checkout.path(log)).expect("libFuzzer's own job has a log");
        let log = String::from_utf8_lossy(&log).into_owned();
        log.lines().find_map(|line| line.strip_prefix("INFO: Seed: ").map(String::from))
    };
    assert!(seed("fuzz-0.log").is_some() && seed("fuzz-0.log") != seed("fuzz-1.log"));
    checkout.run("cmin.sh", &[], &[]).with(0);
    assert!(checkout.status().lines().any(|line| line.starts_with(" A corpus/cluster/")));
}

#[test]
#[ignore = "builds libFuzzer; scripts/test.sh --all runs it"]
fn finds_are_reported_minimised_and_ignored_by_git() {
    let _one = REAL.lock();
    let checkout = Checkout::real();
    checkout.thin_out();
    let bug = [("WHITEWATER_MUTANT", "stale-vote-counted")];
    checkout.run("cmin.sh", &["mutant"], &[]).failing_with(&["WHITEWATER_MUTANT must name"]);
    let guided = [bug[0], ("PGO", "1")];
    let ended = checkout.run("fuzz.sh", &["mutant", "20"], &guided).with(1);
    assert!(ended.out.contains("DEDUP_TOKEN: "), "{}", ended.out);
    assert!(ended.err.contains("mutant: built by profile"), "{}", ended.err);
    let fork = ["mutant", "5", "--", "-fork=2", "-ignore_crashes=1"];
    let ended = checkout.run("fuzz.sh", &fork, &bug).with(1);
    let shown = ended.out.lines().rev().find_map(|line| line.strip_prefix("finds: "));
    let (finds, _) = shown.and_then(|line| line.split_once(';')).expect("finds are counted");
    assert!(finds.parse::<u32>().is_ok_and(|finds| finds > 1), "{}", ended.out);
    let mut crash = checkout.names("artifacts/mutant").into_iter();
    let crash = crash.rfind(|name| name.starts_with("crash-")).expect("a crash is saved");
    let crash = format!("artifacts/mutant/{crash}");
    let ended = checkout.cargo_fuzz(&["tmin", "--runs", "200", "mutant", &crash], &bug).with(0);
    assert!(ended.err.contains("DedupToken1: DEDUP_TOKEN: "), "{}", ended.err);
    assert_eq!(checkout.status(), "");
}
