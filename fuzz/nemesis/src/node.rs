//! One node: its process, its directory, its log.
//!
//! Promises: a process ends with this program. Knows nothing of clusters; the program under test
//! is only known by its command line.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use nix::mount::{mount, umount2, MntFlags, MsFlags};
use nix::sys::signal::{kill, Signal};
use nix::unistd::Pid;
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// The file that fills a disk.
const BALLAST: &str = "ballast";

/// How a node is started.
#[derive(Clone, Debug)]
pub struct Launch {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
}

/// A node of the cluster.
#[derive(Debug)]
pub struct Node {
    /// Its id.
    pub id: u64,
    /// Where clients reach it.
    pub address: SocketAddr,
    /// How it is started.
    pub launch: Launch,
    directory: PathBuf,
    log: PathBuf,
    is_mounted: bool,
    process: Option<Child>,
    is_paused: bool,
}

impl Node {
    /// A node with an empty disk below `root`: a directory, or a file system of so many MiB.
    pub fn new(
        id: u64,
        address: SocketAddr,
        launch: Launch,
        root: &Path,
        tmpfs: Option<u32>,
    ) -> io::Result<Node> {
        let directory = data_directory(root, id);
        fs::create_dir_all(&directory)?;
        if let Some(size) = tmpfs {
            let size = format!("size={size}m");
            let (kind, none) = (Some("tmpfs"), MsFlags::empty());
            mount(kind, &directory, kind, none, Some(size.as_str()))?;
        }
        let log = root.join(format!("n{id}.log"));
        let is_mounted = tmpfs.is_some();
        let (process, is_paused) = (None, false);
        Ok(Node { id, address, launch, directory, log, is_mounted, process, is_paused })
    }

    /// Starts its process, unless it runs.
    pub fn start(&mut self) -> io::Result<()> {
        if self.process.is_some() {
            return Ok(());
        }
        let log = OpenOptions::new().create(true).append(true).open(&self.log)?;
        let mut command = Command::new(&self.launch.program);
        command.args(&self.launch.arguments).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        // A signal to this program's group, as by a terminal, is not for the nodes.
        self.process = Some(command.process_group(0).spawn()?);
        self.is_paused = false;
        Ok(())
    }

    /// The id of its process, if it runs.
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().and_then(Child::id)
    }

    /// Whether its process runs and is not paused.
    pub fn is_live(&self) -> bool {
        self.process.is_some() && !self.is_paused
    }

    /// How its process has ended by itself, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        let status = self.process.as_mut()?.try_wait().ok()??;
        self.process = None;
        Some(status)
    }

    fn signal(&self, signal: Signal) -> bool {
        let pid = self.pid().map(|pid| Pid::from_raw(pid as i32));
        pid.is_some_and(|pid| kill(pid, signal).is_ok())
    }

    /// SIGKILL. False if it did not run.
    pub async fn kill(&mut self) -> bool {
        let Some(mut process) = self.process.take() else { return false };
        process.kill().await.is_ok()
    }

    /// SIGSTOP. False if it did not run.
    pub fn pause(&mut self) -> bool {
        let is_live = self.is_live();
        self.is_paused |= is_live && self.signal(Signal::SIGSTOP);
        is_live && self.is_paused
    }

    /// SIGCONT.
    pub fn resume(&mut self) {
        self.signal(Signal::SIGCONT);
        self.is_paused = false;
    }

    /// SIGTERM, and SIGKILL if that is not enough. None if it did not run or had to be killed.
    pub async fn terminate(&mut self, patience: Duration) -> Option<ExitStatus> {
        self.resume();
        self.signal(Signal::SIGTERM);
        self.wait(patience).await
    }

    /// How its process ends by itself within a time; it is killed if it does not.
    pub async fn wait(&mut self, patience: Duration) -> Option<ExitStatus> {
        let mut process = self.process.take()?;
        match timeout(patience, process.wait()).await {
            Ok(status) => status.ok(),
            Err(_) => {
                let _ = process.kill().await;
                None
            }
        }
    }

    /// Writes a file until its disk is full. Needs a disk of its own.
    pub fn fill(&mut self) -> io::Result<bool> {
        if !self.is_mounted {
            return Ok(false);
        }
        let path = self.directory.join(BALLAST);
        let mut ballast = OpenOptions::new().create(true).append(true).open(path)?;
        for size in [1 << 20, 4 << 10] {
            let block = vec![0; size];
            while ballast.write_all(&block).is_ok() {}
        }
        Ok(true)
    }

    /// Gives the space back.
    pub fn empty(&mut self) {
        let _ = fs::remove_file(self.directory.join(BALLAST));
    }

    /// Removes all that is on its disk.
    pub fn wipe(&mut self) -> io::Result<()> {
        for entry in fs::read_dir(&self.directory)? {
            let path = entry?.path();
            if path.is_dir() {
                fs::remove_dir_all(path)?;
            } else {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    /// The last line that its process has printed.
    pub fn last_line(&self) -> String {
        let text = tail(&self.log, 4 << 10).unwrap_or_default();
        text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default().to_string()
    }

    /// Copies its disk, which may be gone after the run.
    pub fn save(&self, root: &Path) -> io::Result<()> {
        match self.is_mounted {
            true => copy(&self.directory, &root.join(format!("n{}.saved", self.id))),
            false => Ok(()),
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.signal(Signal::SIGKILL);
        if self.is_mounted {
            let _ = umount2(&self.directory, MntFlags::MNT_DETACH);
        }
    }
}

/// The directory of a node.
pub fn data_directory(root: &Path, id: u64) -> PathBuf {
    root.join(format!("n{id}"))
}

/// The last bytes of a file.
fn tail(path: &Path, bytes: u64) -> io::Result<String> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(bytes)))?;
    let mut text = Vec::new();
    file.read_to_end(&mut text)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// Copies a folder.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let Some(name) = path.file_name() else { continue };
        match path.is_dir() {
            true => copy(&path, &to.join(name))?,
            false => drop(fs::copy(&path, to.join(name))?),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(root: &Path, script: &str) -> Node {
        let arguments = ["-c", script].map(String::from).to_vec();
        let launch = Launch { program: "/bin/sh".into(), arguments };
        let address = "127.0.0.1:1".parse().expect("an address");
        let mut node = Node::new(7, address, launch, root, None).expect("the root is there");
        node.start().expect("there is a shell");
        node
    }

    /// The state of a process: R, S, T ...
    fn state(pid: u32) -> Option<char> {
        let process = procfs::process::Process::new(pid as i32).and_then(|process| process.stat());
        process.ok().map(|stat| stat.state)
    }

    #[tokio::test]
    async fn a_node_is_paused_and_killed() {
        let root = tempfile::tempdir().expect("there is room");
        let mut node = node(root.path(), "sleep 60");
        let pid = node.pid().expect("it runs");
        assert!(node.pause() && !node.is_live() && !node.pause());
        for _ in 0..100 {
            tokio::time::sleep(Duration::from_millis(10)).await;
            if state(pid) == Some('T') {
                break;
            }
        }
        assert_eq!(state(pid), Some('T'));
        assert!(node.kill().await && !node.kill().await);
        assert_eq!(state(pid), None);
    }

    #[tokio::test]
    async fn an_end_by_itself_is_noticed_with_the_last_line() {
        let root = tempfile::tempdir().expect("there is room");
        let mut node = node(root.path(), "echo one; echo two >&2; exit 7");
        let status = node.wait(Duration::from_secs(20)).await.expect("it ends");
        assert_eq!((status.code(), node.last_line().as_str()), (Some(7), "two"));
        assert!(node.ended().is_none() && node.pid().is_none());
    }

    #[tokio::test]
    async fn a_process_that_ignores_a_request_to_end_is_killed() {
        let root = tempfile::tempdir().expect("there is room");
        let mut node = node(root.path(), "trap '' TERM; while :; do sleep 0.1; done");
        tokio::time::sleep(Duration::from_millis(200)).await;
        let pid = node.pid().expect("it runs");
        assert!(node.terminate(Duration::from_millis(200)).await.is_none());
        assert_eq!(state(pid), None);
    }

    #[test]
    fn a_wiped_disk_is_empty() {
        let root = tempfile::tempdir().expect("there is room");
        let launch = Launch { program: "true".into(), arguments: Vec::new() };
        let address = "127.0.0.1:1".parse().expect("an address");
        let mut node = Node::new(7, address, launch, root.path(), None).expect("there is room");
        let directory = data_directory(root.path(), 7);
        fs::create_dir_all(directory.join("a/b")).expect("there is room");
        fs::write(directory.join("a/c"), "x").expect("there is room");
        fs::write(directory.join("d"), "x").expect("there is room");
        node.wipe().expect("it can be removed");
        assert_eq!(fs::read_dir(directory).expect("it is there").count(), 0);
        assert!(!node.fill().expect("nothing is written"), "the disk is everybody's");
    }
}
