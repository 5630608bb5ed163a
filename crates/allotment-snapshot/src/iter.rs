//! [`Iter`] and [`Values`]: entries as views.

use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;

use crate::damage::Damage;
use crate::reader::entries::Entries;
use crate::stored::Stored;
use crate::typed::{self, EntryView};

/// The entries of a snapshot, or of a range of it, in ascending order.
///
/// Each is a pair of views, or [`Damage`]. That of a page ends the iteration; behind an entry that
/// is not of its type, it goes on.
pub struct Iter<'a, K: ?Sized, V: ?Sized, B> {
    entries: Entries<'a, B>,
    types: PhantomData<fn(&K, &V)>,
}

/// The values of a key in a multimap, in ascending order.
///
/// Each is a view, or [`Damage`]. That of a page ends the iteration; behind a value that is not of
/// its type, it goes on.
pub struct Values<'a, V: ?Sized, B> {
    entries: Entries<'a, B>,
    types: PhantomData<fn(&V)>,
}

impl<'a, K: ?Sized, V: ?Sized, B> Iter<'a, K, V, B> {
    pub(crate) const fn new(entries: Entries<'a, B>) -> Self {
        Self { entries, types: PhantomData }
    }
}

impl<'a, V: ?Sized, B> Values<'a, V, B> {
    pub(crate) const fn new(entries: Entries<'a, B>) -> Self {
        Self { entries, types: PhantomData }
    }
}

/// The iterators' traits, over `Entries`, each entry made into an item.
macro_rules! iterator {
    ($name:ident<'a, $($type:ident),+>, $item:ty, $made:expr) => {
        impl<'a, $($type: Stored + ?Sized,)+ B: AsRef<[u8]>> $name<'a, $($type,)+ B> {
            /// How many entries are left, if none is damaged.
            pub fn remaining(&self) -> u64 {
                self.entries.len()
            }
        }

        impl<'a, $($type: Stored + ?Sized,)+ B: AsRef<[u8]>> Iterator for $name<'a, $($type,)+ B> {
            type Item = Result<$item, Damage>;

            #[inline]
            fn next(&mut self) -> Option<Self::Item> {
                Some(self.entries.next()?.and_then($made))
            }

            /// At least one if any are left: damage would end it.
            fn size_hint(&self) -> (usize, Option<usize>) {
                let left = self.entries.len();
                (usize::from(left > 0), usize::try_from(left).ok())
            }

            /// O(height): entries that are left out are not read.
            fn nth(&mut self, n: usize) -> Option<Self::Item> {
                self.entries.skip_front(n as u64);
                self.next()
            }

            fn last(mut self) -> Option<Self::Item> {
                self.next_back()
            }

            fn fold<Acc, F>(self, init: Acc, mut act: F) -> Acc
            where
                F: FnMut(Acc, Self::Item) -> Acc,
            {
                self.entries.fold(init, |acc, entry| act(acc, entry.and_then($made)))
            }
        }

        impl<'a, $($type: Stored + ?Sized,)+ B: AsRef<[u8]>> DoubleEndedIterator
            for $name<'a, $($type,)+ B>
        {
            #[inline]
            fn next_back(&mut self) -> Option<Self::Item> {
                Some(self.entries.next_back()?.and_then($made))
            }

            fn nth_back(&mut self, n: usize) -> Option<Self::Item> {
                self.entries.skip_back(n as u64);
                self.next_back()
            }
        }

        impl<'a, $($type: Stored + ?Sized,)+ B: AsRef<[u8]>> FusedIterator
            for $name<'a, $($type,)+ B>
        {
        }

        impl<$($type: ?Sized,)+ B> Clone for $name<'_, $($type,)+ B> {
            fn clone(&self) -> Self {
                Self::new(self.entries.clone())
            }
        }

        impl<$($type: ?Sized,)+ B> fmt::Debug for $name<'_, $($type,)+ B> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.entries).finish()
            }
        }
    };
}

iterator!(Iter<'a, K, V>, EntryView<'a, K, V>, typed::pair::<K, V>);
iterator!(Values<'a, V>, V::View<'a>, typed::value::<V>);
