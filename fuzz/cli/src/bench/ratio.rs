//! Ratios of paired measurements.
//!
//! Promises: both measurements of a pair were taken under the same conditions, so that each pair
//! counts by its own ratio; a line that is no pair is an error that names it.

use std::collections::BTreeMap;

use serde_json::json;

use super::stats::{bootstrap, geometric_mean};
use crate::{Failure, Output};

/// A line: name, one measurement and the other, separated by tabs.
fn pair(line: &str) -> Option<(&str, f64)> {
    let mut fields = line.split('\t');
    let (name, one, other) = (fields.next()?, fields.next()?, fields.next()?);
    let number = |text: &str| text.parse().ok().filter(|n: &f64| n.is_finite() && *n > 0.0);
    let ratio = number(one)? / number(other)?;
    (fields.next().is_none() && !name.is_empty()).then_some((name, ratio))
}

/// The geometric mean of the ratios of each name, with its interval by the bootstrap.
pub fn ratio(text: &str) -> Result<Output, Failure> {
    let mut ratios: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (number, line) in text.lines().enumerate() {
        let wrong = "is not a name and two positive numbers, separated by tabs";
        let fail = || Failure(format!("standard input, line {}: {wrong}", number + 1));
        let (name, ratio) = pair(line).ok_or_else(fail)?;
        ratios.entry(name).or_default().push(ratio);
    }
    let mean =
        |groups: &[Vec<f64>]| geometric_mean(groups.iter().flatten().copied()).unwrap_or(f64::NAN);
    let (mut text, mut json) = (String::new(), Vec::new());
    for (name, ratios) in ratios {
        let [low, high] = bootstrap(&[&ratios[..]], mean);
        let (pairs, ratio) = (ratios.len(), mean(&[ratios]));
        text += &format!("{name}: {ratio:.3} ({low:.3} to {high:.3}), {pairs} pairs\n");
        json.push(json!({ "name": name, "ratio": ratio, "interval": [low, high], "pairs": pairs }));
    }
    match json.is_empty() {
        true => Err(Failure("standard input: there are no pairs".into())),
        false => Ok(Output { text, json: json.into(), clean: true }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_that_of_pairs_and_lies_in_its_interval() {
        let lines = "b\t8\t4\nb\t1\t2\nb\t6\t3\nb\t2\t1\na\t3\t2\n";
        let output = ratio(lines).ok().unwrap();
        assert!(output.text.starts_with("a: 1.500 (1.500 to 1.500), 1 pairs\nb: 1.414 ("));
        let [low, high] = [0, 1].map(|end| output.json[1]["interval"][end].as_f64().unwrap());
        assert!((0.5..1.0).contains(&low) && high == 2.0, "{low} to {high}");
    }

    #[test]
    fn a_line_that_is_no_pair_is_named() {
        for line in ["", "a\t1", "a\t1\t0", "a\t1\t2\t3", "\t1\t2", "a\tx\t2", "a\tinf\t2"] {
            let complaint = ratio(&format!("a\t1\t2\n{line}\n")).err().unwrap().0;
            assert!(complaint.starts_with("standard input, line 2: is not"), "{complaint}");
        }
        assert!(ratio("").err().unwrap().0.contains("no pairs"));
    }
}
