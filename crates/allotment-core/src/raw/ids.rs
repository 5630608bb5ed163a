//! [`List`]: the ids of one key, in a word.
//!
//! ```text
//! ....1     one: the id, shifted left
//! ...00     the address of a block
//! ...10     the address of a grove, and 2
//! ```

use core::alloc::Layout;
use core::marker::PhantomData;
use core::mem::{self, size_of};
use core::num::NonZero;
use core::ptr::NonNull;

use allotment_alloc::Allocator;

use crate::raw::block::Block;
use crate::raw::grove::Grove;
use crate::raw::obtain::obtain;
use crate::raw::owned::{Free, Owned, free_tree};
use crate::raw::path::Edge;
use crate::raw::repack::{Put, Taken, pack, put, take};
use crate::raw::shape::Shape;
use crate::raw::usage::Usage;

/// The ids of one key: at least one.
pub(crate) struct List<S> {
    word: NonNull<u8>,
    grove: PhantomData<Grove<S>>,
}

/// What the ids are in, to be looked at.
pub(crate) enum View<'a, S> {
    One(u64),
    Block(&'a Block),
    Grove(&'a Grove<S>),
}

/// What the ids are in, to be changed.
pub(super) enum ViewMut<'a, S> {
    One(u64),
    Block(&'a mut Block),
    Grove(&'a mut Grove<S>),
}

// SAFETY: it owns blocks of ids and nothing else, as a box does.
unsafe impl<S> Send for List<S> {}

// SAFETY: as for `Send`.
unsafe impl<S> Sync for List<S> {}

const ONE: usize = 1;
const GROVE: usize = 2;

impl<S: Shape<u64>> List<S> {
    const fn of(word: NonNull<u8>) -> Self {
        Self { word, grove: PhantomData }
    }

    /// A list of one id, unless that takes a block.
    fn of_one(id: u64) -> Option<Self> {
        let word = usize::try_from(id).ok()?.checked_mul(2)? | ONE;
        Some(Self::of(NonNull::without_provenance(NonZero::new(word)?)))
    }

    fn of_block(block: Block) -> Self {
        Self::of(block.into_raw())
    }

    /// A list of one id.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve.
    pub(crate) fn new<A: Allocator>(id: u64, alloc: &A) -> Result<Self, Layout> {
        match Self::of_one(id) {
            Some(list) => Ok(list),
            None => pack(&[id], alloc).map(|block| Self::of_block(block.keep())),
        }
    }

    fn tag(&self) -> usize {
        self.word.addr().get() & 3
    }

    fn id(&self) -> u64 {
        self.word.addr().get() as u64 >> 1
    }

    /// The address of the grove.
    fn grove(&self) -> NonNull<Grove<S>> {
        let address = |word: NonZero<usize>| NonZero::new(word.get() & !GROVE);
        self.word.map_addr(|word| address(word).expect("an address")).cast()
    }

    /// What the ids are in.
    pub(crate) fn view(&self) -> View<'_, S> {
        match self.tag() {
            0 => {
                // SAFETY: the word is a block, and that is all there is in one.
                View::Block(unsafe { &*(&raw const self.word).cast() })
            }
            // SAFETY: the grove lives until `free`, and is borrowed as this is.
            GROVE => View::Grove(unsafe { self.grove().as_ref() }),
            _ => View::One(self.id()),
        }
    }

    pub(super) fn view_mut(&mut self) -> ViewMut<'_, S> {
        match self.tag() {
            0 => {
                // SAFETY: as for `view`, and borrowed for writing.
                ViewMut::Block(unsafe { &mut *(&raw mut self.word).cast() })
            }
            // SAFETY: as for `view`, and borrowed for writing.
            GROVE => ViewMut::Grove(unsafe { self.grove().as_mut() }),
            _ => ViewMut::One(self.id()),
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        match self.view() {
            View::One(_) => 1,
            View::Block(block) => block.len(),
            View::Grove(grove) => grove.len,
        }
    }

    /// Bytes of what they are in.
    pub(crate) fn bytes(&self) -> usize {
        match self.view() {
            View::One(_) => 0,
            View::Block(block) => block.layout().size(),
            View::Grove(grove) => {
                let nodes = Usage::of(grove.tree.erased_root()).bytes;
                let blocks = grove.fenced().map(|(_, block)| block.layout().size());
                size_of::<Grove<S>>() + nodes + blocks.sum::<usize>()
            }
        }
    }

    /// Whether an id is among them. O(log n).
    pub(crate) fn contains(&self, id: u64) -> bool {
        match self.view() {
            View::One(own) => own == id,
            View::Block(block) => block.contains(id),
            View::Grove(grove) => grove.block_of(id).is_some_and(|block| block.contains(id)),
        }
    }

    /// Puts an id in; answers whether it is new. O(log n), and the ids of a block are moved.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve; the ids are as they were.
    ///
    /// # Safety
    ///
    /// What they are in stems from `alloc`.
    pub(crate) unsafe fn insert<A: Allocator>(
        &mut self,
        id: u64,
        alloc: &A,
    ) -> Result<bool, Layout> {
        match self.view_mut() {
            ViewMut::One(own) => {
                if own == id {
                    return Ok(false);
                }
                let block = pack(&[own.min(id), own.max(id)], alloc)?;
                *self = Self::of_block(block.keep());
                return Ok(true);
            }
            ViewMut::Block(block) => {
                // SAFETY: passed on.
                match unsafe { put(block, id, alloc) }? {
                    Put::Present => return Ok(false),
                    Put::Done => return Ok(true),
                    // Once in the life of a list: the blocks are given back, and made again.
                    Put::Beside(..) | Put::Halves(..) => {}
                }
                // SAFETY: passed on.
                unsafe { self.grow(alloc) }?;
            }
            ViewMut::Grove(_) => {}
        }
        let ViewMut::Grove(grove) = self.view_mut() else { unreachable!("it has grown") };
        // SAFETY: passed on.
        unsafe { grove.insert(id, alloc) }
    }

    /// Puts the block in a grove.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve; the block is as it was.
    ///
    /// # Safety
    ///
    /// It stems from `alloc`.
    unsafe fn grow<A: Allocator>(&mut self, alloc: &A) -> Result<(), Layout> {
        let mut room = Self::empty_grove(alloc)?;
        let ViewMut::Grove(grove) = room.get_mut().view_mut() else { unreachable!("a grove") };
        // SAFETY: the tree is empty; a block is seated next.
        let place = unsafe { grove.tree.room_at(&mut None, alloc) }?;
        let old = mem::replace(self, room.keep());
        // SAFETY: the word of a block, which changes its owner.
        let block = unsafe { Block::from_raw(old.word) };
        let ViewMut::Grove(grove) = self.view_mut() else { unreachable!("a grove") };
        (grove.len, grove.last) = (block.len(), block.last());
        // SAFETY: told just now.
        unsafe { grove.tree.seat(place, 0, block) };
        Ok(())
    }

    /// Takes an id out of two or more; answers whether it was there. O(log n), and the ids of a
    /// block are moved.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve; the ids are as they were.
    ///
    /// # Safety
    ///
    /// What they are in stems from `alloc`.
    pub(crate) unsafe fn remove<A: Allocator>(
        &mut self,
        id: u64,
        alloc: &A,
    ) -> Result<bool, Layout> {
        let was_there = match self.view_mut() {
            ViewMut::One(_) => unreachable!("the last id goes with its key"),
            // SAFETY: passed on.
            ViewMut::Block(block) => unsafe { take(block, id, alloc) }? == Taken::Done,
            // SAFETY: passed on.
            ViewMut::Grove(grove) => unsafe { grove.remove(id, alloc) }?,
        };
        if let ViewMut::Grove(grove) = self.view_mut()
            && grove.tree.len() == 1
        {
            // Before the allocator gets anything back: should it panic, the block has its place.
            // SAFETY: the grove forgets it next.
            let block = unsafe { grove.first() };
            let mut old = mem::replace(self, Self::of_block(block));
            if let ViewMut::Grove(grove) = old.view_mut() {
                // SAFETY: passed on.
                unsafe { grove.forget_first(alloc) };
            }
            // SAFETY: passed on; its grove has no block left.
            unsafe { old.free(alloc) };
        }
        if let View::Block(block) = self.view()
            && block.len() == 1
            && let Some(one) = block.read().peek().and_then(Self::of_one)
        {
            let old = mem::replace(self, one);
            // SAFETY: passed on.
            unsafe { old.free(alloc) };
        }
        Ok(was_there)
    }

    /// A copy on some allocator.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve.
    pub(crate) fn copy<'a, A: Allocator>(
        &self,
        alloc: &'a A,
    ) -> Result<Owned<'a, Self, A>, Layout> {
        let list = match self.view() {
            View::One(_) => Self::of(self.word),
            View::Block(block) => Self::of_block(block.copy(alloc)?),
            View::Grove(grove) => {
                let mut copy = Self::empty_grove(alloc)?;
                if let ViewMut::Grove(planted) = copy.get_mut().view_mut() {
                    for (fence, block) in grove.fenced() {
                        let edge = planted.tree.root().map(Edge::last);
                        // SAFETY: made on this allocator just now.
                        let block = unsafe { Owned::new(block.copy(alloc)?, alloc) };
                        // SAFETY: the last edge; nodes and blocks are made on this allocator.
                        unsafe { planted.plant(edge, fence, block, alloc) }?;
                    }
                    (planted.len, planted.last) = (grove.len, grove.last);
                }
                return Ok(copy);
            }
        };
        // SAFETY: made on this allocator just now.
        Ok(unsafe { Owned::new(list, alloc) })
    }

    /// A grove without blocks, which is not to stay so.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve.
    fn empty_grove<A: Allocator>(alloc: &A) -> Result<Owned<'_, Self, A>, Layout> {
        let layout = Layout::new::<Grove<S>>();
        let grove: NonNull<Grove<S>> = obtain(layout, alloc)?.cast();
        // SAFETY: a new block of this layout.
        unsafe { grove.write(Grove::new()) };
        let word = grove.cast::<u8>().map_addr(|address| address | GROVE);
        // SAFETY: made on this allocator just now.
        Ok(unsafe { Owned::new(Self::of(word), alloc) })
    }
}

impl<S: Shape<u64>> Free for List<S> {
    unsafe fn free<A: Allocator>(self, alloc: &A) {
        match self.tag() {
            0 => {
                // SAFETY: the word of a block, which is given up.
                let block = unsafe { Block::from_raw(self.word) };
                // SAFETY: passed on.
                unsafe { block.free(alloc) };
            }
            GROVE => {
                let address = self.grove();
                // SAFETY: the grove is given up.
                let mut grove = unsafe { address.read() };
                // SAFETY: passed on; the layout is the one it was allocated with.
                unsafe { alloc.deallocate(address.cast(), Layout::new::<Grove<S>>()) };
                // SAFETY: passed on.
                unsafe { free_tree(&mut grove.tree, alloc) };
            }
            _ => {}
        }
    }
}
