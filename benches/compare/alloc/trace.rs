//! [`Trace`]: the requests of a map, in their order.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ptr::NonNull;
use std::rc::Rc;

use allotment_alloc::{AllocError, Allocator, Global, Layout};
use allotment_core::BTreeMap;
use fastrand::Rng;

/// One request. Blocks have numbers, which are used again.
#[derive(Clone, Copy, Debug)]
pub(super) enum Event {
    Take(u32, Layout),
    Give(u32, Layout),
}

/// What comes before the clock starts, and what is timed.
#[derive(Clone, Debug, Default)]
pub(super) struct Trace {
    pub(super) before: Vec<Event>,
    pub(super) timed: Vec<Event>,
    /// The most blocks that are live at once.
    pub(super) blocks: usize,
}

#[derive(Default)]
struct Book {
    events: Vec<Event>,
    numbers: HashMap<usize, u32>,
    free: Vec<u32>,
    blocks: u32,
}

/// The global allocator, and what it was asked.
#[derive(Clone, Default)]
struct Recorder(Rc<RefCell<Book>>);

// SAFETY: passes each request on unchanged.
unsafe impl Allocator for Recorder {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let block = Global.allocate(layout)?;
        let book = &mut *self.0.borrow_mut();
        let number = book.free.pop().unwrap_or_else(|| {
            book.blocks += 1;
            book.blocks - 1
        });
        book.numbers.insert(block.cast::<u8>().addr().get(), number);
        book.events.push(Event::Take(number, layout));
        Ok(block)
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        let book = &mut *self.0.borrow_mut();
        if let Some(number) = book.numbers.remove(&block.addr().get()) {
            book.events.push(Event::Give(number, layout));
            book.free.push(number);
        }
        // SAFETY: the caller's promise is the same.
        unsafe { Global.deallocate(block, layout) };
    }
}

impl Recorder {
    /// What was written down since the last time.
    fn events(&self) -> Vec<Event> {
        std::mem::take(&mut self.0.borrow_mut().events)
    }

    fn trace(&self, before: Vec<Event>, timed: Vec<Event>) -> Trace {
        Trace { before, timed, blocks: self.0.borrow().blocks as usize }
    }
}

type Recorded = BTreeMap<u64, u64, Recorder>;

/// A map of so many random pairs, and what it took to fill it.
fn filled(entries: usize, rng: &mut Rng) -> (Recorded, Recorder, Vec<u64>) {
    let recorder = Recorder::default();
    let mut map = BTreeMap::new_in(recorder.clone());
    let keys = Vec::from_iter((0..entries).map(|_| rng.u64(..)));
    for key in &keys {
        map.insert(*key, *key);
    }
    (map, recorder, keys)
}

/// Random inserts into an empty map, and no more.
pub(super) fn inserts(entries: usize, rng: &mut Rng) -> Trace {
    let (map, recorder, _) = filled(entries, rng);
    let trace = recorder.trace(Vec::new(), recorder.events());
    drop(map);
    trace
}

/// A random pair out, another in, twice as often as there are pairs.
pub(super) fn churn(entries: usize, rng: &mut Rng) -> Trace {
    let (mut map, recorder, mut keys) = filled(entries, rng);
    let before = recorder.events();
    for _ in 0..2 * entries {
        let at = rng.usize(..keys.len());
        map.remove(&keys[at]);
        keys[at] = rng.u64(..);
        map.insert(keys[at], 0);
    }
    recorder.trace(before, recorder.events())
}

/// All nodes of a map given back, as its drop does it or in random order.
pub(super) fn frees(entries: usize, is_random: bool, rng: &mut Rng) -> Trace {
    let (map, recorder, _) = filled(entries, rng);
    let before = recorder.events();
    drop(map);
    let mut timed = recorder.events();
    if is_random {
        rng.shuffle(&mut timed);
    }
    recorder.trace(before, timed)
}

/// Many small maps that come and go: one of so many is dropped and filled again, each in turn.
pub(super) fn small_maps(entries: usize, rng: &mut Rng) -> Trace {
    const EACH: usize = 100;
    let recorder = Recorder::default();
    let fill = |rng: &mut Rng| {
        let mut map = BTreeMap::new_in(recorder.clone());
        map.extend((0..EACH).map(|_| (rng.u64(..), 0_u64)));
        map
    };
    let mut maps = Vec::from_iter((0..entries.div_ceil(EACH)).map(|_| fill(rng)));
    let before = recorder.events();
    for _ in 0..maps.len() {
        let at = rng.usize(..maps.len());
        maps[at].clear();
        maps[at] = fill(rng);
    }
    recorder.trace(before, recorder.events())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each block is taken before it is given back, and given back once.
    #[test]
    fn traces_make_sense() {
        let mut rng = Rng::with_seed(1);
        let traces = [
            inserts(1000, &mut rng),
            churn(1000, &mut rng),
            frees(1000, false, &mut rng),
            frees(1000, true, &mut rng),
            small_maps(1000, &mut rng),
        ];
        for Trace { before, timed, blocks } in traces {
            let mut live = vec![None; blocks];
            assert!(!timed.is_empty());
            for event in before.into_iter().chain(timed) {
                match event {
                    Event::Take(number, layout) => {
                        assert_eq!(live[number as usize].replace(layout), None);
                    }
                    Event::Give(number, layout) => {
                        assert_eq!(live[number as usize].take(), Some(layout));
                    }
                }
            }
        }
    }
}
