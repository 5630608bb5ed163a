//! What is known of a key's order from its type: whether it is an integer, or counts as one.
//!
//! Integers are compared by value, without a call of their `Ord`, and an unused slot can hold the
//! greatest of them: that is what a search of fixed length rests on. The primitive types are
//! recognised by [`TypeId`], a comparison that the optimiser decides as it instantiates a search.
//! Others say so themselves, by [`IntegerKey`].

use core::any::TypeId;
use core::marker::PhantomData;
use core::mem;

/// An integer type of the machine, or one that is compared like it, as a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "they are the types of those names")]
pub enum Integer {
    U8,
    U16,
    U32,
    U64,
    U128,
    I8,
    I16,
    I32,
    I64,
    I128,
    Bytes4,
    Bytes8,
    Bytes16,
    Pair32,
}

/// An integer type of the machine: what an [`IntegerKey`] may count as.
pub trait Primitive: Copy + Ord + closed::Sealed {
    /// Which one it is.
    #[doc(hidden)]
    const INTEGER: Integer;
    /// The greatest.
    const MAX: Self;

    /// Upper and lower half, of 64 bits each, that are ordered as the integer is.
    #[doc(hidden)]
    fn halves(self) -> (u64, u64);
}

/// Keeps the set of primitive types closed: a search is compiled for each.
pub(super) mod closed {
    pub trait Sealed {}
}

/// Runs an expression with a name for the type that an [`Integer`] stands for.
macro_rules! with_primitive {
    ($integer:expr, $name:ident => $body:expr) => {{
        use $crate::raw::kind::Integer;
        match $integer {
            Integer::U8 => with_primitive!(@ $name = u8 => $body),
            Integer::U16 => with_primitive!(@ $name = u16 => $body),
            Integer::U32 => with_primitive!(@ $name = u32 => $body),
            Integer::U64 => with_primitive!(@ $name = u64 => $body),
            Integer::U128 => with_primitive!(@ $name = u128 => $body),
            Integer::I8 => with_primitive!(@ $name = i8 => $body),
            Integer::I16 => with_primitive!(@ $name = i16 => $body),
            Integer::I32 => with_primitive!(@ $name = i32 => $body),
            Integer::I64 => with_primitive!(@ $name = i64 => $body),
            Integer::I128 => with_primitive!(@ $name = i128 => $body),
            Integer::Bytes4 => with_primitive!(@ $name = $crate::raw::compound::Bytes4 => $body),
            Integer::Bytes8 => with_primitive!(@ $name = $crate::raw::compound::Bytes8 => $body),
            Integer::Bytes16 => with_primitive!(@ $name = $crate::raw::compound::Bytes16 => $body),
            Integer::Pair32 => with_primitive!(@ $name = $crate::raw::compound::Pair32 => $body),
        }
    }};
    (@ $name:ident = $primitive:ty => $body:expr) => {{
        type $name = $primitive;
        $body
    }};
}

pub(crate) use with_primitive;

macro_rules! primitives {
    ($($primitive:ty, $integer:ident;)*) => { $(
        impl closed::Sealed for $primitive {}

        impl Primitive for $primitive {
            const INTEGER: Integer = Integer::$integer;
            const MAX: Self = <$primitive>::MAX;

            #[inline(always)]
            fn halves(self) -> (u64, u64) {
                // The sign is extended, and then counts as the greatest bit.
                let sign = if <$primitive>::MIN == 0 { 0 } else { 1 << 127 };
                let bits = (self as u128) ^ sign;
                ((bits >> 64) as u64, bits as u64)
            }
        }
    )* };
}

primitives! {
    u8, U8; u16, U16; u32, U32; u64, U64; u128, U128;
    i8, I8; i16, I16; i32, I32; i64, I64; i128, I128;
}

/// What `usize` is here.
const WORD: Integer = if size_of::<usize>() == 8 { Integer::U64 } else { Integer::U32 };

/// What `isize` is here.
const SIGNED_WORD: Integer = if size_of::<isize>() == 8 { Integer::I64 } else { Integer::I32 };

impl Integer {
    /// The integer type that `T` is, or whose order and layout it shares by definition.
    #[inline]
    pub(crate) fn of<T>() -> Option<Self> {
        let id = id_of::<T>();
        let is = |known| id == known;
        Some(match () {
            () if is(TypeId::of::<u64>()) => Self::U64,
            () if is(TypeId::of::<u32>()) => Self::U32,
            () if is(TypeId::of::<i64>()) => Self::I64,
            () if is(TypeId::of::<i32>()) => Self::I32,
            () if is(TypeId::of::<usize>()) => WORD,
            () if is(TypeId::of::<isize>()) => SIGNED_WORD,
            () if is(TypeId::of::<u128>()) => Self::U128,
            () if is(TypeId::of::<i128>()) => Self::I128,
            () if is(TypeId::of::<u16>()) => Self::U16,
            () if is(TypeId::of::<i16>()) => Self::I16,
            () if is(TypeId::of::<u8>()) || is(TypeId::of::<bool>()) => Self::U8,
            () if is(TypeId::of::<i8>()) => Self::I8,
            () if is(TypeId::of::<char>()) => Self::U32,
            () if is(TypeId::of::<(u32, u32)>()) => Self::Pair32,
            () if is(TypeId::of::<[u8; 16]>()) => Self::Bytes16,
            () if is(TypeId::of::<[u8; 8]>()) => Self::Bytes8,
            () if is(TypeId::of::<[u8; 4]>()) => Self::Bytes4,
            () => return None,
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
    use core::cmp::Reverse;

    use super::*;

    #[test]
    fn integers_are_known_and_nothing_else() {
        assert_eq!(Integer::of::<u64>(), Some(Integer::U64));
        assert_eq!(Integer::of::<i32>(), Some(Integer::I32));
        assert_eq!(Integer::of::<char>(), Some(Integer::U32));
        assert_eq!(Integer::of::<bool>(), Some(Integer::U8));
        assert_eq!(Integer::of::<usize>(), Some(WORD));
        assert_eq!(Integer::of::<f64>(), None);
        assert_eq!(Integer::of::<Reverse<u64>>(), None);
        assert_eq!(Integer::of::<(u64,)>(), None);
        assert_eq!(Integer::of::<&u64>(), None);
    }

    #[test]
    fn halves_are_ordered_as_their_integer() {
        let parts = [i128::MIN, i128::MIN + 1, -1 << 64, -2, -1, 0, 1, 1 << 64, i128::MAX];
        assert!(parts.is_sorted_by_key(|part| part.halves()));
        assert!([i32::MIN, -5, -1, 0, 7, i32::MAX].is_sorted_by_key(|part| part.halves()));
        assert_eq!((7_u128 << 64 | 9).halves(), (7, 9));
        assert!((-1_i8).halves() < 0_i8.halves() && 0_i8.halves() < 1_i8.halves());
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
