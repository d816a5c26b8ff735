//! Golden scenarios: scripts of situations in the paper and the dissertation, and their stories.
//!
//! `scenarios/<name>.txt` is the script, `<name>.story` the expected story. `UPDATE=1 cargo test
//! --test scenarios` rewrites the stories: commit only a difference that you understand.

use std::fs;
use std::path::{Path, PathBuf};

use whitewater::mutants::raft;
use whitewater::report::story;
use whitewater::run::Runner;
use whitewater::schedule::files::read_script;

fn scripts() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut scripts: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    scripts.sort();
    scripts
}

#[test]
fn every_scenario_has_its_story_and_no_violation() {
    let scripts = scripts();
    assert!(scripts.len() >= 5);
    for script in scripts {
        let schedule = read_script(&script).unwrap_or_else(|error| panic!("{error}"));
        let outcome = Runner::new(raft()).run(&schedule);
        assert_eq!(outcome.violation, None, "{}", script.display());
        let actual = story::narrate(&raft(), &outcome.resolved);
        let golden = script.with_extension("story");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&golden, &actual).expect("the story can be written");
        }
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        assert_eq!(actual, expected, "{} (UPDATE=1 rewrites it)", golden.display());
        assert!(actual.lines().all(|line| line.len() <= story::WIDTH), "{}", golden.display());
    }
}
