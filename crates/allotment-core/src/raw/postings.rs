//! [`Postings`]: the values of one key, sorted and all different.
//!
//! ```text
//! one         in place
//! few         in a block of their own, which steps up in size
//! many        a tree, so that an insertion does not move them all
//! ```
//!
//! The values of a node's column cannot know their allocator, so that whoever drops one without
//! [`free`](Postings::free) leaks its block or tree, and nothing worse.

use core::alloc::Layout;
use core::borrow::Borrow;
use core::cmp::Ordering;
use core::mem;
use core::mem::size_of;
use core::ptr::NonNull;

use allotment_alloc::Allocator;

use crate::raw::few::Few;
use crate::raw::fill::Fill;
use crate::raw::gap::Gap;
use crate::raw::node::Node;
use crate::raw::path::Slot;
use crate::raw::shape::Shape;
use crate::raw::stock::Stock;
use crate::raw::tree::{Ready, Tree};
use crate::raw::usage::Usage;

/// The values of one key: at least one.
pub(crate) enum Postings<V, S> {
    One(V),
    Few(Few<V>),
    Many(Many<V, S>),
}

/// The address of a tree of values, in a block of its own.
pub(crate) struct Many<V, S> {
    tree: NonNull<Tree<V, (), S>>,
}

// SAFETY: it owns the tree and nothing else, as a box does.
unsafe impl<V: Send, S> Send for Many<V, S> {}

// SAFETY: as for `Send`.
unsafe impl<V: Sync, S> Sync for Many<V, S> {}

/// A value that did not get in, and the layout that the allocator could not serve.
pub(crate) struct RefusedValue<V> {
    pub(crate) layout: Layout,
    pub(crate) value: V,
}

/// What the values are in, to be looked at.
pub(crate) enum View<'a, V, S> {
    Run(&'a [V]),
    Tree(&'a Tree<V, (), S>),
}

impl<V, S: Shape<V>> Many<V, S> {
    fn get(&self) -> &Tree<V, (), S> {
        // SAFETY: the block holds a tree from birth to `take`, and is borrowed as this is.
        unsafe { self.tree.as_ref() }
    }

    fn get_mut(&mut self) -> &mut Tree<V, (), S> {
        // SAFETY: as for `get`, and borrowed for writing.
        unsafe { self.tree.as_mut() }
    }

    /// An empty tree in a new block.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve.
    fn new<A: Allocator>(alloc: &A) -> Result<Self, Layout> {
        let layout = Layout::new::<Tree<V, (), S>>();
        let tree = alloc.allocate(layout).map_err(|_| layout)?.cast();
        // SAFETY: a new block of this layout.
        unsafe { tree.write(Tree::new()) };
        Ok(Self { tree })
    }

    /// The tree; its block goes back.
    ///
    /// # Safety
    ///
    /// The block came from `alloc`.
    unsafe fn take<A: Allocator>(self, alloc: &A) -> Tree<V, (), S> {
        // SAFETY: the block holds a tree, and is given up.
        let tree = unsafe { self.tree.read() };
        // SAFETY: T4, and the layout is the one it was allocated with.
        unsafe { alloc.deallocate(self.tree.cast(), Layout::new::<Tree<V, (), S>>()) };
        tree
    }
}

impl<V, S: Shape<V>> Postings<V, S> {
    /// Values above which they are in a tree.
    const FEW_MAX: usize = {
        let most = if S::CAPACITY_MIN < 7 { 4 } else { 64 };
        let fitting = 512 / if size_of::<V>() == 0 { 1 } else { size_of::<V>() };
        if fitting < 4 {
            4
        } else if fitting < most {
            fitting
        } else {
            most
        }
    };

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Few(few) => few.len(),
            Self::Many(many) => many.get().len(),
        }
    }

    /// What they are in.
    pub(crate) fn view(&self) -> View<'_, V, S> {
        match self {
            Self::One(value) => View::Run(core::slice::from_ref(value)),
            Self::Few(few) => View::Run(few.as_slice()),
            Self::Many(many) => View::Tree(many.get()),
        }
    }

    /// Bytes of the block or the nodes that they are in.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::One(_) => 0,
            Self::Few(few) => few.layout().size(),
            Self::Many(many) => size_of::<Tree<V, (), S>>() + Usage::of(many.get().root()).bytes,
        }
    }

    /// Whether a value is among them. O(log n).
    pub(crate) fn contains<Q>(&self, value: &Q) -> bool
    where
        V: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        match self.view() {
            View::Run(run) => rank(run, value).is_ok(),
            View::Tree(tree) => tree.find(value).is_some(),
        }
    }

    /// Puts a value in; answers whether it is new. O(log n), and up to so many values that are
    /// still few are moved.
    ///
    /// # Errors
    ///
    /// The value, if the allocator failed; the others are as they were.
    ///
    /// # Safety
    ///
    /// What they are in stems from `alloc`.
    pub(crate) unsafe fn insert<A: Allocator>(
        &mut self,
        value: V,
        alloc: &A,
    ) -> Result<bool, RefusedValue<V>>
    where
        V: Ord,
    {
        let at = match self {
            Self::One(own) => match (*own).cmp(&value) {
                Ordering::Equal => return Ok(false),
                Ordering::Less => 1,
                Ordering::Greater => 0,
            },
            Self::Few(few) => match rank(few.as_slice(), &value) {
                Ok(_) => return Ok(false),
                Err(at) => at,
            },
            Self::Many(many) => {
                // SAFETY: passed on.
                return unsafe { insert_in(many.get_mut(), value, alloc) };
            }
        };
        // SAFETY: passed on.
        if let Err(layout) = unsafe { self.make_room(alloc) } {
            return Err(RefusedValue { layout, value });
        }
        match self {
            Self::Few(few) => {
                few.insert(at, value);
                Ok(true)
            }
            // SAFETY: passed on.
            Self::Many(many) => unsafe { insert_in(many.get_mut(), value, alloc) },
            Self::One(_) => unreachable!("there is room for a second"),
        }
    }

    /// Sees to it that there is room for a value, if they are not in a tree; in a tree, if they
    /// are too many.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve; all is as it was.
    ///
    /// # Safety
    ///
    /// What they are in stems from `alloc`.
    unsafe fn make_room<A: Allocator>(&mut self, alloc: &A) -> Result<(), Layout> {
        let len = self.len();
        if let Self::Few(few) = self {
            if !few.is_full() {
                return Ok(());
            }
            if len >= Self::FEW_MAX {
                let many = grow_tree(few, alloc)?;
                if let Self::Few(few) = mem::replace(self, Self::Many(many)) {
                    // SAFETY: its values have moved; the rest is passed on.
                    unsafe { few.free(alloc) };
                }
                return Ok(());
            }
        }
        let larger = Few::allocate(len + 1, alloc)?;
        let old = mem::replace(self, Self::Few(larger));
        let Self::Few(larger) = self else { unreachable!("put there just now") };
        match old {
            Self::One(value) => larger.insert(0, value),
            Self::Few(mut few) => {
                few.move_to(larger);
                // SAFETY: as above.
                unsafe { few.free(alloc) };
            }
            Self::Many(_) => unreachable!("a tree has room"),
        }
        Ok(())
    }

    /// Takes a value out of two or more. O(log n), and those of a block are moved. Allocates
    /// nothing.
    ///
    /// # Safety
    ///
    /// What they are in stems from `alloc`.
    pub(crate) unsafe fn remove<Q, A: Allocator>(&mut self, value: &Q, alloc: &A) -> Option<V>
    where
        V: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let removed = match self {
            Self::One(_) => unreachable!("the last value goes with its key"),
            Self::Few(few) => {
                let at = rank(few.as_slice(), value).ok()?;
                few.remove(at)
            }
            Self::Many(many) => {
                let tree = many.get_mut();
                let mut place = tree.place_of(value).ok()?;
                // SAFETY: a place in this tree; the rest is passed on.
                unsafe { tree.remove_at(place.slot, &mut place.path, alloc) }.0.0
            }
        };
        if self.len() == 1 {
            // SAFETY: passed on.
            unsafe { self.settle(alloc) };
        }
        Some(removed)
    }

    /// Takes out the values that `keep` does not keep, and drops them; but the last one stays if
    /// none is kept, and the answer is false.
    ///
    /// # Safety
    ///
    /// What they are in stems from `alloc`.
    pub(crate) unsafe fn retain<A: Allocator>(
        &mut self,
        mut keep: impl FnMut(&V) -> bool,
        gone: &mut usize,
        alloc: &A,
    ) -> bool {
        let mut kept = false;
        match self {
            Self::One(value) => return keep(value),
            Self::Few(few) => {
                let mut at = 0;
                while let Some(value) = few.as_slice().get(at) {
                    if keep(value) {
                        (at, kept) = (at + 1, true);
                    } else if few.len() > 1 {
                        let value = few.remove(at);
                        *gone += 1;
                        drop(value);
                    } else {
                        return false;
                    }
                }
            }
            Self::Many(many) => {
                let tree = many.get_mut();
                let mut gap = Gap::first(tree);
                while let Some(slot) = gap.slot_after(tree) {
                    // SAFETY: N1; the tree is borrowed for writing.
                    if keep(unsafe { &*slot.key() }) {
                        kept = true;
                        gap.next(tree);
                    } else if tree.len() > 1 {
                        // SAFETY: a gap of this tree; the rest is passed on.
                        let pair = unsafe { gap.remove(tree, alloc) };
                        *gone += 1;
                        drop(pair);
                    } else {
                        return false;
                    }
                }
            }
        }
        if self.len() == 1 {
            // SAFETY: passed on.
            unsafe { self.settle(alloc) };
        }
        kept
    }

    /// Puts a value that is alone in its place.
    ///
    /// # Safety
    ///
    /// What it is in stems from `alloc`.
    unsafe fn settle<A: Allocator>(&mut self, alloc: &A) {
        match self {
            Self::One(_) => {}
            Self::Few(few) => {
                let last = few.remove(0);
                if let Self::Few(few) = mem::replace(self, Self::One(last)) {
                    // SAFETY: it has no value left; the rest is passed on.
                    unsafe { few.free(alloc) };
                }
            }
            Self::Many(many) => {
                let mut dying = many.get_mut().kill();
                // SAFETY: passed on.
                let Some((last, ())) = (unsafe { dying.take_first(alloc) }) else {
                    unreachable!("a value is left")
                };
                if let Self::Many(many) = mem::replace(self, Self::One(last)) {
                    // SAFETY: passed on; the tree in it is empty.
                    unsafe { many.take(alloc) };
                }
                // SAFETY: passed on.
                unsafe { dying.finish(alloc) };
            }
        }
    }

    /// Clones all values.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve; what had been cloned is dropped.
    pub(crate) fn copy<A: Allocator>(&self, alloc: &A) -> Result<Self, Layout>
    where
        V: Clone,
    {
        match self {
            Self::One(value) => Ok(Self::One(value.clone())),
            Self::Few(few) => {
                let empty = Self::Few(Few::allocate(few.len(), alloc)?);
                let mut copied = Owned { postings: Some(empty), alloc };
                for (at, value) in few.as_slice().iter().enumerate() {
                    let value = value.clone();
                    if let Some(Self::Few(copy)) = &mut copied.postings {
                        copy.insert(at, value);
                    }
                }
                Ok(copied.keep())
            }
            Self::Many(many) => {
                let mut copied = Owned { postings: Some(Self::Many(Many::new(alloc)?)), alloc };
                let copy = many.get().copy(alloc)?;
                if let Some(Self::Many(many)) = &mut copied.postings {
                    *many.get_mut() = copy;
                }
                Ok(copied.keep())
            }
        }
    }

    /// Drops the values, and gives back what they are in.
    ///
    /// # Safety
    ///
    /// That stems from `alloc`.
    pub(crate) unsafe fn free<A: Allocator>(self, alloc: &A) {
        match self {
            Self::One(value) => drop(value),
            // SAFETY: passed on.
            Self::Few(few) => unsafe { few.free(alloc) },
            Self::Many(many) => {
                // SAFETY: passed on.
                let mut tree = unsafe { many.take(alloc) };
                // SAFETY: passed on.
                unsafe { tree.kill().finish(alloc) };
            }
        }
    }
}

/// Postings together with their allocator: freed with each other.
pub(crate) struct Owned<'a, V, S: Shape<V>, A: Allocator> {
    postings: Option<Postings<V, S>>,
    alloc: &'a A,
}

impl<'a, V, S: Shape<V>, A: Allocator> Owned<'a, V, S, A> {
    /// # Safety
    ///
    /// What they are in stems from `alloc`.
    pub(crate) unsafe fn new(postings: Postings<V, S>, alloc: &'a A) -> Self {
        Self { postings: Some(postings), alloc }
    }

    /// The postings, to keep.
    pub(crate) fn keep(mut self) -> Postings<V, S> {
        self.postings.take().expect("there from the beginning")
    }

    /// Takes the first value out.
    #[cfg(feature = "infallible")]
    pub(crate) fn take_first(&mut self) -> Option<V> {
        match self.postings.take()? {
            Postings::One(value) => Some(value),
            Postings::Few(mut few) => {
                let value = (few.len() > 0).then(|| few.remove(0));
                self.postings = Some(Postings::Few(few));
                value
            }
            Postings::Many(mut many) => {
                let tree = many.get_mut();
                let first = tree.first().map(|mut place| {
                    // SAFETY: a place in this tree; by the promise at birth.
                    unsafe { tree.remove_at(place.slot, &mut place.path, self.alloc) }.0
                });
                self.postings = Some(Postings::Many(many));
                first.map(|(value, ())| value)
            }
        }
    }

    /// What they are.
    pub(crate) fn get(&self) -> Option<&Postings<V, S>> {
        self.postings.as_ref()
    }
}

impl<V, S: Shape<V>, A: Allocator> Drop for Owned<'_, V, S, A> {
    fn drop(&mut self) {
        if let Some(postings) = self.postings.take() {
            // SAFETY: by the promise at birth.
            unsafe { postings.free(self.alloc) };
        }
    }
}

/// Where a value is in a run, or would go in.
pub(crate) fn rank<V: Borrow<Q>, Q: Ord + ?Sized>(run: &[V], value: &Q) -> Result<usize, usize> {
    run.binary_search_by(|own| own.borrow().cmp(value))
}

/// Puts a value into a tree of them.
///
/// # Errors
///
/// The value, if the allocator failed.
///
/// # Safety
///
/// The nodes stem from `alloc`.
unsafe fn insert_in<V: Ord, S: Shape<V>, A: Allocator>(
    tree: &mut Tree<V, (), S>,
    value: V,
    alloc: &A,
) -> Result<bool, RefusedValue<V>> {
    // SAFETY: passed on; a pair is seated next.
    match unsafe { tree.ready(&value, alloc) } {
        Ok(Ready::Equal(_)) => Ok(false),
        Ok(Ready::Room(place)) => {
            // SAFETY: told just now.
            unsafe { tree.seat(place, value, ()) };
            Ok(true)
        }
        Err(layout) => Err(RefusedValue { layout, value }),
    }
}

/// Moves the values of a block to a tree. Compares nothing.
///
/// # Errors
///
/// The layout that the allocator could not serve; all values are in the block.
fn grow_tree<V, S: Shape<V>, A: Allocator>(
    few: &mut Few<V>,
    alloc: &A,
) -> Result<Many<V, S>, Layout> {
    let mut stock = Stock::new(alloc);
    let leaves = few.len().div_ceil(Node::<V, (), S>::capacity());
    stock.reserve(leaves, leaves)?;
    let mut many = Many::new(alloc)?;
    let mut fill = Fill::<V, (), S>::new(None, 0);
    while few.len() > 0 {
        // From the front, which moves the others each time: they are few, and this is rare.
        let value = few.remove(0);
        if let Some((leaf, len)) = fill.room() {
            let slot = Slot { node: leaf, level: 0, index: len };
            // SAFETY: there is room for a slot, which owns nothing yet.
            unsafe { slot.key().write(value) };
            // SAFETY: one pair was put in.
            unsafe { fill.keep(leaf, len, 1) };
        } else {
            // SAFETY: there is no room, and enough nodes were reserved.
            let slot = unsafe { fill.grow(&mut stock) };
            // SAFETY: the slot was made for the value.
            unsafe { slot.key().write(value) };
            // SAFETY: just now.
            unsafe { fill.seated(slot) };
        }
    }
    let (root, len) = fill.finish();
    *many.get_mut() = Tree::of(root, len);
    Ok(many)
}
