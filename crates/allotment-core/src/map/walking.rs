//! What the iterators over the pairs of a borrowed map do alike.

/// The methods of `Iterator` for one that has a walk, each pair of which is yielded by `$pair`. To
/// be used within its `impl Iterator`.
macro_rules! walk_of_pairs {
    ($pair:ident) => {
        #[inline]
        fn next(&mut self) -> Option<Self::Item> {
            let at = self.walk.step::<FRONT>()?;
            // SAFETY: the map is borrowed for 'a as the type says, and each pair is yielded once.
            Some(unsafe { at.$pair() })
        }

        fn nth(&mut self, n: usize) -> Option<Self::Item> {
            let at = self.walk.nth::<FRONT>(n)?;
            // SAFETY: as for `next`.
            Some(unsafe { at.$pair() })
        }

        #[inline]
        fn fold<B, F: FnMut(B, Self::Item) -> B>(self, init: B, mut act: F) -> B {
            // SAFETY: as for `next`.
            self.walk.fold::<FRONT, B>(init, |acc, at| act(acc, unsafe { at.$pair() }))
        }

        ascending_shortcuts!();
    };
}

/// [`walk_of_pairs`] for `DoubleEndedIterator`.
macro_rules! walk_of_pairs_back {
    ($pair:ident) => {
        #[inline]
        fn next_back(&mut self) -> Option<Self::Item> {
            let at = self.walk.step::<BACK>()?;
            // SAFETY: the map is borrowed for 'a as the type says, and each pair is yielded once.
            Some(unsafe { at.$pair() })
        }

        fn nth_back(&mut self, n: usize) -> Option<Self::Item> {
            let at = self.walk.nth::<BACK>(n)?;
            // SAFETY: as for `next_back`.
            Some(unsafe { at.$pair() })
        }

        #[inline]
        fn rfold<B, F: FnMut(B, Self::Item) -> B>(self, init: B, mut act: F) -> B {
            // SAFETY: as for `next_back`.
            self.walk.fold::<BACK, B>(init, |acc, at| act(acc, unsafe { at.$pair() }))
        }
    };
}

pub(super) use {walk_of_pairs, walk_of_pairs_back};
