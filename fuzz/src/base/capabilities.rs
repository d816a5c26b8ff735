//! What a Raft can be put through, and what it promises beyond the paper.

/// What a Raft can be put through, and what it promises beyond the paper. What it cannot do, a
/// schedule leaves out; what it does not promise, no oracle asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// It goes on while writes are pending. If not, messages to it wait for its disk, and it lives
    /// through nothing meanwhile, not even a tick.
    pub async_writes: bool,
    /// A write may be torn. If not, a write that fails has left nothing or everything.
    pub torn_writes: bool,
    /// It knows Pre-Vote (dissertation, 9.6).
    pub pre_vote: bool,
    /// Its leaders step down without a quorum (dissertation, 6.2).
    pub check_quorum: bool,
    /// It keeps to [`Setup::max_entries`](crate::schedule::Setup::max_entries), and in a step sends
    /// as many messages as it has peers at most, in answer to an answer three.
    pub bounded_sends: bool,
    /// The smallest cluster that it can be tested in.
    pub smallest_cluster: u8,
    /// It takes [`Input::Compact`](crate::replica::Input::Compact) and sends snapshots to who needs
    /// them.
    pub snapshots: bool,
    /// It takes [`Input::Change`](crate::replica::Input::Change), goes by the newest membership in
    /// its log, and ends joint consensus by itself.
    pub changes: bool,
    /// It takes [`Input::Transfer`](crate::replica::Input::Transfer).
    pub transfers: bool,
    /// It takes [`Input::Read`](crate::replica::Input::Read).
    pub reads: bool,
    /// It can read by lease (dissertation, 6.4.1).
    pub leases: bool,
}

impl Capabilities {
    /// A Raft as in Figure 2, which can do anything with its disk, and nothing that the paper
    /// leaves for later.
    pub const FIGURE_2: Capabilities = Capabilities {
        async_writes: true,
        torn_writes: true,
        pre_vote: false,
        check_quorum: false,
        bounded_sends: true,
        smallest_cluster: 1,
        snapshots: false,
        changes: false,
        transfers: false,
        reads: false,
        leases: false,
    };
}
