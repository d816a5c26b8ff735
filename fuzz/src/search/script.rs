//! Scripts: sequences of events that would hardly ever be drawn one by one.
//!
//! Promises: a script is data, events of known kinds in an order. It chooses its nodes by chance
//! and sees no cluster, so that it may fail to bring about what it is for. What follows from it is
//! up to the cluster: no property is presumed.

use crate::schedule::event::{Kind, ALL};

use Part::{All, First, Just, Others, Rest, Second, Third};

/// Who takes part in an event of a script. Its nodes are drawn anew each time.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    /// A node.
    First,
    /// Another node.
    Second,
    /// A third node, if there are three.
    Third,
    /// The set of all nodes but the first.
    Others,
    /// The set of all nodes but the first and the second.
    Rest,
    /// The set of all nodes.
    All,
    /// Not a node: this operand.
    Just(u8),
}

impl Part {
    /// The operand, if these are the first, the second and the third node.
    pub fn operand(self, [first, second, third]: [u8; 3]) -> u8 {
        match self {
            First => first,
            Second => second,
            Third => third,
            Others => !(1 << first),
            Rest => !(1 << first | 1 << second),
            All => ALL,
            Just(operand) => operand,
        }
    }
}

/// Events that happen one after the other, each so many times.
pub(super) type Script = &'static [(u8, Kind, &'static [Part])];

/// What each script begins with: links work, up to three nodes that were down or paused run again,
/// and in most cases the first node leads.
pub(super) const PROLOGUE: Script = &[
    (3, Kind::Resume, &[First]),
    (3, Kind::Restart, &[First]),
    (1, Kind::Heal, &[]),
    (1, Kind::Settle, &[All]),
    (1, Kind::Elect, &[First, All]),
];

/// For reads by lease.
pub(super) static LEASES: &[Script] = &[
    // The first node loses contact; others elect the second one, and a client of it gets a
    // response. Then a client reads at the first one, which may know of nothing.
    &[
        (2, Kind::Exchange, &[First, Others]),
        (1, Kind::Cut, &[First, Second]),
        (3, Kind::Exchange, &[First, Others]),
        (1, Kind::Elect, &[Second, Others]),
        (2, Kind::Replicate, &[Second, Others]),
        (1, Kind::Read, &[First]),
    ],
    // The same after a transfer of the leadership.
    &[
        (1, Kind::Exchange, &[First, Others]),
        (1, Kind::Transfer, &[First, Second]),
        (1, Kind::DeliverLink, &[First, Second]),
        (1, Kind::Settle, &[Others]),
        (2, Kind::Replicate, &[Second, Others]),
        (1, Kind::Read, &[First]),
    ],
];

/// For leases by wall clocks.
pub(super) static WALL_CLOCKS: &[Script] = &[
    // After an election, the first node learns who has acknowledged its lease. Then a client reads
    // there.
    &[
        (1, Kind::Exchange, &[First, Others]),
        (1, Kind::TickAll, &[]),
        (1, Kind::DeliverLink, &[First, Second]),
        (1, Kind::Elect, &[Second, Others]),
        (8, Kind::TickAll, &[]),
        (2, Kind::Replicate, &[Second, Others]),
        (1, Kind::Deliver, &[Second, First]),
        (1, Kind::Read, &[First]),
    ],
    // The clock of the first node is set back before an election, after which a client reads there.
    &[
        (1, Kind::Exchange, &[First, Others]),
        (1, Kind::SetClock, &[First, Just(-40_i8 as u8)]),
        (1, Kind::Exchange, &[First, Others]),
        (1, Kind::Elect, &[Second, Others]),
        (8, Kind::TickAll, &[]),
        (2, Kind::Replicate, &[Second, Others]),
        (1, Kind::Read, &[First]),
    ],
    // The second node takes the lead without ever having acknowledged the lease that others have.
    &[
        (1, Kind::Cut, &[First, Second]),
        (12, Kind::TickAll, &[]),
        (1, Kind::Exchange, &[First, Others]),
        (1, Kind::Elect, &[Second, Others]),
        (1, Kind::Replicate, &[Second, Others]),
    ],
    // The same with the vote of a node that has restarted meanwhile.
    &[
        (1, Kind::Cut, &[First, Second]),
        (12, Kind::TickAll, &[]),
        (1, Kind::Exchange, &[First, Others]),
        (1, Kind::Crash, &[Third]),
        (1, Kind::Restart, &[Third]),
        (1, Kind::Elect, &[Second, Others]),
        (1, Kind::Replicate, &[Second, Others]),
    ],
];

/// For state machines with disks of their own.
pub(super) static MACHINES_WITH_DISKS: &[Script] = &[
    // The second node applies entries that are not on its disk, and that its leader compacts
    // meanwhile. It loses them in a crash, but not its state machine, and gets an older snapshot.
    &[
        (1, Kind::Replicate, &[First, All]),
        (1, Kind::Replicate, &[First, Rest]),
        (1, Kind::Compact, &[First]),
        (1, Kind::Replicate, &[First, Rest]),
        (1, Kind::Exchange, &[First, Rest]),
        (1, Kind::DeliverLink, &[First, Second]),
        (1, Kind::SyncMachine, &[Second]),
        (1, Kind::Crash, &[Second]),
        (1, Kind::Restart, &[Second]),
        (2, Kind::Exchange, &[First, Others]),
    ],
    // The second node leads, and replaces an entry of the first one. That loses the write in a
    // crash, but not its state machine, which has applied the new entry.
    &[
        (1, Kind::Propose, &[First]),
        (3, Kind::Persist, &[First]),
        (1, Kind::Elect, &[Second, Others]),
        (2, Kind::Exchange, &[Second, Others]),
        (1, Kind::DeliverLink, &[Second, First]),
        (1, Kind::Exchange, &[Second, Others]),
        (1, Kind::DeliverLink, &[Second, First]),
        (1, Kind::SyncMachine, &[First]),
        (1, Kind::Crash, &[First]),
        (1, Kind::Restart, &[First]),
    ],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_of_a_script_has_an_operand_for_each_part() {
        let scripts = [LEASES, WALL_CLOCKS, MACHINES_WITH_DISKS].concat();
        for (times, kind, parts) in scripts.into_iter().chain([PROLOGUE]).flatten() {
            assert!(*times > 0 && parts.len() <= kind.info().operands.len(), "{kind:?}");
        }
    }
}
