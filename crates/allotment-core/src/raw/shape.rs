//! [`Shape`]: what the nodes of a tree are like, and what its keys are compared as.

use core::mem::size_of;

use crate::raw::bytes::{ByteKey, bytes_in, is_bytes, may_be_bytes};
use crate::raw::image::Image;
use crate::raw::integer::{image_of, is_integer, may_be_integer, write_greatest};
use crate::raw::integer_key::IntegerKey;
use crate::raw::primitive::Primitive;

/// Levels a path has room for. `Geometry::of` proves that no tree over a proven shape is higher.
pub(crate) const MAX_HEIGHT: usize = 32;

/// Bytes of a cache line.
pub(crate) const LINE: usize = 64;

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

    /// Whether keys can be integers, by size and alignment: a `const` cannot ask for more, and what
    /// it rules out need not be compiled.
    #[doc(hidden)]
    const MAY_BE_INTEGERS: bool = may_be_integer::<K>();

    /// Whether the images of integer keys are of 128 bits.
    #[doc(hidden)]
    const IS_WIDE: bool = size_of::<K>() > size_of::<u64>();

    /// Whether keys can be byte strings, by size and alignment.
    #[doc(hidden)]
    const MAY_BE_BYTES: bool = may_be_bytes::<K>();

    /// Whether internal nodes know how many pairs are below each child.
    #[doc(hidden)]
    const HAS_TOTALS: bool = false;

    /// Whether leaves are kept nearly full, at the price of more moves.
    #[doc(hidden)]
    const IS_DENSE: bool = false;

    /// Whether keys are compared as integers.
    #[doc(hidden)]
    #[inline]
    fn are_integers() -> bool {
        is_integer::<K>()
    }

    /// Whether keys are compared byte by byte.
    #[doc(hidden)]
    #[inline]
    fn are_bytes() -> bool {
        is_bytes::<K>()
    }

    /// The bytes of a key, which last as long as the key; none if keys are no byte strings.
    ///
    /// # Safety
    ///
    /// `key` is initialised.
    #[doc(hidden)]
    #[inline]
    unsafe fn bytes(key: *const K) -> *const [u8] {
        // SAFETY: passed on.
        unsafe { bytes_in(key) }
    }

    /// The image of a key, if keys are compared as integers.
    ///
    /// # Safety
    ///
    /// `key` is initialised.
    #[doc(hidden)]
    #[inline(always)]
    unsafe fn load<I: Image>(key: *const K) -> I {
        // SAFETY: passed on.
        unsafe { image_of(key) }
    }

    /// Writes what `load` reads as the greatest image, if keys are compared as integers.
    ///
    /// # Safety
    ///
    /// `slot` can be written to and owns nothing.
    #[doc(hidden)]
    #[inline]
    unsafe fn pad(slot: *mut K) {
        // SAFETY: passed on.
        unsafe { write_greatest(slot) };
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
            fn are_integers() -> bool {
                S::are_integers()
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
            unsafe fn load<I: $crate::raw::image::Image>(key: *const K) -> I {
                // SAFETY: passed on.
                unsafe { S::load(key) }
            }

            #[inline]
            unsafe fn pad(slot: *mut K) {
                // SAFETY: passed on.
                unsafe { S::pad(slot) };
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
/// It recognises keys that are integers of the machine, or `NonZero` ones, and what is ordered like
/// one:
///
/// - `char`, `bool`, `Duration`, IP addresses, arrays of 4, 6, 8, 12 or 16 bytes;
/// - pairs of any two of `u32`, `u64`, `i32` and `i64`, of `usize` and `u32`, of two `usize` or two
///   `isize`; `(u8, u32)`, `(u8, u64)`, `(u16, u16)`, `(u16, u32)`;
/// - `(u32, u32, u32)`, `(u32, u32, u64)`, `(u64, u32, u32)`, `[u32; 2]`, `[u32; 3]`, `[u64; 2]`;
/// - [`Reverse`](core::cmp::Reverse) of `u32`, `u64`, `usize`, `i32` and `i64`; `Option` of `u32`,
///   `u64` and `usize`.
///
/// It recognises byte strings, such as `String`, `Vec<u8>` and arrays of 20, 32 or 64 bytes. All
/// others are compared by their `Ord`.
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
    fn are_integers() -> bool {
        true
    }

    #[inline(always)]
    unsafe fn load<I: Image>(key: *const K) -> I {
        // SAFETY: initialised, by the caller's promise.
        unsafe { key.read() }.integer().image()
    }

    #[inline]
    unsafe fn pad(slot: *mut K) {
        // SAFETY: can be written to, by the caller's promise; a key that is `Copy` owns nothing.
        unsafe { slot.write(K::MAX) };
    }
}

impl<K: ByteKey> Shape<K> for ByteKeys {
    const IS_TRUSTED: bool = false;
    const MAY_BE_INTEGERS: bool = false;
    const MAY_BE_BYTES: bool = true;

    #[inline]
    fn are_integers() -> bool {
        false
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
