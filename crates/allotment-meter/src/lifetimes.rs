//! [`Lifetimes`]: for how long blocks live, counted in requests.

use alloc::rc::Rc;
use core::cell::RefCell;
use core::fmt;

use allotment_alloc::{Allocator, Global};
use hashbrown::{DefaultHashBuilder, HashMap};

/// Classes of lifetimes: none at all, and one for each bit that their number can have.
const CLASSES: usize = u64::BITS as usize + 1;

/// The blocks of one range of lifetimes, as [`Lifetimes::classes`] reports them.
///
/// The first range is that of no request at all; each other one ends at twice the end of the one
/// before it, where it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LifetimeClass {
    /// The blocks of this range lived for fewer requests than that, and for no fewer than half.
    pub below: u64,
    /// Blocks that lived so long and were given back.
    pub blocks: u64,
}

struct State<B: Allocator> {
    /// The number of the request that each live block came from, by its address.
    born: HashMap<usize, u64, DefaultHashBuilder, B>,
    requests: u64,
    temporary_limit: u64,
    temporary: u64,
    ended: [u64; CLASSES],
}

/// Reads for how long the blocks of an [`Aging`](crate::Aging) allocator and its clones lived, also
/// after they are gone.
///
/// A lifetime is the number of requests that were made while the block lived, after its own: of one
/// that is given back at once it is 0. Resizing is a request too, and a block that is resized stays
/// the block it was. Counted in requests and not in nanoseconds, the same program gives the same
/// lifetimes every time.
///
/// *Temporary* are blocks that are given back after fewer requests than the limit that is chosen
/// here: those that a buffer which is kept would save.
///
/// The table of live blocks is a hash table in `B`, so that it can be kept out of a heap that is
/// measured; the rest is one block of the global heap.
///
/// ```
/// use allotment_alloc::{Allocator, Global, Layout};
/// use allotment_meter::{Aging, LifetimeClass, Lifetimes};
///
/// let lifetimes = Lifetimes::new(100);
/// let alloc = Aging::new(Global, lifetimes.clone());
/// let layout = Layout::new::<u64>();
/// for _ in 0..3 {
///     let block = alloc.allocate(layout)?;
///     // SAFETY: `block` came from `alloc` with this very layout and is given back once.
///     unsafe { alloc.deallocate(block.cast(), layout) };
/// }
/// assert_eq!((lifetimes.requests(), lifetimes.temporary_blocks()), (3, 3));
/// let classes: Vec<_> = lifetimes.classes().collect();
/// assert_eq!(classes, [LifetimeClass { below: 1, blocks: 3 }]);
/// # Ok::<(), allotment_alloc::AllocError>(())
/// ```
pub struct Lifetimes<B: Allocator = Global> {
    state: Rc<RefCell<State<B>>>,
}

impl Lifetimes {
    /// No block has lived yet; temporary will be those that live for fewer requests than that.
    ///
    /// Takes one block of the global heap, and with the first block the table.
    #[must_use]
    pub fn new(temporary_limit: u64) -> Self {
        Self::new_in(temporary_limit, Global)
    }
}

impl<B: Allocator> Lifetimes<B> {
    /// As [`new`](Lifetimes::new), with the table of live blocks in `alloc`. That must not be the
    /// allocator which is watched.
    #[must_use]
    pub fn new_in(temporary_limit: u64, alloc: B) -> Self {
        let born = HashMap::with_hasher_in(DefaultHashBuilder::default(), alloc);
        let (requests, temporary, ended) = (0, 0, [0; CLASSES]);
        let state = State { born, requests, temporary_limit, temporary, ended };
        Self { state: Rc::new(RefCell::new(state)) }
    }

    /// How many requests there were, resizing included. Constant time.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.state.borrow().requests
    }

    /// How many blocks live, and so have no lifetime yet. Constant time.
    #[must_use]
    pub fn live_blocks(&self) -> usize {
        self.state.borrow().born.len()
    }

    /// How many of the blocks that were given back were temporary. Constant time.
    #[must_use]
    pub fn temporary_blocks(&self) -> u64 {
        self.state.borrow().temporary
    }

    /// The blocks that were given back, by how long they lived: the shortest first, up to the
    /// longest that there was. Allocates nothing.
    pub fn classes(&self) -> impl Iterator<Item = LifetimeClass> + use<B> {
        let ended = self.state.borrow().ended;
        let used = CLASSES - ended.iter().rev().take_while(|blocks| **blocks == 0).count();
        ended.into_iter().take(used).zip(0..).map(|(blocks, bits)| {
            let below = 1_u64.checked_shl(bits).unwrap_or(u64::MAX);
            LifetimeClass { below, blocks }
        })
    }

    /// Enters a block that was obtained.
    pub(crate) fn begin(&self, address: usize) {
        let mut state = self.state.borrow_mut();
        let number = state.requests;
        state.requests += 1;
        state.born.insert(address, number);
    }

    /// Enters that a block was given back.
    pub(crate) fn end(&self, address: usize) {
        let mut state = self.state.borrow_mut();
        if let Some(number) = state.born.remove(&address) {
            state.end(number);
        }
    }

    /// Enters where a block is since it was resized; `None` is where one without bytes is, which
    /// is no block any more.
    pub(crate) fn go_on(&self, before: Option<usize>, now: Option<usize>) {
        let mut state = self.state.borrow_mut();
        let number = before.and_then(|address| state.born.remove(&address));
        match (number, now) {
            (Some(number), None) => state.end(number),
            (None, None) => {}
            (number, Some(address)) => {
                let number = number.unwrap_or(state.requests);
                state.born.insert(address, number);
            }
        }
        state.requests += 1;
    }

    pub(crate) fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.state, &other.state)
    }
}

/// The index of the class of a lifetime: how many bits its number has.
const fn class_of(lived: u64) -> usize {
    (u64::BITS - lived.leading_zeros()) as usize
}

impl<B: Allocator> State<B> {
    /// Enters that the block of a request is no more.
    fn end(&mut self, number: u64) {
        let lived = self.requests - number - 1;
        self.temporary += u64::from(lived < self.temporary_limit);
        self.ended[class_of(lived)] += 1;
    }
}

impl<B: Allocator> Clone for Lifetimes<B> {
    fn clone(&self) -> Self {
        Self { state: Rc::clone(&self.state) }
    }
}

impl<B: Allocator> fmt::Debug for Lifetimes<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("Lifetimes");
        f.field("requests", &self.requests()).field("live_blocks", &self.live_blocks());
        f.field("temporary_blocks", &self.temporary_blocks()).finish_non_exhaustive()
    }
}
