//! What the tests share: a parent that counts, fails and panics, and blocks with a byte pattern.
#![allow(dead_code, reason = "each test file uses a part")]

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ptr::NonNull;

use allotment_alloc::{AllocError, Allocator, Global, Layout};

/// What a parent does at the request whose turn has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    Willing,
    /// Refuses the one request with this number.
    FailsAt(u64),
    /// Refuses this request and all that follow.
    FailsFrom(u64),
    /// Unwinds at this request.
    PanicsAt(u64),
    /// Refuses blocks of more bytes than this.
    FailsAbove(usize),
}

/// A parent over the global allocator that keeps books. Used as `&Parent`.
#[derive(Debug)]
pub(crate) struct Parent {
    pub(crate) mood: Cell<Mood>,
    pub(crate) requests: Cell<u64>,
    pub(crate) live_blocks: Cell<usize>,
    pub(crate) live_bytes: Cell<usize>,
    pub(crate) panics_at_release: Cell<bool>,
}

impl Parent {
    pub(crate) fn new() -> Self {
        Self {
            mood: Cell::new(Mood::Willing),
            requests: Cell::new(0),
            live_blocks: Cell::new(0),
            live_bytes: Cell::new(0),
            panics_at_release: Cell::new(false),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.live_blocks.get() == 0 && self.live_bytes.get() == 0
    }
}

// SAFETY: passes each request on unchanged, or refuses it.
unsafe impl Allocator for Parent {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        assert_ne!(layout.size(), 0, "the arena asks for no empty block");
        let request = self.requests.get();
        self.requests.set(request + 1);
        match self.mood.get() {
            Mood::FailsAt(at) if request == at => return Err(AllocError),
            Mood::FailsFrom(from) if request >= from => return Err(AllocError),
            Mood::FailsAbove(bytes) if layout.size() > bytes => return Err(AllocError),
            Mood::PanicsAt(at) if request == at => panic!("the parent unwinds"),
            _ => {}
        }
        let block = Global.allocate(layout)?;
        self.live_blocks.set(self.live_blocks.get() + 1);
        self.live_bytes.set(self.live_bytes.get() + layout.size());
        Ok(block)
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        self.live_blocks.set(self.live_blocks.get() - 1);
        self.live_bytes.set(self.live_bytes.get() - layout.size());
        // SAFETY: the block came from the global allocator with this layout.
        unsafe { Global.deallocate(block, layout) };
        if self.panics_at_release.replace(false) {
            panic!("the parent unwinds");
        }
    }
}

pub(crate) fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).expect("a layout")
}

/// The bytes of a block that are looked at: all of them, or some where each is slow.
fn touched(from: usize, to: usize) -> impl Iterator<Item = usize> {
    const STEP: usize = if cfg!(miri) { 509 } else { 1 };
    (from.next_multiple_of(STEP)..to).step_by(STEP)
}

/// A live block and the pattern it was filled with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    pub(crate) start: NonNull<u8>,
    pub(crate) layout: Layout,
    pub(crate) mark: u8,
}

impl Block {
    fn byte(&self, at: usize) -> u8 {
        self.mark.wrapping_add((at % 251) as u8)
    }

    /// Writes the pattern from `from` to the end.
    pub(crate) fn fill(&self, from: usize) {
        for at in touched(from, self.layout.size()) {
            // SAFETY: within the block.
            let byte = unsafe { self.start.add(at) };
            // SAFETY: the block is ours.
            unsafe { byte.write(self.byte(at)) };
        }
    }

    /// Reads the first `len` bytes and compares.
    pub(crate) fn check(&self, len: usize) {
        for at in touched(0, len) {
            assert_eq!(self.read(at), self.byte(at), "byte {at} of {self:?}");
        }
    }

    pub(crate) fn read(&self, at: usize) -> u8 {
        assert!(at < self.layout.size());
        // SAFETY: within the block.
        let byte = unsafe { self.start.add(at) };
        // SAFETY: initialised by `fill` or by a zeroed request.
        unsafe { byte.read() }
    }
}

/// An allocator and the blocks that are live in it, each checked at every touch.
pub(crate) struct Oracle<A: Allocator> {
    pub(crate) allocator: A,
    pub(crate) live: Vec<Block>,
    spans: BTreeMap<usize, usize>,
    marks: u8,
}

impl<A: Allocator> Oracle<A> {
    pub(crate) fn new(allocator: A) -> Self {
        Self { allocator, live: Vec::new(), spans: BTreeMap::new(), marks: 0 }
    }

    pub(crate) fn live_bytes(&self) -> usize {
        self.live.iter().map(|block| block.layout.size()).sum()
    }

    pub(crate) fn live_blocks(&self) -> usize {
        self.live.iter().filter(|block| block.layout.size() > 0).count()
    }

    pub(crate) fn allocate(&mut self, layout: Layout, zeroed: bool) -> Result<(), AllocError> {
        let memory = if zeroed {
            self.allocator.allocate_zeroed(layout)?
        } else {
            self.allocator.allocate(layout)?
        };
        let block = self.admit(memory, layout);
        if zeroed {
            assert!(
                touched(0, layout.size()).all(|at| block.read(at) == 0),
                "a zeroed block is not zero"
            );
        }
        block.fill(0);
        self.live.push(block);
        Ok(())
    }

    pub(crate) fn deallocate(&mut self, at: usize) {
        let block = self.live.swap_remove(at);
        block.check(block.layout.size());
        self.spans.remove(&block.start.addr().get());
        // SAFETY: the block is live, was handed out for this layout and is forgotten here.
        unsafe { self.allocator.deallocate(block.start, block.layout) };
    }

    /// Grows or shrinks, by the sizes.
    pub(crate) fn resize(
        &mut self,
        at: usize,
        new: Layout,
        zeroed: bool,
    ) -> Result<(), AllocError> {
        let block = self.live[at];
        let old = block.layout;
        block.check(old.size());
        let memory = if new.size() < old.size() {
            // SAFETY: the block is live with the layout `old`, and the new size is less.
            unsafe { self.allocator.shrink(block.start, old, new) }
        } else if zeroed {
            // SAFETY: the block is live with the layout `old`, and the new size is not less.
            unsafe { self.allocator.grow_zeroed(block.start, old, new) }
        } else {
            // SAFETY: as above.
            unsafe { self.allocator.grow(block.start, old, new) }
        };
        let Ok(memory) = memory else {
            block.check(old.size());
            return Err(AllocError);
        };
        self.spans.remove(&block.start.addr().get());
        let moved = Block { mark: block.mark, ..self.admit(memory, new) };
        moved.check(old.size().min(new.size()));
        if zeroed && new.size() > old.size() {
            assert!(
                touched(old.size(), new.size()).all(|at| moved.read(at) == 0),
                "the tail is not zero"
            );
        }
        moved.fill(old.size().min(new.size()));
        self.live[at] = moved;
        Ok(())
    }

    pub(crate) fn check_all(&self) {
        for block in &self.live {
            block.check(block.layout.size());
        }
    }

    pub(crate) fn release_all(&mut self) {
        while !self.live.is_empty() {
            self.deallocate(self.live.len() - 1);
        }
    }

    /// Checks length, alignment and overlap of a block that was just handed out.
    fn admit(&mut self, memory: NonNull<[u8]>, layout: Layout) -> Block {
        assert!(memory.len() >= layout.size(), "the block is short");
        let start = memory.cast::<u8>();
        let address = start.addr().get();
        assert!(address.is_multiple_of(layout.align()), "the block is misaligned");
        if layout.size() > 0 {
            let before = self.spans.range(..=address).next_back();
            assert!(before.is_none_or(|(start, size)| start + size <= address), "blocks overlap");
            let after = self.spans.range(address..).next();
            assert!(after.is_none_or(|(start, _)| address + layout.size() <= *start), "overlap");
            self.spans.insert(address, layout.size());
        }
        self.marks = self.marks.wrapping_add(37);
        Block { start, layout, mark: self.marks }
    }
}
