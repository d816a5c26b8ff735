//! Two versions of a Raft in one cluster, each a [`Replica`] of its own: for rolling upgrades from
//! one package of a Raft to another.
//!
//! Promises: a node is a replica of the older version or of the newer one, as its last start says;
//! both start from the same disk. A message keeps the form of its sender, and is translated when
//! it arrives at a node of the other version. A message that the receiver's version cannot read is
//! lost there. Without upgrades, all nodes are of the newer version.

use raft::{Membership, NodeId, Progress};

use crate::replica::{
    Capabilities, Durable, Effects, Input, MessageView, PlainOutput, Replica, View,
};
use crate::schedule::Setup;

/// Two versions of a Raft, and how their messages become each other's.
pub trait Versions {
    /// The older version.
    type Older: Replica<Storage = ()>;
    /// The newer version.
    type Newer: Replica<Storage = ()>;

    /// What both support and guarantee, and [`Capabilities::upgrades`].
    const CAPABILITIES: Capabilities;

    /// A message of the older version, as the newer one reads it.
    fn to_newer(message: MessageOf<Self::Older>) -> Option<MessageOf<Self::Newer>>;

    /// A message of the newer version, as the older one reads it.
    fn to_older(message: MessageOf<Self::Newer>) -> Option<MessageOf<Self::Older>>;
}

type MessageOf<R> = <R as Replica>::Message;
type OptionsOf<R> = <R as Replica>::Options;

/// Something of the older version, or of the newer one.
#[derive(Clone, Debug)]
pub enum Either<A, B> {
    /// Of the older version.
    Older(A),
    /// Of the newer version.
    Newer(B),
}

/// A node of a cluster with two versions.
pub struct Pair<V: Versions>(Either<V::Older, V::Newer>);

/// The output of a step of such a node.
pub struct PairOutput<V: Versions> {
    older: <V::Older as Replica>::Output,
    newer: <V::Newer as Replica>::Output,
    /// The version whose output is the last step's; none if that had no effect.
    last: Option<Either<(), ()>>,
    /// The messages of the last step, or its lack of effects.
    plain: PlainOutput<Message<V>>,
}

type Message<V> = Either<MessageOf<<V as Versions>::Older>, MessageOf<<V as Versions>::Newer>>;

impl<V: Versions> Default for PairOutput<V> {
    fn default() -> PairOutput<V> {
        PairOutput {
            older: Default::default(),
            newer: Default::default(),
            last: None,
            plain: PlainOutput::default(),
        }
    }
}

impl<V: Versions> Replica for Pair<V> {
    type Message = Message<V>;
    type Options = (OptionsOf<V::Older>, OptionsOf<V::Newer>);
    type Output = PairOutput<V>;
    type Storage = ();

    const CAPABILITIES: Capabilities = V::CAPABILITIES;

    fn start(id: NodeId, setup: &Setup, (_, options): &Self::Options, disk: &Durable) -> Self {
        Pair(Either::Newer(V::Newer::start(id, setup, options, disk)))
    }

    fn start_older(
        id: NodeId,
        setup: &Setup,
        (options, _): &Self::Options,
        disk: &Durable,
    ) -> Self {
        Pair(Either::Older(V::Older::start(id, setup, options, disk)))
    }

    fn step(&mut self, input: Input<Message<V>>, output: &mut PairOutput<V>) {
        output.last = None;
        output.plain.clear();
        match &mut self.0 {
            Either::Older(node) => {
                if let Some(input) = read_by(input, received_by_older::<V>) {
                    node.step(input, &mut output.older);
                    output.last = Some(Either::Older(()));
                }
            }
            Either::Newer(node) => {
                if let Some(input) = read_by(input, received_by_newer::<V>) {
                    node.step(input, &mut output.newer);
                    output.last = Some(Either::Newer(()));
                }
            }
        }
    }

    fn effects(output: &mut PairOutput<V>) -> Effects<'_, Message<V>> {
        let PairOutput { older, newer, last, plain } = output;
        match last {
            Some(Either::Older(())) => {
                wrapped(V::Older::effects(older), &mut plain.messages, Either::Older)
            }
            Some(Either::Newer(())) => {
                wrapped(V::Newer::effects(newer), &mut plain.messages, Either::Newer)
            }
            None => plain.effects(),
        }
    }

    fn view(&self) -> View {
        match &self.0 {
            Either::Older(node) => node.view(),
            Either::Newer(node) => node.view(),
        }
    }

    fn membership(&self) -> Option<Membership> {
        match &self.0 {
            Either::Older(node) => node.membership(),
            Either::Newer(node) => node.membership(),
        }
    }

    fn progress(&self, peer: NodeId) -> Option<Progress> {
        match &self.0 {
            Either::Older(node) => node.progress(peer),
            Either::Newer(node) => node.progress(peer),
        }
    }

    fn message_view(message: &Message<V>) -> MessageView {
        match message {
            Either::Older(message) => V::Older::message_view(message),
            Either::Newer(message) => V::Newer::message_view(message),
        }
    }
}

fn received_by_older<V: Versions>(message: Message<V>) -> Option<MessageOf<V::Older>> {
    match message {
        Either::Older(message) => Some(message),
        Either::Newer(message) => V::to_older(message),
    }
}

fn received_by_newer<V: Versions>(message: Message<V>) -> Option<MessageOf<V::Newer>> {
    match message {
        Either::Older(message) => V::to_newer(message),
        Either::Newer(message) => Some(message),
    }
}

/// An input with its message in the form of the receiver's version; none if it cannot be read.
fn read_by<M, N>(input: Input<M>, read: impl FnOnce(M) -> Option<N>) -> Option<Input<N>> {
    Some(match input {
        Input::Receive(message) => Input::Receive(read(message)?),
        Input::Fetched { fetch, entries } => Input::Fetched { fetch, entries },
        Input::Tick => Input::Tick,
        Input::Clock(now) => Input::Clock(now),
        Input::Timeout => Input::Timeout,
        Input::Propose(command) => Input::Propose(command),
        Input::Persisted(id) => Input::Persisted(id),
        Input::PersistFailed(id) => Input::PersistFailed(id),
        Input::Read(id) => Input::Read(id),
        Input::Change { voters, learners } => Input::Change { voters, learners },
        Input::Transfer(to) => Input::Transfer(to),
        Input::Report { to, report } => Input::Report { to, report },
        Input::Applied(index) => Input::Applied(index),
        Input::Compact { index, data } => Input::Compact { index, data },
    })
}

/// The effects of one version's step, with messages of both.
fn wrapped<'a, M, N>(
    effects: Effects<'a, M>,
    messages: &'a mut Vec<N>,
    wrap: fn(M) -> N,
) -> Effects<'a, N> {
    messages.extend(effects.messages.drain(..).map(wrap));
    let Effects { write, fetches, restore, applied, refused, reads, ended, halted, marks, .. } =
        effects;
    Effects { write, messages, fetches, restore, applied, refused, reads, ended, halted, marks }
}
