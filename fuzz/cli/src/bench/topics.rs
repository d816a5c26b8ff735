//! Leaf: descriptions of the measured figures, in the order of the page of results.

/// One figure, as `scripts/bench.sh` and the page know it.
pub struct Topic {
    /// Its name.
    pub figure: &'static str,
    /// The heading of its group.
    pub heading: &'static str,
    /// Its own heading.
    pub title: &'static str,
    /// What was measured, and how to read it. Without figures: these are in the rows.
    pub about: &'static str,
}

const fn topic(
    figure: &'static str,
    heading: &'static str,
    title: &'static str,
    about: &'static str,
) -> Topic {
    Topic { figure, heading, title, about }
}

const SILENCE: &str = "Silent on correct Raft, and deterministic";
const SPEED: &str = "Speed of the harness";
const CORE: &str = "Cost of the core";
const STORE: &str = "The key-value store";
const BUGS: &str = "Seeded bugs of our Raft";
const TIKV: &str = "Real bugs of TiKV's raft";
const CAMPAIGNS: &str = "Campaigns";

/// All figures.
pub const TOPICS: [Topic; 30] = [
    topic(
        "silent",
        SILENCE,
        "Violations of correct Raft",
        "Schedules of 300 events, 1 to 7 nodes, with all features and every fault family.",
    ),
    topic(
        "hour",
        SILENCE,
        "An hour of CPU time of `cargo fuzz run cluster` on each of two cores",
        "From the corpus shipped at that commit, with the swarm as it was then; spread seeds.",
    ),
    topic(
        "digests",
        SILENCE,
        "Digests of the same schedules",
        "Each strategy draws the same schedules twice in a release build and once in a debug one.",
    ),
    topic(
        "rate",
        SPEED,
        "Events per CPU second",
        "All features, faults and oracles on, no instrumentation. The median over five seeds of \
         the best of three runs each, since the machine is shared and other load slows single \
         runs; for the ratio, runs of long and short schedules alternate.",
    ),
    topic(
        "instructions",
        SPEED,
        "Instructions per event",
        "Instructions of the whole program, by callgrind, over the number of events; misses of an \
         instruction cache of 32 kB and mispredicted branches are those of its models. `random`, \
         1,000 schedules of 300 events. An instruction counts for the innermost inlined call \
         whose file has a phase; those of helpers, for their callers. The command fails if the \
         plain build takes 2 % more than recorded.",
    ),
    topic(
        "replayed",
        SPEED,
        "Instructions per event of a replay",
        "The same, replaying the same files before the features of 2026-11-28 and after.",
    ),
    topic(
        "pgo",
        SPEED,
        "Profile-guided optimisation",
        "The command line and the fuzz target as `scripts/pgo.sh` builds them, in campaigns of about a \
         CPU second, against the plain builds: the geometric mean over 60 pairs of runs with the \
         same seed, in an order that is drawn, and its 95 % interval by the bootstrap.",
    ),
    topic(
        "costs",
        SPEED,
        "Cost of oracles, goals and recovery",
        "CPU time against a bare cluster in the same run. The recovery, at the end of every \
         schedule, is not monitored.",
    ),
    topic(
        "fuzz",
        SPEED,
        "Inside `cargo fuzz run cluster`",
        "The empty target is a fuzz target that does nothing, built and run with the same options.",
    ),
    topic(
        "core",
        CORE,
        "Our core by itself",
        "Three nodes, commands of 8 bytes, steady state. Instructions are those of a long run less \
         those of a short one.",
    ),
    topic(
        "versus",
        CORE,
        "Our core and TiKV's raft 0.7.0 through the trait `Replica`",
        "Here our core also reports coverage marks. With 64 a round, commands are proposed one by one.",
    ),
    topic(
        "kv",
        STORE,
        "Against etcd 3.4",
        "Three processes of each on one machine, over loopback and one disk, every write synced; \
         values of 64 bytes, 10,000 keys. `put 64` are writes by 64 clients, `get 64` linearizable \
         reads, which wait for each answer before they send the next request, all to the leader. \
         The systems take turns under load, and figures are medians of the rounds. CPU time is \
         that of all threads and of the kernel for them. `kv/etcd` is a ratio; `kv on redb` keeps \
         its log in that database. Failover counts from the kill of the leader; a write is sent \
         every 20 ms, through the two other nodes in turn.",
    ),
    topic(
        "kills",
        STORE,
        "A thousand kills",
        "Real processes under SIGKILL, SIGSTOP, links that are cut, one-way or slow, and changing \
         members, with the data on the real disk; clients that read, write and swap. The history \
         is judged linearizable, and what was acknowledged is looked for at the end. Recovery \
         counts from the kill of a leader to the next acknowledged write.",
    ),
    topic(
        "harness",
        BUGS,
        "Five bugs beyond Figure 2",
        "The fuzz target `mutant` from the shipped corpus to the first find, shrinking included, \
         five spread seeds. The schedules of the corpus come first, and find these bugs.",
    ),
    topic(
        "hydro",
        BUGS,
        "The membership bug of 2015 elsewhere",
        "Our `change-in-fresh-term`, beside the figures of the authors of Hydro's simulator.",
    ),
    topic(
        "mutants",
        BUGS,
        "Five bugs of Figure 2",
        "The fuzz target `mutant`, from an empty corpus and from the shipped one, five spread \
         seeds, at most 60 CPU seconds a run; shrinking included.",
    ),
    topic(
        "seed-systems",
        BUGS,
        "The same five bugs in LifeRaft and Buoyant",
        "The two predecessors of this project (Go, 2024; Node.js, 2016), each with its own \
         search, at most 60 CPU seconds a run.",
    ),
    topic(
        "liveness",
        BUGS,
        "Bugs that cost progress or effort",
        "Schedules of 640 events to the first find by `random`, five spread seeds. One schedule in \
         24 ends with a recovery.",
    ),
    topic(
        "kinds",
        BUGS,
        "Kinds of bugs that practitioners report",
        "Ten campaigns of at most 10 CPU seconds each by `random`, seeds 1 to 10, schedules of 640 \
         events, on the seeded bugs of kinds that were once missed; CPU seconds of the search.",
    ),
    topic(
        "before-after",
        BUGS,
        "The bench before and after scenarios",
        "Cost of a find by the swarm, over that at 90f780e with the same seeds of campaigns: the \
         geometric mean over the seeded bugs of a tier and half. At most 1.25 in events was allowed.",
    ),
    topic(
        "judged",
        BUGS,
        "What each oracle has to judge",
        "Checks by each oracle in 1,000 schedules of 640 events of the swarm, of 20,000 with seed 7. \
         `checks before` are those before the scenarios.",
    ),
    topic(
        "shrink",
        BUGS,
        "Shrinking",
        "The first find of each bug by `random --nodes 3`, in events, before and after.",
    ),
    topic(
        "matrix",
        BUGS,
        "Which oracle is the first to find which bug",
        "The same 2,000 schedules of the swarm, 640 events each, on every seeded bug. A bug that no \
         oracle finds here has a killing schedule in `artifacts/mutant/`.",
    ),
    topic(
        "audit",
        BUGS,
        "Mutation audit of the core",
        "Changes of `raft/src` in one place, and the tests that detect them. `fuzz/docs/audit.md` \
         lists the missed changes, with reasons.",
    ),
    topic(
        "real-bugs",
        TIKV,
        "Three real bugs, and controls",
        "32 spread seeds each, from an empty corpus, to the first find of that fingerprint, without \
         shrinking. `random` has no guidance; `explore` is guided by the visible effects of each \
         step; `cargo fuzz` is the target `cluster`, guided by these and by the compiler's \
         counters, at most 60 CPU seconds a run; `counters alone` is without paths, goals and the \
         explorer. Ratios of events are geometric means with 95 % intervals by the bootstrap. \
         Controls are 100,000 schedules of 640 events on versions without these bugs, or whose \
         host always syncs.",
    ),
    topic(
        "target",
        CAMPAIGNS,
        "The fuzz target against `explore`",
        "CPU seconds a find, geometric mean over the bugs of a tier, without shrinking. The target \
         is instrumented by the compiler, and its start is included: 0.02 CPU seconds, which is \
         more than most finds of plain tier 3 take.",
    ),
    topic(
        "jobs",
        CAMPAIGNS,
        "Two workers against one",
        "Two workers of `explore`, or two fuzz targets with one corpus, against one, by the clock \
         of an idle machine with two cores: events per second, and the time to a find on deep bugs \
         of tier 4, by the means of twelve campaigns each.",
    ),
    topic(
        "stable",
        CAMPAIGNS,
        "Whether a campaign until stable finds its bug",
        "Three campaigns of `explore --until-stable` by one worker on each seeded bug, to the first \
         find, and on correct Raft; at most 60 CPU seconds each. Sizes of clusters are drawn, also \
         for deep bugs.",
    ),
    topic(
        "bugs",
        CAMPAIGNS,
        "Every strategy on every seed of the bench",
        "The results of these campaigns are in the tables below.",
    ),
    topic(
        "long-campaigns",
        CAMPAIGNS,
        "Campaigns of a minute on the two hardest plain bugs",
        "Up to 60 CPU seconds, 20 campaigns each, with 256 kept clusters and an unguided part of \
         200,000 events, which `explore` no longer has. The rows are in git history, \
         `.bench/campaigns.jsonl` at b1426ae.",
    ),
];

/// The description of a figure.
pub fn about(figure: &str) -> Option<&'static Topic> {
    TOPICS.iter().find(|topic| topic.figure == figure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_of_the_script_is_on_the_page() {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/bench.sh");
        let script = std::fs::read_to_string(script).expect("the script is there");
        let line = script.lines().find_map(|line| line.strip_prefix("figures=\""));
        let figures = line.expect("it lists its figures").trim_end_matches('"');
        for figure in figures.split(' ') {
            assert!(about(figure).is_some(), "{figure}");
            assert!(script.contains(&format!("bench.sh {figure} ")), "no usage of {figure}");
        }
    }

    #[test]
    fn figures_of_a_heading_are_adjacent_and_no_figure_is_listed_twice() {
        let mut headings: Vec<&str> = TOPICS.iter().map(|topic| topic.heading).collect();
        headings.dedup();
        let mut figures: Vec<&str> = TOPICS.iter().map(|topic| topic.figure).collect();
        for words in [&mut headings, &mut figures] {
            let count = words.len();
            words.sort();
            words.dedup();
            assert_eq!(words.len(), count, "{words:?}");
        }
    }
}
