//! [`Hinting`]: an iterator that lies about its length.

/// What [`Iterator::size_hint`] answers.
pub type Hint = (usize, Option<usize>);

/// Hints that are false of anything of a middling length: too low, too high, and against reason.
pub const LIES: [Hint; 4] =
    [(0, Some(0)), (usize::MAX, None), (usize::MAX, Some(usize::MAX)), (9, Some(3))];

/// Yields what another iterator does, and answers any size hint (hazard 17). `len` is no better,
/// which makes it panic where the hint is against reason.
#[derive(Clone, Debug)]
pub struct Hinting<I> {
    items: I,
    hint: Hint,
}

impl<I: Iterator> Hinting<I> {
    /// Has `items` say that it is so long.
    pub fn new(items: I, hint: Hint) -> Self {
        Self { items, hint }
    }
}

impl<I: Iterator> Iterator for Hinting<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.items.next()
    }

    fn size_hint(&self) -> Hint {
        self.hint
    }
}

impl<I: DoubleEndedIterator> DoubleEndedIterator for Hinting<I> {
    fn next_back(&mut self) -> Option<I::Item> {
        self.items.next_back()
    }
}

impl<I: Iterator> ExactSizeIterator for Hinting<I> {}
