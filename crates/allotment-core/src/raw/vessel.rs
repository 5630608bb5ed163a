//! [`Vessel`]: what a list of values is moved to when it changes its allocator, asked for in
//! advance.
//!
//! If an allocator panics as a block is given back on the way, values leak, and nothing worse.

use core::alloc::Layout;

use allotment_alloc::Allocator;

use crate::raw::many::ManyRoom;
use crate::raw::owned::Owned;
use crate::raw::postings::Postings;
use crate::raw::shape::Shape;

/// Room for the values of a list.
pub(crate) enum Vessel<'a, V, S: Shape<V>, A: Allocator> {
    /// For one, in place.
    One,
    /// For few, in an empty block.
    Few(Owned<'a, Postings<V, S>, A>),
    /// For many, in a tree.
    Many(ManyRoom<'a, V, S, A>),
}

impl<'a, V, S: Shape<V>, A: Allocator> Vessel<'a, V, S, A> {
    /// Room for the values of `list`.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve.
    pub(crate) fn of(list: &Postings<V, S>, alloc: &'a A) -> Result<Self, Layout> {
        Ok(match list {
            Postings::One(_) => Self::One,
            Postings::Few(few) => {
                let few = Postings::Few(few.alike(alloc)?);
                // SAFETY: made on this allocator just now.
                Self::Few(unsafe { Owned::new(few, alloc) })
            }
            Postings::Many(_) => Self::Many(ManyRoom::new(list.len(), alloc)?),
        })
    }

    /// Moves the values of the list that this was made for here; what they were in goes back.
    ///
    /// # Safety
    ///
    /// That stems from `from`.
    pub(crate) unsafe fn pour(self, list: Postings<V, S>, from: &A) -> Postings<V, S> {
        match (self, list) {
            (Self::One, list @ Postings::One(_)) => list,
            (Self::Few(block), Postings::Few(mut few)) => {
                let mut block = block.keep();
                if let Postings::Few(room) = &mut block {
                    few.move_to(room);
                }
                // SAFETY: it has no value left; the rest is passed on.
                unsafe { few.free(from) };
                block
            }
            (Self::Many(room), Postings::Many(many)) => {
                // SAFETY: passed on.
                let mut dying = unsafe { many.take(from) }.kill();
                // SAFETY: passed on.
                let next = || unsafe { dying.take_first(from) }.map(|(value, ())| value);
                let many = room.fill(next);
                // SAFETY: passed on; no value is left.
                unsafe { dying.finish(from) };
                Postings::Many(many)
            }
            _ => unreachable!("the list that the room was made for"),
        }
    }
}
