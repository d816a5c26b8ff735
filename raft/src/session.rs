//! Client sessions (dissertation, 6.3): a command takes effect once, however often it is proposed.
//!
//! A layer beside the core: a part of the state machine, to be included in its snapshots. A client
//! that gets no response to a command proposes it again, at any server; the command may be applied
//! several times, but only the first has an effect, and all have the same response.
//!
//! Promises: the same calls give the same state on every server. Knows nothing of commands, logs
//! and servers.
//!
//! ```
//! use raft::session::{ClientId, Outcome, Request, Sessions};
//!
//! let mut balance = 0;
//! let mut sessions = Sessions::new(1_000);
//! let client = ClientId(17); // The index of the entry by which it registered, say.
//! sessions.register(client);
//! let deposit = Request { client, number: 1, answered: 0 };
//! for expected in [Outcome::Done(5), Outcome::Again(5)] {
//!     let outcome = sessions.apply(deposit, || {
//!         balance += 5;
//!         balance
//!     });
//!     assert_eq!((outcome, balance), (expected, 5));
//! }
//! ```

/// Identifies a client. No two clients ever have the same id: the index of the entry that registers
/// the client is suitable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(pub u64);

/// The id of a command, which it carries so that it takes effect once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Request {
    /// The client.
    pub client: ClientId,
    /// The number of this command among the client's commands; the first is 1.
    pub number: u64,
    /// The client has the responses to all its commands up to this number, and will not propose
    /// them again: the responses can be forgotten.
    pub answered: u64,
}

/// The outcome of applying a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome<R> {
    /// It took effect now.
    Done(R),
    /// It took effect before, and this was the response.
    Again(R),
    /// It took no effect now, and it is no longer known whether it did before: the client has
    /// acknowledged the response, or its session has expired because there were too many.
    Forgotten,
}

/// The sessions of all clients.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sessions<R> {
    limit: usize,
    /// By client.
    sessions: Vec<Session<R>>,
    /// Counts calls, to find the least recently used session.
    now: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Session<R> {
    client: ClientId,
    used: u64,
    answered: u64,
    /// By number.
    responses: Vec<(u64, R)>,
}

impl<R: Clone> Sessions<R> {
    /// At most `limit` sessions. The limit must be the same on all servers.
    pub fn new(limit: usize) -> Sessions<R> {
        Sessions { limit, sessions: Vec::new(), now: 0 }
    }

    /// Opens a session. Beyond the limit, the least recently used session expires: its client must
    /// register again, and cannot learn the outcome of its last commands.
    pub fn register(&mut self, client: ClientId) {
        self.now += 1;
        let Err(place) = self.place(client) else { return };
        let session = Session { client, used: self.now, answered: 0, responses: Vec::new() };
        self.sessions.insert(place, session);
        if self.sessions.len() > self.limit.max(1) {
            let least_recent = (0..self.sessions.len()).min_by_key(|&at| self.sessions[at].used);
            least_recent.map(|at| self.sessions.remove(at));
        }
    }

    /// Applies a command: calls `execute` if this is the first time.
    pub fn apply(&mut self, request: Request, execute: impl FnOnce() -> R) -> Outcome<R> {
        self.now += 1;
        let Ok(place) = self.place(request.client) else { return Outcome::Forgotten };
        let session = &mut self.sessions[place];
        session.used = self.now;
        if request.answered > session.answered {
            session.answered = request.answered;
            let known =
                session.responses.partition_point(|(number, _)| *number <= request.answered);
            session.responses.drain(..known);
        }
        if request.number <= session.answered {
            return Outcome::Forgotten;
        }
        match session.responses.binary_search_by_key(&request.number, |(number, _)| *number) {
            Ok(known) => Outcome::Again(session.responses[known].1.clone()),
            Err(place) => {
                let response = execute();
                session.responses.insert(place, (request.number, response.clone()));
                Outcome::Done(response)
            }
        }
    }

    /// How many calls there were, for a snapshot.
    pub fn now(&self) -> u64 {
        self.now
    }

    /// All sessions, for a snapshot: the client, the call that used it last, the highest number
    /// answered, and the responses by number.
    pub fn export(&self) -> impl Iterator<Item = (ClientId, u64, u64, &[(u64, R)])> {
        let sessions = self.sessions.iter();
        sessions.map(|one| (one.client, one.used, one.answered, &one.responses[..]))
    }

    /// The sessions of a snapshot: what [`Sessions::now`] and [`Sessions::export`] returned.
    pub fn import(
        limit: usize,
        now: u64,
        sessions: impl Iterator<Item = (ClientId, u64, u64, Vec<(u64, R)>)>,
    ) -> Sessions<R> {
        let mut sessions: Vec<Session<R>> = sessions
            .map(|(client, used, answered, responses)| Session {
                client,
                used,
                answered,
                responses,
            })
            .collect();
        sessions.sort_by_key(|session| session.client);
        Sessions { limit, sessions, now }
    }

    fn place(&self, client: ClientId) -> Result<usize, usize> {
        self.sessions.binary_search_by_key(&client, |session| session.client)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn request(client: u64, number: u64, answered: u64) -> Request {
        Request { client: ClientId(client), number, answered }
    }

    #[test]
    fn a_command_without_a_session_takes_no_effect() {
        let mut sessions: Sessions<u8> = Sessions::new(3);
        let outcome = sessions.apply(request(1, 1, 0), || unreachable!("it must not be executed"));
        assert_eq!(outcome, Outcome::Forgotten);
    }

    #[test]
    fn imported_sessions_are_equal_to_the_exported_ones() {
        let mut sessions = Sessions::new(3);
        for client in [7, 2, 5] {
            sessions.register(ClientId(client));
            sessions.apply(request(client, 2, 1), || client);
        }
        let parts: Vec<_> = sessions.export().map(|(c, u, a, r)| (c, u, a, r.to_vec())).collect();
        assert_eq!(Sessions::import(3, sessions.now(), parts.into_iter()), sessions);
    }

    #[test]
    fn commands_may_be_applied_in_any_order() {
        let mut sessions = Sessions::new(3);
        sessions.register(ClientId(1));
        assert_eq!(sessions.apply(request(1, 2, 0), || 'b'), Outcome::Done('b'));
        assert_eq!(sessions.apply(request(1, 1, 0), || 'a'), Outcome::Done('a'));
        assert_eq!(sessions.apply(request(1, 2, 0), || 'c'), Outcome::Again('b'));
    }

    #[test]
    fn acknowledged_commands_are_forgotten_and_never_executed_again() {
        let mut sessions = Sessions::new(3);
        sessions.register(ClientId(1));
        sessions.apply(request(1, 1, 0), || 'a');
        assert_eq!(sessions.apply(request(1, 2, 1), || 'b'), Outcome::Done('b'));
        assert_eq!(sessions.apply(request(1, 1, 0), || 'c'), Outcome::Forgotten);
        assert_eq!(sessions.sessions[0].responses, [(2, 'b')]);
    }

    #[test]
    fn responses_that_a_client_has_not_acknowledged_are_kept() {
        let mut sessions = Sessions::new(3);
        sessions.register(ClientId(1));
        sessions.apply(request(1, 1, 0), || 'a');
        sessions.apply(request(1, 2, 0), || 'b');
        sessions.apply(request(1, 3, 1), || 'c');
        assert_eq!(sessions.apply(request(1, 2, 1), || 'd'), Outcome::Again('b'));
    }

    #[test]
    fn an_unused_session_counts_as_last_used_when_it_was_opened() {
        let mut sessions = Sessions::new(2);
        [2, 1, 3].into_iter().for_each(|client| sessions.register(ClientId(client)));
        assert_eq!(sessions.apply(request(2, 1, 0), || 'a'), Outcome::Forgotten);
        assert_eq!(sessions.apply(request(1, 1, 0), || 'a'), Outcome::Done('a'));
    }

    #[test]
    fn beyond_the_limit_the_least_recently_used_session_expires() {
        let mut sessions = Sessions::new(2);
        sessions.register(ClientId(1));
        sessions.register(ClientId(2));
        sessions.apply(request(1, 1, 0), || 'a');
        sessions.register(ClientId(3));
        assert_eq!(sessions.apply(request(2, 1, 0), || 'b'), Outcome::Forgotten);
        assert_eq!(sessions.apply(request(1, 1, 0), || 'b'), Outcome::Again('a'));
    }

    #[test]
    fn each_command_takes_effect_once_as_in_a_naive_version() {
        let (mut seed, mut effects) = (7u64, 0u64);
        let mut draw = |n: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
            (seed >> 33) % n
        };
        let mut sessions = Sessions::new(4);
        (0..4).for_each(|client| sessions.register(ClientId(client)));
        let mut naive = BTreeMap::new();
        for step in 0..2_000 {
            let (client, number) = (draw(4), 1 + draw(100));
            let known = naive.get(&(client, number)).copied();
            let outcome = sessions.apply(request(client, number, 0), || {
                effects += 1;
                step
            });
            let expected = known.map_or(Outcome::Done(step), Outcome::Again);
            assert_eq!(outcome, expected);
            naive.entry((client, number)).or_insert(step);
        }
        assert_eq!(effects, naive.len() as u64);
    }
}
