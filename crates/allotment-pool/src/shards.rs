//! [`Shards`]: what the handles of a shared pool have in common, and who may touch it when.
//!
//! ```text
//! thread --> one of the caches --batches--> depot, slabs --chunks--> parent
//!            (a lock each)                  (one lock)               (no lock)
//! ```
//!
//! A thread works with the cache of its shard. An empty cache gets a full batch from the depot, or
//! blocks from the slabs; a full one leaves a batch in the depot. Which thread frees a block does
//! not matter, therefore: what one frees and does not use comes back to the others. What threads
//! have in common is locked for a few instructions only, whatever the size of a batch.
//!
//! T1. Caches, depot and slabs are touched under their locks only; no lock is taken under another
//!     but the one of depot and slabs under that of a cache.
//! T2. The parent is called under no lock, with no block in flight. It may therefore fail,
//!     unwind or call back into the pool.

use core::ptr::NonNull;

use allotment_alloc::{AllocError, Allocator, Layout};

use crate::cache::{Batch, Cache, Depot, full};
use crate::chunk::Chunks;
use crate::primitives::{Count, Lock, Primitives};
use crate::registry::{CHECKED, Registry};
use crate::serve::Serve;
use crate::size_class::{self, Class};
use crate::slabs::Slabs;
use crate::state::abort_on_overflow;
use crate::stats::PoolStats;

/// The least to ask for first: caches take blocks by the batch.
const FIRST_CHUNK: usize = 64 << 10;

/// What one thread at a time may touch, whichever it is.
struct Movable<T>(T);

// SAFETY: slabs, caches and batches own the memory that their pointers lead to, by S1 and A1; the
// registry only notes pointers. No thread is special to any of it.
unsafe impl<T> Send for Movable<T> {}

/// A cache, apart from the cache lines of others.
#[repr(align(128))]
struct Shard<S: Primitives>(S::Lock<Movable<Cache>>);

/// What threads have in common: full batches, and the slabs behind them.
struct Store {
    slabs: Slabs,
    depot: Depot,
}

/// Blocks of one class on their way to a cache, one at least.
enum Supply {
    Batch(Batch),
    /// So many that lie side by side from here on, and were never used.
    Span(NonNull<u8>, usize),
}

impl Store {
    /// A batch of blocks, if there is any block without another chunk.
    fn supply(&self, class: Class) -> Option<Supply> {
        if let Some(batch) = self.depot.take(class) {
            return Some(Supply::Batch(batch));
        }
        if self.slabs.free_blocks(class) == 0
            && let Some((start, count)) = self.slabs.take_span(class, full(class))
        {
            return Some(Supply::Span(start, count));
        }
        let batch = Batch::new();
        let mut next = self.slabs.take(class);
        while let Some(block) = next {
            // SAFETY: A1: the slabs handed it out for this class just now.
            unsafe { batch.push_used(block, class) };
            next = if batch.len() < full(class) { self.slabs.take_at_hand(class) } else { None };
        }
        (batch.len() > 0).then_some(Supply::Batch(batch))
    }

    /// Takes a batch back: as it is, if it is full.
    fn put_back(&self, class: Class, batch: &Batch) {
        if Depot::suits(class, batch.len()) {
            self.depot.put(class, batch);
        } else {
            self.give(class, batch);
        }
    }

    /// Gives all blocks of a batch to the slabs.
    fn give(&self, class: Class, batch: &Batch) {
        while let Some(block) = batch.pop() {
            // SAFETY: A1: the slabs handed it out for the class, and nobody uses it.
            unsafe { self.slabs.give(block, class) };
        }
    }
}

/// See the file. There are `N` caches.
pub(crate) struct Shards<P, S: Primitives, const N: usize> {
    shards: [Shard<S>; N],
    store: S::Lock<Movable<Store>>,
    /// The blocks that are out, in the checked mode.
    registry: S::Lock<Movable<Registry>>,
    handles: S::Count,
    large_blocks: S::Count,
    large_bytes: S::Count,
    /// Bytes held from the parent.
    reserved_bytes: S::Count,
    peak_reserved_bytes: S::Count,
    requests: S::Count,
    parent: P,
}

/// A pool in memory of the parent, and the parent in it, with one handle.
///
/// # Errors
///
/// If the parent fails; it is dropped then.
pub(crate) fn create<P: Allocator, S: Primitives, const N: usize>(
    parent: P,
) -> Result<NonNull<Shards<P, S, N>>, AllocError> {
    let layout = Layout::new::<Shards<P, S, N>>();
    let shards = parent.allocate(layout)?.cast::<Shards<P, S, N>>();
    debug_assert!(shards.is_aligned(), "the parent returned misaligned memory");
    let new = Shards {
        shards: core::array::from_fn(|_| Shard(Lock::new(Movable(Cache::new())))),
        store: Lock::new(Movable(Store { slabs: Slabs::new(), depot: Depot::new() })),
        registry: Lock::new(Movable(Registry::new())),
        handles: Count::new(1),
        large_blocks: Count::new(0),
        large_bytes: Count::new(0),
        reserved_bytes: Count::new(layout.size()),
        peak_reserved_bytes: Count::new(layout.size()),
        requests: Count::new(1),
        parent,
    };
    // SAFETY: allocated for this type just now. Moving the parent leaves its blocks valid.
    unsafe { shards.write(new) };
    Ok(shards)
}

/// Gives everything but large blocks back to the parent and drops it. O(chunks). If the parent
/// unwinds, what remains is leaked.
///
/// # Safety
///
/// `shards` came from [`create`], no handle of it is left, and nothing in the pool is used again.
pub(crate) unsafe fn destroy<P: Allocator, S: Primitives, const N: usize>(
    shards: NonNull<Shards<P, S, N>>,
) {
    // SAFETY: `create` wrote it, and it is read out once. The parent's blocks outlive its move.
    let Shards { store, registry, parent, .. } = unsafe { shards.read() };
    while let Some((block, layout)) = registry.with(|registry| registry.0.take_leaked()) {
        // SAFETY: it came from this parent with this layout, and is not used again.
        unsafe { parent.deallocate(block, layout) };
    }
    while let Some((chunk, layout)) = store.with(|store| store.0.slabs.chunks().take_any()) {
        // SAFETY: C1: it came from this parent, and nothing in it is used again.
        unsafe { parent.deallocate(chunk, layout) };
    }
    // SAFETY: allocated by this parent with this layout in `create`, given back once.
    unsafe { parent.deallocate(shards.cast(), Layout::new::<Shards<P, S, N>>()) };
}

impl<P, S: Primitives, const N: usize> Shards<P, S, N> {
    /// The allocator that memory comes from.
    pub(crate) fn parent(&self) -> &P {
        &self.parent
    }

    /// Counts a new handle. Aborts if the count overflows.
    pub(crate) fn add_handle(&self) {
        // Far below the end of the range, so that no number of threads at once gets there.
        if self.handles.add(1) > usize::MAX / 2 {
            abort_on_overflow();
        }
    }

    /// Counts a handle less; whether it was the last, and all others are done.
    pub(crate) fn drop_handle(&self) -> bool {
        self.handles.leave()
    }

    /// Calls `act` with the cache of this thread's shard.
    #[inline]
    fn with_cache<R>(&self, act: impl FnOnce(&Cache) -> R) -> R {
        self.shards[S::thread() % N].0.with(|cache| act(&cache.0))
    }

    /// Calls `act` with what threads have in common.
    fn with_store<R>(&self, act: impl FnOnce(&Store) -> R) -> R {
        self.store.with(|store| act(&store.0))
    }

    /// Calls `act` with the slabs.
    fn with_slabs<R>(&self, act: impl FnOnce(&Slabs) -> R) -> R {
        self.with_store(|store| act(&store.slabs))
    }

    /// Notes that more is held from the parent.
    fn note_reserved(&self, bytes: usize) {
        let reserved = self.reserved_bytes.add(bytes);
        self.peak_reserved_bytes.raise(reserved);
    }

    /// Fills the cache: with a full batch, or with fresh blocks, or with what there is. Returns one
    /// of them.
    fn refill(&self, class: Class) -> Option<NonNull<u8>> {
        let supply = self.with_store(|store| store.supply(class))?;
        // The blocks are linked and touched after the lock is free again.
        let batch = match supply {
            Supply::Batch(batch) => batch,
            Supply::Span(start, count) => {
                let batch = Batch::new();
                for index in (0..count).rev() {
                    // SAFETY: within the span.
                    let block = unsafe { start.add(index * class.size()) };
                    // SAFETY: A1: the slabs handed out the span.
                    unsafe { batch.push_used(block, class) };
                }
                batch
            }
        };
        let first = batch.pop();
        let surplus = self.with_cache(|cache| cache.stock(class, &batch));
        self.put_back(class, &surplus);
        first
    }

    /// Gives all blocks of a batch to the threads in common.
    fn put_back(&self, class: Class, batch: &Batch) {
        if batch.len() > 0 {
            self.with_store(|store| store.put_back(class, batch));
        }
    }

    /// Empties all caches and the depot into the slabs.
    fn flush(&self) {
        for shard in &self.shards {
            shard.0.with(|cache| {
                self.with_store(|store| {
                    for class in Class::all() {
                        cache.0.take_all(class).iter().for_each(|batch| store.give(class, batch));
                    }
                });
            });
        }
        self.with_store(|store| {
            for class in Class::all() {
                while let Some(batch) = store.depot.take(class) {
                    store.give(class, &batch);
                }
            }
        });
    }

    /// The counts of the pool. O(shards * classes).
    pub(crate) fn stats(&self) -> PoolStats {
        let mut stats = PoolStats::empty();
        let mut cached = [0_usize; size_class::CLASSES];
        self.with_store(|store| {
            store.slabs.add_to(&mut stats);
            for class in Class::all() {
                cached[class.index()] = store.depot.len(class);
            }
        });
        for shard in &self.shards {
            shard.0.with(|cache| {
                for class in Class::all() {
                    cached[class.index()] += cache.0.len(class);
                }
            });
        }
        // Other threads may have moved blocks since the slabs were read.
        for (class, cached) in stats.classes.iter_mut().zip(cached) {
            let cached = cached.min(class.live);
            class.live -= cached;
            class.free += cached;
            stats.live_blocks -= cached;
            stats.live_bytes -= cached * class.size;
        }
        let state = size_of::<Self>();
        stats.large_blocks = self.large_blocks.get();
        stats.large_bytes = self.large_bytes.get();
        stats.live_blocks += stats.large_blocks;
        stats.live_bytes += stats.large_bytes;
        stats.reserved_bytes += state + stats.large_bytes;
        stats.peak_reserved_bytes = self.peak_reserved_bytes.get().max(stats.reserved_bytes);
        stats.overhead_bytes += state;
        stats.idle_bytes = stats.reserved_bytes - stats.live_bytes - stats.overhead_bytes;
        stats.parent_requests = self.requests.get();
        stats
    }
}

impl<P: Allocator, S: Primitives, const N: usize> Shards<P, S, N> {
    /// The parent, for one request, which is counted.
    fn ask(&self) -> &P {
        self.requests.add(1);
        &self.parent
    }

    /// Adds a chunk of the next size, but of `least` bytes at least; under a parent that is short
    /// of memory, of as much as it gives down to that.
    fn add_chunk(&self, least: usize, shelve: bool) -> Result<(), AllocError> {
        let next = self.with_slabs(|slabs| slabs.chunks().next_size());
        let size = next.max(FIRST_CHUNK).max(least);
        let (chunk, size) = Chunks::request_down_to(|| self.ask(), size, least)?;
        let bytes = self.with_slabs(|slabs| {
            let before = slabs.chunks().bytes();
            // SAFETY: requested with this size just now.
            unsafe { slabs.add_chunk(chunk, size, shelve) };
            slabs.chunks().bytes() - before
        });
        self.note_reserved(bytes);
        Ok(())
    }

    /// Makes sure that the slabs have room for `bytes`.
    pub(crate) fn reserve(&self, bytes: usize) -> Result<(), AllocError> {
        if self.with_slabs(Slabs::room) >= bytes {
            return Ok(());
        }
        let least = size_class::chunk_with(bytes).ok_or(AllocError)?;
        if CHECKED { Ok(()) } else { self.add_chunk(least, true) }
    }

    /// Gives all chunks back that no live block lies in; returns their bytes. The last one stays.
    ///
    /// If the parent unwinds, the chunks that it has not got yet are kept for the next time.
    pub(crate) fn trim(&self) -> usize {
        self.flush();
        self.with_slabs(|slabs| slabs.trim(true));
        let mut bytes = 0;
        while let Some((chunk, layout)) = self.with_slabs(|slabs| slabs.chunks().take_doomed()) {
            bytes += layout.size();
            self.reserved_bytes.sub(layout.size());
            // SAFETY: C1: it came from this parent; S1: nothing in it is used again.
            unsafe { self.parent.deallocate(chunk, layout) };
        }
        bytes
    }
}

// SAFETY: blocks lie in chunks, which stay in place until the last handle is dropped or nothing is
// live in them, or belong to the parent, which the shards own that long. A block is handed out,
// cached, or free in the slabs, never two of these (S1, A1), under locks (T1).
unsafe impl<P: Allocator, S: Primitives, const N: usize> Serve for Shards<P, S, N> {
    #[inline]
    fn take(&self, class: Class) -> Result<NonNull<u8>, AllocError> {
        if let Some(block) = self.with_cache(|cache| cache.take(class)) {
            return Ok(block);
        }
        loop {
            if let Some(block) = self.refill(class) {
                return Ok(block);
            }
            // Another thread may empty the new chunk before this one gets a block; so ask again.
            self.add_chunk(size_class::FIRST_CHUNK, false)?;
        }
    }

    #[inline]
    unsafe fn give(&self, block: NonNull<u8>, class: Class) {
        if cfg!(debug_assertions) {
            let ours = self.with_slabs(|slabs| slabs.chunks().hold(block, class));
            assert!(ours, "a block was freed that is not of this pool");
        }
        // SAFETY: A1: `take` handed it out for this class, and the caller gives it up.
        let surplus = self.with_cache(|cache| unsafe { cache.give(block, class) });
        self.put_back(class, &surplus);
    }

    #[inline(never)]
    fn take_large(&self, layout: Layout, zero: bool) -> Result<NonNull<u8>, AllocError> {
        let parent = self.ask();
        let block = if zero { parent.allocate_zeroed(layout) } else { parent.allocate(layout) }?;
        if CHECKED {
            self.registry.with(|registry| registry.0.enter(block.cast(), layout));
        }
        self.large_blocks.add(1);
        self.large_bytes.add(layout.size());
        self.note_reserved(layout.size());
        Ok(block.cast())
    }

    #[inline(never)]
    unsafe fn give_large(&self, block: NonNull<u8>, layout: Layout) {
        if CHECKED {
            self.registry.with(|registry| registry.0.leave(block, layout));
        }
        self.large_blocks.sub(1);
        self.large_bytes.sub(layout.size());
        self.reserved_bytes.sub(layout.size());
        // SAFETY: the block came from the parent with this layout; the caller gives it up.
        unsafe { self.parent.deallocate(block, layout) };
    }

    #[inline(never)]
    unsafe fn resize_large(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<u8>, AllocError> {
        let parent = self.ask();
        let resized = if new.size() >= old.size() {
            // SAFETY: the block came from the parent with `old`, and `new` is not smaller.
            unsafe { parent.grow(block, old, new) }
        } else {
            // SAFETY: the block came from the parent with `old`, and `new` is smaller.
            unsafe { parent.shrink(block, old, new) }
        }?;
        self.large_bytes.add(new.size());
        self.large_bytes.sub(old.size());
        self.reserved_bytes.sub(old.size());
        self.note_reserved(new.size());
        Ok(resized.cast())
    }
}

#[cfg(test)]
#[path = "shards_tests.rs"]
mod tests;
