//! [`Geometry`]: how many slots a node has, where its columns lie, and what it takes to move pairs
//! about without knowing their types.
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
//! integers, whatever their size; or from the number of comparisons, where one decides after the
//! other.

use core::alloc::Layout;
use core::mem::{align_of, needs_drop, size_of};

use crate::raw::shape::{LINE, MAX_HEIGHT, Shape};

/// Bytes before the first column: how they are used is `node`'s affair.
pub(crate) const HEADER_BYTES: usize = 8;

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

    /// Slots that a search walks through, given the bytes of header and column that it should where
    /// those decide. For integers half as many again, since one more of their comparisons costs
    /// less than one more level (decision 0012).
    const fn slots<K>(self, narrow: usize) -> usize {
        let (bytes, each) = match self {
            Self::Integers => (narrow + narrow / 2, size_of::<K>()),
            Self::Heads => (narrow, self.head()),
            Self::Keys if are_halved::<K>() => (narrow, size_of::<K>()),
            Self::Keys if needs_drop::<K>() => return SLOTS_OF_OWNERS,
            Self::Keys => return SLOTS_OF_KEYS,
        };
        bytes.saturating_sub(HEADER_BYTES) / max(each, 1)
    }
}

/// Slots of a node whose keys are compared one after the other (decision 0026).
const SLOTS_OF_KEYS: usize = 20;

/// The same where keys own something, most often what is compared: each is a line to wait for.
const SLOTS_OF_OWNERS: usize = 14;

/// Whether a search for keys that only their `Ord` can compare halves a node: those of a word are
/// compared without a branch more often than not, and it takes few lines to hold many of them.
pub(crate) const fn are_halved<K>() -> bool {
    size_of::<K>() <= size_of::<u64>() && !needs_drop::<K>()
}

/// How the nodes of a tree are laid out, and what else it takes to move pairs about without knowing
/// their types.
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
    /// Bytes of a key and of a value, and where they may lie.
    pub(crate) key: Layout,
    pub(crate) value: Layout,
    /// Bytes of a node, from its start, that a search reads.
    pub(crate) searched: usize,
    /// Offsets in a node with all its slots: of the keys, of the children, and of the values in a
    /// leaf and in an internal node.
    pub(crate) keys: usize,
    pub(crate) children: usize,
    pub(crate) leaf_values: usize,
    pub(crate) internal_values: usize,
    /// Bytes of an internal node, from its start, that a descent reads.
    pub(crate) descended: usize,
    /// The block of a leaf with all its slots.
    pub(crate) leaf: Layout,
    /// The block of an internal node with all its slots.
    pub(crate) internal: Layout,
    /// [`Shape::HAS_TOTALS`].
    pub(crate) has_totals: bool,
    /// [`Shape::IS_DENSE`].
    pub(crate) is_dense: bool,
    /// Fills slots of a key column as N4 asks, if it asks anything.
    pub(crate) pad: Option<Pad>,
    /// The bytes of a key, which last as long as the key: see [`Shape::bytes`].
    pub(crate) bytes: unsafe fn(*const u8) -> *const [u8],
}

/// Fills the slots from the one index to the other of a column of keys, which own nothing.
pub(crate) type Pad = unsafe fn(keys: *mut u8, from: usize, to: usize);

impl Geometry {
    /// The geometry for keys `K` and values `V` in shape `S`, searched by `column`.
    pub(crate) const fn of<K, V, S: Shape<K>>(column: Column) -> Self {
        let (head, capacity) = (column.head(), capacity::<K, V, S>(column));
        let fill_min = fill_min(capacity);
        assert!(capacity < u8::MAX as usize, "a path keeps an edge in one byte");
        // Two neighbours that cannot merge must be able to lend: see `refill`.
        assert!(capacity > 2 * fill_min && fill_min >= 1);
        let fill_least = if fill_min < FILL_LEAST { fill_min } else { FILL_LEAST };
        let (key, value) = (Layout::new::<K>(), Layout::new::<V>());
        let align = max(align_of::<u64>(), max(key.align(), value.align()));
        let (_, after_heads) = lay_out(HEADER_BYTES, head, max(head, 1), capacity);
        let (keys, after_keys) = lay_out(after_heads, key.size(), key.align(), capacity);
        let (leaf_values, leaf) = lay_out(after_keys, value.size(), value.align(), capacity);
        let (children, after_children) =
            lay_out(after_keys, size_of::<*mut u8>(), align_of::<*mut u8>(), capacity + 1);
        let (internal_values, after_values) =
            lay_out(after_children, value.size(), value.align(), capacity);
        let (_, internal) = if S::HAS_TOTALS {
            lay_out(after_values, size_of::<usize>(), align_of::<usize>(), capacity + 1)
        } else {
            (after_values, after_values)
        };
        // Trees of tests are as high as they like; growing the root checks the height all the same.
        assert!(S::CAPACITY_MIN < 7 || height_bound(fill_least, leaf) <= MAX_HEIGHT);
        let geometry = Self {
            capacity,
            fill_min,
            fill_least,
            head,
            key,
            value,
            searched: if head > 0 { keys } else { after_keys },
            keys,
            children,
            leaf_values,
            internal_values,
            descended: after_children,
            leaf: block(leaf, align),
            internal: block(internal, align),
            has_totals: S::HAS_TOTALS,
            is_dense: S::IS_DENSE,
            pad: match column {
                Column::Integers => Some(pad::<K, S>),
                Column::Keys | Column::Heads => None,
            },
            bytes: bytes::<K, S>,
        };
        // Checked against overflow above, as what is computed at run time is not.
        assert!(keys == geometry.keys_of(capacity));
        assert!(children == geometry.children_of(capacity));
        assert!(leaf_values == geometry.values_of(0, capacity));
        assert!(internal_values == geometry.values_of(1, capacity));
        assert!(leaf == geometry.bytes_of(0, capacity));
        assert!(internal == geometry.bytes_of(1, capacity));
        geometry
    }

    /// Whether a leaf that has just come down to so many slots should be refilled. Where leaves are
    /// kept dense, one that has some room is looked at as well.
    #[inline(always)]
    pub(crate) fn falls_short(&self, len: usize) -> bool {
        len < self.fill_min || self.is_dense && 4 * len < 3 * self.capacity
    }

    /// Slots of the root that replaces one of so many on `level`, 0 standing for none.
    pub(crate) const fn slots_after(&self, slots: usize, level: usize) -> usize {
        // The last step may be a small one: a leaf that is nearly whole might as well be. Above
        // leaves it is a large one, since what a root takes counts for less the more of them there
        // are.
        let most = if level == 0 { 3 * self.capacity / 4 } else { self.capacity / 2 };
        let wanted = match slots {
            0 if level > 0 && most < SLOTS_FIRST => most,
            0 if level == 0 && self.is_dense => SLOTS_FIRST_DENSE,
            0 => SLOTS_FIRST,
            _ => 2 * slots,
        };
        if wanted > most { self.capacity } else { wanted }
    }

    /// The block of a node on `level` with so many slots.
    #[inline]
    pub(crate) fn layout_of(&self, level: usize, slots: usize) -> Layout {
        let whole = if level == 0 { self.leaf } else { self.internal };
        if slots == self.capacity {
            return whole;
        }
        let bytes = self.bytes_of(level, slots);
        Layout::from_size_align(bytes, whole.align()).expect("smaller than a whole node")
    }

    /// Bytes of a node on `level` with so many slots.
    const fn bytes_of(&self, level: usize, slots: usize) -> usize {
        let values = slots * self.value.size();
        match level {
            1.. if self.has_totals => self.totals_of(slots) + (slots + 1) * size_of::<usize>(),
            _ => self.values_of(level, slots) + values,
        }
    }

    /// Offset of the keys in a node with so many slots.
    #[inline(always)]
    pub(crate) const fn keys_of(&self, slots: usize) -> usize {
        aligned(HEADER_BYTES + slots * self.head, self.key.align())
    }

    /// Offset of what follows the keys.
    #[inline(always)]
    const fn behind_keys_of(&self, slots: usize) -> usize {
        self.keys_of(slots) + slots * self.key.size()
    }

    /// Offset of the children in an internal node with so many slots.
    #[inline(always)]
    pub(crate) const fn children_of(&self, slots: usize) -> usize {
        aligned(self.behind_keys_of(slots), align_of::<*mut u8>())
    }

    /// Offset of the values in a node on `level` with so many slots.
    #[inline(always)]
    pub(crate) const fn values_of(&self, level: usize, slots: usize) -> usize {
        let before = match level {
            0 => self.behind_keys_of(slots),
            _ => self.children_of(slots) + (slots + 1) * size_of::<*mut u8>(),
        };
        aligned(before, self.value.align())
    }

    /// Offset of the totals in an internal node with so many slots.
    #[inline(always)]
    pub(crate) const fn totals_of(&self, slots: usize) -> usize {
        let after_values = self.values_of(1, slots) + slots * self.value.size();
        aligned(after_values, align_of::<usize>())
    }
}

/// The first multiple of `align`, a power of two, from `offset` on; written so that the optimiser
/// sees when that is `offset` itself.
#[inline(always)]
const fn aligned(offset: usize, align: usize) -> usize {
    offset + (offset.wrapping_neg() & (align - 1))
}

/// [`Geometry::pad`].
///
/// # Safety
///
/// As for [`Shape::pad`], for each of those slots.
#[inline]
pub(crate) unsafe fn pad<K, S: Shape<K>>(keys: *mut u8, from: usize, to: usize) {
    if S::MAY_BE_INTEGERS && S::are_integers() {
        let keys = keys.cast::<K>();
        for slot in from..to {
            // SAFETY: passed on.
            unsafe { S::pad(keys.wrapping_add(slot)) };
        }
    }
}

/// [`Geometry::bytes`].
///
/// # Safety
///
/// As for [`Shape::bytes`].
unsafe fn bytes<K, S: Shape<K>>(key: *const u8) -> *const [u8] {
    // SAFETY: passed on.
    unsafe { S::bytes(key.cast::<K>()) }
}

/// Slots that a split for a stream leaves an internal node: enough for the bound of the height.
const FILL_LEAST: usize = 3;

/// Slots of a node: as many as suit the search of its column, fewer if the pair is large, and then
/// whatever the last line of the leaf still has room for.
const fn capacity<K, V, S: Shape<K>>(column: Column) -> usize {
    let (head, key, value) = (column.head(), size_of::<K>(), size_of::<V>());
    let all = head.saturating_add(key).saturating_add(value);
    let by_keys = column.slots::<K>(S::HOT_BYTES);
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

/// Bytes of a leaf with so many slots.
const fn leaf_bytes<K, V>(head: usize, slots: usize) -> usize {
    let (_, after_heads) = lay_out(HEADER_BYTES, head, max(head, 1), slots);
    let (_, after_keys) = lay_out(after_heads, size_of::<K>(), align_of::<K>(), slots);
    lay_out(after_keys, size_of::<V>(), align_of::<V>(), slots).1
}

/// Slots below which removal refills a node: nine in twenty, at which a map that has lost most of
/// its pairs is smaller than with a third, and refills are still few (decision 0012); about half of
/// a small node, since trees of those are high.
const fn fill_min(capacity: usize) -> usize {
    if capacity < 11 { (capacity - 1) / 2 } else { capacity * 9 / 20 }
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
    use crate::raw::shape::{Standard, Tiny};

    use super::*;

    #[test]
    fn word_pairs_fill_twelve_lines() {
        let geometry = Geometry::of::<u64, u64, Standard>(Column::Integers);
        assert_eq!((geometry.capacity, geometry.fill_min), (47, 21));
        assert_eq!((geometry.keys_of(47), geometry.children_of(47)), (8, 384));
        assert_eq!((geometry.values_of(0, 47), geometry.values_of(0, 4)), (384, 40));
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
        assert_eq!(geometry.capacity, 21); // 648 bytes for twenty leave room for one more in 704
        assert!(geometry.leaf.size() <= 704);
    }

    #[test]
    fn keys_that_only_their_ord_compares_are_counted_or_halved() {
        struct Owner(#[allow(dead_code, reason = "only its layout is asked for")] u64);

        impl Drop for Owner {
            fn drop(&mut self) {}
        }

        let slots = |geometry: Geometry| geometry.capacity;
        assert_eq!(slots(Geometry::of::<[u64; 2], u64, Standard>(Column::Keys)), 21);
        assert_eq!(slots(Geometry::of::<[u64; 6], u64, Standard>(Column::Keys)), 20);
        assert_eq!(slots(Geometry::of::<Owner, u64, Standard>(Column::Keys)), 15);
        assert_eq!(slots(Geometry::of::<u64, u64, Standard>(Column::Keys)), 31);
    }

    #[test]
    fn a_root_grows_by_doubling() {
        let any = Geometry::of::<u64, u64, Standard>(Column::Integers);
        let steps = |level, capacity, is_dense| {
            let (geometry, mut slots) = (Geometry { capacity, is_dense, ..any }, [0; 6]);
            for at in 1..6 {
                slots[at] = geometry.slots_after(slots[at - 1], level).min(capacity);
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
        assert_eq!(geometry.values_of(0, 5) % 128, 0);
        assert_eq!(geometry.values_of(1, 5) % 128, 0);
        assert_eq!(geometry.children_of(5) % align_of::<*mut u8>(), 0);
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
