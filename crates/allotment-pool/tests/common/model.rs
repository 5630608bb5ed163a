//! A model of a pool: what was handed out, with which bytes in it, and what the pool must report.

use std::alloc::Layout;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::ptr::NonNull;

use allotment_alloc::{AllocError, SharedAlloc};
use allotment_pool::{Pool, PoolStats};

use super::CHECKED;
use super::parent::Parent;

/// A pool that the model can stand beside.
pub trait Subject<'a>: SharedAlloc {
    /// Whether the peak of live bytes is exact, and blocks can be reserved by their number.
    const EXACT: bool;

    fn create(parent: &'a Parent) -> Result<Self, AllocError>;
    fn stats(&self) -> PoolStats;
    fn trim(&self) -> usize;
    fn try_reserve(&self, bytes: usize) -> Result<(), AllocError>;
    fn try_reserve_blocks(&self, layout: Layout, count: usize) -> Result<(), AllocError>;
}

impl<'a> Subject<'a> for Pool<&'a Parent> {
    const EXACT: bool = true;

    fn create(parent: &'a Parent) -> Result<Self, AllocError> {
        Pool::try_new_in(parent)
    }

    fn stats(&self) -> PoolStats {
        Pool::stats(self)
    }

    fn trim(&self) -> usize {
        Pool::trim(self)
    }

    fn try_reserve(&self, bytes: usize) -> Result<(), AllocError> {
        Pool::try_reserve(self, bytes)
    }

    fn try_reserve_blocks(&self, layout: Layout, count: usize) -> Result<(), AllocError> {
        Pool::try_reserve_blocks(self, layout, count)
    }
}

#[cfg(feature = "std")]
impl<'a> Subject<'a> for allotment_pool::SyncPool<&'a Parent> {
    const EXACT: bool = false;

    fn create(parent: &'a Parent) -> Result<Self, AllocError> {
        Self::try_new_in(parent)
    }

    fn stats(&self) -> PoolStats {
        self.stats()
    }

    fn trim(&self) -> usize {
        self.trim()
    }

    fn try_reserve(&self, bytes: usize) -> Result<(), AllocError> {
        self.try_reserve(bytes)
    }

    fn try_reserve_blocks(&self, _: Layout, _: usize) -> Result<(), AllocError> {
        Ok(())
    }
}

/// The pools of one kind, over parents of any life.
pub trait Kind {
    type Of<'a>: Subject<'a>;
}

/// `Pool`.
pub struct Single;

impl Kind for Single {
    type Of<'a> = Pool<&'a Parent>;
}

/// `SyncPool`.
#[cfg(feature = "std")]
pub struct Shared;

#[cfg(feature = "std")]
impl Kind for Shared {
    type Of<'a> = allotment_pool::SyncPool<&'a Parent>;
}

/// One step of a script. A `pick` chooses among the live blocks, modulo their number.
#[derive(Clone, Copy, Debug)]
pub enum Op {
    Allocate { size: usize, shift: u32, zeroed: bool },
    Grow { pick: usize, extra: usize, shift: u32, zeroed: bool },
    Shrink { pick: usize, keep: usize, shift: u32 },
    Free { pick: usize },
    CloneHandle { pick: usize },
    DropHandle { pick: usize },
    Reserve { bytes: usize },
    ReserveBlocks { size: usize, count: usize },
    Trim,
}

#[derive(Clone, Copy)]
struct Block {
    memory: NonNull<[u8]>,
    layout: Layout,
    /// Determines the bytes within the layout.
    tag: u8,
}

/// Bytes that are compared at a time: a multiple of the pattern's period, so that each run starts
/// alike. Comparing runs instead of bytes keeps the interpreter usable.
const RUN: usize = PERIOD * 16;
const PERIOD: usize = 251;

static PATTERN: [u8; RUN + 256] = {
    let mut pattern = [0; RUN + 256];
    let mut index = 0;
    while index < pattern.len() {
        pattern[index] = (index % PERIOD) as u8;
        index += 1;
    }
    pattern
};

impl Block {
    /// What a run of the block holds.
    fn expected(&self, len: usize) -> &'static [u8] {
        &PATTERN[usize::from(self.tag)..][..len]
    }

    fn fill(&self) {
        for from in (0..self.layout.size()).step_by(RUN) {
            let run = self.expected(RUN.min(self.layout.size() - from));
            // SAFETY: within the block.
            let to = unsafe { self.memory.cast::<u8>().add(from) };
            // SAFETY: the run fits into what follows, and static memory is elsewhere.
            unsafe { to.copy_from_nonoverlapping(NonNull::from(run).cast(), run.len()) };
        }
    }

    /// The bytes from `from` to `to`, which were written.
    fn bytes(&self, from: usize, to: usize) -> &[u8] {
        assert!(from <= to && to <= self.memory.len());
        // SAFETY: within the block.
        let start = unsafe { self.memory.cast::<u8>().add(from) };
        // SAFETY: a live block; the caller asks for bytes that were written.
        unsafe { NonNull::slice_from_raw_parts(start, to - from).as_ref() }
    }

    fn check(&self, len: usize) {
        for run in self.bytes(0, len).chunks(RUN) {
            assert!(run == self.expected(run.len()), "the bytes of {:?} changed", self.layout);
        }
    }

    fn check_zero_from(&self, from: usize) {
        for run in self.bytes(from, self.memory.len()).chunks(RUN) {
            assert!(run == &[0; RUN][..run.len()], "not zeroed: {:?}", self.layout);
        }
    }

    fn is_large(&self) -> bool {
        is_large(self.layout)
    }
}

/// See the file.
pub struct Model<'a, P> {
    parent: &'a Parent,
    handles: Vec<P>,
    blocks: Vec<Block>,
    peak: usize,
    peak_reserved: Cell<usize>,
    tags: u8,
}

impl<'a, P: Subject<'a>> Model<'a, P> {
    pub fn new(parent: &'a Parent) -> Result<Model<'a, P>, AllocError> {
        let handles = vec![P::create(parent)?];
        let peak_reserved = Cell::new(0);
        Ok(Model { parent, handles, blocks: Vec::new(), peak: 0, peak_reserved, tags: 0 })
    }

    pub fn pool(&self) -> &P {
        &self.handles[0]
    }

    /// Runs one operation. If it fails or unwinds, the model is as before, and so must the pool be.
    pub fn apply(&mut self, op: Op) -> Result<(), AllocError> {
        match op {
            Op::Allocate { size, shift, zeroed } => self.allocate(size, shift, zeroed),
            Op::Grow { pick, extra, shift, zeroed } => {
                let Some(pick) = self.pick(pick) else { return Ok(()) };
                let size = self.blocks[pick].layout.size() + extra;
                self.resize(pick, layout(size, shift), zeroed)
            }
            Op::Shrink { pick, keep, shift } => {
                let Some(pick) = self.pick(pick) else { return Ok(()) };
                let size = keep.min(self.blocks[pick].layout.size());
                self.resize(pick, layout(size, shift), false)
            }
            Op::Free { pick } => {
                let Some(pick) = self.pick(pick) else { return Ok(()) };
                let block = self.blocks.swap_remove(pick);
                block.check(block.layout.size());
                // SAFETY: a live block of the pool, forgotten by the model.
                unsafe { self.handle().deallocate(block.memory.cast(), block.layout) };
                Ok(())
            }
            Op::CloneHandle { pick } => {
                let handle = self.handles[pick % self.handles.len()].clone();
                self.handles.push(handle);
                Ok(())
            }
            Op::DropHandle { pick } => {
                if self.handles.len() > 1 {
                    self.handles.swap_remove(pick % self.handles.len());
                }
                Ok(())
            }
            Op::Reserve { bytes } => self.reserve(bytes),
            Op::ReserveBlocks { size, count } => self.reserve_blocks(size, count),
            Op::Trim => {
                let before = self.parent.balance();
                let bytes = self.handle().trim();
                let after = self.parent.balance();
                assert!(before.1 - after.1 <= bytes && after.0 <= before.0);
                Ok(())
            }
        }
    }

    fn reserve(&self, bytes: usize) -> Result<(), AllocError> {
        self.handle().try_reserve(bytes)?;
        assert!(CHECKED || self.pool().stats().idle_bytes >= bytes);
        Ok(())
    }

    fn reserve_blocks(&mut self, size: usize, count: usize) -> Result<(), AllocError> {
        let block = layout(size, 0);
        self.handle().try_reserve_blocks(block, count)?;
        let requests = self.parent.requests();
        let count = if P::EXACT && !CHECKED { count } else { 0 };
        let blocks: Vec<_> = (0..count).map(|_| self.handle().allocate(block).unwrap()).collect();
        let reserved = self.parent.requests() == requests;
        assert!(reserved || CHECKED || !P::EXACT, "all were reserved");
        self.peak = self.peak.max(self.pool().stats().live_bytes);
        for memory in blocks {
            // SAFETY: allocated just now with this layout, given back once.
            unsafe { self.handle().deallocate(memory.cast(), block) };
        }
        Ok(())
    }

    fn pick(&self, pick: usize) -> Option<usize> {
        pick.checked_rem(self.blocks.len())
    }

    /// Some handle, another one each time.
    fn handle(&self) -> &P {
        &self.handles[usize::from(self.tags) % self.handles.len()]
    }

    fn allocate(&mut self, size: usize, shift: u32, zeroed: bool) -> Result<(), AllocError> {
        let layout = layout(size, shift);
        let memory = if zeroed {
            self.handle().allocate_zeroed(layout)?
        } else {
            self.handle().allocate(layout)?
        };
        let block = Block { memory, layout, tag: self.tags };
        if zeroed {
            block.check_zero_from(0);
        }
        self.adopt(block);
        self.note_peak();
        Ok(())
    }

    fn resize(&mut self, pick: usize, layout: Layout, zeroed: bool) -> Result<(), AllocError> {
        let old = self.blocks[pick];
        let from = old.memory.cast();
        let memory = if zeroed {
            // SAFETY: a live block of the pool with its layout, and the size grows.
            unsafe { self.handle().grow_zeroed(from, old.layout, layout) }
        } else if layout.size() >= old.layout.size() {
            // SAFETY: a live block of the pool with its layout, and the size grows.
            unsafe { self.handle().grow(from, old.layout, layout) }
        } else {
            // SAFETY: a live block of the pool with its layout, and the size shrinks.
            unsafe { self.handle().shrink(from, old.layout, layout) }
        }?;
        // While contents move, both blocks are live.
        let moved = memory.cast() != from && (CHECKED || !(old.is_large() && is_large(layout)));
        self.blocks.swap_remove(pick);
        let block = Block { memory, layout, tag: old.tag };
        block.check(old.layout.size().min(layout.size()));
        if zeroed {
            block.check_zero_from(old.layout.size());
        }
        if moved {
            let both = self.live_bytes() + old.memory.len() + memory.len();
            self.peak = self.peak.max(both);
        }
        self.adopt(Block { tag: self.tags, ..block });
        self.note_peak();
        Ok(())
    }

    fn adopt(&mut self, block: Block) {
        let Block { memory, layout, .. } = block;
        let addr = memory.cast::<u8>().addr().get();
        assert!(addr.is_multiple_of(layout.align()), "{addr:#x} for {layout:?}");
        if block.is_large() || layout.size() == 0 {
            assert_eq!(memory.len(), layout.size());
        } else {
            assert!(
                memory.len() - layout.size() <= slack(memory.len(), layout.align()),
                "{layout:?}"
            );
            assert!(memory.len() % 64 != 0 || addr.is_multiple_of(64));
        }
        block.fill();
        self.blocks.push(block);
        self.tags = self.tags.wrapping_add(1);
    }

    fn live_bytes(&self) -> usize {
        self.blocks.iter().map(|block| block.memory.len()).sum()
    }

    fn note_peak(&mut self) {
        self.peak = self.peak.max(self.live_bytes());
    }

    /// Compares the pool's books with the model's and the parent's.
    pub fn verify(&self) {
        let stats = self.pool().stats();
        let used = || self.blocks.iter().filter(|block| block.layout.size() > 0);
        let large = || used().filter(|block| block.is_large());
        assert_eq!(stats.live_blocks, used().count());
        assert_eq!(stats.live_bytes, self.live_bytes());
        assert!(!P::EXACT || stats.peak_live_bytes == self.peak);
        assert_eq!(stats.large_blocks, large().count());
        assert_eq!(stats.large_bytes, large().map(|block| block.memory.len()).sum::<usize>());
        assert_eq!(stats.parent_requests, self.parent.requests());
        let total = stats.live_bytes + stats.idle_bytes + stats.overhead_bytes;
        assert_eq!(stats.reserved_bytes, total);
        let (blocks, bytes) = self.parent.balance();
        assert_eq!(blocks, 1 + stats.chunks + stats.large_blocks);
        assert!(stats.reserved_bytes >= bytes);
        self.peak_reserved.set(self.peak_reserved.get().max(stats.reserved_bytes));
        assert!(stats.peak_reserved_bytes >= self.peak_reserved.get());
        for class in stats.classes() {
            let live = used().filter(|block| !block.is_large() && block.memory.len() == class.size);
            assert_eq!(class.live, live.count(), "class {}", class.size);
        }
        let free: usize = stats.classes().map(|class| class.free * class.size).sum();
        assert!(free <= stats.idle_bytes);
        self.check_apart();
    }

    /// No two blocks share a byte.
    fn check_apart(&self) {
        let mut spans = BTreeMap::new();
        for block in self.blocks.iter().filter(|block| block.layout.size() > 0) {
            let start = block.memory.cast::<u8>().addr().get();
            assert!(spans.insert(start, start + block.memory.len()).is_none());
        }
        let ends = spans.values();
        for (end, start) in ends.zip(spans.keys().skip(1)) {
            assert!(end <= start, "blocks overlap");
        }
    }

    /// Frees every block.
    pub fn free_all(&mut self) {
        while !self.blocks.is_empty() {
            self.apply(Op::Free { pick: 0 }).unwrap();
        }
        self.verify();
    }

    /// Frees what belongs to the parent, so that the rest may be leaked into the pool.
    pub fn free_large(&mut self) {
        while let Some(pick) = self.blocks.iter().position(Block::is_large) {
            self.apply(Op::Free { pick }).unwrap();
        }
    }
}

/// The layout of `size` bytes at two to the power of `shift`.
pub fn layout(size: usize, shift: u32) -> Layout {
    Layout::from_size_align(size, 1 << shift).unwrap()
}

/// What may be wasted of a block: less than a quarter, a word, or the alignment that was asked for.
fn slack(block: usize, align: usize) -> usize {
    (block / 4).max(align).max(8) - 1
}

fn is_large(layout: Layout) -> bool {
    layout.size() > 2048 || (layout.size() > 0 && (layout.align() > 64 || CHECKED))
}

/// A script of `len` operations that reaches every route, the same for every call.
pub fn script(len: usize) -> Vec<Op> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut below = move |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % bound as u64) as usize
    };
    let mut step = || match below(18) {
        0..=5 => {
            let size = [below(130), below(2049), below(2049), 2040 + below(20), below(6000)];
            let size = size[below(5)];
            Op::Allocate { size, shift: below(8) as u32, zeroed: below(4) == 0 }
        }
        6..=8 => {
            let (extra, shift) = ([below(70), below(1500)][below(2)], below(8) as u32);
            Op::Grow { pick: below(1000), extra, shift, zeroed: below(2) == 0 }
        }
        9..=11 => Op::Shrink { pick: below(1000), keep: below(2500), shift: below(8) as u32 },
        12..=13 => Op::Free { pick: below(1000) },
        14 => Op::CloneHandle { pick: below(1000) },
        15 => match below(8) {
            0 => Op::Reserve { bytes: below(20_000) },
            1..=2 => Op::ReserveBlocks { size: 1 + below(2048), count: below(20) },
            _ => Op::Trim,
        },
        _ => Op::DropHandle { pick: below(1000) },
    };
    (0..len).map(|_| step()).collect()
}
