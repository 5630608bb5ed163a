//! [`IntegerKey`]: key types that say themselves that they are ordered as an integer.

use crate::raw::primitive::Primitive;

/// A key that is ordered as an integer: an identifier, a point in time, a few numbers in a struct.
///
/// A map whose fourth parameter is [`IntegerKeys`](crate::IntegerKeys) compares such keys by that
/// integer, which is as fast as if it were the key. [`integer_key!`](crate::integer_key) implements
/// the trait for structs of integers; for other types do it by hand.
///
/// `a.cmp(&b)` must be `a.integer().cmp(&b.integer())` for all keys `a` and `b`. If it is not,
/// look-ups may answer wrongly, and nothing worse.
///
/// # Examples
///
/// ```
/// use allotment_core::{BTreeMap, Global, IntegerKey, IntegerKeys};
///
/// /// The urgent ones come first.
/// #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
/// enum Urgency {
///     Now,
///     Soon,
///     Whenever,
/// }
///
/// impl IntegerKey for Urgency {
///     type Integer = u8;
///     const MAX: Self = Urgency::Whenever;
///
///     fn integer(self) -> u8 {
///         self as u8
///     }
/// }
///
/// let mut tasks = BTreeMap::<Urgency, &str, _, IntegerKeys>::with_shape_in(Global);
/// tasks.insert(Urgency::Whenever, "tidy up");
/// tasks.insert(Urgency::Now, "put the fire out");
/// assert_eq!(tasks.first_key_value(), Some((&Urgency::Now, &"put the fire out")));
/// ```
pub trait IntegerKey: Copy + Ord {
    /// The integer type that decides the order.
    type Integer: Primitive;

    /// The greatest key: no other has a greater integer.
    const MAX: Self;

    /// The integer that stands for this key.
    fn integer(self) -> Self::Integer;
}

/// What counts as an integer stands for itself.
impl<P: Primitive> IntegerKey for P {
    type Integer = P;
    const MAX: Self = P::MAX;

    #[inline]
    fn integer(self) -> P {
        self
    }
}

/// Implements [`IntegerKey`] for a struct of one to four fields, each of them an `IntegerKey`
/// itself: an integer, another such struct, or anything that is [`Primitive`].
///
/// Its `Ord` has to be the derived one, or one that orders likewise: by the first field, then by
/// the second, and so on. All fields have to be named, in the order of their declaration, and may
/// have 128 bits together.
///
/// # Examples
///
/// ```
/// use allotment_core::{BTreeMap, Global, IntegerKeys, integer_key};
///
/// #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
/// struct UserId(u64);
/// integer_key!(UserId(u64));
///
/// /// Who did something, and when.
/// #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
/// struct Event {
///     user: UserId,
///     second: i64,
/// }
/// integer_key!(Event { user: UserId, second: i64 });
///
/// let mut names = BTreeMap::<UserId, &str, _, IntegerKeys>::with_shape_in(Global);
/// names.insert(UserId(7), "Ada");
/// assert_eq!(names.get(&UserId(7)), Some(&"Ada"));
///
/// let mut log = BTreeMap::<Event, &str, _, IntegerKeys>::with_shape_in(Global);
/// log.insert(Event { user: UserId(7), second: -1 }, "logged in");
/// log.insert(Event { user: UserId(7), second: 20 }, "logged out");
/// let since = Event { user: UserId(7), second: 0 }..;
/// assert!(log.range(since).map(|(_, what)| *what).eq(["logged out"]));
/// ```
///
/// More than 128 bits are refused:
///
/// ```compile_fail,E0080
/// # use allotment_core::integer_key;
/// #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
/// struct Digest(u128, u128);
/// integer_key!(Digest(u128, u128));
/// ```
#[macro_export]
macro_rules! integer_key {
    ($key:ident { $($field:tt: $integer:ty),+ $(,)? }) => {
        impl $crate::IntegerKey for $key {
            type Integer = ($(<$integer as $crate::IntegerKey>::Integer,)+);
            const MAX: Self = $key { $($field: <$integer as $crate::IntegerKey>::MAX,)+ };

            #[inline]
            fn integer(self) -> Self::Integer {
                ($(<$integer as $crate::IntegerKey>::integer(self.$field),)+)
            }
        }

        // Asked for here, lest too many bits are found out where the first map is used.
        const _: u32 = <<$key as $crate::IntegerKey>::Integer as $crate::Primitive>::BITS;
    };
    ($key:ident($a:ty $(,)?)) => {
        $crate::integer_key!($key { 0: $a });
    };
    ($key:ident($a:ty, $b:ty $(,)?)) => {
        $crate::integer_key!($key { 0: $a, 1: $b });
    };
    ($key:ident($a:ty, $b:ty, $c:ty $(,)?)) => {
        $crate::integer_key!($key { 0: $a, 1: $b, 2: $c });
    };
    ($key:ident($a:ty, $b:ty, $c:ty, $d:ty $(,)?)) => {
        $crate::integer_key!($key { 0: $a, 1: $b, 2: $c, 3: $d });
    };
}
