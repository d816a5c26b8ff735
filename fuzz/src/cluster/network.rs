//! The network: messages in flight, per directed link, in the order they were sent.
//!
//! Promises: messages are lost, duplicated or reordered only on request; a cut link neither
//! delivers nor accepts messages; a clogged link accepts but does not deliver; messages to a node
//! that is down or paused wait for it. Of a message's content it knows the kind, by number.

use std::collections::VecDeque;

use raft::NodeId;

use crate::base::cloning::clone_by_field;
use crate::schedule::event::{Event, Kind};
use crate::schedule::operand::{first_from, wrap};

/// Links are numbered with room for this many receivers each, so that no division is needed; the
/// numbers of all links fit one machine word.
const STRIDE: usize = 8;

/// A directed link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Link {
    /// The sender.
    pub from: NodeId,
    /// The receiver.
    pub to: NodeId,
}

impl Link {
    fn numbered(number: usize) -> Link {
        Link { from: NodeId((number / STRIDE) as u8), to: NodeId((number % STRIDE) as u8) }
    }
}

/// Messages in flight between `n` nodes.
#[derive(Debug)]
pub struct Network<M> {
    nodes: u8,
    links: Vec<VecDeque<M>>,
    /// One bit a link: it has messages.
    busy: u64,
    /// One bit a link: it is cut.
    cut: u64,
    /// One bit a link: its receiver is down.
    closed: u64,
    /// One bit a link: it holds back its messages.
    clogged: u64,
    /// One bit a kind of message: it is dropped.
    filtered: u64,
    capacity: usize,
    /// How many messages were ever put on a link.
    sent: u64,
}

clone_by_field!(Network<M> where M: Clone;
    nodes, links, busy, cut, closed, clogged, filtered, capacity, sent
);

/// No nodes, so no links.
impl<M> Default for Network<M> {
    fn default() -> Network<M> {
        let links = Vec::new();
        let (busy, cut, closed, clogged, filtered) = (0, 0, 0, 0, 0);
        Network { nodes: 0, links, busy, cut, closed, clogged, filtered, capacity: 0, sent: 0 }
    }
}

impl<M: Clone> Network<M> {
    /// Resets it to an empty network of `nodes` nodes. A link holds `capacity` messages; a further
    /// one evicts the oldest.
    pub fn clear(&mut self, nodes: u8, capacity: u8) {
        self.nodes = nodes;
        self.capacity = capacity.into();
        self.links.iter_mut().for_each(VecDeque::clear);
        self.links.resize_with(usize::from(nodes) * STRIDE, VecDeque::new);
        (self.busy, self.cut, self.closed) = (0, 0, 0);
        (self.clogged, self.filtered) = (0, 0);
        self.sent = 0;
    }

    /// How many messages were ever put on a link.
    pub fn sent(&self) -> u64 {
        self.sent
    }

    fn number(&self, link: Link) -> Option<usize> {
        let (from, to) = (link.from.0, link.to.0);
        (from < self.nodes && to < self.nodes).then(|| usize::from(from) * STRIDE + usize::from(to))
    }

    /// The working link with messages at or after the one that the bytes select.
    pub fn select(&self, from: u8, to: u8) -> Option<Link> {
        let start =
            usize::from(wrap(from, self.nodes)) * STRIDE + usize::from(wrap(to, self.nodes));
        first_from(self.ready(), start).map(Link::numbered)
    }

    /// The working links with messages.
    fn ready(&self) -> u64 {
        self.busy & !(self.cut | self.closed | self.clogged)
    }

    /// The clogged link at or after the one that the bytes select.
    pub fn select_clogged(&self, from: u8, to: u8) -> Option<Link> {
        let start =
            usize::from(wrap(from, self.nodes)) * STRIDE + usize::from(wrap(to, self.nodes));
        first_from(self.clogged, start).map(Link::numbered)
    }

    /// The number of `link`, if messages on it can arrive.
    fn working(&self, link: Link) -> Option<usize> {
        let blocked = self.cut | self.closed | self.clogged;
        self.number(link).filter(|number| blocked >> number & 1 == 0)
    }

    /// How many messages of `link` can arrive now.
    pub fn deliverable(&self, link: Link) -> usize {
        self.working(link).map_or(0, |number| self.links[number].len())
    }

    /// Whether there is anything to heal.
    pub fn has_faults(&self) -> bool {
        self.cut | self.clogged | self.filtered != 0
    }

    /// Whether any message can arrive now.
    pub fn is_busy(&self) -> bool {
        self.ready() != 0
    }

    /// Whether any link is clogged.
    pub fn has_clogged(&self) -> bool {
        self.clogged != 0
    }

    /// Puts a message of a kind on a link; whether that evicted another. A cut link and a filter
    /// drop it.
    pub fn send(&mut self, link: Link, kind: u8, message: M) -> bool {
        let Some(number) = self.number(link) else { return false };
        if (self.cut >> number | self.filtered >> kind) & 1 == 1 {
            return false;
        }
        let queue = &mut self.links[number];
        let evicts = queue.len() == self.capacity;
        if evicts {
            queue.pop_front();
        }
        queue.push_back(message);
        self.sent += 1;
        self.busy |= 1 << number;
        evicts
    }

    /// Takes the message at `position` off a link that works.
    pub fn take(&mut self, link: Link, position: usize) -> Option<M> {
        let number = self.working(link)?;
        let queue = &mut self.links[number];
        let message = if position == 0 { queue.pop_front() } else { queue.remove(position) }?;
        if queue.is_empty() {
            self.busy &= !(1 << number);
        }
        Some(message)
    }

    /// The message at `position` of a link that works.
    pub fn peek(&self, link: Link, position: usize) -> Option<&M> {
        let number = self.working(link)?;
        self.links[number].get(position)
    }

    /// Cuts one link; whether it worked before.
    pub fn cut(&mut self, link: Link) -> bool {
        let before = self.cut;
        if let Some(number) = self.number(link) {
            self.cut |= 1 << number;
        }
        self.cut != before
    }

    /// Cuts every link between the nodes of `mask` and the others; whether any worked before.
    pub fn partition(&mut self, mask: u8) -> bool {
        self.cut_with_bridge(u8::MAX, mask)
    }

    /// Cuts every link between two sides: the nodes of `mask`, and the others, both without
    /// `bridge`; whether any worked before.
    pub fn cut_with_bridge(&mut self, bridge: u8, mask: u8) -> bool {
        let (mut changed, nodes) = (false, self.nodes);
        let ends = (0..nodes).filter(|&node| node != bridge);
        for (from, to) in ends.clone().flat_map(|from| ends.clone().map(move |to| (from, to))) {
            if (mask >> from & 1) != (mask >> to & 1) {
                changed |= self.cut(Link { from: NodeId(from), to: NodeId(to) });
            }
        }
        changed
    }

    /// Makes one link hold back its messages, or deliver them again; whether that is a change.
    pub fn clog(&mut self, link: Link, clogged: bool) -> bool {
        let before = self.clogged;
        if let Some(number) = self.number(link) {
            self.clogged = self.clogged & !(1 << number) | u64::from(clogged) << number;
        }
        self.clogged != before
    }

    /// Whether `link` is clogged.
    pub fn is_clogged(&self, link: Link) -> bool {
        self.number(link).is_some_and(|number| self.clogged >> number & 1 == 1)
    }

    /// Drops messages of a kind from now on; whether that is a change.
    pub fn filter(&mut self, kind: u8) -> bool {
        let before = self.filtered;
        self.filtered |= 1 << kind;
        self.filtered != before
    }

    /// Whether messages of a kind are dropped.
    pub fn is_filtered(&self, kind: u8) -> bool {
        self.filtered >> kind & 1 == 1
    }

    /// Whether `link` is cut.
    pub fn is_cut_off(&self, link: Link) -> bool {
        self.number(link).is_some_and(|number| self.cut >> number & 1 == 1)
    }

    /// Holds back messages to `node`, or lets them arrive again.
    pub fn set_down(&mut self, node: NodeId, down: bool) {
        for from in 0..self.nodes {
            let Some(number) = self.number(Link { from: NodeId(from), to: node }) else { continue };
            self.closed &= !(1 << number);
            self.closed |= u64::from(down) << number;
        }
    }

    /// Drops all messages in flight.
    pub fn drop_all(&mut self) {
        self.links.iter_mut().for_each(VecDeque::clear);
        self.busy = 0;
    }

    /// Drops the messages in flight to a node that are not `kept`.
    pub fn drop_to(&mut self, to: NodeId, kept: impl Fn(&M) -> bool) {
        for from in (0..self.nodes).map(NodeId) {
            let Some(number) = self.number(Link { from, to }) else { continue };
            self.links[number].retain(&kept);
            if self.links[number].is_empty() {
                self.busy &= !(1 << number);
            }
        }
    }

    /// Applies an exact event to links; whether anything changes.
    pub fn change(&mut self, event: Event) -> bool {
        let [a, b, _] = event.operands;
        let link = Link { from: NodeId(a), to: NodeId(b) };
        match event.kind {
            Kind::Partition => self.partition(a),
            Kind::Cut => self.cut(link),
            Kind::Bridge => self.cut_with_bridge(a, b),
            Kind::Clog => self.clog(link, true),
            Kind::Release => self.clog(link, false),
            Kind::Filter => self.filter(a),
            _ => self.heal(),
        }
    }

    /// Makes every link work again, for all kinds of messages; whether any did not.
    pub fn heal(&mut self) -> bool {
        let had_faults = self.has_faults();
        (self.cut, self.clogged, self.filtered) = (0, 0, 0);
        had_faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(from: u8, to: u8) -> Link {
        Link { from: NodeId(from), to: NodeId(to) }
    }

    fn empty_network(nodes: u8) -> Network<char> {
        let mut network = Network::default();
        network.clear(nodes, 8);
        network
    }

    #[test]
    fn a_selector_finds_the_next_link_with_messages() {
        let mut network = empty_network(3);
        assert_eq!(network.select(0, 1), None);
        network.send(link(1, 2), 0, 'a');
        network.send(link(0, 1), 0, 'b');
        assert_eq!(network.select(0, 1), Some(link(0, 1)));
        assert_eq!(network.select(0, 2), Some(link(1, 2)));
        assert_eq!(network.select(2, 2), Some(link(0, 1)));
        assert_eq!(network.select(255, 255), network.select(0, 0));
    }

    #[test]
    fn a_cut_link_drops_new_messages_and_keeps_those_in_flight() {
        let mut network = empty_network(2);
        network.send(link(0, 1), 0, 'a');
        assert!(network.partition(0b01));
        network.send(link(0, 1), 0, 'b');
        assert_eq!(network.take(link(0, 1), 0), None);
        assert!(network.heal());
        assert_eq!(network.take(link(0, 1), 0), Some('a'));
        assert_eq!(network.take(link(0, 1), 0), None);
    }

    #[test]
    fn a_one_way_cut_leaves_the_other_direction() {
        let mut network = empty_network(2);
        network.cut(link(0, 1));
        network.send(link(1, 0), 0, 'a');
        assert_eq!(network.take(link(1, 0), 0), Some('a'));
    }

    #[test]
    fn messages_to_a_node_that_is_down_wait_for_it() {
        let mut network = empty_network(2);
        network.set_down(NodeId(1), true);
        network.send(link(0, 1), 0, 'a');
        assert_eq!(network.select(0, 1), None);
        network.set_down(NodeId(1), false);
        assert_eq!(network.take(link(0, 1), 0), Some('a'));
    }

    #[test]
    fn messages_to_a_node_are_dropped_by_what_they_are() {
        let mut network = empty_network(3);
        for (at, message) in [(link(0, 1), 'a'), (link(0, 1), 'b'), (link(2, 1), 'a')] {
            network.send(at, 0, message);
        }
        network.send(link(1, 2), 0, 'a');
        network.drop_to(NodeId(1), |&message| message == 'b');
        assert_eq!(network.take(link(0, 1), 0), Some('b'));
        assert_eq!(network.select(0, 0), Some(link(1, 2)));
        assert_eq!(network.select(2, 0), Some(link(1, 2)));
    }

    #[test]
    fn a_clogged_link_takes_messages_and_delivers_them_when_it_is_released() {
        let mut network = empty_network(2);
        assert!(network.clog(link(0, 1), true));
        network.send(link(0, 1), 0, 'a');
        assert_eq!((network.select(0, 1), network.take(link(0, 1), 0)), (None, None));
        assert_eq!(network.select_clogged(1, 1), Some(link(0, 1)));
        assert!(network.clog(link(0, 1), false));
        assert_eq!(network.take(link(0, 1), 0), Some('a'));
    }

    #[test]
    fn a_filter_drops_one_kind_of_messages_until_the_network_is_healed() {
        let mut network = empty_network(2);
        assert!(network.filter(3));
        network.send(link(0, 1), 3, 'a');
        network.send(link(0, 1), 2, 'b');
        assert!(network.heal());
        network.send(link(0, 1), 3, 'c');
        assert_eq!(network.take(link(0, 1), 0), Some('b'));
        assert_eq!(network.take(link(0, 1), 0), Some('c'));
    }

    #[test]
    fn a_bridge_reaches_both_sides_which_do_not_reach_each_other() {
        let mut network = empty_network(3);
        assert!(network.cut_with_bridge(2, 0b001));
        let cut = |from, to| network.is_cut_off(link(from, to));
        assert!(cut(0, 1) && cut(1, 0));
        assert!(!cut(0, 2) && !cut(2, 0) && !cut(1, 2) && !cut(2, 1));
    }

    #[test]
    fn a_full_link_evicts_the_oldest_message() {
        let mut network = empty_network(2);
        network.clear(2, 2);
        let evicts = ['a', 'b', 'c'].map(|letter| network.send(link(0, 1), 0, letter));
        assert_eq!(evicts, [false, false, true]);
        assert_eq!(network.take(link(0, 1), 0), Some('b'));
    }

    #[test]
    fn any_position_of_a_link_can_be_taken() {
        let mut network = empty_network(2);
        for letter in ['a', 'b', 'c'] {
            network.send(link(0, 1), 0, letter);
        }
        assert_eq!(network.take(link(0, 1), 2), Some('c'));
        assert_eq!(network.take(link(0, 1), 2), None);
        assert_eq!(network.take(link(0, 1), 0), Some('a'));
    }
}
