//! What Linux says about processes and disks.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::time::{clock_gettime, ClockId};

/// The CPU time of this process, user and system.
pub fn own_cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// What a process has used since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// CPU time, user and system.
    pub cpu: Duration,
    /// Bytes that it caused to be sent to the disk.
    pub written: u64,
    /// Resident memory, in bytes.
    pub resident: u64,
    /// The most of it so far.
    pub peak: u64,
}

impl Usage {
    /// Of the process with this id.
    pub fn of(id: u32) -> Result<Usage, String> {
        let [stat, io, status] = ["stat", "io", "status"].map(|name| {
            let path = format!("/proc/{id}/{name}");
            fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))
        });
        Usage::parse(&stat?, &io?, &status?).ok_or(format!("/proc/{id} has an unknown form"))
    }

    fn parse(stat: &str, io: &str, status: &str) -> Option<Usage> {
        // The name of the program, in parentheses, may have spaces.
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
        let mut ticks = || fields.next()?.parse::<u64>().ok();
        let ticks = ticks()? + ticks()?;
        let seconds = ticks as f64 / rustix::param::clock_ticks_per_second() as f64;
        let field = |text: &str, name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse::<u64>().ok()
        };
        Some(Usage {
            cpu: Duration::from_secs_f64(seconds),
            written: field(io, "write_bytes:")?,
            resident: field(status, "VmRSS:")? << 10,
            peak: field(status, "VmHWM:")? << 10,
        })
    }
}

/// The flushes of a disk since the start of the machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flushes {
    /// How many.
    pub count: u64,
    /// How long they took, in milliseconds.
    pub milliseconds: u64,
}

impl Flushes {
    /// Of the disk that a directory is on; none if the kernel has no figures for it, as for a file
    /// system in memory.
    pub fn of(directory: &Path) -> Option<Flushes> {
        let device = rustix::fs::stat(directory).ok()?.st_dev;
        let (major, minor) = (rustix::fs::major(device), rustix::fs::minor(device));
        Flushes::parse(&fs::read_to_string("/proc/diskstats").ok()?, major, minor)
    }

    fn parse(diskstats: &str, major: u32, minor: u32) -> Option<Flushes> {
        let device = [major, minor].map(|number| number.to_string());
        let mut lines = diskstats.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let line =
            lines.find(|fields| fields.starts_with(&device.each_ref().map(String::as_str)))?;
        let field = |at: usize| line.get(at)?.parse().ok();
        Some(Flushes { count: field(18)?, milliseconds: field(19)? })
    }

    /// How long one took since `earlier`, in milliseconds.
    pub fn mean_since(self, earlier: Flushes) -> Option<f64> {
        let count = self.count.checked_sub(earlier.count).filter(|count| *count > 0)?;
        Some(self.milliseconds.saturating_sub(earlier.milliseconds) as f64 / count as f64)
    }
}

/// How often per second 4 KiB can be appended to a file in `directory` and synced.
pub fn syncs_per_second(directory: &Path, duration: Duration) -> Result<f64, String> {
    let path: PathBuf = directory.join("sync-probe");
    let probe = || {
        let mut file = fs::File::create(&path)?;
        let (begun, mut count) = (Instant::now(), 0);
        while begun.elapsed() < duration {
            file.write_all(&[0x5a; 4096])?;
            file.sync_data()?;
            count += 1;
        }
        let rate = f64::from(count) / begun.elapsed().as_secs_f64();
        fs::remove_file(&path)?;
        std::io::Result::Ok(rate)
    };
    probe().map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_of_a_process_are_read_whatever_its_name() {
        let stat = "7 (a b) c) S 1 7 7 0 -1 4194560 107 0 0 0 150 50 0 0 20 0 1 0 100 1 1 1";
        let io = "rchar: 1\nwchar: 2\nwrite_bytes: 8192\ncancelled_write_bytes: 5\n";
        let status = "Name:\tx\nVmHWM:\t  2048 kB\nVmRSS:\t  1024 kB\n";
        let usage = Usage::parse(stat, io, status).expect("the form is known");
        let ticks = rustix::param::clock_ticks_per_second() as f64;
        assert_eq!(usage.cpu, Duration::from_secs_f64(200.0 / ticks));
        assert_eq!((usage.written, usage.resident, usage.peak), (8192, 1 << 20, 2 << 20));
        assert_eq!(Usage::parse("7 (x) S", io, status), None);
    }

    #[test]
    fn this_process_has_figures() {
        let usage = Usage::of(std::process::id()).expect("it runs");
        assert!(usage.resident > 0 && usage.peak >= usage.resident);
        assert!(own_cpu() > Duration::ZERO);
    }

    #[test]
    fn flushes_are_those_of_the_device() {
        let text = " 7 0 loop0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n\
                    254 0 vda 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 300 600\n";
        let flushes = Flushes::parse(text, 254, 0).expect("it is listed");
        assert_eq!(flushes, Flushes { count: 300, milliseconds: 600 });
        assert_eq!(Flushes::parse(text, 254, 1), None);
        let earlier = Flushes { count: 200, milliseconds: 350 };
        assert_eq!(flushes.mean_since(earlier), Some(2.5));
        assert_eq!(flushes.mean_since(flushes), None);
    }
}
