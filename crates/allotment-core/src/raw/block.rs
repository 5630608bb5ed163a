//! [`Block`]: ids in a block of memory, which begins with how they are written.
//!
//! ```text
//! head      u32: ids - 1 (16 bits), width of a gap (7), bytes of the first id - 1 (3), class (6)
//! bytes     as the code says; those behind are zero if it is of bits
//! ```

use core::alloc::Layout;
use core::mem::{align_of, size_of};
use core::ptr::NonNull;
use core::slice;

use allotment_alloc::Allocator;

use crate::raw::code::Code;
use crate::raw::obtain::{obtain, obtain_zeroed};
use crate::raw::owned::Free;
use crate::raw::reader::Reader;

/// How a block begins.
#[derive(Clone, Copy)]
struct Head(u32);

/// The address of a block of ids, and nothing besides.
#[repr(transparent)]
pub(crate) struct Block {
    block: NonNull<u8>,
}

// SAFETY: it owns its ids and nothing else, as a box of bytes does.
unsafe impl Send for Block {}

// SAFETY: as for `Send`.
unsafe impl Sync for Block {}

impl Head {
    fn new(code: Code, class: u32) -> Self {
        let (ids, first_bytes) = (code.len as u32 - 1, code.first_bytes as u32 - 1);
        Self(ids | u32::from(code.width) << 16 | first_bytes << 23 | class << 26)
    }

    fn code(self) -> Code {
        let Self(bits) = self;
        Code {
            len: (bits & 0xffff) as usize + 1,
            width: (bits >> 16 & 0x7f) as u8,
            first_bytes: (bits >> 23 & 7) as usize + 1,
        }
    }

    fn class(self) -> u32 {
        self.0 >> 26
    }
}

/// Bytes of a block of some class: steps of four up to 32, of a quarter to an eighth up to 128,
/// since a short list would else move with every other id, and of an eighth to a sixteenth above.
const fn class_bytes(class: u32) -> usize {
    match class {
        0..8 => (class as usize + 1) * 4,
        8..16 => (8 << ((class - 8) / 4)) * (5 + (class as usize - 8) % 4),
        _ => (16 << ((class - 16) / 8)) * (9 + (class as usize - 16) % 8),
    }
}

/// The smallest class of at least so many bytes.
fn class_of(bytes: usize) -> u32 {
    let mut class = if bytes <= 32 { bytes.div_ceil(4).max(1) as u32 - 1 } else { 8 };
    while class_bytes(class) < bytes {
        class += 1;
    }
    class
}

impl Block {
    /// The layout of a block of some class.
    fn layout_of(class: u32) -> Layout {
        let layout = Layout::from_size_align(class_bytes(class), align_of::<Head>());
        layout.expect("a size of a few thousand bytes")
    }

    /// Ids in a new block.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve.
    pub(crate) fn new<A: Allocator>(
        ids: &[u64],
        (code, bytes): (Code, usize),
        alloc: &A,
    ) -> Result<Self, Layout> {
        let mut block = Self::zeroed((code, bytes), alloc)?;
        code.write(ids, block.bytes_mut());
        Ok(block)
    }

    /// A new block whose bytes are zero, for the caller to write what the code says.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve.
    pub(super) fn zeroed<A: Allocator>(
        (code, bytes): (Code, usize),
        alloc: &A,
    ) -> Result<Self, Layout> {
        let class = class_of(size_of::<Head>() + bytes);
        let layout = Self::layout_of(class);
        let block = obtain_zeroed(layout, alloc)?;
        let mut block = Self { block };
        block.set_head(Head::new(code, class));
        Ok(block)
    }

    /// A copy in a new block.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve.
    pub(crate) fn copy<A: Allocator>(&self, alloc: &A) -> Result<Self, Layout> {
        let layout = self.layout();
        let block = obtain(layout, alloc)?;
        // SAFETY: two blocks of this size, and the bytes of the old one are initialised.
        unsafe { self.block.copy_to_nonoverlapping(block, layout.size()) };
        Ok(Self { block })
    }

    fn head(&self) -> Head {
        // SAFETY: written at birth.
        unsafe { self.block.cast().read() }
    }

    fn set_head(&mut self, head: Head) {
        // SAFETY: the block begins with a head, is aligned for one, and is held for writing.
        unsafe { self.block.cast().write(head) };
    }

    /// The block's layout.
    pub(crate) fn layout(&self) -> Layout {
        Self::layout_of(self.head().class())
    }

    /// How the ids are written.
    pub(super) fn code(&self) -> Code {
        self.head().code()
    }

    /// The bytes behind the head.
    pub(super) fn bytes(&self) -> &[u8] {
        let start = self.block.as_ptr().wrapping_add(size_of::<Head>());
        let len = self.layout().size() - size_of::<Head>();
        // SAFETY: they are in the block, initialised at birth, and borrowed as this is.
        unsafe { slice::from_raw_parts(start, len) }
    }

    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        let start = self.block.as_ptr().wrapping_add(size_of::<Head>());
        let len = self.layout().size() - size_of::<Head>();
        // SAFETY: as for `bytes`, and borrowed for writing.
        unsafe { slice::from_raw_parts_mut(start, len) }
    }

    /// How many ids there are.
    pub(crate) fn len(&self) -> usize {
        self.head().code().len
    }

    /// Reads the ids.
    pub(crate) fn read(&self) -> Reader<'_> {
        #[cfg(test)]
        tests::READS.set(tests::READS.get() + 1);
        self.head().code().read(self.bytes())
    }

    /// Whether an id is among them.
    pub(crate) fn contains(&self, id: u64) -> bool {
        if let Some(is_there) = self.code().bit_is_set(id, self.bytes()) {
            return is_there;
        }
        let mut ids = self.read();
        ids.seek(id);
        ids.peek() == Some(id)
    }

    /// Puts an id in without writing the others anew: see [`Code::insert`].
    pub(crate) fn insert(&mut self, id: u64) -> Option<bool> {
        self.edit(|code, bytes| code.insert(id, bytes))
    }

    /// Puts an id in behind the last one, without writing the others anew: see [`Code::push`].
    pub(crate) fn push(&mut self, last: u64, id: u64) -> Option<bool> {
        self.edit(|code, bytes| code.push(last, id, bytes))
    }

    /// Takes an id out without writing the others anew: see [`Code::remove`].
    pub(crate) fn remove(&mut self, id: u64) -> Option<bool> {
        self.edit(|code, bytes| code.remove(id, bytes))
    }

    fn edit(&mut self, act: impl FnOnce(&mut Code, &mut [u8]) -> Option<bool>) -> Option<bool> {
        let head = self.head();
        let mut code = head.code();
        let changed = act(&mut code, self.bytes_mut())?;
        self.set_head(Head::new(code, head.class()));
        Some(changed)
    }

    /// The last id. Reads all of them, unless they have bits or no gaps.
    pub(crate) fn last(&self) -> u64 {
        self.read().next_back().expect("a block has an id")
    }

    /// Bytes that there is room for.
    pub(crate) fn room(&self) -> usize {
        self.layout().size() - size_of::<Head>()
    }

    /// Writes other ids, for which there is [`room`](Self::room).
    pub(crate) fn rewrite(&mut self, ids: &[u64], code: Code) {
        self.set_head(Head::new(code, self.head().class()));
        code.write(ids, self.bytes_mut());
    }

    /// The address, to be kept by whoever owns the block from now on.
    pub(crate) fn into_raw(self) -> NonNull<u8> {
        self.block
    }

    /// The block that [`into_raw`](Self::into_raw) gave away.
    ///
    /// # Safety
    ///
    /// It did, and the block is owned once.
    pub(crate) unsafe fn from_raw(block: NonNull<u8>) -> Self {
        Self { block }
    }
}

impl Free for Block {
    unsafe fn free<A: Allocator>(self, alloc: &A) {
        // SAFETY: passed on; the layout is the one it was allocated with.
        unsafe { alloc.deallocate(self.block, self.layout()) };
    }
}

#[cfg(test)]
pub(crate) mod tests {
    extern crate std;

    use core::cell::Cell;

    use super::*;

    std::thread_local! {
        /// Blocks that were read.
        pub(crate) static READS: Cell<usize> = const { Cell::new(0) };
    }

    #[test]
    fn classes_step_up_by_four_bytes_a_quarter_and_an_eighth() {
        assert_eq!([0, 1, 7, 8, 11, 12, 15].map(class_bytes), [4, 8, 32, 40, 64, 80, 128]);
        assert_eq!([16, 23, 24, 31, 32].map(class_bytes), [144, 256, 288, 512, 576]);
        for bytes in 1..4000 {
            let class = class_of(bytes);
            assert!(class < 64 && class_bytes(class) >= bytes);
            assert!(class == 0 || class_bytes(class - 1) < bytes);
        }
    }
}
