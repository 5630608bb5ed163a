//! [`Account`]: what budgets may take, and what they have taken.

use alloc::rc::Rc;
use core::cell::Cell;
use core::fmt;
use core::mem;

use allotment_alloc::AllocError;

/// The limits of a [`Budget`](crate::Budget), and what is taken of them: to be read and changed at
/// any time.
///
/// Clones are the same account, and several budgets may draw on one: that is how a limit is shared
/// by many maps. It outlives its budgets.
///
/// ```
/// use allotment_alloc::{Allocator, Global, Layout};
/// use allotment_meter::{Account, Budget};
///
/// let account = Account::new(100);
/// let one = Budget::with_account(Global, account.clone());
/// let other = Budget::with_account(Global, account.clone());
/// let layout = Layout::new::<[u8; 60]>();
/// let block = one.allocate(layout)?;
/// assert!(other.allocate(layout).is_err());
/// assert_eq!((account.bytes(), account.bytes_left(), account.refused()), (60, 40, 1));
/// # // SAFETY: `block` came from `one` with this very layout and is given back once.
/// # unsafe { one.deallocate(block.cast(), layout) };
/// # Ok::<(), allotment_alloc::AllocError>(())
/// ```
#[derive(Clone)]
pub struct Account {
    state: Rc<State>,
}

struct State {
    bytes: Cell<usize>,
    blocks: Cell<usize>,
    bytes_peak: Cell<usize>,
    bytes_most: Cell<usize>,
    blocks_most: Cell<usize>,
    refused: Cell<u64>,
}

impl Account {
    /// An account of so many bytes, and of any number of blocks.
    ///
    /// Takes one block of the global heap.
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        let state = State {
            bytes: Cell::new(0),
            blocks: Cell::new(0),
            bytes_peak: Cell::new(0),
            bytes_most: Cell::new(bytes),
            blocks_most: Cell::new(usize::MAX),
            refused: Cell::new(0),
        };
        Account { state: Rc::new(state) }
    }

    /// Changes the limit of bytes. What has been taken already stays, even if it is more.
    pub fn limit_bytes(&self, most: usize) {
        self.state.bytes_most.set(most);
    }

    /// Changes the limit of blocks. What has been taken already stays, even if it is more.
    pub fn limit_blocks(&self, most: usize) {
        self.state.blocks_most.set(most);
    }

    /// Bytes that are taken now.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.state.bytes.get()
    }

    /// Blocks that are taken now.
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.state.blocks.get()
    }

    /// The most bytes that were taken at once.
    #[must_use]
    pub fn bytes_peak(&self) -> usize {
        self.state.bytes_peak.get()
    }

    /// Bytes that can still be taken.
    #[must_use]
    pub fn bytes_left(&self) -> usize {
        self.state.bytes_most.get().saturating_sub(self.bytes())
    }

    /// Blocks that can still be taken.
    #[must_use]
    pub fn blocks_left(&self) -> usize {
        self.state.blocks_most.get().saturating_sub(self.blocks())
    }

    /// Requests that were refused because of a limit.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.state.refused.get()
    }

    /// Enters that so much is taken, if there is room for it: before the wrapped allocator is
    /// asked, which may draw on the same account. A refusal is noted.
    pub(crate) fn take(&self, bytes: usize, blocks: usize) -> Result<Taken<'_>, AllocError> {
        // Beyond a limit that was lowered, what is to be no larger still has room.
        let fits = |wanted: usize, left: usize| wanted == 0 || wanted <= left;
        if !fits(bytes, self.bytes_left()) || !fits(blocks, self.blocks_left()) {
            self.state.refused.set(self.refused() + 1);
            return Err(AllocError);
        }
        self.state.bytes.set(self.bytes() + bytes);
        self.state.blocks.set(self.blocks() + blocks);
        Ok(Taken { account: self, bytes, blocks })
    }

    /// Enters that so much was given back.
    pub(crate) fn give_back(&self, bytes: usize, blocks: usize) {
        self.state.bytes.set(self.bytes().saturating_sub(bytes));
        self.state.blocks.set(self.blocks().saturating_sub(blocks));
    }

    pub(crate) fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.state, &other.state)
    }
}

/// What has been taken, and is given back unless there is a block for it.
pub(crate) struct Taken<'a> {
    account: &'a Account,
    bytes: usize,
    blocks: usize,
}

impl Taken<'_> {
    /// There is a block.
    pub(crate) fn keep(self) {
        let state = &self.account.state;
        state.bytes_peak.set(state.bytes_peak.get().max(state.bytes.get()));
        mem::forget(self);
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.account.give_back(self.bytes, self.blocks);
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("Account");
        f.field("bytes", &self.bytes()).field("bytes_left", &self.bytes_left());
        f.field("blocks", &self.blocks()).field("blocks_left", &self.blocks_left());
        f.field("bytes_peak", &self.bytes_peak()).field("refused", &self.refused()).finish()
    }
}
