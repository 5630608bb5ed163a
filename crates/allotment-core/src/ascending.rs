//! What iterators in ascending order share: shortcuts, and passing on what another one can do.

/// The overrides of `Iterator::last`, `min` and `max` for a double-ended iterator whose items come
/// in ascending order. To be used within its `impl Iterator`.
macro_rules! ascending_shortcuts {
    () => {
        fn last(mut self) -> Option<Self::Item> {
            self.next_back()
        }

        fn min(mut self) -> Option<Self::Item>
        where
            Self::Item: Ord,
        {
            self.next()
        }

        fn max(mut self) -> Option<Self::Item>
        where
            Self::Item: Ord,
        {
            self.next_back()
        }
    };
}

/// The methods of `Iterator` for one that yields the items of another, each made into something
/// else. To be used within its `impl Iterator`.
macro_rules! items_of {
    ($inner:ident, |$item:pat_param| $made:expr) => {
        #[inline]
        fn next(&mut self) -> Option<Self::Item> {
            self.$inner.next().map(|$item| $made)
        }

        fn size_hint(&self) -> (usize, Option<usize>) {
            self.$inner.size_hint()
        }

        #[inline]
        fn nth(&mut self, n: usize) -> Option<Self::Item> {
            self.$inner.nth(n).map(|$item| $made)
        }

        fn count(self) -> usize {
            self.$inner.count()
        }

        #[inline]
        fn fold<B, F: FnMut(B, Self::Item) -> B>(self, init: B, mut act: F) -> B {
            self.$inner.fold(init, |acc, $item| act(acc, $made))
        }
    };
}

/// [`items_of`] for `DoubleEndedIterator`.
macro_rules! items_of_back {
    ($inner:ident, |$item:pat_param| $made:expr) => {
        #[inline]
        fn next_back(&mut self) -> Option<Self::Item> {
            self.$inner.next_back().map(|$item| $made)
        }

        #[inline]
        fn nth_back(&mut self, n: usize) -> Option<Self::Item> {
            self.$inner.nth_back(n).map(|$item| $made)
        }

        #[inline]
        fn rfold<B, F: FnMut(B, Self::Item) -> B>(self, init: B, mut act: F) -> B {
            self.$inner.rfold(init, |acc, $item| act(acc, $made))
        }
    };
}

pub(crate) use {ascending_shortcuts, items_of, items_of_back};
