//! The same done to many things, on several threads.

use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// How many workers the machine has room for.
pub(crate) fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// Calls `act` once per item on `workers` threads, and returns its answers. Nothing new is begun
/// after an answer that `ends` it all: what has none then was not done.
pub(crate) fn in_parallel<T: Sync, R: Send>(
    workers: usize,
    items: &[T],
    act: impl Fn(&T) -> R + Sync,
    ends: impl Fn(&R) -> bool + Sync,
) -> Vec<Option<R>> {
    let next = AtomicUsize::new(0);
    let answers: Vec<Mutex<Option<R>>> = items.iter().map(|_| Mutex::new(None)).collect();
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { break };
            let answer = act(item);
            if ends(&answer) {
                next.store(items.len(), Ordering::Relaxed);
            }
            *answers[index].lock().expect("no worker panics here") = Some(answer);
        }
    };
    thread::scope(|scope| {
        for _ in 0..workers.min(items.len()) {
            scope.spawn(work);
        }
    });
    let open = |slot: Mutex<Option<R>>| slot.into_inner().expect("no worker panics here");
    answers.into_iter().map(open).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_item_gets_its_own_answer() {
        let items: Vec<usize> = (0..20).collect();
        let answers = in_parallel(3, &items, |item| item * 2, |_| false);
        assert!(answers.into_iter().eq(items.iter().map(|item| Some(item * 2))));
    }

    #[test]
    fn one_worker_does_one_at_a_time() {
        let running = AtomicUsize::new(0);
        let act = |_: &()| {
            assert_eq!(running.fetch_add(1, Ordering::SeqCst), 0);
            thread::yield_now();
            running.fetch_sub(1, Ordering::SeqCst);
        };
        in_parallel(1, &[(); 10], act, |()| false);
    }

    #[test]
    fn nothing_is_begun_after_the_end() {
        let calls = AtomicUsize::new(0);
        let act = |item: &usize| {
            calls.fetch_add(1, Ordering::Relaxed);
            *item
        };
        let items: Vec<usize> = (0..10).collect();
        let answers = in_parallel(1, &items, act, |answer| *answer == 2);
        assert_eq!(calls.into_inner(), 3);
        assert_eq!(answers.iter().flatten().count(), 3);
    }
}
