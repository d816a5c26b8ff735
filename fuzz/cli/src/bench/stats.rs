//! Statistics of campaigns, some of which end without a find.
//!
//! Promises: a campaign that was stopped is censored, never averaged as if it had found its bug;
//! the same numbers give the same result, also of the bootstrap. Knows nothing of bugs or
//! strategies.

use std::cmp::Ordering;

use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use statrs::distribution::{Beta, ContinuousCDF};
use statrs::function::erf::erfc;

/// A time to an event, perhaps censored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Time {
    /// The time, in any unit.
    pub at: f64,
    /// Whether the event was observed then; otherwise the time is censored.
    pub observed: bool,
}

/// The exact 95 % interval of Clopper and Pearson for a share, of which `found` of `all` were
/// observed.
pub fn clopper_pearson(found: usize, all: usize) -> [f64; 2] {
    let quantile = |a: usize, b: usize, p| {
        let beta = Beta::new(a as f64, b as f64).expect("both parameters are positive");
        beta.inverse_cdf(p)
    };
    let low = if found == 0 { 0.0 } else { quantile(found, all - found + 1, 0.025) };
    let high = if found == all { 1.0 } else { quantile(found + 1, all - found, 0.975) };
    [low, high]
}

/// The estimate of Kaplan and Meier: at each observed time, the share that has no event yet.
pub fn survival(times: &[Time]) -> Vec<(f64, f64)> {
    let times = sorted(times);
    let (mut share, mut steps) = (1.0, Vec::new());
    let mut rest = times.as_slice();
    while let Some(first) = rest.first() {
        let tied = rest.iter().take_while(|time| time.at == first.at).count();
        let observed = rest[..tied].iter().filter(|time| time.observed).count();
        if observed > 0 {
            share *= 1.0 - observed as f64 / rest.len() as f64;
            steps.push((first.at, share));
        }
        rest = &rest[tied..];
    }
    steps
}

/// The time by which half have had the event, after Kaplan and Meier; none if fewer have.
pub fn median(times: &[Time]) -> Option<f64> {
    // A share that is a half but for rounding is a half.
    survival(times).into_iter().find(|(_, share)| *share <= 0.5 + 1e-9).map(|(at, _)| at)
}

fn sorted(times: &[Time]) -> Vec<Time> {
    let mut times = times.to_vec();
    times.sort_by(|one, other| one.at.total_cmp(&other.at));
    times
}

/// The two-sided p-value of the log-rank test that two groups have the same times; one if no event
/// was observed.
pub fn log_rank(one: &[Time], other: &[Time]) -> f64 {
    let mut when: Vec<f64> =
        one.iter().chain(other).filter(|time| time.observed).map(|time| time.at).collect();
    when.sort_by(f64::total_cmp);
    when.dedup();
    let at_risk = |group: &[Time], at| group.iter().filter(|time| time.at >= at).count() as f64;
    let events = |group: &[Time], at| {
        group.iter().filter(|time| time.observed && time.at == at).count() as f64
    };
    let (mut difference, mut variance) = (0.0, 0.0);
    for at in when {
        let (here, there) = (at_risk(one, at), at_risk(other, at));
        let (all, observed) = (here + there, events(one, at) + events(other, at));
        difference += events(one, at) - observed * here / all;
        if all > 1.0 {
            variance += observed * here * there * (all - observed) / (all * all * (all - 1.0));
        }
    }
    match variance > 0.0 {
        // The tail of chi-squared with one degree of freedom.
        true => erfc((difference * difference / variance / 2.0).sqrt()),
        false => 1.0,
    }
}

/// P-values corrected for there being many of them, after Holm.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&one, &other| p_values[one].total_cmp(&p_values[other]));
    let (mut corrected, mut most) = (vec![0.0; p_values.len()], 0.0f64);
    for (rank, place) in order.into_iter().enumerate() {
        most = most.max(p_values[place] * (p_values.len() - rank) as f64).min(1.0);
        corrected[place] = most;
    }
    corrected
}

/// The probability that one of the first group is sooner than one of the other, a tie counting
/// half, after Vargha and Delaney. Above a half the first group is better. A censored time is the
/// latest.
pub fn a12(one: &[Time], other: &[Time]) -> f64 {
    let rank = |time: &Time| if time.observed { time.at } else { f64::INFINITY };
    let mut wins = 0.0;
    for mine in one {
        for theirs in other {
            wins += match rank(mine).total_cmp(&rank(theirs)) {
                Ordering::Less => 1.0,
                Ordering::Equal => 0.5,
                Ordering::Greater => 0.0,
            };
        }
    }
    wins / (one.len() * other.len()) as f64
}

/// The mean cost of a find: the total cost over the finds, the maximum likelihood estimate for
/// exponential times. Infinite without a find.
pub fn mean(times: &[Time]) -> f64 {
    cost(times, 0.0)
}

/// The same, but with half a find if there is none, so that ratios stay finite. Then it is no
/// estimate.
pub fn mean_at_least(times: &[Time]) -> f64 {
    cost(times, 0.5)
}

fn cost(times: &[Time], least: f64) -> f64 {
    let total: f64 = times.iter().map(|time| time.at).sum();
    total / (times.iter().filter(|time| time.observed).count() as f64).max(least)
}

/// The geometric mean; none of nothing.
pub fn geometric_mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let logs: Vec<f64> = values.map(f64::ln).collect();
    (!logs.is_empty()).then(|| (logs.iter().sum::<f64>() / logs.len() as f64).exp())
}

/// The number of resamples of a bootstrap.
pub const RESAMPLES: usize = 2_000;

/// The bounds of 95 % of `statistic` when every group is resampled from itself, with replacement,
/// from a fixed seed.
pub fn bootstrap<T: Copy>(groups: &[&[T]], statistic: impl Fn(&[Vec<T>]) -> f64) -> [f64; 2] {
    let mut random = ChaCha8Rng::seed_from_u64(0x0b00_7572_a950);
    let mut below = |n: usize| ((u64::from(random.next_u32()) * n as u64) >> 32) as usize;
    let mut again =
        |group: &&[T]| -> Vec<T> { group.iter().map(|_| group[below(group.len())]).collect() };
    let mut seen: Vec<f64> = (0..RESAMPLES)
        .map(|_| statistic(&groups.iter().map(&mut again).collect::<Vec<_>>()))
        .collect();
    seen.sort_by(f64::total_cmp);
    [seen[RESAMPLES / 40], seen[RESAMPLES - 1 - RESAMPLES / 40]]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observed(at: &[u32]) -> Vec<Time> {
        at.iter().map(|&at| Time { at: at.into(), observed: true }).collect()
    }

    fn censored(at: &[u32]) -> Vec<Time> {
        at.iter().map(|&at| Time { at: at.into(), observed: false }).collect()
    }

    /// Weeks of remission of 42 children with leukaemia (Freireich and others, Blood 1963): under
    /// 6-mercaptopurine, and under a placebo.
    fn freireich() -> [Vec<Time>; 2] {
        let relapsed = observed(&[6, 6, 6, 7, 10, 13, 16, 22, 23]);
        let lost = censored(&[6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]);
        let placebo =
            observed(&[1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]);
        [[relapsed, lost].concat(), placebo]
    }

    #[track_caller]
    fn near(is: f64, should: f64, within: f64) {
        assert!((is - should).abs() <= within, "{is} is not {should}");
    }

    #[test]
    fn clopper_pearson_is_as_published() {
        // R: binom.test(18, 20), binom.test(10, 20), binom.test(1, 10).
        for (found, all, low, high) in [
            (18, 20, 0.683_017_3, 0.987_651_5),
            (10, 20, 0.271_957_8, 0.728_042_2),
            (1, 10, 0.002_528_579, 0.445_016_1),
        ] {
            let interval = clopper_pearson(found, all);
            near(interval[0], low, 1e-6);
            near(interval[1], high, 1e-6);
        }
        // Where all or none are found, the bound has a closed form.
        let bound = 0.025f64.powf(1.0 / 20.0);
        near(clopper_pearson(20, 20)[0], bound, 1e-9);
        near(clopper_pearson(0, 20)[1], 1.0 - bound, 1e-9);
        assert_eq!([clopper_pearson(0, 20)[0], clopper_pearson(20, 20)[1]], [0.0, 1.0]);
    }

    #[test]
    fn kaplan_and_meier_is_as_published_for_the_leukaemia_data() {
        let [treated, placebo] = freireich();
        let published = [
            (6.0, 0.857),
            (7.0, 0.807),
            (10.0, 0.753),
            (13.0, 0.690),
            (16.0, 0.627),
            (22.0, 0.538),
            (23.0, 0.448),
        ];
        let steps = survival(&treated);
        assert_eq!(steps.len(), published.len());
        for ((at, share), (week, value)) in steps.into_iter().zip(published) {
            assert_eq!(at, week);
            near(share, value, 0.000_5);
        }
        assert_eq!((median(&treated), median(&placebo)), (Some(23.0), Some(8.0)));
    }

    #[test]
    fn a_median_needs_half_of_the_events() {
        assert_eq!(median(&[observed(&[1, 2]), censored(&[3, 3, 3])].concat()), None);
        assert_eq!(median(&[observed(&[1, 2]), censored(&[3, 3])].concat()), Some(2.0));
        assert_eq!(median(&censored(&[5])), None);
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn the_log_rank_test_is_as_published_for_the_leukaemia_data() {
        let [treated, placebo] = freireich();
        // Chi-squared 16.79 with one degree of freedom.
        let p = log_rank(&treated, &placebo);
        near(p, 4.17e-5, 0.01e-5);
        near(log_rank(&placebo, &treated), p, 1e-12);
    }

    #[test]
    fn groups_with_the_same_times_are_not_distinguished() {
        let group = observed(&[1, 2, 3]);
        near(log_rank(&group, &group), 1.0, 1e-12);
        assert_eq!(log_rank(&censored(&[5, 5]), &censored(&[5])), 1.0);
        // Computed on paper: at 1, one event of two at risk: 1 - 1/2, variance 1/4; at 2 the other
        // group is empty. Chi-squared 1.
        near(log_rank(&observed(&[1]), &observed(&[2])), 0.317_310_5, 1e-6);
    }

    #[test]
    fn holm_multiplies_the_least_most_and_keeps_the_order() {
        let corrected = holm(&[0.04, 0.01, 0.03, 0.005]);
        for (is, should) in corrected.iter().zip([0.06, 0.03, 0.06, 0.02]) {
            near(*is, should, 1e-12);
        }
        assert_eq!(holm(&[0.9, 0.8]), [1.0, 1.0]);
        assert!(holm(&[]).is_empty());
    }

    #[test]
    fn a12_counts_the_pairs_in_which_the_first_is_sooner() {
        assert_eq!(a12(&observed(&[1, 2]), &observed(&[3, 4])), 1.0);
        assert_eq!(a12(&observed(&[3, 4]), &observed(&[1, 2])), 0.0);
        // Of four pairs: 1 < 2, 1 < 3, 3 > 2, 3 = 3.
        assert_eq!(a12(&observed(&[1, 3]), &observed(&[2, 3])), 0.625);
        // A censored time is later than an observed one, and ties with another.
        assert_eq!(a12(&censored(&[1]), &observed(&[9])), 0.0);
        assert_eq!(a12(&censored(&[1]), &censored(&[9])), 0.5);
    }

    #[test]
    fn the_mean_cost_includes_campaigns_without_a_find() {
        let times = [observed(&[1, 2]), censored(&[9])].concat();
        assert_eq!((mean(&times), mean_at_least(&times)), (6.0, 6.0));
        assert_eq!(
            (mean(&censored(&[4, 6])), mean_at_least(&censored(&[4, 6]))),
            (f64::INFINITY, 20.0)
        );
        near(geometric_mean([1.0, 100.0].into_iter()).unwrap(), 10.0, 1e-9);
        assert_eq!(geometric_mean(std::iter::empty()), None);
    }

    #[test]
    fn the_bootstrap_of_a_mean_agrees_with_theory_and_is_repeatable() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        let mean = |groups: &[Vec<f64>]| groups[0].iter().sum::<f64>() / groups[0].len() as f64;
        let interval = bootstrap(&[&values], mean);
        // The standard error is 28.866 / 10, so the bounds are 50.5 -+ 1.96 times that.
        near(interval[0], 44.84, 0.6);
        near(interval[1], 56.16, 0.6);
        assert_eq!(interval, bootstrap(&[&values], mean));
        assert_eq!(bootstrap(&[&[3.0, 3.0]], mean), [3.0, 3.0]);
    }
}
