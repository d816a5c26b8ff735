//! Names that version 0.1.0 used before 2026-11-27: scripts outside may still pass them to a
//! command. They are accepted for one release, and are never printed.

/// Oracles and seeded bugs: the old name, and the present one.
const NAMES: [(&str, &str); 27] = [
    ("only-voters-stand", "only-voters-campaign"),
    ("entry-born-once", "entry-created-once"),
    ("recovery-invents-nothing", "damaged-node-stays-down"),
    ("message-is-honest", "message-matches-sender"),
    ("learners-stand", "learners-campaign"),
    ("leader-kept-while-probing", "leader-kept-by-pre-candidate"),
    ("stands-without-asking", "campaigns-without-pre-vote"),
    ("loyal-to-a-leader-that-is-gone", "sticky-to-a-lost-leader"),
    ("newer-term-starts-the-clock-again", "newer-term-resets-election-timer"),
    ("questions-stay-open", "answered-reads-stay-pending"),
    ("beats-at-every-tick", "heartbeat-at-every-tick"),
    ("beats-too-seldom", "heartbeat-too-rarely"),
    ("pieces-of-snapshots-mixed", "snapshot-chunks-mixed"),
    ("no-snapshot-for-strangers", "no-snapshot-for-new-members"),
    ("pre-vote-refusal-teaches-nothing", "pre-vote-refusal-term-ignored"),
    ("wiped-node-comes-back", "wiped-node-restarts"),
    ("answers-to-an-earlier-life", "read-replies-across-restarts"),
    ("proposal-passed-on-twice", "proposal-forwarded-twice"),
    ("floods-after-an-answer", "floods-after-ack"),
    ("known-snapshot-installed", "stale-snapshot-installed"),
    ("old-answers-confirm-reads", "stale-acks-confirm-reads"),
    ("adapter-shows-too-much", "adapter-overreports-log"),
    ("candidate-claims-too-much", "candidate-overstates-log"),
    ("damage-cut-off", "damaged-entries-truncated"),
    ("recovery-cut-short-cuts-again", "interrupted-repair-truncates-again"),
    ("membership-taken-up-when-committed", "membership-in-force-when-committed"),
    ("batches-without-bounds", "batch-limit-ignored"),
];

/// Settings of a schedule's text form.
const SETTINGS: [(&str, &str); 5] = [
    ("flight", "inflight"),
    ("piece", "chunk"),
    ("other", "mixed"),
    ("tight", "uncommitted-limit"),
    ("reckless", "unbounded-damage"),
];

/// The present name of an oracle, of a seeded bug, or of a seed of the bench based on that bug.
pub fn current(name: &str) -> String {
    let replaced = |(old, new): &(&str, &str)| {
        let rest = name.strip_prefix(old)?;
        (rest.is_empty() || rest.starts_with('-')).then(|| format!("{new}{rest}"))
    };
    NAMES.iter().find_map(replaced).unwrap_or_else(|| name.into())
}

/// The present name of a setting.
pub fn current_setting(name: &str) -> &str {
    SETTINGS.iter().find(|(old, _)| *old == name).map_or(name, |(_, new)| new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutants;
    use crate::mutants::bench::Seed;
    use crate::oracle::ORACLES;
    use crate::schedule::Schedule;

    #[test]
    fn an_old_name_is_still_accepted_and_maps_to_an_existing_one() {
        for (old, new) in NAMES {
            assert_eq!(current(old), new);
            let is_oracle = ORACLES.iter().any(|info| info.name == new);
            assert!(is_oracle || mutants::named(new).is_some(), "{new}");
            assert!(is_oracle || mutants::system_under_test(Some(old)).is_ok(), "{old}");
        }
        assert!(Seed::named("old-answers-confirm-reads-in-joint").is_some());
        assert_eq!(current("damage-cut-offs"), "damage-cut-offs");
    }

    #[test]
    fn an_old_setting_is_parsed_and_the_present_one_is_printed() {
        let text = "set piece 8\nset flight 2\nset other {n1}\nset tight on\nset reckless on\n";
        let written = Schedule::parse(text).expect("it is understood").to_string();
        for (old, new) in SETTINGS {
            assert!(written.contains(&format!("set {new} ")), "{new}");
            assert!(!written.contains(&format!("set {old} ")), "{old}");
        }
    }
}
