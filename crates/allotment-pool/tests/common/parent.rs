//! An allocator that keeps books, checks what it is given, and fails or panics when told to.

use std::alloc::Layout;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ptr::NonNull;

use allotment_alloc::{AllocError, Allocator, Global};

/// How a request goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Fail,
    Panic,
}

/// Which requests go wrong, counted from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    Never,
    Once(usize),
    From(usize),
    /// Requests of more bytes than these.
    Above(usize),
}

/// The largest block there is: the interpreter stops when it runs out of memory itself.
const LARGEST: usize = 1 << 30;

struct Held {
    block: NonNull<u8>,
    /// What was asked for.
    layout: Layout,
    /// What was handed out.
    len: usize,
}

/// See the file.
pub struct Parent {
    held: RefCell<BTreeMap<usize, Held>>,
    requests: Cell<usize>,
    faults: Cell<usize>,
    plan: Cell<(Plan, Fault)>,
    panic_on_free: Cell<bool>,
    /// Bytes handed out beyond what is asked for.
    spare: usize,
}

impl Parent {
    pub fn new() -> Parent {
        Parent::with_spare(0)
    }

    pub fn with_spare(spare: usize) -> Parent {
        Parent {
            held: RefCell::default(),
            requests: Cell::new(0),
            faults: Cell::new(0),
            plan: Cell::new((Plan::Never, Fault::Fail)),
            panic_on_free: Cell::new(false),
            spare,
        }
    }

    pub fn plan(&self, plan: Plan, fault: Fault) {
        self.plan.set((plan, fault));
    }

    pub fn panic_on_free(&self, panic: bool) {
        self.panic_on_free.set(panic);
    }

    /// Requests so far, those that went wrong included.
    pub fn requests(&self) -> usize {
        self.requests.get()
    }

    /// Requests that went wrong.
    pub fn faults(&self) -> usize {
        self.faults.get()
    }

    /// Blocks and requested bytes that are held from this allocator.
    pub fn balance(&self) -> (usize, usize) {
        let held = self.held.borrow();
        (held.len(), held.values().map(|held| held.layout.size()).sum())
    }

    fn request(&self, size: usize) -> Result<(), AllocError> {
        let request = self.requests.get() + 1;
        self.requests.set(request);
        let (plan, fault) = self.plan.get();
        let hit = match plan {
            Plan::Never => false,
            Plan::Once(at) => request == at,
            Plan::From(at) => request >= at,
            Plan::Above(most) => size > most,
        };
        if !hit {
            return Ok(());
        }
        self.faults.set(self.faults.get() + 1);
        match fault {
            Fault::Fail => Err(AllocError),
            Fault::Panic => panic!("request {request} was told to panic"),
        }
    }

    fn obtain(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        assert_ne!(layout.size(), 0, "a request of no bytes reached the parent");
        let len = layout.size().checked_add(self.spare).ok_or(AllocError)?;
        if len > LARGEST {
            return Err(AllocError);
        }
        let whole = Layout::from_size_align(len, layout.align()).map_err(|_| AllocError)?;
        let block = Global.allocate(whole)?.cast::<u8>();
        // Fresh memory is rarely zero; tests must not rely on it.
        // SAFETY: allocated just now with this length.
        unsafe { block.write_bytes(0xA5, len) };
        self.held.borrow_mut().insert(block.addr().get(), Held { block, layout, len });
        Ok(NonNull::slice_from_raw_parts(block, len))
    }

    fn free(&self, held: &Held) {
        let whole = Layout::from_size_align(held.len, held.layout.align()).unwrap();
        // SAFETY: `obtain` allocated it with this layout; it is off the books now.
        unsafe { Global.deallocate(held.block, whole) };
    }

    fn take_back(&self, block: NonNull<u8>, layout: Layout) {
        let held = self.held.borrow_mut().remove(&block.addr().get());
        let held = held.expect("a block came back that was not handed out");
        assert_eq!(held.layout.align(), layout.align(), "wrong alignment given back");
        let fits = held.layout.size()..=held.len;
        assert!(fits.contains(&layout.size()), "{} is not in {fits:?}", layout.size());
        self.free(&held);
    }

    /// A new block with the first bytes of the old one.
    ///
    /// # Safety
    ///
    /// `block` is a live block of this parent, and `old` fits it.
    unsafe fn replace(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        let moved = self.obtain(new)?;
        let len = old.size().min(new.size());
        // SAFETY: two live blocks, at least as large as their layouts.
        unsafe { block.copy_to_nonoverlapping(moved.cast(), len) };
        self.take_back(block, old);
        Ok(moved)
    }
}

/// Frees what was leaked, so that a test may leak on purpose.
impl Drop for Parent {
    fn drop(&mut self) {
        for held in self.held.take().values() {
            self.free(held);
        }
    }
}

// SAFETY: blocks are those of `Global`, handed out once each, at least as large as asked for.
unsafe impl Allocator for Parent {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.request(layout.size())?;
        self.obtain(layout)
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        self.take_back(block, layout);
        assert!(!self.panic_on_free.get(), "freeing was told to panic");
    }

    unsafe fn grow(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        assert!(new.size() >= old.size());
        self.request(new.size())?;
        // SAFETY: as the caller promises.
        unsafe { self.replace(block, old, new) }
    }

    unsafe fn shrink(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        assert!(new.size() <= old.size());
        self.request(new.size())?;
        // SAFETY: as the caller promises.
        unsafe { self.replace(block, old, new) }
    }
}
