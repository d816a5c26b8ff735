//! The inputs that a Raft supports, and its guarantees beyond the paper.

/// When a node refuses a Pre-Vote because it has heard a leader within the shortest election
/// timeout, as dissertation, 9.6 demands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PreVoteStickiness {
    /// Never.
    #[default]
    Never,
    /// With CheckQuorum, as etcd and TiKV's `raft`.
    WithCheckQuorum,
    /// Always.
    Always,
}

/// The inputs that a Raft supports, and its guarantees beyond the paper. A schedule leaves out what
/// it does not support; no oracle checks what it does not guarantee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// It processes inputs while writes are pending. If not, messages to it wait for its disk, and
    /// it processes no input meanwhile, not even a tick.
    pub async_writes: bool,
    /// A write may be torn. If not, a failed write has left nothing or everything.
    pub torn_writes: bool,
    /// It supports Pre-Vote (dissertation, 9.6).
    pub pre_vote: bool,
    /// When it refuses a Pre-Vote because of a leader.
    pub pre_vote_stickiness: PreVoteStickiness,
    /// Its leaders step down without a quorum (dissertation, 6.2).
    pub check_quorum: bool,
    /// Its leaders step down when their own writes do not complete for an election timeout.
    pub leaders_need_disk: bool,
    /// It obeys [`Setup::max_entries`](crate::schedule::Setup::max_entries) and the in-flight
    /// window [`Setup::inflight`](crate::schedule::Setup::inflight), and its messages per step and
    /// without faults are bounded: see the oracles `batch-is-bounded`, `window-is-kept`,
    /// `sends-are-bounded` and `effort-is-bounded`. Figure 2 bounds nothing of this.
    pub bounded_sends: bool,
    /// The size of the smallest cluster in which it can be tested.
    pub smallest_cluster: u8,
    /// It supports [`Input::Compact`](crate::replica::Input::Compact) and sends snapshots to
    /// followers that need them.
    pub snapshots: bool,
    /// It supports [`Input::Change`](crate::replica::Input::Change), uses the newest membership in
    /// its log, and leaves joint consensus by itself.
    pub changes: bool,
    /// Its new voters are learners until they have caught up, if the setup says so (4.2.1).
    pub catch_up: bool,
    /// Its entries leave the memory and are read from disk, if the setup says so: see
    /// [`Effects::fetches`](crate::replica::Effects::fetches).
    pub log_reads: bool,
    /// It keeps a tail of entries behind a snapshot, if the setup says so.
    pub tail: bool,
    /// It supports [`Input::Transfer`](crate::replica::Input::Transfer).
    pub transfers: bool,
    /// It supports [`Input::Read`](crate::replica::Input::Read).
    pub reads: bool,
    /// It answers every request, or says why not: a proposal, a change or a transfer in the step
    /// that receives it, a read and an accepted transfer within two of its election timeouts, and
    /// an accepted transfer or change when it leads no more.
    pub answers_requests: bool,
    /// It supports [`Input::Report`](crate::replica::Input::Report). Neither its safety nor its
    /// progress depends on a report.
    pub reports: bool,
    /// It starts with a state machine that is ahead of its snapshot, of its commit index, or of its
    /// log: see [`Durable::applied`](crate::replica::Durable::applied).
    pub machine_disk: bool,
    /// It can read by lease (dissertation, 6.4.1): then its voters neither vote nor campaign for
    /// the shortest election timeout after a leader's message, in newer terms and after a restart
    /// too, but for a leadership transfer.
    pub leases: bool,
    /// It can read by leases that wall clocks count, if the setup says so. A leader answers
    /// reads until the end of a lease that a quorum has acknowledged; and while such a lease of an
    /// older leader can last by any clock within the bound, a new leader commits nothing, unless
    /// that one has sent TimeoutNow. See [`wall_clock`](crate::schedule::wall_clock) and
    /// [`Input::Clock`](crate::replica::Input).
    pub wall_clock: bool,
    /// A node that was removed may come back under its name with an empty disk, even in the same
    /// term: its leaders know nothing of a member that is added again, and count no acknowledgement
    /// that it sent before. Not with a real store, which can be neither emptied nor copied.
    pub rejoin: bool,
    /// There are two versions of it, each of which starts from a disk that the other has written
    /// and processes the other's messages:
    /// [`Replica::start_older`](crate::replica::Replica::start_older).
    pub upgrades: bool,
}

impl Capabilities {
    /// A Raft as in Figure 2, with all kinds of disk behaviour and without any extension.
    pub const FIGURE_2: Capabilities = Capabilities {
        async_writes: true,
        torn_writes: true,
        pre_vote: false,
        pre_vote_stickiness: PreVoteStickiness::Never,
        check_quorum: false,
        leaders_need_disk: false,
        bounded_sends: false,
        smallest_cluster: 1,
        snapshots: false,
        changes: false,
        catch_up: false,
        log_reads: false,
        tail: false,
        transfers: false,
        reads: false,
        answers_requests: false,
        reports: false,
        machine_disk: false,
        leases: false,
        wall_clock: false,
        rejoin: false,
        upgrades: false,
    };
}
