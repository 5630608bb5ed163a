//! [`Heap`]: what replays a trace, and the field of them.

use std::mem::MaybeUninit;
use std::ptr::NonNull;

use allotment_alloc::{Allocator, Global};
use allotment_bump::Bump;
use allotment_pool::Pool;
use allotment_system::MiMalloc;
use slab::Slab;

use super::trace::{Event, Trace};

/// Hands out blocks by their numbers. Layouts are in the events, so that nobody need keep them.
pub(super) trait Heap {
    fn replay(&mut self, events: &[Event]);

    /// Gives back what is left once all events of a trace were replayed.
    fn release(&mut self, trace: &Trace);
}

/// How a heap for so many blocks is made.
pub(super) type Make = fn(usize) -> Box<dyn Heap>;

pub(super) const FIELD: [(&str, Make); 6] = [
    ("std", |blocks| Box::new(Blocks::new(Global, blocks))),
    ("mimalloc", |blocks| Box::new(Blocks::new(MiMalloc, blocks))),
    ("slab", |blocks| Box::new(Slabs::new(blocks))),
    ("bumpalo", |blocks| Box::new(Arena::new(blocks))),
    ("bump", |blocks| Box::new(Blocks::new(Bump::new(), blocks))),
    ("pool", |blocks| Box::new(Blocks::new(Pool::new(), blocks))),
];

/// The blocks of an allocator.
struct Blocks<A: Allocator> {
    alloc: A,
    live: Vec<Option<NonNull<u8>>>,
}

impl<A: Allocator> Blocks<A> {
    fn new(alloc: A, blocks: usize) -> Self {
        Self { alloc, live: vec![None; blocks] }
    }
}

impl<A: Allocator> Heap for Blocks<A> {
    fn replay(&mut self, events: &[Event]) {
        replay(&self.alloc, &mut self.live, events);
    }

    fn release(&mut self, trace: &Trace) {
        // Who took a number last has the block that is left.
        let events = trace.before.iter().chain(&trace.timed).rev();
        for event in events {
            if let Event::Take(number, layout) = *event {
                replay(&self.alloc, &mut self.live, &[Event::Give(number, layout)]);
            }
        }
    }
}

/// Takes and gives back, and writes to what was taken, as the header of a node is.
#[inline]
fn replay<A: Allocator>(alloc: &A, live: &mut [Option<NonNull<u8>>], events: &[Event]) {
    for event in events {
        match *event {
            Event::Take(number, layout) => {
                let block = alloc.allocate(layout).expect("memory").cast::<u8>();
                // SAFETY: the block has a byte, and is ours.
                unsafe { block.write(1) };
                live[number as usize] = Some(block);
            }
            Event::Give(number, layout) => {
                let Some(block) = live[number as usize].take() else { continue };
                // SAFETY: the block is live with this layout, as the trace has it, and forgotten
                // here.
                unsafe { alloc.deallocate(block, layout) };
            }
        }
    }
}

/// An arena that is lent, and ends as a whole.
struct Arena {
    arena: bumpalo::Bump,
    live: Vec<Option<NonNull<u8>>>,
}

impl Arena {
    fn new(blocks: usize) -> Self {
        Self { arena: bumpalo::Bump::new(), live: vec![None; blocks] }
    }
}

impl Heap for Arena {
    fn replay(&mut self, events: &[Event]) {
        replay(&&self.arena, &mut self.live, events);
    }

    fn release(&mut self, _: &Trace) {}
}

type Place<const WORDS: usize> = MaybeUninit<[u64; WORDS]>;

/// A typed free list for each size of node, as the crate `slab` has it: keys in place of addresses,
/// and places that move when a slab grows.
struct Slabs {
    small: Slab<Place<32>>,
    leaves: Slab<Place<96>>,
    internals: Slab<Place<160>>,
    live: Vec<usize>,
}

impl Slabs {
    fn new(blocks: usize) -> Self {
        let (small, leaves, internals) = (Slab::new(), Slab::new(), Slab::new());
        Self { small, leaves, internals, live: vec![0; blocks] }
    }
}

impl Heap for Slabs {
    fn replay(&mut self, events: &[Event]) {
        /// Puts a place in, and writes to it.
        fn take<const WORDS: usize>(slab: &mut Slab<Place<WORDS>>) -> usize {
            let key = slab.insert(MaybeUninit::uninit());
            let word = slab[key].as_mut_ptr().cast::<u64>();
            // SAFETY: the place has words, and is borrowed for writing.
            unsafe { word.write(1) };
            key
        }
        for event in events {
            match *event {
                Event::Take(number, layout) => {
                    self.live[number as usize] = match layout.size() {
                        ..=256 => take(&mut self.small),
                        257..=768 => take(&mut self.leaves),
                        769..=1280 => take(&mut self.internals),
                        size => panic!("no slab for nodes of {size} bytes"),
                    };
                }
                Event::Give(number, layout) => {
                    let key = self.live[number as usize];
                    match layout.size() {
                        ..=256 => drop(self.small.remove(key)),
                        257..=768 => drop(self.leaves.remove(key)),
                        _ => drop(self.internals.remove(key)),
                    }
                }
            }
        }
    }

    fn release(&mut self, _: &Trace) {}
}
