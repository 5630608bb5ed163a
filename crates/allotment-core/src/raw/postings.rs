//! [`Postings`]: the values of one key, sorted and all different.
//!
//! ```text
//! one         in place
//! few         in a block of their own, which steps up in size
//! many        a tree, so that an insertion does not move them all
//! ```

use core::alloc::Layout;
use core::borrow::Borrow;
use core::cmp::Ordering;
use core::mem::{self, size_of};

use allotment_alloc::Allocator;

use crate::raw::few::Few;
use crate::raw::gap::Gap;
use crate::raw::many::{Many, ManyRoom};
use crate::raw::node::Node;
use crate::raw::owned::{Free, Owned};
use crate::raw::shape::Shape;
use crate::raw::tree::{Ready, Tree};
use crate::raw::usage::Usage;

/// The values of one key: at least one.
pub(crate) enum Postings<V, S> {
    One(V),
    Few(Few<V>),
    Many(Many<V, S>),
}

/// Where a value can go.
pub(crate) enum Spot<V, S> {
    /// An equal one is there.
    Equal,
    /// To this index of the block.
    Few(usize),
    /// To this index of a leaf.
    Many((Node<V, (), S>, usize)),
}

/// What the values are in, to be looked at.
pub(crate) enum View<'a, V, S> {
    Run(&'a [V]),
    Tree(&'a Tree<V, (), S>),
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

    /// The smallest one.
    pub(crate) fn first(&self) -> &V {
        match self.view() {
            View::Run(run) => &run[0],
            View::Tree(tree) => {
                let first = tree.first().expect("a list has a value");
                // SAFETY: N1; borrowed as this is.
                unsafe { &*first.slot.key() }
            }
        }
    }

    /// Bytes of the block or the nodes that they are in.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::One(_) => 0,
            Self::Few(few) => few.layout().size(),
            Self::Many(many) => {
                size_of::<Tree<V, (), S>>() + Usage::of(many.get().erased_root()).bytes
            }
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

    /// Makes room for a value. O(log n), and up to so many values that are still few are moved.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve; all is as it was.
    ///
    /// # Safety
    ///
    /// What they are in stems from `alloc`. If there is room, the value is [`seated`](Self::seat)
    /// next.
    pub(crate) unsafe fn ready<A: Allocator>(
        &mut self,
        value: &V,
        alloc: &A,
    ) -> Result<Spot<V, S>, Layout>
    where
        V: Ord,
    {
        let at = match self {
            Self::One(own) => match (*own).cmp(value) {
                Ordering::Equal => return Ok(Spot::Equal),
                Ordering::Less => 1,
                Ordering::Greater => 0,
            },
            Self::Few(few) => match rank(few.as_slice(), value) {
                Ok(_) => return Ok(Spot::Equal),
                Err(at) => at,
            },
            // SAFETY: passed on.
            Self::Many(many) => return unsafe { ready_in(many.get_mut(), value, alloc) },
        };
        // SAFETY: passed on.
        unsafe { self.make_room(alloc) }?;
        match self {
            // SAFETY: passed on.
            Self::Many(many) => unsafe { ready_in(many.get_mut(), value, alloc) },
            _ => Ok(Spot::Few(at)),
        }
    }

    /// Puts a value in; answers whether it is new.
    ///
    /// # Safety
    ///
    /// `ready` told the spot for this value just now.
    pub(crate) unsafe fn seat(&mut self, spot: Spot<V, S>, value: V) -> bool {
        match (self, spot) {
            (_, Spot::Equal) => return false,
            (Self::Few(few), Spot::Few(at)) => few.insert(at, value),
            // SAFETY: passed on.
            (Self::Many(many), Spot::Many(place)) => unsafe {
                many.get_mut().seat(place, value, ());
            },
            _ => unreachable!("a spot in what they are in"),
        }
        true
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
                let room = ManyRoom::new(len, alloc)?;
                // From the front, which moves the others each time: they are few, and this is rare.
                let many = room.fill(|| (few.len() > 0).then(|| few.remove(0)));
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

    /// The value of a list that has [settled](Self::settle).
    ///
    /// # Panics
    ///
    /// If it has not.
    pub(crate) fn into_only(self) -> V {
        match self {
            Self::One(value) => value,
            Self::Few(_) | Self::Many(_) => unreachable!("it is in its place"),
        }
    }

    /// Takes the first value out of two or more and hands it to `seat`, before the allocator gets
    /// anything back: should that panic, the value has its place. Allocates nothing.
    ///
    /// # Safety
    ///
    /// What they are in stems from `alloc`.
    pub(crate) unsafe fn move_first<A: Allocator>(&mut self, alloc: &A, seat: impl FnOnce(V)) {
        match self {
            Self::One(_) => unreachable!("the last value goes with its key"),
            Self::Few(few) => seat(few.remove(0)),
            Self::Many(many) => {
                let tree = many.get_mut();
                let mut place = tree.first().expect("a list has a value");
                let (slot, path) = (place.slot, &mut place.path);
                // SAFETY: a place in this tree; the rest is passed on.
                unsafe { tree.move_out(slot, path, alloc, |(value, ())| seat(value)) };
            }
        }
        if self.len() == 1 {
            // SAFETY: passed on.
            unsafe { self.settle(alloc) };
        }
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
                        drop(few.remove(at));
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
                        drop(unsafe { gap.remove(tree, alloc) });
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

    /// Moves the values to what takes least for so many.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve; no value is lost.
    ///
    /// # Safety
    ///
    /// What they are in stems from `alloc`.
    pub(crate) unsafe fn shrink<A: Allocator>(&mut self, alloc: &A) -> Result<(), Layout> {
        let len = self.len();
        let mut room = match self {
            Self::One(_) => return Ok(()),
            _ if len == 1 => {
                // SAFETY: passed on.
                unsafe { self.settle(alloc) };
                return Ok(());
            }
            Self::Few(few) if !few.is_too_large() => return Ok(()),
            Self::Many(many) if len > Self::FEW_MAX => {
                // SAFETY: passed on.
                return unsafe { many.get_mut().shrink_to_fit(alloc) };
            }
            Self::Few(_) | Self::Many(_) => Few::allocate(len, alloc)?,
        };
        match self {
            Self::Few(few) => few.move_to(&mut room),
            Self::Many(many) => {
                let mut dying = many.get_mut().kill();
                // SAFETY: passed on.
                while let Some((value, ())) = unsafe { dying.take_first(alloc) } {
                    room.insert(room.len(), value);
                }
                // SAFETY: passed on; no value is left.
                unsafe { dying.finish(alloc) };
            }
            Self::One(_) => unreachable!("it is in its place"),
        }
        let old = mem::replace(self, Self::Few(room));
        // SAFETY: passed on; its values have moved.
        unsafe { old.free(alloc) };
        Ok(())
    }

    /// Puts a value that is alone in its place. A list may have come down to one in a block, if a
    /// closure or a drop panicked.
    ///
    /// # Safety
    ///
    /// What it is in stems from `alloc`.
    pub(crate) unsafe fn settle<A: Allocator>(&mut self, alloc: &A) {
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
                // SAFETY: made on this allocator just now.
                let mut copied = unsafe { Owned::new(empty, alloc) };
                for (at, value) in few.as_slice().iter().enumerate() {
                    let value = value.clone();
                    if let Self::Few(copy) = copied.get_mut() {
                        copy.insert(at, value);
                    }
                }
                Ok(copied.keep())
            }
            Self::Many(many) => {
                // SAFETY: made on this allocator just now.
                let mut copied = unsafe { Owned::new(Self::Many(Many::new(alloc)?), alloc) };
                let copy = many.get().copy(alloc)?;
                if let Self::Many(many) = copied.get_mut() {
                    *many.get_mut() = copy;
                }
                Ok(copied.keep())
            }
        }
    }
}

impl<V, S: Shape<V>> Free for Postings<V, S> {
    unsafe fn free<A: Allocator>(self, alloc: &A) {
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

/// Where a value is in a run, or would go in.
pub(crate) fn rank<V: Borrow<Q>, Q: Ord + ?Sized>(run: &[V], value: &Q) -> Result<usize, usize> {
    run.binary_search_by(|own| own.borrow().cmp(value))
}

/// Makes room for a value in a tree of them.
///
/// # Errors
///
/// The layout that the allocator could not serve.
///
/// # Safety
///
/// The nodes stem from `alloc`. If there is room, the value is seated next.
unsafe fn ready_in<V: Ord, S: Shape<V>, A: Allocator>(
    tree: &mut Tree<V, (), S>,
    value: &V,
    alloc: &A,
) -> Result<Spot<V, S>, Layout> {
    // SAFETY: passed on.
    Ok(match unsafe { tree.ready(value, alloc) }? {
        Ready::Equal(_) => Spot::Equal,
        Ready::Room(place) => Spot::Many(place),
    })
}
