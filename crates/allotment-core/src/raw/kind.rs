//! What is known of a key's order from its type: whether it is an integer, or counts as one.
//!
//! Integers are compared by value, without a call of their `Ord`, and an unused slot can hold the
//! greatest of them: that is what a search of fixed length rests on. The primitive types are
//! recognised by [`TypeId`], a comparison that the optimiser decides as it instantiates a search.
//! Others say so themselves, by [`IntegerKey`].

use core::any::TypeId;
use core::marker::PhantomData;
use core::mem::{self, needs_drop, offset_of};
use core::net::{Ipv4Addr, Ipv6Addr};
use core::num::NonZero;

/// What integers are compared as: an unsigned integer of the machine, in the same order.
///
/// One search is compiled per width, whatever the keys are.
pub trait Image: Copy + Ord + closed::Sealed {
    /// The image of an integer that fits 64 bits.
    #[doc(hidden)]
    fn narrow(bits: u64) -> Self;

    /// The image of an integer that may not; asked for only where images are wide.
    #[doc(hidden)]
    fn wide(bits: u128) -> Self;

    /// Upper and lower half, of 64 bits each, that are ordered as the image is.
    #[doc(hidden)]
    fn halves(self) -> (u64, u64);
}

impl Image for u64 {
    #[inline(always)]
    fn narrow(bits: u64) -> Self {
        bits
    }

    #[inline(always)]
    fn wide(bits: u128) -> Self {
        bits as Self
    }

    #[inline(always)]
    fn halves(self) -> (u64, u64) {
        (0, self)
    }
}

impl Image for u128 {
    #[inline(always)]
    fn narrow(bits: u64) -> Self {
        bits.into()
    }

    #[inline(always)]
    fn wide(bits: u128) -> Self {
        bits
    }

    #[inline(always)]
    fn halves(self) -> (u64, u64) {
        ((self >> 64) as u64, self as u64)
    }
}

/// What an [`IntegerKey`] may count as: an integer type of the machine, or one of several parts
/// that is ordered as one integer.
pub trait Primitive: Copy + Ord + closed::Sealed {
    /// The greatest.
    const MAX: Self;
    /// Whether it has more than 64 bits.
    #[doc(hidden)]
    const IS_WIDE: bool = size_of::<Self>() > size_of::<u64>();
    /// Which one it is.
    #[doc(hidden)]
    const INTEGER: Integer;

    /// What it is compared as.
    #[doc(hidden)]
    fn image<I: Image>(self) -> I;
}

/// Keeps the set of primitive types closed: what is written to unused slots depends on it.
mod closed {
    pub trait Sealed {}
}

macro_rules! primitives {
    ($($name:ident: $type:ty, $max:expr, |$key:ident| $image:expr;)*) => {
        /// A [`Primitive`] type as a value.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "they are the types of those names")]
        pub enum Integer { $($name,)* }

        $(
            impl closed::Sealed for $type {}

            impl Primitive for $type {
                const MAX: Self = $max;
                const INTEGER: Integer = Integer::$name;

                #[inline(always)]
                fn image<I: Image>(self) -> I {
                    let $key = self;
                    $image
                }
            }
        )*

        impl Integer {
            /// The image of a key.
            ///
            /// # Safety
            ///
            /// `key` is initialised, and has the layout and the values of the type that `self`
            /// names.
            #[inline(always)]
            pub(crate) unsafe fn read<T, I: Image>(self, key: *const T) -> I {
                match self {
                    // SAFETY: by the caller's promise.
                    $( Self::$name => unsafe { key.cast::<$type>().read() }.image(), )*
                }
            }

            /// Writes the greatest key.
            ///
            /// # Safety
            ///
            /// `slot` can be written to, owns nothing, and has the layout of the type that `self`
            /// names. What is written need not be a value of type `T`.
            #[inline(always)]
            pub(crate) unsafe fn write_max<T>(self, slot: *mut T) {
                match self {
                    // SAFETY: by the caller's promise.
                    $( Self::$name => unsafe { slot.cast::<$type>().write(<$type>::MAX) }, )*
                }
            }

            /// The image of the greatest key.
            #[cfg(any(test, feature = "verify"))]
            pub(crate) fn max<I: Image>(self) -> I {
                match self {
                    $( Self::$name => <$type>::MAX.image(), )*
                }
            }
        }
    };
}

/// Runs an expression with a name for the type of the images of a shape; only one of the two is
/// compiled.
macro_rules! with_image {
    ($image:ident of $shape:ty => $body:expr) => {
        if <$shape>::IS_WIDE {
            type $image = u128;
            $body
        } else {
            type $image = u64;
            $body
        }
    };
}

pub(crate) use with_image;

/// The sign bits: flipped, they put negative integers below the others.
const SIGN: u64 = 1 << 63;
const WIDE_SIGN: u128 = 1 << 127;

primitives! {
    U8: u8, u8::MAX, |n| I::narrow(n.into());
    U16: u16, u16::MAX, |n| I::narrow(n.into());
    U32: u32, u32::MAX, |n| I::narrow(n.into());
    U64: u64, u64::MAX, |n| I::narrow(n);
    U128: u128, u128::MAX, |n| I::wide(n);
    I8: i8, i8::MAX, |n| I::narrow(n as u64 ^ SIGN);
    I16: i16, i16::MAX, |n| I::narrow(n as u64 ^ SIGN);
    I32: i32, i32::MAX, |n| I::narrow(n as u64 ^ SIGN);
    I64: i64, i64::MAX, |n| I::narrow(n as u64 ^ SIGN);
    I128: i128, i128::MAX, |n| I::wide(n as u128 ^ WIDE_SIGN);
    Bytes4: [u8; 4], [u8::MAX; 4], |n| I::narrow(u32::from_be_bytes(n).into());
    Bytes8: [u8; 8], [u8::MAX; 8], |n| I::narrow(u64::from_be_bytes(n));
    Bytes16: [u8; 16], [u8::MAX; 16], |n| I::wide(u128::from_be_bytes(n));
    Address4: Ipv4Addr, Self::BROADCAST, |n| I::narrow(n.to_bits().into());
    Address16: Ipv6Addr, Self::from_bits(u128::MAX), |n| I::wide(n.to_bits());
    Pair4x4: (u32, u32), (u32::MAX, u32::MAX), |n| I::narrow(upper_first(n));
    Pair4x8: (u32, u64), (u32::MAX, u64::MAX), |n| I::wide(u128::from(n.0) << 64 | u128::from(n.1));
    Pair8x4: (u64, u32), (u64::MAX, u32::MAX), |n| I::wide(u128::from(n.0) << 64 | u128::from(n.1));
    Pair8x8: (u64, u64), (u64::MAX, u64::MAX), |n| I::wide(u128::from(n.0) << 64 | u128::from(n.1));
}

/// The two as one integer, of which the first is the upper half: a load and a rotation, which is
/// what no compiler makes of two shifted parts.
#[inline(always)]
fn upper_first(pair: (u32, u32)) -> u64 {
    const IS_UPPER: bool = (offset_of!((u32, u32), 0) == 0) == cfg!(target_endian = "big");
    // SAFETY: 64 bits, none of them padding.
    let bits = unsafe { mem::transmute::<(u32, u32), u64>(pair) };
    if IS_UPPER { bits } else { bits.rotate_left(32) }
}

const WORD_BYTES: usize = size_of::<usize>();

/// What `usize` is here.
const WORD: Integer = if WORD_BYTES == 8 { Integer::U64 } else { Integer::U32 };

/// What `isize` is here.
const SIGNED_WORD: Integer = if WORD_BYTES == 8 { Integer::I64 } else { Integer::I32 };

impl Integer {
    /// Whether `T` can be one of them.
    pub(crate) const fn may_be<T>() -> bool {
        matches!(size_of::<T>(), 1 | 2 | 4 | 8 | 12 | 16) && !needs_drop::<T>()
    }

    /// The integer type that `T` is, or whose order and layout it shares by definition.
    #[inline]
    pub(crate) fn of<T>() -> Option<Self> {
        if const { !Self::may_be::<T>() } {
            return None;
        }
        let id = id_of::<T>();
        let is = |known| id == known;
        // Told apart by size first, since an unoptimised build asks at every step.
        Some(match size_of::<T>() {
            8 if is(TypeId::of::<u64>()) => Self::U64,
            8 if is(TypeId::of::<i64>()) => Self::I64,
            4 if is(TypeId::of::<u32>()) => Self::U32,
            4 if is(TypeId::of::<i32>()) => Self::I32,
            WORD_BYTES if is(TypeId::of::<usize>()) => WORD,
            WORD_BYTES if is(TypeId::of::<isize>()) => SIGNED_WORD,
            16 if is(TypeId::of::<u128>()) => Self::U128,
            16 if is(TypeId::of::<i128>()) => Self::I128,
            2 if is(TypeId::of::<u16>()) => Self::U16,
            2 if is(TypeId::of::<i16>()) => Self::I16,
            1 if is(TypeId::of::<u8>()) || is(TypeId::of::<bool>()) => Self::U8,
            1 if is(TypeId::of::<i8>()) => Self::I8,
            4 if is(TypeId::of::<char>()) => Self::U32,
            8 if is(TypeId::of::<NonZero<u64>>()) => Self::U64,
            4 if is(TypeId::of::<NonZero<u32>>()) => Self::U32,
            WORD_BYTES if is(TypeId::of::<NonZero<usize>>()) => WORD,
            8 if is(TypeId::of::<(u32, u32)>()) => Self::Pair4x4,
            12 | 16 if is(TypeId::of::<(u32, u64)>()) => Self::Pair4x8,
            12 | 16 if is(TypeId::of::<(u64, u32)>()) => Self::Pair8x4,
            16 if is(TypeId::of::<(u64, u64)>()) => Self::Pair8x8,
            4 if is(TypeId::of::<Ipv4Addr>()) => Self::Address4,
            16 if is(TypeId::of::<Ipv6Addr>()) => Self::Address16,
            16 if is(TypeId::of::<[u8; 16]>()) => Self::Bytes16,
            8 if is(TypeId::of::<[u8; 8]>()) => Self::Bytes8,
            4 if is(TypeId::of::<[u8; 4]>()) => Self::Bytes4,
            _ => return None,
        })
    }
}

/// A key that is ordered as an integer: an identifier, a point in time, a number in a wrapper.
///
/// A map whose fourth parameter is [`IntegerKeys`](crate::IntegerKeys) compares such keys by that
/// integer, which is as fast as if it were the key. [`integer_key!`](crate::integer_key) implements
/// the trait for a wrapper of one integer; for other types do it by hand.
///
/// `a.cmp(&b)` must be `a.integer().cmp(&b.integer())` for all keys `a` and `b`. If it is not,
/// look-ups may answer wrongly, and nothing worse.
///
/// # Examples
///
/// ```
/// use allotment_core::{BTreeMap, Global, IntegerKey, IntegerKeys};
///
/// /// Seconds and nanoseconds, in this order of importance.
/// #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
/// struct Moment {
///     seconds: u32,
///     nanoseconds: u32,
/// }
///
/// impl IntegerKey for Moment {
///     type Integer = u64;
///     const MAX: Self = Moment { seconds: u32::MAX, nanoseconds: u32::MAX };
///
///     fn integer(self) -> u64 {
///         (u64::from(self.seconds) << 32) | u64::from(self.nanoseconds)
///     }
/// }
///
/// let mut events = BTreeMap::<Moment, &str, _, IntegerKeys>::with_shape_in(Global);
/// events.insert(Moment { seconds: 7, nanoseconds: 0 }, "start");
/// assert_eq!(events.get(&Moment { seconds: 7, nanoseconds: 0 }), Some(&"start"));
/// ```
pub trait IntegerKey: Copy + Ord {
    /// The integer type that decides the order.
    type Integer: Primitive;

    /// The greatest key: no other has a greater integer.
    const MAX: Self;

    /// The integer that stands for this key.
    fn integer(self) -> Self::Integer;
}

/// Implements [`IntegerKey`] for a tuple struct around one integer.
///
/// Its `Ord` has to be the derived one, or one that orders likewise.
///
/// ```
/// use allotment_core::{BTreeMap, Global, IntegerKeys, integer_key};
///
/// #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
/// struct UserId(u64);
/// integer_key!(UserId(u64));
///
/// let mut names = BTreeMap::<UserId, &str, _, IntegerKeys>::with_shape_in(Global);
/// names.insert(UserId(7), "Ada");
/// assert_eq!(names.get(&UserId(7)), Some(&"Ada"));
/// ```
#[macro_export]
macro_rules! integer_key {
    ($key:ident($integer:ty)) => {
        impl $crate::IntegerKey for $key {
            type Integer = $integer;
            const MAX: Self = $key(<$integer>::MAX);

            #[inline]
            fn integer(self) -> $integer {
                self.0
            }
        }
    };
}

/// Whether `T` is known to be plain data, whose clone is a copy of its bytes.
#[inline]
pub(crate) fn is_plain<T>() -> bool {
    Integer::of::<T>().is_some() || is_same::<T, ()>() || is_same::<T, f64>() || is_same::<T, f32>()
}

/// Whether two types are the same, lifetimes aside.
#[inline]
pub(crate) fn is_same<T: ?Sized, U: ?Sized>() -> bool {
    id_of::<T>() == id_of::<U>()
}

/// The id of a type with all its lifetimes erased, so that it need not be `'static`.
///
/// The way of David Tolnay's `typeid`: a trait object whose method asks for `'static` itself.
#[inline]
pub(super) fn id_of<T: ?Sized>() -> TypeId {
    trait Erased {
        fn id(&self) -> TypeId
        where
            Self: 'static;
    }

    impl<T: ?Sized> Erased for PhantomData<T> {
        #[inline]
        fn id(&self) -> TypeId
        where
            Self: 'static,
        {
            TypeId::of::<T>()
        }
    }

    let erased: &dyn Erased = &PhantomData::<T>;
    // SAFETY: only the bound of the trait object changes, and the object holds nothing that could
    // die; its id is all that is read.
    let erased = unsafe { mem::transmute::<&dyn Erased, &(dyn Erased + 'static)>(erased) };
    erased.id()
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;
    use core::cmp::Reverse;

    use super::*;

    #[test]
    fn integers_are_known_and_nothing_else() {
        assert_eq!(Integer::of::<u64>(), Some(Integer::U64));
        assert_eq!(Integer::of::<i32>(), Some(Integer::I32));
        assert_eq!(Integer::of::<char>(), Some(Integer::U32));
        assert_eq!(Integer::of::<bool>(), Some(Integer::U8));
        assert_eq!(Integer::of::<usize>(), Some(WORD));
        assert_eq!(Integer::of::<NonZero<u32>>(), Some(Integer::U32));
        assert_eq!(Integer::of::<Ipv6Addr>(), Some(Integer::Address16));
        assert_eq!(Integer::of::<(u64, u32)>(), Some(Integer::Pair8x4));
        assert_eq!(Integer::of::<Option<NonZero<u32>>>(), None);
        assert_eq!(Integer::of::<f64>(), None);
        assert_eq!(Integer::of::<Reverse<u64>>(), None);
        assert_eq!(Integer::of::<(u64,)>(), None);
        assert_eq!(Integer::of::<&u64>(), None);
    }

    /// Checks that images are ordered as what they stand for, and that none is above the greatest.
    fn check_images<P: Primitive, I: Image>(values: &[P]) {
        for a in values {
            for b in values {
                let (this, other): (I, I) = (a.image(), b.image());
                assert_eq!(this.cmp(&other), a.cmp(b));
                assert_eq!(this.halves().cmp(&other.halves()), a.cmp(b));
            }
            assert!(a.image::<I>() <= P::INTEGER.max());
            // SAFETY: a key of the type.
            assert!(unsafe { P::INTEGER.read::<P, I>(a) } == a.image());
        }
    }

    #[test]
    fn images_are_ordered_as_what_they_stand_for() {
        let parts = [0, 1, 2, 127, 128, 255, 256, 1 << 31, u32::MAX - 1, u32::MAX];
        let pairs = || parts.into_iter().flat_map(|a| parts.map(|b| (a, b)));
        let word = |(a, b)| (u64::from(a) << 32) | u64::from(b);
        let wide = |(a, b)| (u128::from(a) << 70) | u128::from(b);
        check_images::<u8, u64>(&parts.map(|n| n as u8));
        check_images::<i8, u64>(&parts.map(|n| n as i8));
        check_images::<u16, u64>(&parts.map(|n| n as u16));
        check_images::<i16, u64>(&parts.map(|n| n as i16));
        check_images::<u32, u64>(&parts);
        check_images::<i32, u64>(&parts.map(|n| n as i32));
        check_images::<[u8; 4], u64>(&parts.map(u32::to_ne_bytes));
        check_images::<(u32, u32), u64>(&pairs().collect::<Vec<_>>());
        check_images::<u64, u64>(&pairs().map(word).collect::<Vec<_>>());
        check_images::<i64, u64>(&pairs().map(|pair| word(pair) as i64).collect::<Vec<_>>());
        check_images::<[u8; 8], u64>(&pairs().map(|p| word(p).to_ne_bytes()).collect::<Vec<_>>());
        check_images::<u128, u128>(&pairs().map(wide).collect::<Vec<_>>());
        check_images::<i128, u128>(&pairs().map(|p| wide(p) as i128 - 9).collect::<Vec<_>>());
        check_images::<[u8; 16], u128>(&pairs().map(|p| wide(p).to_ne_bytes()).collect::<Vec<_>>());
        check_images::<Ipv4Addr, u64>(&parts.map(Ipv4Addr::from_bits));
        check_images::<Ipv6Addr, u128>(
            &pairs().map(|p| Ipv6Addr::from_bits(wide(p))).collect::<Vec<_>>(),
        );
        let widened = || pairs().map(|(a, b)| (u64::from(a) << 9, u64::from(b) << 9));
        check_images::<(u64, u64), u128>(&widened().collect::<Vec<_>>());
        check_images::<(u32, u64), u128>(&widened().map(|p| (p.0 as u32, p.1)).collect::<Vec<_>>());
        check_images::<(u64, u32), u128>(&widened().map(|p| (p.0, p.1 as u32)).collect::<Vec<_>>());
        check_images::<i16, u128>(&parts.map(|n| n as i16));
    }

    #[test]
    fn plain_data_is_known_and_nothing_else() {
        assert!(is_plain::<u64>() && is_plain::<f32>() && is_plain::<()>() && is_plain::<char>());
        assert!(!is_plain::<&u64>() && !is_plain::<Reverse<u64>>() && !is_plain::<[u8; 2]>());
    }

    #[test]
    fn lifetimes_are_erased_and_nothing_else() {
        fn same<'a, 'b>(_: &'a u8, _: &'b u8) -> bool {
            is_same::<&'a str, &'b str>()
        }
        let outer = 0;
        {
            let inner = 0;
            assert!(same(&outer, &inner));
        }
        assert!(!is_same::<&str, &mut str>());
        assert!(!is_same::<u64, str>());
        assert!(is_same::<str, str>());
    }
}
