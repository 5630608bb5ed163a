//! What an iterator in ascending order knows without walking: its last, least and greatest items.

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

pub(crate) use ascending_shortcuts;
