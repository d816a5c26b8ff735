//! The steps of a recovery, as far as they matter to a violation in it.
//!
//! Promises: of a long recovery only the last 4,096 steps are kept, and what is told of them has
//! about 18 lines. If the violation is in a step: the last steps. Else: the last ticks, equal
//! steps together; one period of them, if they repeat. A step in which nothing happens, such as an
//! idle tick, is not kept. Two steps are equal here if they differ only in numbers that are no
//! nodes: terms grow, requests are numbered.

use std::collections::VecDeque;

use crate::base::hash::mix;
use crate::report::line::{height, Line};
use crate::schedule::event::{Event, Kind};

/// How many steps are kept.
const KEPT: usize = 4_096;
/// How many lines are told.
const ROOM: usize = 18;
/// Steps without a period are told from this many of the last ticks; a period must hold over as
/// many, and at least twice.
const TICKS: usize = 128;
/// What stands before a step.
pub const LEAD: &str = "   - ";

/// The steps of one phase of a recovery: until it has converged, or of a quiet period.
#[derive(Clone, Debug, Default)]
pub struct RecoverySteps {
    /// Each with the tick in which, or after which, it happened.
    steps: VecDeque<(usize, Line)>,
    /// How often the clocks have ticked, each in turn.
    ticks: usize,
    /// Steps before these are forgotten.
    forgotten: bool,
    /// The phase is over: the next step begins another one.
    is_over: bool,
}

impl RecoverySteps {
    /// Begins a step.
    pub fn open(&mut self, event: Event, text: String) {
        if self.is_over {
            *self = RecoverySteps::default();
        }
        self.ticks += usize::from(event.kind == Kind::Tick && event.operands[0] == 0);
        if self.steps.back().is_some_and(|(_, line)| is_idle(line)) {
            self.steps.pop_back();
        }
        if self.steps.len() == KEPT {
            self.forgotten = true;
            self.steps.pop_front();
        }
        self.steps.push_back((self.ticks, Line::new(Some(event.kind), text)));
    }

    /// The current step.
    pub fn last_mut(&mut self) -> Option<&mut Line> {
        self.steps.back_mut().map(|(_, line)| line)
    }

    /// The phase is over.
    pub fn end(&mut self) {
        self.is_over = true;
    }

    /// What is told: which steps these are, and the steps.
    pub fn told(&self) -> (String, Vec<String>) {
        match self.is_over {
            true => self.last_ticks(),
            false => self.last_steps(),
        }
    }

    /// As many of the last steps as fit, each on its own.
    fn last_steps(&self) -> (String, Vec<String>) {
        let mut room = ROOM;
        let mut told: Vec<String> = Vec::new();
        for (_, line) in self.steps.iter().rev() {
            let Some(left) = room.checked_sub(height(LEAD, &line.text)) else { break };
            room = left;
            told.push(line.text.clone());
        }
        told.reverse();
        let title = match self.ticks {
            0 => "its last steps, before the first tick:".into(),
            tick => format!("its last steps, in tick {tick}:"),
        };
        (title, told)
    }

    /// The last ticks, equal steps together.
    fn last_ticks(&self) -> (String, Vec<String>) {
        let period = self.period();
        // What happened before the first tick belongs to it.
        let ticks = period.map_or((self.ticks + 1).min(TICKS), |(period, _)| period);
        let last = self.steps.iter().filter(|(tick, _)| tick + ticks > self.ticks);
        let told = together(last.map(|(_, line)| line).filter(|line| !is_idle(line)));
        let title = match period {
            Some((1, span)) if told.is_empty() => {
                format!("nothing happens in its last {span} ticks")
            }
            Some((1, span)) => format!("its last {span} ticks are alike, numbers aside:"),
            Some((period, span)) => {
                format!("its last {span} ticks repeat every {period} ticks, numbers aside:")
            }
            None => format!("its last {} ticks, equal steps together:", ticks.min(self.ticks)),
        };
        (title, told)
    }

    /// The shortest period of the last ticks, if they have one, and how many ticks these are.
    fn period(&self) -> Option<(usize, usize)> {
        // The oldest tick that is kept may lack steps.
        let oldest = self.steps.front().map_or(0, |(tick, _)| *tick).min(self.ticks);
        let known = if self.forgotten { self.ticks - oldest } else { self.ticks };
        let mut digests = vec![0; known];
        for (tick, line) in self.steps.iter().filter(|(_, line)| !is_idle(line)) {
            if let Some(place) = (tick + known).checked_sub(self.ticks + 1) {
                let step = skeleton(&line.text).bytes().fold(1, |hash, b| mix(hash, b.into()));
                digests[place] = mix(digests[place], step);
            }
        }
        let span = |period: usize| TICKS.min(known).max(2 * period);
        let repeats = |&period: &usize| {
            let last = &digests[known - span(period)..];
            last[period..] == last[..last.len() - period]
        };
        (1..=known / 2).find(repeats).map(|period| (period, span(period)))
    }
}

/// Whether nothing happens in this step.
fn is_idle(line: &Line) -> bool {
    let needs_effect = [Kind::Tick, Kind::Persist, Kind::Resume].map(Some);
    !line.has_effect && needs_effect.contains(&line.kind)
}

/// A step without the numbers that are no nodes, and without what clients are answered.
fn skeleton(text: &str) -> String {
    if text.contains("answers ") {
        let kept = |clause: &str| match clause.split_once("answers ") {
            Some((before, answer)) => format!("{before}{}", answer.split(':').next().unwrap_or("")),
            None => clause.to_string(),
        };
        let clauses: Vec<String> = text.split("; ").map(kept).collect();
        return skeleton(&clauses.join("; "));
    }
    let mut before = ' ';
    let mut is_kept = |c: char| {
        let is_node = before == 'n' && c.is_ascii_digit();
        before = c;
        is_node || !c.is_ascii_digit()
    };
    text.chars().filter(|&c| is_kept(c)).collect()
}

/// Equal steps that are told as one.
struct Group<'a> {
    skeleton: String,
    line: &'a Line,
    count: usize,
    /// The place of the last of them.
    last: usize,
}

impl Group<'_> {
    fn told(&self) -> String {
        match self.count {
            1 => self.line.text.clone(),
            count => format!("{} ({count} times)", self.line.text),
        }
    }
}

/// Equal steps as one, in the order of the first of them: as many as there is room for, changes of
/// roles first, then the later ones.
fn together<'a>(steps: impl Iterator<Item = &'a Line>) -> Vec<String> {
    let mut groups: Vec<Group> = Vec::new();
    for (last, line) in steps.enumerate() {
        let skeleton = skeleton(&line.text);
        match groups.iter_mut().find(|group| group.skeleton == skeleton) {
            Some(group) => (group.count, group.last) = (group.count + 1, last),
            None => groups.push(Group { skeleton, line, count: 1, last }),
        }
    }
    let mut order: Vec<&Group> = groups.iter().collect();
    order.sort_by_key(|group| std::cmp::Reverse((group.line.changes_role(), group.last)));
    let mut room = ROOM;
    let fitting = order.iter().take_while(|group| {
        let height = height(LEAD, &group.told());
        let fits = height <= room;
        room = room.saturating_sub(height);
        fits
    });
    let chosen: Vec<usize> = fitting.map(|group| group.last).collect();
    let (told, left_out): (Vec<&Group>, Vec<&Group>) =
        groups.iter().partition(|group| chosen.contains(&group.last));
    let others = left_out.iter().map(|group| group.count).sum::<usize>();
    let others = (others > 0).then(|| format!("(not told: {others} other steps)"));
    told.into_iter().map(Group::told).chain(others).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A phase in which in each tick something happens, as told by `step`.
    fn phase(ticks: usize, step: impl Fn(usize) -> Vec<(Kind, String)>) -> RecoverySteps {
        let mut steps = RecoverySteps::default();
        for tick in 1..=ticks {
            steps.open(Event::new(Kind::Tick, &[0]), "the clock of n0 ticks".into());
            for (kind, text) in step(tick) {
                steps.open(Event::new(kind, &[]), text);
            }
        }
        steps
    }

    fn message(text: &str) -> (Kind, String) {
        (Kind::Deliver, text.to_string())
    }

    #[test]
    fn a_cycle_is_told_as_one_period_with_equal_steps_together() {
        let mut steps = phase(300, |tick| match tick % 5 {
            0 => vec![
                message(&format!("n1 receives RequestVote(term {tick}) from n2")),
                message("n2 is refused"),
            ],
            3 => vec![message("n2 is refused")],
            _ => Vec::new(),
        });
        steps.end();
        let (title, told) = steps.told();
        assert_eq!(title, "its last 128 ticks repeat every 5 ticks, numbers aside:");
        let expected = ["n2 is refused (2 times)", "n1 receives RequestVote(term 300) from n2"];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_period_longer_than_half_of_the_last_ticks_must_hold_twice() {
        let told = |ticks| {
            let rare = |tick: usize| match tick % 100 {
                99 => vec![message("n1 campaigns")],
                _ => Vec::new(),
            };
            let mut steps = phase(ticks, rare);
            steps.end();
            steps.told().0
        };
        assert_eq!(told(400), "its last 200 ticks repeat every 100 ticks, numbers aside:");
        assert_eq!(told(199), "its last 128 ticks, equal steps together:");
    }

    #[test]
    fn a_phase_in_which_nothing_happens_is_told_as_that() {
        let mut steps = phase(400, |_| Vec::new());
        steps.end();
        assert_eq!(steps.told(), ("nothing happens in its last 128 ticks".into(), Vec::new()));
    }

    #[test]
    fn before_a_violation_in_a_step_the_last_steps_are_told_each_on_its_own() {
        let mut steps = phase(9, |tick| vec![message(&format!("n1 receives message {tick}"))]);
        steps.last_mut().expect("there is one").add(None, format_args!("commits"));
        let (title, told) = steps.told();
        assert_eq!(title, "its last steps, in tick 9:");
        assert_eq!((told.len(), told[8].as_str()), (9, "n1 receives message 9: commits"));
        assert!(told.iter().all(|step| !step.contains("clock")), "{told:?}");
    }

    #[test]
    fn changes_of_roles_come_before_other_steps_and_the_rest_is_counted() {
        let word = |number: usize| ["a", "b", "c", "d"][number % 4].repeat(number / 4 + 1);
        let mut steps = phase(100, |tick| match tick {
            1 => vec![message("n1 receives: becomes candidate")],
            _ => vec![message(&format!("n2 receives {}", word(tick)))],
        });
        steps.end();
        let told = steps.told().1;
        assert_eq!(told.first().map(String::as_str), Some("n1 receives: becomes candidate"));
        assert!(told.last().is_some_and(|last| last.starts_with("(not told: ")), "{told:?}");
        let height: usize = told.iter().map(|step| height(LEAD, step)).sum();
        assert!(height <= ROOM + 1, "{told:?}");
    }

    #[test]
    fn of_a_long_phase_only_the_last_steps_are_kept_and_a_new_phase_begins_anew() {
        let mut steps = phase(KEPT, |_| vec![message("n1 receives"), message("n2 receives")]);
        assert_eq!((steps.steps.len(), steps.forgotten), (KEPT, true));
        steps.end();
        assert_eq!(steps.told().0, "its last 128 ticks are alike, numbers aside:");
        steps.open(Event::new(Kind::Heal, &[]), "all links are healed".into());
        assert_eq!((steps.steps.len(), steps.ticks, steps.forgotten), (1, 0, false));
    }
}
