//! [`assert_allocs!`](crate::assert_allocs) and its like: what a block of code may ask of memory.

use core::fmt;

use crate::watch::Watch;

/// How a count must compare with its limit.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub enum Comparison {
    Less,
    AtMost,
    Equal,
    AtLeast,
    More,
}

impl Comparison {
    fn holds(self, count: u64, limit: u64) -> bool {
        match self {
            Comparison::Less => count < limit,
            Comparison::AtMost => count <= limit,
            Comparison::Equal => count == limit,
            Comparison::AtLeast => count >= limit,
            Comparison::More => count > limit,
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Comparison::Less => "<",
            Comparison::AtMost => "<=",
            Comparison::Equal => "==",
            Comparison::AtLeast => ">=",
            Comparison::More => ">",
        })
    }
}

/// A limit, and what it and the block are in the source.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    pub comparison: Comparison,
    pub value: u64,
    pub text: &'static str,
    pub block: &'static str,
}

/// Panics unless the number of requests is within the limit.
#[doc(hidden)]
#[track_caller]
pub fn check_allocs(watch: &Watch, limit: Limit) {
    limit.check(watch, watch.requests(), "requests");
}

/// Panics unless the most bytes at once are within the limit.
#[doc(hidden)]
#[track_caller]
pub fn check_peak(watch: &Watch, limit: Limit) {
    limit.check(watch, watch.peak_bytes() as u64, "bytes at once");
}

/// Panics if a block is left.
#[doc(hidden)]
#[track_caller]
pub fn check_left(watch: &Watch, block: &'static str) {
    check_metered(watch, block);
    let left = watch.left();
    assert!(left.blocks() == 0, "assertion failed: {left}, left by\n{block}");
}

impl Limit {
    #[track_caller]
    fn check(self, watch: &Watch, count: u64, what: &str) {
        let Limit { comparison, value, text, block } = self;
        check_metered(watch, block);
        if comparison.holds(count, value) {
            return;
        }
        if text.parse() == Ok(value) {
            panic!("assertion failed: {count} {what}, must be {comparison} {text}, in\n{block}");
        }
        panic!(
            "assertion failed: {count} {what}, must be {comparison} {value} = {text}, in\n{block}"
        );
    }
}

/// An assertion that nothing could fail is a mistake.
#[track_caller]
fn check_metered(watch: &Watch, block: &str) {
    assert!(
        watch.sees_anything(),
        "nothing is measured: no `Metered` allocator was made on this thread, for\n{block}"
    );
}

/// Asserts how many blocks of memory a block of code requests of [`Metered`](crate::Metered)
/// allocators, and gives its value.
///
/// The limit is a `u64`, compared by `<`, `<=`, `==`, `>=` or `>`. A block that grows or shrinks
/// counts as a request. Counted is what this thread asks while the code runs, of whatever
/// allocators and maps; other tests on other threads are not in it.
///
/// # Panics
///
/// If the count is not within the limit; or if no `Metered` allocator was made on this thread, so
/// that there is nothing to count.
///
/// ```
/// use allocator_api2::vec::Vec;
/// use allotment_meter::{Metered, assert_allocs};
///
/// let mut list = Vec::new_in(Metered::default());
/// assert_allocs!(<= 3, {
///     list.push("one");
///     list.push("two");
/// });
/// let found = assert_allocs!(== 0, { list.last() });
/// assert_eq!(found, Some(&"two"));
/// ```
#[macro_export]
macro_rules! assert_allocs {
    ($($tokens:tt)*) => {
        $crate::__assert_within!(check_allocs $($tokens)*)
    };
}

/// Asserts how many bytes a block of code has of [`Metered`](crate::Metered) allocators at once, at
/// most, and gives its value.
///
/// Counted are blocks that are requested meanwhile, in the sizes that are asked for, and not those
/// that were there before. The limit is compared as for [`assert_allocs!`].
///
/// # Panics
///
/// If the peak is not within the limit; or if no `Metered` allocator was made on this thread.
///
/// ```
/// use allocator_api2::vec::Vec;
/// use allotment_meter::{Metered, assert_peak};
///
/// assert_peak!(< 64 * 1024, {
///     let mut list = Vec::with_capacity_in(2000, Metered::default());
///     list.extend(0..2000_u64);
/// });
/// ```
#[macro_export]
macro_rules! assert_peak {
    ($($tokens:tt)*) => {
        $crate::__assert_within!(check_peak $($tokens)*)
    };
}

/// Asserts that a block of code gives back all that it requests of [`Metered`](crate::Metered)
/// allocators, and gives its value.
///
/// What its value holds is still there as the code ends, and is told as left.
///
/// # Panics
///
/// If blocks are left: the message has their sizes; or if no `Metered` allocator was made on this
/// thread.
///
/// ```
/// use allocator_api2::vec::Vec;
/// use allotment_meter::{Metered, assert_no_leaks};
///
/// let sum: u64 = assert_no_leaks!({
///     let mut list = Vec::new_in(Metered::default());
///     list.extend(0..100_u64);
///     list.iter().sum()
/// });
/// assert_eq!(sum, 4950);
/// ```
#[macro_export]
macro_rules! assert_no_leaks {
    ($block:block $(,)?) => {{
        let watch = $crate::Watch::begin();
        let value = $block;
        $crate::assertions::check_left(&watch, stringify!($block));
        value
    }};
}

/// What `assert_allocs!` and `assert_peak!` have in common.
#[doc(hidden)]
#[macro_export]
macro_rules! __assert_within {
    ($check:ident < $($rest:tt)*) => {
        $crate::__assert_compared!($check Less $($rest)*)
    };
    ($check:ident <= $($rest:tt)*) => {
        $crate::__assert_compared!($check AtMost $($rest)*)
    };
    ($check:ident == $($rest:tt)*) => {
        $crate::__assert_compared!($check Equal $($rest)*)
    };
    ($check:ident >= $($rest:tt)*) => {
        $crate::__assert_compared!($check AtLeast $($rest)*)
    };
    ($check:ident > $($rest:tt)*) => {
        $crate::__assert_compared!($check More $($rest)*)
    };
}

/// The limit and the block.
#[doc(hidden)]
#[macro_export]
macro_rules! __assert_compared {
    ($check:ident $comparison:ident $limit:expr, $block:block $(,)?) => {{
        let value = $limit;
        let limit = $crate::assertions::Limit {
            comparison: $crate::assertions::Comparison::$comparison,
            value,
            text: stringify!($limit),
            block: stringify!($block),
        };
        let watch = $crate::Watch::begin();
        let value = $block;
        $crate::assertions::$check(&watch, limit);
        value
    }};
}
