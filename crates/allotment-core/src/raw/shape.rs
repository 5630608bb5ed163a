//! How many slots a node has, where its columns lie, and what its keys are compared as.
//!
//! What a node would be, could Rust compute the capacity `N` from the pair:
//!
//! ```text
//! struct Leaf {              struct Internal {
//!     len: u16,                  len: u16,
//!     heads: [u64; N],           heads: [u64; N],         // of byte strings only
//!     keys: [K; N],              keys: [K; N],
//!     values: [V; N],            children: [*mut Node; N + 1],
//! }                              values: [V; N],          // cold: no descent reads them
//!                                totals: [usize; N + 1],   // of ranked shapes only
//!                            }
//! ```
//!
//! What is searched comes first in both, at the same place, so that a search need not know the kind
//! of node. The capacity follows from bytes: about four cache lines of heads or keys, or six of
//! integers, whatever their size.

use core::alloc::Layout;
use core::mem::{align_of, size_of};

use crate::raw::bytes::{ByteKey, ByteString};
use crate::raw::kind::{Image, Integer, IntegerKey, Primitive};

/// Bytes before the first column: how they are used is `node`'s affair.
pub(crate) const HEADER_BYTES: usize = 8;

/// Levels a path has room for. `Geometry::of` proves that no tree over a proven shape is higher.
pub(crate) const MAX_HEIGHT: usize = 32;

/// Bytes of a cache line.
const LINE: usize = 64;

/// How nodes are laid out and searched: the last type parameter of the collections.
///
/// [`Standard`] suits every key, [`IntegerKeys`] those that implement
/// [`IntegerKey`](crate::IntegerKey), [`ByteKeys`] those that implement
/// [`ByteKey`](crate::ByteKey).
/// [`Ranked`](crate::Ranked) is one of them that also counts, [`Dense`](crate::Dense) one that
/// keeps its leaves full.
pub trait Shape<K>: closed::Sealed + 'static {
    /// Bytes of header and keys that a search walks through.
    #[doc(hidden)]
    const HOT_BYTES: usize = 4 * LINE;
    /// Bytes above which a leaf takes fewer slots.
    #[doc(hidden)]
    const LEAF_BYTES: usize = 2048;
    /// Slots that a node has whatever the size of the pair.
    #[doc(hidden)]
    const CAPACITY_MIN: usize = 7;
    /// Slots that no node exceeds.
    #[doc(hidden)]
    const CAPACITY_MAX: usize = 63;

    /// Whether it is known what `load`, `pad` and `bytes` do to a key: the key has no say in it.
    #[doc(hidden)]
    const IS_TRUSTED: bool = true;

    /// Whether keys can be integers, by their size: a `const` cannot ask for more, and what it
    /// rules out need not be compiled.
    #[doc(hidden)]
    const MAY_BE_INTEGERS: bool = Integer::may_be::<K>();

    /// Whether the images of integer keys are of 128 bits.
    #[doc(hidden)]
    const IS_WIDE: bool = size_of::<K>() > size_of::<u64>();

    /// Whether keys can be byte strings, by their size.
    #[doc(hidden)]
    const MAY_BE_BYTES: bool = ByteString::may_be::<K>();

    /// Whether internal nodes know how many pairs are below each child.
    #[doc(hidden)]
    const HAS_TOTALS: bool = false;

    /// Whether leaves are kept nearly full, at the price of more moves.
    #[doc(hidden)]
    const IS_DENSE: bool = false;

    /// The integer type that keys are compared as, if they are.
    #[doc(hidden)]
    #[inline]
    fn integer() -> Option<Integer> {
        Integer::of::<K>()
    }

    /// Whether keys are compared byte by byte.
    #[doc(hidden)]
    #[inline]
    fn are_bytes() -> bool {
        ByteString::of::<K>().is_some()
    }

    /// The bytes of a key, which last as long as the key; none if keys are no byte strings.
    ///
    /// # Safety
    ///
    /// `key` is initialised.
    #[doc(hidden)]
    #[inline]
    unsafe fn bytes(key: *const K) -> *const [u8] {
        // SAFETY: passed on; it is of the type named.
        ByteString::of::<K>().map_or(&[], |kind| unsafe { kind.read(key) })
    }

    /// The image of a key.
    ///
    /// # Safety
    ///
    /// `key` is initialised, and `integer` is what the function of that name answers.
    #[doc(hidden)]
    #[inline(always)]
    unsafe fn load<I: Image>(integer: Integer, key: *const K) -> I {
        // SAFETY: `integer` names a type only for keys of its layout and values.
        unsafe { integer.read(key) }
    }

    /// Writes what `load` reads as the greatest image.
    ///
    /// # Safety
    ///
    /// `slot` can be written to and owns nothing; `integer` is what the function of that name
    /// answers.
    #[doc(hidden)]
    #[inline(always)]
    unsafe fn pad(integer: Integer, slot: *mut K) {
        // SAFETY: passed on.
        unsafe { integer.write_max(slot) };
    }
}

/// Implements [`Shape`] for a shape around another, which is like that one but for what is said.
macro_rules! shape_around {
    ($shape:ident, HAS_TOTALS = $has_totals:expr, IS_DENSE = $is_dense:expr) => {
        impl<S> $crate::raw::shape::closed::Sealed for $shape<S> {}

        impl<K, S: $crate::raw::shape::Shape<K>> $crate::raw::shape::Shape<K> for $shape<S> {
            const HOT_BYTES: usize = S::HOT_BYTES;
            const LEAF_BYTES: usize = S::LEAF_BYTES;
            const CAPACITY_MIN: usize = S::CAPACITY_MIN;
            const CAPACITY_MAX: usize = S::CAPACITY_MAX;
            const IS_TRUSTED: bool = S::IS_TRUSTED;
            const MAY_BE_INTEGERS: bool = S::MAY_BE_INTEGERS;
            const IS_WIDE: bool = S::IS_WIDE;
            const MAY_BE_BYTES: bool = S::MAY_BE_BYTES;
            const HAS_TOTALS: bool = $has_totals;
            const IS_DENSE: bool = $is_dense;

            #[inline]
            fn integer() -> Option<$crate::raw::kind::Integer> {
                S::integer()
            }

            #[inline]
            fn are_bytes() -> bool {
                S::are_bytes()
            }

            #[inline]
            unsafe fn bytes(key: *const K) -> *const [u8] {
                // SAFETY: passed on.
                unsafe { S::bytes(key) }
            }

            #[inline(always)]
            unsafe fn load<I: $crate::raw::kind::Image>(
                integer: $crate::raw::kind::Integer,
                key: *const K,
            ) -> I {
                // SAFETY: passed on.
                unsafe { S::load(integer, key) }
            }

            #[inline(always)]
            unsafe fn pad(integer: $crate::raw::kind::Integer, slot: *mut K) {
                // SAFETY: passed on.
                unsafe { S::pad(integer, slot) };
            }
        }
    };
}

pub(super) use shape_around;

/// Keeps the set of shapes closed: `MAX_HEIGHT` was argued for these.
pub(super) mod closed {
    pub trait Sealed {}
}

/// What every map uses: four lines of keys, or six of integers, leaves of at most 2 KiB.
///
/// It recognises keys that are integers of the machine, `NonZero` ones, `char` or `bool`, or are
/// ordered like one: pairs of `u32` and `u64`, IP addresses, arrays of 4, 8 or 16 bytes. So are
/// byte strings, such as `String` and `Vec<u8>`. All others are compared by their `Ord`.
#[derive(Debug)]
pub enum Standard {}

/// For keys that are ordered as an integer: they are searched as that integer would be.
///
/// See [`IntegerKey`](crate::IntegerKey) for how a key type becomes one of them.
#[derive(Debug)]
pub enum IntegerKeys {}

/// For keys that are ordered by their bytes: they are searched as a `String` would be.
///
/// See [`ByteKey`](crate::ByteKey) for how a key type becomes one of them.
#[derive(Debug)]
pub enum ByteKeys {}

/// Five slots a node, for tests: the smallest shape whose outer nodes may have fewer slots than the
/// minimum of the others.
#[derive(Debug)]
pub enum Small {}

/// Three slots a node, for tests: seven levels take some hundred keys, and small cases reach
/// everything.
#[derive(Debug)]
pub enum Tiny {}

impl closed::Sealed for Standard {}
impl closed::Sealed for IntegerKeys {}
impl closed::Sealed for ByteKeys {}
impl closed::Sealed for Small {}
impl closed::Sealed for Tiny {}

impl<K> Shape<K> for Standard {}

impl<K: IntegerKey> Shape<K> for IntegerKeys {
    const IS_TRUSTED: bool = false;
    const MAY_BE_INTEGERS: bool = true;
    const IS_WIDE: bool = <K::Integer as Primitive>::IS_WIDE;
    const MAY_BE_BYTES: bool = false;

    #[inline]
    fn integer() -> Option<Integer> {
        Some(K::Integer::INTEGER)
    }

    #[inline(always)]
    unsafe fn load<I: Image>(_integer: Integer, key: *const K) -> I {
        // SAFETY: initialised, by the caller's promise.
        unsafe { key.read() }.integer().image()
    }

    #[inline(always)]
    unsafe fn pad(_integer: Integer, slot: *mut K) {
        // SAFETY: can be written to, by the caller's promise; a key that is `Copy` owns nothing.
        unsafe { slot.write(K::MAX) };
    }
}

impl<K: ByteKey> Shape<K> for ByteKeys {
    const IS_TRUSTED: bool = false;
    const MAY_BE_INTEGERS: bool = false;
    const MAY_BE_BYTES: bool = true;

    #[inline]
    fn integer() -> Option<Integer> {
        None
    }

    #[inline]
    fn are_bytes() -> bool {
        true
    }

    #[inline]
    unsafe fn bytes(key: *const K) -> *const [u8] {
        // SAFETY: initialised, by the caller's promise.
        unsafe { &*key }.bytes()
    }
}

impl<K> Shape<K> for Small {
    const HOT_BYTES: usize = 0;
    const LEAF_BYTES: usize = 0;
    const CAPACITY_MIN: usize = 5;
    const CAPACITY_MAX: usize = 5;
}

impl<K> Shape<K> for Tiny {
    const HOT_BYTES: usize = 0;
    const LEAF_BYTES: usize = 0;
    const CAPACITY_MIN: usize = 3;
    const CAPACITY_MAX: usize = 3;
}

/// What the search of a node goes through.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Column {
    /// Keys that are integers, or count as one.
    Integers,
    /// Keys that only their `Ord` can compare.
    Keys,
    /// The heads of byte strings.
    Heads,
}

impl Column {
    /// Bytes of a head, if there are any.
    const fn head(self) -> usize {
        match self {
            Self::Heads => size_of::<u64>(),
            Self::Integers | Self::Keys => 0,
        }
    }

    /// Bytes of header and column that a search walks through. For integers half as many again,
    /// since one more of their comparisons costs less than one more level (decision 0012).
    const fn hot_bytes(self, narrow: usize) -> usize {
        match self {
            Self::Integers => narrow + narrow / 2,
            Self::Keys | Self::Heads => narrow,
        }
    }
}

/// The numbers of one instantiation of a tree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Geometry {
    /// Slots of a node.
    pub(crate) capacity: usize,
    /// Slots below which removal refills a node.
    pub(crate) fill_min: usize,
    /// Slots that an internal node off the two outer spines has in any case.
    pub(crate) fill_least: usize,
    /// Bytes of a head; 0 if there are none.
    pub(crate) head: usize,
    /// Bytes of a node, from its start, that a search reads.
    pub(crate) searched: usize,
    /// Offset of the children in an internal node with all its slots.
    pub(crate) children: usize,
    /// Bytes of an internal node, from its start, that a descent reads.
    pub(crate) descended: usize,
    /// The block of a leaf with all its slots.
    pub(crate) leaf: Layout,
    /// The block of an internal node with all its slots.
    pub(crate) internal: Layout,
}

impl Geometry {
    /// The geometry for keys `K` and values `V` in shape `S`, searched by `column`.
    pub(crate) const fn of<K, V, S: Shape<K>>(column: Column) -> Self {
        let (head, capacity) = (column.head(), capacity::<K, V, S>(column));
        let fill_min = fill_min(capacity);
        assert!(capacity < u8::MAX as usize, "a path keeps an edge in one byte");
        // Two neighbours that cannot merge must be able to lend: see `refill`.
        assert!(capacity > 2 * fill_min && fill_min >= 1);
        let fill_least = if fill_min < FILL_LEAST { fill_min } else { FILL_LEAST };
        let align = max(align_of::<u64>(), max(align_of::<K>(), align_of::<V>()));
        let (_, after_heads) = lay_out(HEADER_BYTES, head, max(head, 1), capacity);
        let (keys, after_keys) = lay_out(after_heads, size_of::<K>(), align_of::<K>(), capacity);
        let (leaf_values, leaf) = lay_out(after_keys, size_of::<V>(), align_of::<V>(), capacity);
        let (children, after_children) =
            lay_out(after_keys, size_of::<*mut u8>(), align_of::<*mut u8>(), capacity + 1);
        let (internal_values, after_values) =
            lay_out(after_children, size_of::<V>(), align_of::<V>(), capacity);
        let (_, internal) = if S::HAS_TOTALS {
            lay_out(after_values, size_of::<usize>(), align_of::<usize>(), capacity + 1)
        } else {
            (after_values, after_values)
        };
        // Checked against overflow above, as what is computed at run time is not.
        assert!(leaf_values == leaf_values_of::<K, V>(head, capacity));
        assert!(children == children_of::<K>(head, capacity));
        assert!(internal_values == internal_values_of::<K, V>(head, capacity));
        assert!(internal == internal_bytes::<K, V, S>(head, capacity));
        // Trees of tests are as high as they like; growing the root checks the height all the same.
        assert!(S::CAPACITY_MIN < 7 || height_bound(fill_least, leaf) <= MAX_HEIGHT);
        Self {
            capacity,
            fill_min,
            fill_least,
            head,
            searched: if head > 0 { keys } else { after_keys },
            children,
            descended: after_children,
            leaf: block(leaf, align),
            internal: block(internal, align),
        }
    }
}

/// Slots that a split for a stream leaves an internal node: enough for the bound of the height.
const FILL_LEAST: usize = 3;

/// Slots of a node: as many heads or keys as the hot bytes hold, fewer if the pair is large, and
/// then whatever the last line of the leaf still has room for.
const fn capacity<K, V, S: Shape<K>>(column: Column) -> usize {
    let (head, key, value) = (column.head(), size_of::<K>(), size_of::<V>());
    let hot = if head > 0 { head } else { key };
    let all = head.saturating_add(key).saturating_add(value);
    let by_keys = column.hot_bytes(S::HOT_BYTES).saturating_sub(HEADER_BYTES) / max(hot, 1);
    let by_pair = S::LEAF_BYTES.saturating_sub(HEADER_BYTES) / max(all, 1);
    let wanted = if by_keys < by_pair { by_keys } else { by_pair };
    let mut slots = if wanted < S::CAPACITY_MIN {
        S::CAPACITY_MIN
    } else if wanted > S::CAPACITY_MAX {
        S::CAPACITY_MAX
    } else {
        wanted
    };
    let lines = leaf_bytes::<K, V>(head, slots).div_ceil(LINE);
    while slots < S::CAPACITY_MAX && leaf_bytes::<K, V>(head, slots + 1) <= lines * LINE {
        slots += 1;
    }
    slots
}

/// Slots of a root at first; it is replaced by one twice as large until it has all.
const SLOTS_FIRST: usize = 4;

/// The same for a leaf where memory counts for more than a step less.
const SLOTS_FIRST_DENSE: usize = 2;

/// Slots of the root that replaces one of so many on `level`, 0 standing for none.
pub(crate) const fn slots_after(
    slots: usize,
    level: usize,
    capacity: usize,
    is_dense: bool,
) -> usize {
    // The last step may be a small one: a leaf that is nearly whole might as well be. Above leaves
    // it is a large one, since what a root takes counts for less the more of them there are.
    let most = if level == 0 { 3 * capacity / 4 } else { capacity / 2 };
    let wanted = match slots {
        0 if level > 0 && most < SLOTS_FIRST => most,
        0 if level == 0 && is_dense => SLOTS_FIRST_DENSE,
        0 => SLOTS_FIRST,
        _ => 2 * slots,
    };
    if wanted > most { capacity } else { wanted }
}

/// Offset of the keys in a node with so many slots.
#[inline]
pub(crate) const fn keys_of<K>(head: usize, slots: usize) -> usize {
    (HEADER_BYTES + slots * head).next_multiple_of(align_of::<K>())
}

/// Offset of the values in a leaf with so many slots.
#[inline]
pub(crate) const fn leaf_values_of<K, V>(head: usize, slots: usize) -> usize {
    (keys_of::<K>(head, slots) + slots * size_of::<K>()).next_multiple_of(align_of::<V>())
}

/// Offset of the children in an internal node with so many slots.
#[inline]
pub(crate) const fn children_of<K>(head: usize, slots: usize) -> usize {
    (keys_of::<K>(head, slots) + slots * size_of::<K>()).next_multiple_of(align_of::<*mut u8>())
}

/// Offset of the values in an internal node with so many slots.
#[inline]
pub(crate) const fn internal_values_of<K, V>(head: usize, slots: usize) -> usize {
    let after_children = children_of::<K>(head, slots) + (slots + 1) * size_of::<*mut u8>();
    after_children.next_multiple_of(align_of::<V>())
}

/// Offset of the totals in an internal node with so many slots.
#[inline]
pub(crate) const fn totals_of<K, V>(head: usize, slots: usize) -> usize {
    let after_values = internal_values_of::<K, V>(head, slots) + slots * size_of::<V>();
    after_values.next_multiple_of(align_of::<usize>())
}

/// Bytes of an internal node with so many slots.
pub(crate) const fn internal_bytes<K, V, S: Shape<K>>(head: usize, slots: usize) -> usize {
    if S::HAS_TOTALS {
        totals_of::<K, V>(head, slots) + (slots + 1) * size_of::<usize>()
    } else {
        internal_values_of::<K, V>(head, slots) + slots * size_of::<V>()
    }
}

/// Bytes of a leaf with so many slots.
pub(crate) const fn leaf_bytes<K, V>(head: usize, slots: usize) -> usize {
    let (_, after_heads) = lay_out(HEADER_BYTES, head, max(head, 1), slots);
    let (_, after_keys) = lay_out(after_heads, size_of::<K>(), align_of::<K>(), slots);
    lay_out(after_keys, size_of::<V>(), align_of::<V>(), slots).1
}

/// Slots below which removal refills a node: three in seven, at which a map that has lost most of
/// its pairs is smaller than with a third, and refills are still few (decision 0012); about half of
/// a small node, since trees of those are high.
const fn fill_min(capacity: usize) -> usize {
    if capacity < 11 { (capacity - 1) / 2 } else { capacity * 3 / 7 }
}

/// Offset of a column that follows `start`, and the offset behind it.
const fn lay_out(start: usize, size: usize, align: usize, count: usize) -> (usize, usize) {
    let offset = match start.checked_next_multiple_of(align) {
        Some(offset) => offset,
        None => panic!("a node would exceed the address space"),
    };
    match size.checked_mul(count) {
        Some(bytes) if bytes <= isize::MAX as usize - offset => (offset, offset + bytes),
        _ => panic!("a node would exceed the address space"),
    }
}

/// A bound on the levels of a tree whose leaves fit 57 address bits.
///
/// Off the two outer spines, a node on level `l` has at least `(fill + 1)^l` leaves below it (T2).
/// One on a spine has at least two children, of which one is on the spine: at least
/// `s(l) = s(l - 1) + (fill + 1)^(l - 1)` leaves, with `s(0) = 1`. Both children of a root may
/// be on spines, so a tree of `h` levels has at least `2 * s(h - 2)` leaves.
const fn height_bound(fill: usize, leaf_bytes: usize) -> usize {
    let leaves_max = (1_u128 << 57) / max(leaf_bytes, HEADER_BYTES) as u128;
    let (mut height, mut spine, mut inside) = (2, 1_u128, 1_u128);
    while 2 * spine <= leaves_max {
        spine += inside;
        inside *= fill as u128 + 1;
        height += 1;
    }
    height - 1
}

const fn block(size: usize, align: usize) -> Layout {
    match Layout::from_size_align(size, align) {
        Ok(layout) => layout,
        Err(_) => panic!("a node would exceed the address space"),
    }
}

const fn max(a: usize, b: usize) -> usize {
    if a > b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn word_pairs_fill_twelve_lines() {
        let geometry = Geometry::of::<u64, u64, Standard>(Column::Integers);
        assert_eq!((geometry.capacity, geometry.fill_min), (47, 20));
        assert_eq!((keys_of::<u64>(0, 47), children_of::<u64>(0, 47)), (8, 384));
        assert_eq!(
            (leaf_values_of::<u64, u64>(0, 47), leaf_values_of::<u64, u64>(0, 4)),
            (384, 40)
        );
        assert_eq!((geometry.leaf.size(), geometry.internal.size()), (760, 1144));
    }

    #[test]
    fn capacity_stays_in_its_bounds() {
        assert_eq!(Geometry::of::<u8, u64, Standard>(Column::Integers).capacity, 63);
        assert_eq!(Geometry::of::<(), (), Standard>(Column::Integers).capacity, 63);
        assert_eq!(Geometry::of::<[u64; 32], u64, Standard>(Column::Keys).capacity, 7);
        assert_eq!(Geometry::of::<u64, [u64; 128], Standard>(Column::Keys).capacity, 7);
        assert_eq!(Geometry::of::<u64, u64, Tiny>(Column::Keys).capacity, 3);
        assert_eq!(Geometry::of::<[u64; 32], (), Tiny>(Column::Keys).capacity, 3);
    }

    #[test]
    fn the_last_line_is_used() {
        let geometry = Geometry::of::<[u64; 3], u64, Standard>(Column::Keys);
        assert_eq!(geometry.capacity, 11); // ten by keys; 328 bytes leave room for one more in 384
        assert!(geometry.leaf.size() <= 384);
    }

    #[test]
    fn a_root_grows_by_doubling() {
        let steps = |level, capacity, is_dense| {
            let mut slots = [0; 6];
            for at in 1..6 {
                slots[at] = slots_after(slots[at - 1], level, capacity, is_dense).min(capacity);
            }
            slots
        };
        assert_eq!(steps(0, 31, false), [0, 4, 8, 16, 31, 31]);
        assert_eq!(steps(0, 47, false), [0, 4, 8, 16, 32, 47]);
        assert_eq!(steps(0, 63, false), [0, 4, 8, 16, 32, 63]);
        assert_eq!(steps(0, 10, false), [0, 4, 10, 10, 10, 10]);
        assert_eq!(steps(0, 3, false), [0, 3, 3, 3, 3, 3]);
        assert_eq!(steps(0, 31, true), [0, 2, 4, 8, 16, 31]);
        assert_eq!(steps(0, 3, true), [0, 2, 3, 3, 3, 3]);
        assert_eq!(steps(1, 47, false), [0, 4, 8, 16, 47, 47]);
        assert_eq!(steps(1, 31, true), [0, 4, 8, 31, 31, 31]);
        assert_eq!(steps(1, 7, false), [0, 3, 7, 7, 7, 7]);
        assert_eq!(steps(1, 3, true), [0, 1, 3, 3, 3, 3]);
    }

    #[test]
    fn columns_are_aligned() {
        #[repr(align(128))]
        #[allow(dead_code, reason = "only its layout is asked for")]
        struct Wide(u8);

        let geometry = Geometry::of::<u8, Wide, Standard>(Column::Keys);
        assert_eq!(geometry.leaf.align(), 128);
        assert_eq!(leaf_values_of::<u8, Wide>(0, 5) % 128, 0);
        assert_eq!(internal_values_of::<u8, Wide>(0, 5) % 128, 0);
        assert_eq!(children_of::<u8>(0, 5) % align_of::<*mut u8>(), 0);
    }

    #[test]
    fn every_standard_tree_fits_a_path() {
        for capacity in 7..=63 {
            // The smallest leaf of this capacity: keys just too large for a slot more, no values.
            let one_more = (6 * LINE - HEADER_BYTES) / (capacity + 1);
            let key_bytes = if capacity == 63 { 1 } else { one_more + 1 };
            let leaf = HEADER_BYTES + capacity * key_bytes;
            assert!(height_bound(FILL_LEAST, leaf) <= MAX_HEIGHT, "{capacity}");
        }
    }
}
