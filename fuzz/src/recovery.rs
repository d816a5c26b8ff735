//! Recovery: after the last event everything is healed, and the cluster must make progress.
//!
//! Promises: from here on nothing is lost or late: all links work, all nodes run, a write is
//! durable before its node does anything else, and between two ticks everything arrives. Clocks
//! tick in turn. Under so kind a schedule a correct Raft elects a leader and applies a fresh
//! command on every node; whether it did is for an oracle to say. The rounds are bounded by
//! election timeouts.

use raft::NodeId;

use crate::cluster::Cluster;
use crate::replica::{Input, Replica};
use crate::violation::{Verdict, HELD};
use crate::watch::Observer;

/// How many of the longest election timeouts a recovery may take.
const TIMEOUTS: usize = 40;
/// How many times between two ticks some link is emptied: answers to answers end sooner, unless the
/// Raft talks for ever.
const DELIVERIES: usize = 1 << 12;

impl<R: Replica, O: Observer> Cluster<R, O> {
    /// Heals everything and lets time pass until the cluster has recovered, or should have.
    pub(crate) fn recover(&mut self) -> Verdict {
        self.heal_all()?;
        let setup = *self.setup();
        let longest = usize::from(setup.election_ticks.max(setup.heartbeat_ticks)) * 2;
        let fresh = self.watch.history.proposals + 1;
        let mut asked = None;
        for round in 0..TIMEOUTS * longest {
            if self.watch.history.has_recovered(fresh) {
                break;
            }
            let leader = self.watch.history.newest_leader();
            // A command may die with its leader, so it is proposed again, but not all the time.
            if let Some((id, _)) = leader.filter(|_| leader != asked || round % longest == 0) {
                asked = leader;
                let command = self.watch.history.proposed_at(id, 0);
                self.live_through(id, Input::Propose(command))?;
                self.deliver_everything()?;
            }
            for id in (0..setup.nodes).map(NodeId) {
                self.live_through(id, Input::Tick)?;
                self.deliver_everything()?;
            }
        }
        self.watch.recovered(fresh)
    }

    fn heal_all(&mut self) -> Verdict {
        self.watch.heals()?;
        self.network.heal();
        for id in (0..self.setup().nodes).map(NodeId) {
            if !self.watch.history.node(id).up {
                self.boot(id)?;
            }
            self.catch_up(id)?;
        }
        self.deliver_everything()
    }

    fn deliver_everything(&mut self) -> Verdict {
        for _ in 0..DELIVERIES {
            let Some(link) = self.network.wish(0, 0) else { break };
            for _ in 0..self.network.deliverable(link) {
                let Some(message) = self.network.take(link, 0) else { break };
                self.live_through(link.to, Input::Receive(message))?;
            }
        }
        HELD
    }

    /// One input, and all that it caused on this node.
    fn live_through(&mut self, id: NodeId, input: Input<R::Message>) -> Verdict {
        self.input(id, input)?;
        self.catch_up(id)
    }

    /// All writes become durable, and all that is committed is applied.
    fn catch_up(&mut self, id: NodeId) -> Verdict {
        while self.complete_write(id)? > 0 || self.apply_all(id)? > 0 {}
        HELD
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replica::{Capabilities, Durable, Effects, Meaning, Plain, Speech, View};
    use crate::run::Runner;
    use crate::schedule::{Schedule, Setup};
    use crate::subject::Subject;
    use raft::{LogId, Progress, Term};

    /// Answers every message with a message, for ever.
    struct Chatter {
        id: NodeId,
        has_spoken: bool,
    }

    impl Replica for Chatter {
        type Message = (NodeId, NodeId);
        type Options = ();
        type Output = Plain<(NodeId, NodeId)>;

        const CAPABILITIES: Capabilities =
            Capabilities { bounded_sends: false, smallest_cluster: 2, ..Capabilities::FIGURE_2 };

        fn start(id: NodeId, _: &Setup, _: &(), _: &Durable) -> Chatter {
            Chatter { id, has_spoken: false }
        }

        fn step(&mut self, input: Input<(NodeId, NodeId)>, output: &mut Self::Output) {
            output.clear();
            let first = matches!(input, Input::Tick) && !self.has_spoken;
            if first || matches!(input, Input::Receive(_)) {
                output.messages.push((self.id, NodeId(1 - self.id.0)));
            }
            self.has_spoken |= first;
        }

        fn effects(output: &mut Self::Output) -> Effects<'_, (NodeId, NodeId)> {
            output.effects()
        }

        fn view(&self) -> View {
            View::default()
        }

        fn progress(&self, _: NodeId) -> Option<Progress> {
            None
        }

        fn meaning(&(from, to): &(NodeId, NodeId)) -> Meaning {
            let (term, speech) = (Term(0), Speech::Other);
            Meaning { from, to, term, speech, committed: LogId::ZERO }
        }
    }

    #[test]
    fn a_raft_that_talks_for_ever_comes_to_a_verdict() {
        let subject = Subject::<Chatter>::without_mutants(None).expect("there is one");
        let setup = Setup { nodes: 2, election_ticks: 2, recovery: true, ..Setup::default() };
        let outcome = Runner::new(subject).run(&Schedule { setup, events: Vec::new() });
        assert_eq!(outcome.fingerprint().as_deref(), Some("recovers-after-healing"));
    }
}
