//! Operators' requests: servers are added and removed, leadership is handed over.
//!
//! A server passes a request on to the leader, again whenever the leader changes, until it has the
//! result: every request can be carried out twice. The leader takes one step at a time and waits
//! for its effect: a new server is admitted, is a learner until it has caught up, and then a voter.

use raft::{Input, Membership, NodeId, NodeSet, Role};

use crate::command::Action;
use crate::server::answer::{Answer, Event, Token};
use crate::server::orders::{Asked, Running, WAITING};
use crate::server::Server;
use crate::wire::{Frame, Order};

/// A learner has caught up when it lacks no more than this many entries.
const BEHIND: u64 = 1000;

/// The progress of a request.
enum Progress {
    Waits,
    Ends(Result<String, String>),
}

impl Server {
    /// An operator's request, for the leader.
    pub fn operate(&mut self, token: Token, order: Order) {
        if self.operations.asked.len() >= WAITING {
            return self.answer(token, Answer::Busy);
        }
        self.operations.last += 1;
        let deadline = self.now + self.settings.operation_patience;
        let asked = Asked { token, order, deadline, sent: None, was_sent: false };
        self.operations.asked.insert(self.operations.last, asked);
        self.pass_on_orders();
    }

    /// One tick: passes on requests, answers late ones, and carries out the leader's.
    pub(super) fn advance_operations(&mut self) {
        let now = self.now;
        let late = |(_, asked): &(&u64, &Asked)| asked.deadline <= now;
        let late: Vec<u64> =
            self.operations.asked.iter().filter(late).map(|(number, _)| *number).collect();
        for number in late {
            if let Some(Asked { token, was_sent, .. }) = self.operations.asked.remove(&number) {
                self.answer(token, if was_sent { Answer::Unknown } else { Answer::NoLeader });
            }
        }
        self.pass_on_orders();
        self.run_orders();
        if self.is_stopping && now.is_multiple_of(self.settings.resend) {
            self.hand_over();
        }
    }

    /// Answers all requests with what is known.
    pub(super) fn give_up_operations(&mut self) {
        for (_, Asked { token, was_sent, .. }) in std::mem::take(&mut self.operations.asked) {
            self.answer(token, if was_sent { Answer::Unknown } else { Answer::Stopping });
        }
    }

    /// The others say that this server was removed: so does whoever asked it for that.
    pub fn removed(&mut self) {
        let (id, mut tokens) = (self.id().0, Vec::new());
        self.operations.asked.retain(|_, asked| {
            let is_this = asked.order == Order::Remove(id);
            tokens.extend(is_this.then_some(asked.token));
            !is_this
        });
        for token in tokens {
            self.answer(token, Answer::Operated(Ok(format!("server {id} is removed"))));
        }
    }

    fn pass_on_orders(&mut self) {
        let Some(leader) = self.node.status().leader else { return };
        let (now, resend, id) = (self.now, self.settings.resend, self.id());
        let mut orders = Vec::new();
        for (&number, asked) in &mut self.operations.asked {
            if asked.sent.is_none_or(|sent| sent + resend <= now) {
                (asked.sent, asked.was_sent) = (Some(now), true);
                orders.push((number, asked.order.clone()));
            }
        }
        for (number, order) in orders {
            match leader == id {
                true => self.receive_order(id, number, order),
                false => self.effects.frames.push((leader, Frame::Operate { number, order })),
            }
        }
    }

    pub(super) fn receive_order(&mut self, from: NodeId, number: u64, order: Order) {
        let running = &mut self.operations.running;
        let is_known = running.iter().any(|one| (one.from, one.number) == (from, number));
        if self.node.status().role != Role::Leader || is_known || running.len() >= WAITING {
            return;
        }
        let deadline = self.now + self.settings.operation_patience;
        running.push(Running { from, number, order, begun: None, deadline });
    }

    pub(super) fn operated(&mut self, number: u64, result: Result<String, String>) {
        if let Some(asked) = self.operations.asked.remove(&number) {
            self.answer(asked.token, Answer::Operated(result));
        }
    }

    /// Takes the next step of each request. Raft itself refuses a change during another.
    fn run_orders(&mut self) {
        let mut running = std::mem::take(&mut self.operations.running);
        running.retain_mut(|one| {
            let progress = match one.order.clone() {
                _ if self.node.status().role != Role::Leader => return false,
                // Who asked for it is told that the outcome is unknown.
                _ if one.deadline <= self.now => {
                    let text = format!("not finished in time: {:?}", one.order);
                    self.effects.events.push(Event::Operation(text));
                    return false;
                }
                Order::Add { id, .. } | Order::Remove(id) | Order::Transfer(id)
                    if !(1..NodeId::LIMIT).contains(&id) =>
                {
                    let most = NodeId::LIMIT - 1;
                    Progress::Ends(Err(format!("`{id}` is no id from 1 to {most}")))
                }
                Order::Add { id, address } => self.add(one, NodeId(id), &address),
                Order::Remove(id) => self.remove(one, NodeId(id)),
                Order::Transfer(id) => self.transfer(one, NodeId(id)),
            };
            let Progress::Ends(result) = progress else { return true };
            let text = result.as_ref().map_or_else(|error| error.clone(), |done| done.clone());
            self.effects.events.push(Event::Operation(text));
            match one.from == self.id() {
                true => self.operated(one.number, result),
                false => {
                    let frame = Frame::Operated { number: one.number, result };
                    self.effects.frames.push((one.from, frame));
                }
            }
            false
        });
        // A leader that has stepped down meanwhile has dropped what it ran.
        if self.node.status().role == Role::Leader {
            running.append(&mut self.operations.running);
            self.operations.running = running;
        }
    }

    fn add(&mut self, one: &mut Running, id: NodeId, address: &str) -> Progress {
        let membership = self.membership();
        if self.machine.is_expelled(id.0) {
            let used = format!("server {} was removed: use a new id", id.0);
            return Progress::Ends(Err(used));
        }
        let known = self.machine.addresses().get(&id.0).cloned();
        match &known {
            _ if !membership.members().contains(id) => {}
            Some(known) if known == address => {}
            Some(known) => {
                return Progress::Ends(Err(format!("server {} is a member at {known}", id.0)));
            }
            // It was admitted, which this new leader has not applied yet.
            None => return Progress::Waits,
        }
        if membership.voters.contains(id) && self.is_settled() {
            return Progress::Ends(Ok(format!("server {} is a voter", id.0)));
        }
        if known.as_deref() != Some(address) {
            if one.begun.replace(self.now).is_none() {
                self.write(None, Action::Admit { id: id.0, address });
            }
            return Progress::Waits;
        }
        let with = |set: NodeSet| set | NodeSet::only(id);
        if !membership.members().contains(id) {
            self.change(membership.voters, with(membership.learners));
        } else if membership.learners.contains(id) && self.has_caught_up(id) {
            let learners = membership.learners.without(NodeSet::only(id));
            self.change(with(membership.voters), learners);
        }
        Progress::Waits
    }

    fn remove(&mut self, one: &mut Running, id: NodeId) -> Progress {
        let Membership { voters, learners, .. } = self.membership();
        let gone = NodeSet::only(id);
        if self.membership().members().contains(id) {
            if voters == gone {
                return Progress::Ends(Err(format!("server {} is the only voter", id.0)));
            }
            if id == self.id() {
                self.hand_over(); // The next leader gets the request again.
            } else {
                self.change(voters.without(gone), learners.without(gone));
            }
            return Progress::Waits;
        }
        if self.machine.is_expelled(id.0) {
            return Progress::Ends(Ok(format!("server {} is removed", id.0)));
        }
        if !self.machine.addresses().contains_key(&id.0) {
            return Progress::Ends(Err(format!("server {} is no member", id.0)));
        }
        if self.is_settled() && one.begun.replace(self.now).is_none() {
            self.write(None, Action::Expel(id.0));
        }
        Progress::Waits
    }

    /// One attempt: during it no writes are accepted.
    fn transfer(&mut self, one: &mut Running, id: NodeId) -> Progress {
        if id == self.id() {
            return Progress::Ends(Ok(format!("server {} leads", id.0)));
        }
        let within = u64::from(self.node.config().election_ticks);
        match one.begun {
            Some(begun) if self.now > begun + within => {
                Progress::Ends(Err(format!("server {} has not taken over; it may yet", id.0)))
            }
            Some(_) => Progress::Waits,
            None => match self.step(Input::Transfer(id)) {
                Some(Err(refused @ raft::Refused::NoOtherVoter { .. })) => {
                    Progress::Ends(Err(refused.to_string()))
                }
                Some(Ok(_)) => {
                    one.begun = Some(self.now);
                    Progress::Waits
                }
                _ => Progress::Waits,
            },
        }
    }

    fn change(&mut self, voters: NodeSet, learners: NodeSet) {
        self.step(Input::Change { voters, learners });
    }

    /// The membership in force is committed, and no second step follows.
    fn is_settled(&self) -> bool {
        !self.membership().is_joint() && self.node.membership_is_committed()
    }

    fn has_caught_up(&self, id: NodeId) -> bool {
        let commit = self.node.status().commit;
        self.is_settled()
            && self
                .matched(id)
                .is_some_and(|matched| matched.0 > 0 && matched.0 + BEHIND > commit.0)
    }

    /// The other voter whose log is the longest, to a leader's knowledge, of those that it has
    /// heard from within an election timeout.
    pub(super) fn successor(&self) -> Option<NodeId> {
        let others = self.membership().voters.without(NodeSet::only(self.id()));
        let within = u64::from(self.node.config().election_ticks);
        let is_alive = |id: &NodeId| self.heard.get(id).is_some_and(|at| at + within >= self.now);
        others.iter().filter(is_alive).max_by_key(|&id| self.matched(id))
    }

    pub(super) fn hand_over(&mut self) {
        if let Some(successor) = self.successor().filter(|_| self.leads()) {
            self.step(Input::Transfer(successor));
        }
    }
}
