//! A full disk: a small file system of its own.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use kv::resp::Reply;

use crate::common::{code, wait_for, Cluster};

/// A file system in memory, as large as this many MiB, if this user may mount one.
struct Small {
    path: PathBuf,
}

impl Small {
    fn mount(path: &Path, megabytes: u32) -> Option<Small> {
        std::fs::create_dir_all(path).expect("there is room");
        let size = format!("size={megabytes}m");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(path);
        let output = mount.output().expect("mount starts");
        if !output.status.success() {
            println!("skipped: {}", String::from_utf8_lossy(&output.stderr).trim());
            return None;
        }
        Some(Small { path: path.into() })
    }

    /// Takes all space but this many bytes.
    fn fill(&self, left: u64) {
        let found = rustix::fs::statvfs(&self.path).expect("it is mounted");
        let mut more = (found.f_bavail * found.f_frsize).saturating_sub(left);
        let mut file = File::create(self.path.join("ballast")).expect("there is room");
        while more > 0 {
            let size = more.min(1 << 16);
            if file.write_all(&vec![1; size as usize]).is_err() {
                break;
            }
            more -= size;
        }
    }

    fn free(&self) {
        std::fs::remove_file(self.path.join("ballast")).expect("it exists");
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.path).status();
    }
}

#[test]
fn a_full_disk_stops_writes_only_and_loses_nothing() {
    let flags = ["--disk-reserve", "4194304", "--timeout-ms", "2000"];
    let mut cluster = Cluster::idle(3, &flags);
    let path = cluster.folder.path().join("small");
    let Some(small) = Small::mount(&path, 48) else { return };
    for id in 1..=3 {
        let data = path.join(format!("data-{id}"));
        std::os::unix::fs::symlink(&data, cluster.data(id)).expect("there is room");
        std::fs::create_dir(&data).expect("there is room");
        cluster.start(id);
    }
    (1..=3).for_each(|id| cluster.wait_until_it_serves(id));
    let mut written = Vec::new();
    // First almost no space, then none at all.
    for (round, left) in [3 << 20, 1 << 20, 0].into_iter().enumerate() {
        for id in 1..=3 {
            let key = format!("k{round}{id}");
            cluster.client(id).set(&key, &key);
            written.push(key);
        }
        small.fill(left);
        // Servers look ten times a second.
        std::thread::sleep(Duration::from_millis(300));
        for id in 1..=3 {
            let mut client = cluster.client(id);
            // What is under way when the disk becomes full may be on some disks only.
            wait_for("a full disk to be noticed", || {
                let reply = client.call(&["SET", "under way", "1"]);
                let is_known = reply == Reply::OK || code(&reply) == "UNKNOWN";
                assert!(is_known || code(&reply) == "DISKFULL", "{reply:?}");
                (!is_known).then_some(())
            });
            for key in &written {
                assert_eq!(client.get(key).as_ref(), Some(key));
            }
        }
        // Nothing that needs space ends a server: a snapshot is refused, or waits.
        let mut client = cluster.client(1);
        let reply = client.call(&["RAFT", "SNAPSHOT"]);
        assert!(code(&reply).is_empty() || code(&reply) == "DISKFULL", "{reply:?}");
        std::thread::sleep(Duration::from_millis(300));
        (1..=3).for_each(|id| assert!(cluster.runs(id), "{}", cluster.log(id)));
        small.free();
        for id in 1..=3 {
            let mut client = cluster.client(id);
            wait_for("space to be service", || {
                (client.call(&["SET", "again", "1"]) == Reply::OK).then_some(())
            });
        }
    }
    // Faster than a server looks: a write fails, and ends it.
    small.fill(0);
    let _ = cluster.client(cluster.leader()).try_call(&["SET", "under way", "2"]);
    std::thread::sleep(Duration::from_millis(300));
    small.free();
    for id in 1..=3 {
        if cluster.runs(id) {
            cluster.kill(id);
        } else {
            assert_eq!(cluster.ended(id), Some(1), "{}", cluster.log(id));
            let log = cluster.log(id);
            assert!(log.lines().last().is_some_and(|line| line.contains("No space left")), "{log}");
        }
    }
    (1..=3).for_each(|id| cluster.start(id));
    for id in 1..=3 {
        cluster.wait_until_it_serves(id);
        let mut client = cluster.client(id);
        for key in &written {
            assert_eq!(client.get(key).as_ref(), Some(key));
        }
    }
    drop(cluster);
}
