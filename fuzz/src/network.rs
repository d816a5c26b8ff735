//! The network: messages in flight, per directed link, in the order they were sent.
//!
//! Promises: nothing is lost, copied or overtaken unless someone asks; a cut link neither delivers
//! nor takes anything; what is sent to a node that is down waits for it. Knows nothing of what
//! messages say.

use std::collections::VecDeque;

use raft::NodeId;

/// Links are numbered with room for this many receivers each, so that no division is needed; the
/// numbers of all links fit one machine word.
const STRIDE: usize = 8;

/// `wish` as one of `count` things; without a division if it is one already.
pub(crate) fn wrap(wish: u8, count: u8) -> u8 {
    if wish < count {
        wish
    } else {
        wish % count
    }
}

/// A directed link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Link {
    /// The sender.
    pub from: NodeId,
    /// The receiver.
    pub to: NodeId,
}

/// Messages in flight between `n` nodes.
#[derive(Clone, Debug)]
pub struct Network<M> {
    nodes: u8,
    links: Vec<VecDeque<M>>,
    /// One bit a link: something is on it.
    busy: u64,
    /// One bit a link: it is cut.
    cut: u64,
    /// One bit a link: its receiver is down.
    closed: u64,
}

/// No nodes, so no links.
impl<M> Default for Network<M> {
    fn default() -> Network<M> {
        Network { nodes: 0, links: Vec::new(), busy: 0, cut: 0, closed: 0 }
    }
}

impl<M: Clone> Network<M> {
    /// A link holds this many messages; a further one pushes the oldest out.
    pub const CAPACITY: usize = 256;

    /// Makes it a quiet network of `nodes` nodes.
    pub fn clear(&mut self, nodes: u8) {
        self.nodes = nodes;
        self.links.iter_mut().for_each(VecDeque::clear);
        self.links.resize_with(usize::from(nodes) * STRIDE, VecDeque::new);
        (self.busy, self.cut, self.closed) = (0, 0, 0);
    }

    fn number(&self, link: Link) -> Option<usize> {
        let (from, to) = (link.from.0, link.to.0);
        (from < self.nodes && to < self.nodes).then(|| usize::from(from) * STRIDE + usize::from(to))
    }

    /// The link that works and has something on it, at or after the one that the bytes wish for.
    pub fn wish(&self, from: u8, to: u8) -> Option<Link> {
        let start =
            usize::from(wrap(from, self.nodes)) * STRIDE + usize::from(wrap(to, self.nodes));
        let ready = self.busy & !self.cut & !self.closed;
        let after = ready >> start;
        let number = match (after, ready) {
            (_, 0) => return None,
            (0, _) => ready.trailing_zeros() as usize,
            (_, _) => start + after.trailing_zeros() as usize,
        };
        Some(Link { from: NodeId((number / STRIDE) as u8), to: NodeId((number % STRIDE) as u8) })
    }

    /// The number of `link`, if messages on it can arrive.
    fn working(&self, link: Link) -> Option<usize> {
        self.number(link).filter(|number| (self.cut | self.closed) >> number & 1 == 0)
    }

    /// How many messages of `link` can arrive now.
    pub fn deliverable(&self, link: Link) -> usize {
        self.working(link).map_or(0, |number| self.links[number].len())
    }

    /// Whether any link is cut.
    pub fn is_cut(&self) -> bool {
        self.cut != 0
    }

    /// Puts a message on a link. A cut link loses it.
    pub fn send(&mut self, link: Link, message: M) {
        let Some(number) = self.number(link) else { return };
        if self.cut >> number & 1 == 1 {
            return;
        }
        let queue = &mut self.links[number];
        if queue.len() == Self::CAPACITY {
            queue.pop_front();
        }
        queue.push_back(message);
        self.busy |= 1 << number;
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
        let (mut changed, nodes) = (false, self.nodes);
        for (from, to) in (0..nodes).flat_map(|from| (0..nodes).map(move |to| (from, to))) {
            if (mask >> from & 1) != (mask >> to & 1) {
                changed |= self.cut(Link { from: NodeId(from), to: NodeId(to) });
            }
        }
        changed
    }

    /// Whether `link` is cut.
    pub fn is_cut_off(&self, link: Link) -> bool {
        self.number(link).is_some_and(|number| self.cut >> number & 1 == 1)
    }

    /// Holds back what is sent to `node`, or lets it arrive again.
    pub fn set_down(&mut self, node: NodeId, down: bool) {
        for from in 0..self.nodes {
            let Some(number) = self.number(Link { from: NodeId(from), to: node }) else { continue };
            self.closed &= !(1 << number);
            self.closed |= u64::from(down) << number;
        }
    }

    /// Makes every link work again; whether any did not.
    pub fn heal(&mut self) -> bool {
        std::mem::take(&mut self.cut) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(from: u8, to: u8) -> Link {
        Link { from: NodeId(from), to: NodeId(to) }
    }

    fn quiet(nodes: u8) -> Network<char> {
        let mut network = Network::default();
        network.clear(nodes);
        network
    }

    #[test]
    fn a_wish_finds_the_next_link_that_has_something() {
        let mut network = quiet(3);
        assert_eq!(network.wish(0, 1), None);
        network.send(link(1, 2), 'a');
        network.send(link(0, 1), 'b');
        assert_eq!(network.wish(0, 1), Some(link(0, 1)));
        assert_eq!(network.wish(0, 2), Some(link(1, 2)));
        assert_eq!(network.wish(2, 2), Some(link(0, 1)));
        assert_eq!(network.wish(255, 255), network.wish(0, 0));
    }

    #[test]
    fn a_cut_link_loses_what_is_sent_and_keeps_what_was_in_flight() {
        let mut network = quiet(2);
        network.send(link(0, 1), 'a');
        assert!(network.partition(0b01));
        network.send(link(0, 1), 'b');
        assert_eq!(network.take(link(0, 1), 0), None);
        assert!(network.heal());
        assert_eq!(network.take(link(0, 1), 0), Some('a'));
        assert_eq!(network.take(link(0, 1), 0), None);
    }

    #[test]
    fn a_one_way_cut_leaves_the_other_direction() {
        let mut network = quiet(2);
        network.cut(link(0, 1));
        network.send(link(1, 0), 'a');
        assert_eq!(network.take(link(1, 0), 0), Some('a'));
    }

    #[test]
    fn what_is_sent_to_a_node_that_is_down_waits_for_it() {
        let mut network = quiet(2);
        network.set_down(NodeId(1), true);
        network.send(link(0, 1), 'a');
        assert_eq!(network.wish(0, 1), None);
        network.set_down(NodeId(1), false);
        assert_eq!(network.take(link(0, 1), 0), Some('a'));
    }

    #[test]
    fn any_position_of_a_link_can_be_taken() {
        let mut network = quiet(2);
        "abc".chars().for_each(|letter| network.send(link(0, 1), letter));
        assert_eq!(network.take(link(0, 1), 2), Some('c'));
        assert_eq!(network.take(link(0, 1), 2), None);
        assert_eq!(network.take(link(0, 1), 0), Some('a'));
    }
}
