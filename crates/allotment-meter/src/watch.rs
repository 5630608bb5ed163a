//! [`Watch`]: what this thread asks of its metered allocators, from one moment on.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::fmt;
use core::marker::PhantomData;

/// Watches what [`Metered`](crate::Metered) allocators are asked on this thread, from the moment it
/// begins until it is dropped.
///
/// It knows the blocks that were obtained meanwhile. A block that was there before and goes back is
/// none of its; one that is resized counts as obtained anew. Watches may lie within one another:
/// each sees all that happens while it is there. What other threads do, it does not see; a block
/// that goes back on another thread looks as if it were left.
///
/// The macros [`assert_allocs!`](crate::assert_allocs), [`assert_peak!`](crate::assert_peak) and
/// [`assert_no_leaks!`](crate::assert_no_leaks) are made of it.
///
/// Its own memory is from the global heap, some for each block. A request takes time logarithmic in
/// the blocks that are live.
///
/// ```
/// use allotment_alloc::{Allocator, Layout};
/// use allotment_meter::{Metered, Watch};
///
/// let alloc = Metered::default();
/// let watch = Watch::begin();
/// let layout = Layout::new::<[u64; 4]>();
/// let block = alloc.allocate(layout)?;
/// assert_eq!((watch.requests(), watch.peak_bytes()), (1, 32));
/// assert_eq!(watch.left().to_string(), "1 block, 32 bytes: 32");
/// // SAFETY: `block` came from `alloc` with this very layout and is given back once.
/// unsafe { alloc.deallocate(block.cast(), layout) };
/// assert_eq!((watch.left().blocks(), watch.peak_bytes()), (0, 32));
/// # Ok::<(), allotment_alloc::AllocError>(())
/// ```
pub struct Watch {
    number: u64,
    /// It stays on its thread.
    here: PhantomData<*const ()>,
}

/// What one watch has seen.
struct Seen {
    number: u64,
    requests: u64,
    live_bytes: usize,
    peak_bytes: usize,
    /// The blocks that are live, and how large they are, by address.
    live: BTreeMap<usize, usize>,
}

std::thread_local! {
    /// The watches of this thread, in the order in which they began.
    static WATCHES: RefCell<Vec<Seen>> = const { RefCell::new(Vec::new()) };
    /// How many have begun.
    static BEGUN: Cell<u64> = const { Cell::new(0) };
    /// Whether a metered allocator was made on this thread, or asked for anything.
    static METERED: Cell<bool> = const { Cell::new(false) };
}

impl Watch {
    /// Begins to watch.
    pub fn begin() -> Watch {
        let number = BEGUN.get();
        BEGUN.set(number + 1);
        let seen =
            Seen { number, requests: 0, live_bytes: 0, peak_bytes: 0, live: BTreeMap::new() };
        WATCHES.with_borrow_mut(|watches| watches.push(seen));
        Watch { number, here: PhantomData }
    }

    /// Whether there is anything to watch: a metered allocator was made on this thread, or one that
    /// was made elsewhere has been asked for something here. Not that it was so meanwhile.
    pub fn sees_anything(&self) -> bool {
        METERED.get()
    }

    /// Blocks obtained, those that grew or shrank included. Constant time.
    pub fn requests(&self) -> u64 {
        self.read(|seen| seen.requests)
    }

    /// The most bytes that blocks obtained meanwhile had at once. Constant time.
    pub fn peak_bytes(&self) -> usize {
        self.read(|seen| seen.peak_bytes)
    }

    /// The blocks obtained meanwhile that have not gone back. Linear in their number.
    pub fn left(&self) -> Leftovers {
        self.read(|seen| {
            let mut sizes = BTreeMap::new();
            for size in seen.live.values() {
                *sizes.entry(*size).or_insert(0) += 1;
            }
            Leftovers { sizes }
        })
    }

    fn read<T>(&self, read: impl FnOnce(&Seen) -> T) -> T {
        WATCHES.with_borrow(|watches| {
            let own = watches.iter().find(|seen| seen.number == self.number);
            read(own.expect("a watch is there until it is dropped"))
        })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // A thread that ends may have taken its watches with it.
        let _ = WATCHES.try_with(|watches| {
            watches.borrow_mut().retain(|seen| seen.number != self.number);
        });
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("Watch");
        f.field("requests", &self.requests()).field("peak_bytes", &self.peak_bytes());
        f.field("left", &self.left()).finish()
    }
}

/// Notes that there is something to watch.
pub(crate) fn note_metered() {
    // A thread that ends needs no notes.
    let _ = METERED.try_with(|metered| metered.set(true));
}

/// Enters a block that was obtained. One of no bytes is no block.
pub(crate) fn obtained(address: usize, size: usize) {
    note_metered();
    each(|seen| seen.obtained(address, size));
}

/// Enters a block that went back.
pub(crate) fn freed(address: usize, size: usize) {
    each(|seen| seen.freed(address, size));
}

/// Enters a block that is elsewhere now, or of another size.
pub(crate) fn resized((before, old_size): (usize, usize), address: usize, size: usize) {
    note_metered();
    each(|seen| {
        seen.freed(before, old_size);
        seen.obtained(address, size);
    });
}

/// Blocks are also given back as a thread ends, when it has no watches any more.
fn each(mut enter: impl FnMut(&mut Seen)) {
    let _ = WATCHES.try_with(|watches| watches.borrow_mut().iter_mut().for_each(&mut enter));
}

impl Seen {
    fn obtained(&mut self, address: usize, size: usize) {
        if size == 0 {
            return;
        }
        // What was there went back on another thread.
        self.forget(address);
        self.requests += 1;
        self.live.insert(address, size);
        self.live_bytes += size;
        self.peak_bytes = self.peak_bytes.max(self.live_bytes);
    }

    fn freed(&mut self, address: usize, size: usize) {
        // One of no bytes may be where another one is.
        if size > 0 {
            self.forget(address);
        }
    }

    fn forget(&mut self, address: usize) {
        if let Some(size) = self.live.remove(&address) {
            self.live_bytes -= size;
        }
    }
}

/// Blocks that have not gone back, by size. Its text is one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftovers {
    sizes: BTreeMap<usize, u64>,
}

impl Leftovers {
    /// How many there are.
    pub fn blocks(&self) -> u64 {
        self.sizes.values().sum()
    }

    /// How many bytes they have.
    pub fn bytes(&self) -> u64 {
        self.sizes.iter().map(|(size, count)| *size as u64 * count).sum()
    }

    /// Sizes in bytes, ascending, and how many blocks have each.
    pub fn sizes(&self) -> impl Iterator<Item = (usize, u64)> + '_ {
        self.sizes.iter().map(|(size, count)| (*size, *count))
    }
}

/// Sizes that are named in a text.
const NAMED: usize = 10;

impl fmt::Display for Leftovers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (blocks, bytes) = (self.blocks(), self.bytes());
        write!(f, "{blocks} {}, {bytes} bytes", if blocks == 1 { "block" } else { "blocks" })?;
        for (index, (size, count)) in self.sizes().take(NAMED).enumerate() {
            f.write_str(if index == 0 { ": " } else { ", " })?;
            match count {
                1 => write!(f, "{size}")?,
                _ => write!(f, "{count} of {size}")?,
            }
        }
        match self.sizes.len().saturating_sub(NAMED) {
            0 => Ok(()),
            more => write!(f, " and {more} other sizes"),
        }
    }
}
