//! Rolling upgrades of TiKV's `raft`: one cluster of nodes of 0.6.0 and of 0.7.0.
//!
//! Without the feature `upgrades` of a schedule, all nodes are of 0.7.0.

use protobuf::Message;
use whitewater::replica::pair::{Pair, Versions};
use whitewater::replica::{Capabilities, Replica};

/// From 0.6.0 to 0.7.0.
pub struct To0_7;

/// A node of 0.6.0 or of 0.7.0.
pub type Tikv = Pair<To0_7>;

impl Versions for To0_7 {
    type Older = older::Tikv;
    type Newer = newer::Tikv;

    const CAPABILITIES: Capabilities =
        Capabilities { upgrades: true, ..<newer::Tikv as Replica>::CAPABILITIES };

    fn to_newer(
        message: <older::Tikv as Replica>::Message,
    ) -> Option<<newer::Tikv as Replica>::Message> {
        over_the_wire(&message)
    }

    fn to_older(
        message: <newer::Tikv as Replica>::Message,
    ) -> Option<<older::Tikv as Replica>::Message> {
        over_the_wire(&message)
    }
}

/// What the other version reads from the bytes of a message.
fn over_the_wire<M: Message, N: Message>(message: &M) -> Option<N> {
    N::parse_from_bytes(&message.write_to_bytes().ok()?).ok()
}
