//! [`Counted`]: a list that is edited, where a collection counts what is in all of its lists.

/// A list that knows how much is in it.
pub(crate) trait Count {
    fn len(&self) -> usize;
}

/// A list being edited, which is counted anew afterwards: also if something unwinds.
pub(crate) struct Counted<'l, T: Count> {
    pub(crate) list: &'l mut T,
    before: usize,
    total: &'l mut usize,
}

impl<'l, T: Count> Counted<'l, T> {
    /// One of the lists that `total` is the sum of.
    pub(crate) fn new(list: &'l mut T, total: &'l mut usize) -> Self {
        Self { before: list.len(), list, total }
    }
}

impl<T: Count> Drop for Counted<'_, T> {
    fn drop(&mut self) {
        *self.total = *self.total - self.before + self.list.len();
    }
}
