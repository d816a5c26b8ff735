//! tmp
use std::time::Instant;
use whitewater::{generator::*, mutants, run::*};
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let st = if a[1] == "u" { Strategy::Uniform } else { Strategy::Swarm };
    let n: usize = a[2].parse().unwrap();
    let ev: usize = a[3].parse().unwrap();
    let seed: u64 = a[4].parse().unwrap();
    let sub = mutants::subject(a.get(5).map(|s| s.as_str())).unwrap();
    let t = Instant::now();
    let mut g = Generator::new(st, seed);
    let mut events = 0u64;
    let mut dig = 0;
    let mut goals = whitewater::oracle::Counts::default();
    let mut checks = whitewater::oracle::Checks::default();
    let mut by: std::collections::BTreeMap<String, (usize, usize)> = Default::default();
    for i in 0..n {
        let s = g.setup(None);
        let o = run_events(&sub, s, std::iter::from_fn(|| Some(g.event())), ev);
        events += o.resolved.events.len() as u64;
        dig = whitewater::history::mix(dig, o.digest);
        goals.add(&o.goals);
        checks.add(&o.checks);
        if let Some(v) = &o.violation {
            let e = by.entry(v.fingerprint()).or_insert((i, 0));
            e.1 += 1;
            if e.1 == 1 && a.len() <= 5 {
                println!("{i}: {v} after {} nodes {}", o.resolved.events.len(), s.nodes);
            }
            if a.len() > 5 {
                break;
            }
        }
    }
    let el = t.elapsed().as_secs_f64();
    if a.len() <= 5 {
        for (g, c) in whitewater::goal::GOALS.iter().zip(goals.0) {
            println!("{:>12} {}", c, g.0);
        }
        for (g, c) in whitewater::oracle::CARDS.iter().zip(checks.0) {
            println!("{:>12} {}", c, g.name);
        }
    }
    println!("{events} events {:.2} M/s digest {dig:x} {by:?}", events as f64 / el / 1e6);
}
