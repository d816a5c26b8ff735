//! What the workers of a search tell one another, round by round.
//!
//! Promises: what a worker is told, and when, follows from what all of them did, and never from
//! which was faster. After its round n a worker gets what all published after their round n - 1, in
//! the order of the workers, and waits for those that are a round behind it. A worker that has
//! left, also by a panic, is not waited for. Knows nothing of clusters.

use std::sync::{Arc, Condvar, Mutex, MutexGuard};

/// The reports of all workers, each of the type `T`.
pub struct Exchange<T> {
    workers: Mutex<Vec<Published<T>>>,
    changed: Condvar,
}

/// What one worker has published, a report a round.
struct Published<T> {
    reports: Vec<Arc<T>>,
    has_left: bool,
}

/// The place of one worker. Whoever drops it leaves.
pub struct Seat<'a, T> {
    exchange: &'a Exchange<T>,
    worker: usize,
}

impl<T> Exchange<T> {
    /// An exchange of so many workers.
    pub fn new(workers: u64) -> Exchange<T> {
        let nothing = || Published { reports: Vec::new(), has_left: false };
        let workers = (0..workers).map(|_| nothing()).collect();
        Exchange { workers: Mutex::new(workers), changed: Condvar::new() }
    }

    /// The place of the worker of this number.
    pub fn seat(&self, worker: u64) -> Seat<'_, T> {
        Seat { exchange: self, worker: worker as usize }
    }

    /// Every report with the number of its worker, by rounds, and within a round in the order of
    /// the workers.
    pub fn reports(&self) -> Vec<(usize, Arc<T>)> {
        let workers = self.lock();
        let rounds = workers.iter().map(|worker| worker.reports.len()).max().unwrap_or(0);
        (0..rounds).flat_map(|round| of_round(&workers, round)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Published<T>>> {
        self.workers.lock().expect("no worker panics while it has the lock")
    }
}

impl<T> Seat<'_, T> {
    /// Ends a round of this worker.
    pub fn publish(&self, report: T) {
        self.exchange.lock()[self.worker].reports.push(Arc::new(report));
        self.exchange.changed.notify_all();
    }

    /// What all published in the round before this worker's last, with the numbers of the workers,
    /// as soon as they have.
    pub fn receive(&self) -> Vec<(usize, Arc<T>)> {
        let workers = self.exchange.lock();
        let Some(round) = workers[self.worker].reports.len().checked_sub(2) else {
            return Vec::new();
        };
        let is_slow = |one: &Published<T>| one.reports.len() <= round && !one.has_left;
        let wait = |workers: &mut Vec<Published<T>>| workers.iter().any(is_slow);
        let workers = self.exchange.changed.wait_while(workers, wait);
        let workers = workers.expect("no worker panics while it has the lock");
        of_round(&workers, round).collect()
    }
}

impl<T> Drop for Seat<'_, T> {
    fn drop(&mut self) {
        self.exchange.lock()[self.worker].has_left = true;
        self.exchange.changed.notify_all();
    }
}

/// The reports of a round, with the numbers of their workers.
fn of_round<T>(
    workers: &[Published<T>],
    round: usize,
) -> impl Iterator<Item = (usize, Arc<T>)> + '_ {
    let report = move |worker: &Published<T>| worker.reports.get(round).cloned();
    workers.iter().enumerate().filter_map(move |(at, worker)| Some((at, report(worker)?)))
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    /// What a worker receives after each of so many rounds, in which it reports the number of the
    /// round; it takes `pause` turns of the others' threads a round.
    fn play(seat: Seat<u32>, rounds: u32, pause: u32) -> Vec<Vec<(usize, u32)>> {
        let round = |round| {
            (0..pause).for_each(|_| thread::yield_now());
            seat.publish(round);
            seat.receive().into_iter().map(|(worker, report)| (worker, *report)).collect()
        };
        (0..rounds).map(round).collect()
    }

    /// The same for workers with these numbers of rounds and pauses.
    fn played(workers: &[(u32, u32)]) -> Vec<Vec<Vec<(usize, u32)>>> {
        let exchange = Exchange::new(workers.len() as u64);
        thread::scope(|scope| {
            let start = |(number, &(rounds, pause)): (usize, &(u32, u32))| {
                let seat = exchange.seat(number as u64);
                scope.spawn(move || play(seat, rounds, pause))
            };
            let threads: Vec<_> = workers.iter().enumerate().map(start).collect();
            threads.into_iter().map(|thread| thread.join().expect("it ends")).collect()
        })
    }

    #[test]
    fn every_worker_receives_the_round_before_its_last_of_all_in_order() {
        for pauses in [[0, 0, 0], [0, 90, 0], [40, 0, 90]] {
            for received in played(&pauses.map(|pause| (5, pause))) {
                assert_eq!(received[0], []);
                for (round, reports) in (0..).zip(&received[1..]) {
                    assert_eq!(*reports, [0, 1, 2].map(|worker| (worker, round)));
                }
            }
        }
    }

    #[test]
    fn a_worker_that_has_left_is_not_waited_for() {
        let received = played(&[(6, 0), (3, 50)]);
        assert_eq!(received[0][3], [(0, 2), (1, 2)]);
        assert_eq!(received[0][4], [(0, 3)]);
    }

    #[test]
    fn a_worker_leaves_by_a_panic_too() {
        let exchange = Exchange::new(2);
        let (one, other) = (exchange.seat(0), exchange.seat(1));
        thread::scope(|scope| {
            let thread = scope.spawn(move || {
                let _seat = other;
                panic!("the search is broken");
            });
            assert_eq!(play(one, 3, 0)[2], [(0, 1)]);
            assert!(thread.join().is_err());
        });
    }

    #[test]
    fn all_reports_are_listed_by_rounds() {
        let exchange = Exchange::new(2);
        for (worker, rounds) in [(1, 3), (0, 2)] {
            let seat = exchange.seat(worker);
            (0..rounds).for_each(|round| seat.publish(round));
        }
        let reports: Vec<_> =
            exchange.reports().iter().map(|(at, report)| (*at, **report)).collect();
        assert_eq!(reports, [(0, 0), (1, 0), (0, 1), (1, 1), (1, 2)]);
    }
}
