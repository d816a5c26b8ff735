//! Starts that must fail, each with its exit code and one line that says why.

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::{wait_for, Cluster};

/// The files in a data directory whose names begin so, sorted.
fn files(data: &Path, prefix: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(data).expect("it exists");
    let paths = entries.map(|entry| entry.expect("it is readable").path());
    let begins = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(prefix))
    };
    let mut files: Vec<PathBuf> = paths.filter(begins).collect();
    files.sort();
    files
}

/// A server that has written something, and does not run.
fn used() -> Cluster {
    let mut cluster = Cluster::serving(1, &["--snapshot-entries", "50"]);
    let mut client = cluster.client(1);
    for number in 0..200 {
        client.set(&format!("k{number}"), &"v".repeat(100));
    }
    wait_for("a snapshot", || {
        files(&cluster.data(1), "snapshot-").into_iter().find(|path| path.extension().is_none())
    });
    cluster.kill(1);
    cluster
}

#[test]
fn a_directory_of_another_server_is_refused() {
    let cluster = used();
    let (code, error) = cluster.fails(&mut cluster.command_on(2, &cluster.data(1)));
    assert_eq!(code, Some(1), "{error}");
    assert!(error.contains("belongs to server 1, not to 2"), "{error}");
}

#[test]
fn a_second_process_on_the_same_directory_is_refused() {
    let cluster = Cluster::serving(1, &[]);
    let other = Cluster::idle(1, &[]);
    let (code, error) = cluster.fails(&mut other.command_on(1, &cluster.data(1)));
    assert_eq!(code, Some(1), "{error}");
    assert!(error.contains("data-1 is in use by another process"), "{error}");
    let (code, error) = cluster.fails(&mut cluster.command(1));
    assert_eq!(code, Some(1), "{error}");
    assert!(error.contains("cannot listen on"), "{error}");
    cluster.client(1).set("x", "it is not disturbed");
}

#[test]
fn a_damaged_byte_is_refused_by_the_name_of_its_file() {
    let cluster = used();
    for prefix in ["log-", "snapshot-", "identity"] {
        let path = files(&cluster.data(1), prefix).pop().expect("there is one");
        let name = path.file_name().expect("it has one").to_string_lossy().into_owned();
        let whole = fs::read(&path).expect("it exists");
        let mut damaged = whole.clone();
        damaged[whole.len() / 2] ^= 0x10;
        fs::write(&path, damaged).expect("there is room");
        let (code, error) = cluster.fails(&mut cluster.command(1));
        assert_eq!(code, Some(1), "{error}");
        assert!(error.contains(&name), "{name}: {error}");
        fs::write(&path, whole).expect("there is room");
    }
}

#[test]
fn a_missing_file_is_refused_by_its_name() {
    let mut cluster = used();
    for prefix in ["snapshot-", "identity", "log-"] {
        let data = cluster.data(1);
        let paths = files(&data, prefix);
        let aside = cluster.folder.path().join("aside");
        fs::create_dir(&aside).expect("there is room");
        let moved = |path: &PathBuf| aside.join(path.file_name().expect("it has one"));
        paths.iter().for_each(|path| fs::rename(path, moved(path)).expect("it exists"));
        let (code, error) = cluster.fails(&mut cluster.command(1));
        assert_eq!(code, Some(1), "{error}");
        let name = prefix.trim_end_matches('-');
        assert!(error.contains(name), "{name}: {error}");
        for path in &paths {
            fs::rename(moved(path), path).expect("it exists");
        }
        fs::remove_dir(&aside).expect("it is empty");
    }
    cluster.start(1);
    cluster.wait_until_it_serves(1);
    assert_eq!(cluster.client(1).get("k199"), Some("v".repeat(100)));
}

#[test]
fn a_wiped_directory_is_refused_and_ends_with_4() {
    let mut cluster = Cluster::serving(3, &[]);
    let gone = cluster.follower();
    cluster.client(gone).set("x", "1");
    cluster.kill(gone);
    // Without what it knows of the others' directories, it might admit one that was wiped.
    let disks = cluster.data(gone).join("disks");
    let whole = fs::read(&disks).expect("it exists");
    fs::write(&disks, &whole[..whole.len() - 1]).expect("there is room");
    let (code, error) = cluster.fails(&mut cluster.command(gone));
    assert!(code == Some(1) && error.contains("disks is damaged"), "{code:?} {error}");
    fs::remove_file(&disks).expect("it exists");
    let (code, error) = cluster.fails(&mut cluster.command(gone));
    assert!(code == Some(1) && error.contains("disks is missing"), "{code:?} {error}");
    fs::remove_dir_all(cluster.data(gone)).expect("it exists");
    cluster.start(gone);
    assert_eq!(cluster.ended(gone), Some(4));
    let log = cluster.log(gone);
    let error = log.lines().last().expect("it says why");
    assert!(error.contains("known with another data directory"), "{error}");
    assert_eq!(cluster.client(cluster.leader()).get("x"), Some("1".into()));
}

#[test]
fn wrong_usage_ends_with_2_before_anything_is_opened() {
    let cluster = Cluster::idle(1, &[]);
    let program = env!("CARGO_BIN_EXE_whitewater-kv");
    let data = cluster.data(1).display().to_string();
    let base = ["serve", "--data", &data];
    for (flags, told) in [
        ("--id 0 --peers 1=127.0.0.1:1 --listen 127.0.0.1:2", "0"),
        ("--id 2 --peers 1=127.0.0.1:1 --listen 127.0.0.1:2", "server 2"),
        ("--id 1 --peers 1=nowhere --listen 127.0.0.1:2", "HOST:PORT"),
        ("--id 1 --peers 1=127.0.0.1:1", "--listen"),
        ("--id 1 --peers 1=127.0.0.1:1 --listen nowhere", "nowhere"),
        ("--id 1 --peers 1=0.0.0.0:1 --listen 127.0.0.1:2", "--insecure"),
        ("--id 1 --peers 1=127.0.0.1:1 --listen 0.0.0.0:2", "--insecure"),
        ("--id 1 --peers 1=127.0.0.1:1 --listen [::]:2", "--insecure"),
        ("--id 1 --peers 1=127.0.0.1:1 --listen 127.0.0.1:2 --metrics 0.0.0.0:3", "--insecure"),
        (
            "--id 1 --peers 1=127.0.0.1:1 --listen 127.0.0.1:2 --password-file /nowhere/password",
            "/nowhere/password",
        ),
        ("--id 1 --peers 1=127.0.0.1:1 --listen 127.0.0.1:2 --tls-cert /nowhere/cert", "--tls-key"),
    ] {
        let mut command = std::process::Command::new(program);
        let output =
            command.args(base).args(flags.split(' ')).env_remove("WHITEWATER_KV_PASSWORD").output();
        let output = output.expect("the program starts");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{flags:?}: {errors}");
        assert!(errors.contains(told), "{flags:?}: {errors}");
        assert!(!cluster.data(1).exists(), "{flags:?}");
    }
}
