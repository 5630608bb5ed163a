//! [`Book`]: the live blocks of a ledger, and what was given back wrongly.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::fmt;

use allotment_alloc::Layout;
use hashbrown::HashMap;

/// A block that was obtained and not given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveBlock<T = ()> {
    /// Where it is.
    pub address: usize,
    /// What it was asked for, or last resized to.
    pub layout: Layout,
    /// Which request it was, counted from 0; a block that is resized stays what it was.
    pub number: u64,
    /// What was noted when it was obtained.
    pub note: T,
}

/// A block that was given back, or resized, and should not have been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misuse {
    /// It had been given back before.
    Twice {
        /// Where it is.
        address: usize,
    },
    /// It never came from here.
    Foreign {
        /// Where it is.
        address: usize,
    },
    /// It is live, with another layout.
    Mismatch {
        /// Where it is.
        address: usize,
        /// What it was asked for.
        asked: Layout,
        /// What it is said to be.
        given: Layout,
    },
}

/// What is known of an address.
struct Entry<T> {
    layout: Layout,
    number: u64,
    /// None once the block was given back.
    note: Option<T>,
}

struct State<T> {
    entries: HashMap<usize, Entry<T>>,
    live: usize,
    requests: u64,
    misuses: Vec<Misuse>,
}

/// Reads what a [`Ledger`](crate::Ledger) and its clones have entered, also after they are gone.
pub struct Book<T = ()> {
    state: Rc<RefCell<State<T>>>,
}

impl<T> Clone for Book<T> {
    fn clone(&self) -> Self {
        Self { state: Rc::clone(&self.state) }
    }
}

impl<T> Book<T> {
    pub(crate) fn new() -> Self {
        let entries = HashMap::new();
        let state = State { entries, live: 0, requests: 0, misuses: Vec::new() };
        Self { state: Rc::new(RefCell::new(state)) }
    }

    /// How many blocks are live. Constant time.
    #[must_use]
    pub fn live_blocks(&self) -> usize {
        self.state.borrow().live
    }

    /// How many requests there were: the number of the next one. Constant time.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.state.borrow().requests
    }

    /// The live blocks, the oldest first. O(n log n) in all addresses that were ever live.
    #[must_use]
    pub fn live(&self) -> Vec<LiveBlock<T>>
    where
        T: Clone,
    {
        self.live_since(0)
    }

    /// The live blocks that were obtained by this request or a later one, the oldest first.
    #[must_use]
    pub fn live_since(&self, number: u64) -> Vec<LiveBlock<T>>
    where
        T: Clone,
    {
        let state = self.state.borrow();
        let block = |(address, entry): (&usize, &Entry<T>)| {
            let Entry { layout, number, note } = entry;
            let note = note.clone()?;
            Some(LiveBlock { address: *address, layout: *layout, number: *number, note })
        };
        let blocks = state.entries.iter().filter_map(block);
        let mut blocks: Vec<_> = blocks.filter(|block| block.number >= number).collect();
        blocks.sort_unstable_by_key(|block| block.number);
        blocks
    }

    /// What was given back wrongly, in the order in which it was.
    #[must_use]
    pub fn misuses(&self) -> Vec<Misuse> {
        self.state.borrow().misuses.clone()
    }

    /// Enters a block that was obtained.
    pub(crate) fn enter(&self, address: usize, layout: Layout, note: T) {
        let mut state = self.state.borrow_mut();
        let number = state.requests;
        state.requests += 1;
        state.live += 1;
        state.entries.insert(address, Entry { layout, number, note: Some(note) });
    }

    /// The layout that a block has, which somebody wants to give back or resize as `given`; `None`
    /// if there is no such block. Notes what is wrong with it.
    pub(crate) fn check(&self, address: usize, given: Layout) -> Option<Layout> {
        let mut state = self.state.borrow_mut();
        let misuse = match state.entries.get(&address) {
            None => Misuse::Foreign { address },
            Some(Entry { note: None, .. }) => Misuse::Twice { address },
            Some(Entry { layout, .. }) if *layout == given => return Some(given),
            Some(Entry { layout, .. }) => Misuse::Mismatch { address, asked: *layout, given },
        };
        state.misuses.push(misuse);
        match misuse {
            Misuse::Mismatch { asked, .. } => Some(asked),
            _ => None,
        }
    }

    /// Strikes out a block that goes.
    pub(crate) fn strike(&self, address: usize) {
        let mut state = self.state.borrow_mut();
        if let Some(note) = state.entries.get_mut(&address).and_then(|entry| entry.note.take()) {
            state.live -= 1;
            drop(state);
            // Foreign code, which may ask for memory.
            drop(note);
        }
    }

    /// Enters where a block is now, and what.
    pub(crate) fn amend(&self, before: usize, address: usize, layout: Layout) {
        let mut state = self.state.borrow_mut();
        let Some(entry) = state.entries.get_mut(&before) else { return };
        let (number, note) = (entry.number, entry.note.take());
        state.entries.insert(address, Entry { layout, number, note });
    }

    pub(crate) fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.state, &other.state)
    }
}

impl<T> fmt::Debug for Book<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state.borrow();
        let mut f = f.debug_struct("Book");
        f.field("live_blocks", &state.live).field("requests", &state.requests);
        f.field("misuses", &state.misuses).finish()
    }
}

impl fmt::Display for Misuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Twice { address } => write!(f, "the block at {address:#x} is given back twice"),
            Self::Foreign { address } => write!(f, "no block of this allocator is at {address:#x}"),
            Self::Mismatch { address, asked, given } => write!(
                f,
                "the block at {address:#x} has {} bytes aligned to {}, not {} aligned to {}",
                asked.size(),
                asked.align(),
                given.size(),
                given.align()
            ),
        }
    }
}
