//! Figures: lines of `name: value unit`, medians, and goals.

use std::fmt;

/// What is measured of a load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Acknowledged operations per second.
    Rate,
    /// The median latency.
    P50,
    /// The latency that one operation in a hundred exceeds.
    P99,
    /// That one in a thousand exceeds.
    P999,
    /// CPU time per operation of the three nodes together.
    Cpu,
    /// CPU time per operation of the driver.
    DriverCpu,
    /// Log entries of the leader for each sync of its log.
    CommitsPerSync,
    /// Bytes sent to the disk for each operation, per node.
    Bytes,
    /// The time of one flush of the disk.
    Flush,
}

impl Measure {
    /// Its name in the figures.
    pub fn name(self) -> &'static str {
        match self {
            Measure::Rate => "rate",
            Measure::P50 => "p50",
            Measure::P99 => "p99",
            Measure::P999 => "p99.9",
            Measure::Cpu => "CPU of three nodes",
            Measure::DriverCpu => "CPU of the driver",
            Measure::CommitsPerSync => "commits per sync",
            Measure::Bytes => "written per node",
            Measure::Flush => "flush of the disk",
        }
    }

    /// Whether its rounds are shown beside their median.
    pub fn shows_rounds(self) -> bool {
        matches!(self, Measure::Rate | Measure::P99)
    }

    /// Whether systems are compared by it.
    pub fn is_compared(self) -> bool {
        !matches!(self, Measure::DriverCpu | Measure::CommitsPerSync | Measure::Flush)
    }

    /// Its unit.
    pub fn unit(self) -> &'static str {
        match self {
            Measure::Rate => "ops/s",
            Measure::P50 | Measure::P99 | Measure::P999 | Measure::Flush => "ms",
            Measure::Cpu | Measure::DriverCpu => "us/op",
            Measure::CommitsPerSync => "commits per sync",
            Measure::Bytes => "bytes/op",
        }
    }
}

/// A goal for the ratio of a figure of ours to etcd's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Goal {
    /// More is better.
    AtLeast(f64),
    /// Less is better.
    AtMost(f64),
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Goal::AtLeast(value) => write!(f, "at least {value}"),
            Goal::AtMost(value) => write!(f, "at most {value}"),
        }
    }
}

impl Goal {
    fn is_met(self, ratio: f64) -> bool {
        match self {
            Goal::AtLeast(value) => ratio >= value,
            Goal::AtMost(value) => ratio <= value,
        }
    }
}

/// The median; none of no values.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (middle, is_odd) = (sorted.len() / 2, sorted.len() % 2 == 1);
    match sorted.get(middle) {
        Some(upper) if is_odd => Some(*upper),
        Some(upper) => Some((sorted[middle - 1] + upper) / 2.0),
        None => None,
    }
}

/// A number with three digits, and with all digits before the point.
fn short(value: f64) -> String {
    let digits = match value.abs() {
        size if size >= 100.0 || size == 0.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        _ => 3,
    };
    format!("{value:.digits$}")
}

/// A line for a value that is made of others, which are shown if there are several.
pub fn line(subject: &str, measure: &str, value: f64, unit: &str, all: &[f64]) -> String {
    let line = format!("{subject}, {measure}: {} {unit}", short(value));
    match all.len() {
        0 | 1 => line,
        _ => {
            let all: Vec<String> = all.iter().map(|value| short(*value)).collect();
            format!("{line} (all: {})", all.join(" "))
        }
    }
}

/// A line for the median of some values; none of no values.
pub fn median_line(subject: &str, measure: &str, values: &[f64], unit: &str) -> Option<String> {
    Some(line(subject, measure, median(values)?, unit, values))
}

/// A line for a ratio, and whether it meets its goal.
pub fn ratio_line(subject: &str, measure: &str, ratio: f64, goal: Option<Goal>) -> String {
    let line = format!("{subject}, {measure}: {} times", short(ratio));
    match goal {
        Some(goal) if goal.is_met(ratio) => format!("{line} (goal: {goal}, met)"),
        Some(goal) => format!("{line} (goal: {goal}, missed)"),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_the_middle_or_between_the_two_in_the_middle() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }

    #[test]
    fn a_line_has_the_median_its_unit_and_all_values() {
        let rates = [5526.4, 5000.0, 6113.0];
        let text = "put 64 etcd, rate: 5526 ops/s (all: 5526 5000 6113)";
        assert_eq!(median_line("put 64 etcd", "rate", &rates, "ops/s").as_deref(), Some(text));
        assert_eq!(median_line("x", "p50", &[0.6934], "ms").as_deref(), Some("x, p50: 0.693 ms"));
        assert_eq!(median_line("x", "p50", &[], "ms"), None);
    }

    #[test]
    fn a_ratio_says_whether_its_goal_is_met() {
        let line = |ratio, goal| ratio_line("put 64 kv/etcd", "rate", ratio, Some(goal));
        let met = "put 64 kv/etcd, rate: 2.31 times (goal: at least 2, met)";
        assert_eq!(line(2.31, Goal::AtLeast(2.0)), met);
        assert!(line(1.99, Goal::AtLeast(2.0)).ends_with("missed)"));
        assert!(line(0.5, Goal::AtMost(0.5)).ends_with("met)"));
        assert!(line(0.51, Goal::AtMost(0.5)).ends_with("missed)"));
    }
}
