//! [`Stored`] and [`StoredKey`]: how keys and values become bytes, and bytes views.
//!
//! There is one encoding of a type, whether it is a key or a value, and it keeps the order: bytes
//! ascend as what they stand for does. So files are searched, merged and verified as bytes, by code
//! that knows no types.
//!
//! - integers: big-endian, the sign bit flipped; floats in their total order;
//! - `bool` and `char`: as the integer they are numbered by, and no other;
//! - text and bytes: as they are;
//! - `[u8; N]`: as it is;
//! - `Option`: a byte 0 or 1, then the value, or zeros where it has a fixed width;
//! - tuples: one after the other; only the last may be of variable width.

mod encoded;
#[cfg(feature = "zerocopy")]
mod in_place;
mod numbers;
mod option;
#[cfg(feature = "serde")]
mod serialized;
mod text;
mod tuples;

pub use encoded::Encoded;
#[cfg(feature = "zerocopy")]
pub use in_place::InPlace;
#[cfg(feature = "serde")]
pub use serialized::Serialized;

use crate::name::TypeName;

/// What can be written to a snapshot, and viewed in place.
///
/// Implemented for numbers, `bool`, `char`, `()`, arrays of bytes, text and bytes, owned or
/// borrowed, and for options and tuples of these. A type of one's own can forward to one of them,
/// under a name of its own:
///
/// ```
/// use allotment_snapshot::{Encoded, Stored, StoredKey, TypeName};
///
/// #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
/// struct Bed(u32);
///
/// impl Stored for Bed {
///     const TYPE: TypeName = TypeName::new("Bed");
///     const WIDTH: Option<usize> = u32::WIDTH;
///     type View<'a> = Bed;
///
///     fn encode(&self, out: &mut Encoded) {
///         self.0.encode(out);
///     }
///
///     fn view(bytes: &[u8]) -> Option<Bed> {
///         u32::view(bytes).map(Bed)
///     }
/// }
///
/// impl StoredKey for Bed {}
///
/// let mut bytes = Encoded::new();
/// assert_eq!(Bed::view(Bed(7).bytes_in(&mut bytes)), Some(Bed(7)));
/// ```
pub trait Stored {
    /// The name that files know the type by: one name, one encoding.
    const TYPE: TypeName;

    /// How many bytes each value takes, if all take as many. At most 65,534.
    const WIDTH: Option<usize>;

    /// A value as it is read, from bytes that live for `'a`.
    type View<'a>;

    /// Whether there are bytes for the value, which there are but for what others decide on, as
    /// serde does. The writer asks before it encodes.
    #[inline]
    fn is_storable(&self) -> bool {
        true
    }

    /// Appends the bytes of the value: as many as [`WIDTH`](Self::WIDTH) says.
    fn encode(&self, out: &mut Encoded);

    /// The bytes of the value: its own if they can be had, or else written to `scratch`.
    #[inline]
    fn bytes_in<'s>(&'s self, scratch: &'s mut Encoded) -> &'s [u8] {
        scratch.clear();
        self.encode(scratch);
        scratch.as_slice()
    }

    /// What `bytes` stand for, if they are what [`encode`](Self::encode) may have written. Must
    /// not panic, whatever they are.
    fn view(bytes: &[u8]) -> Option<Self::View<'_>>;
}

/// A [`Stored`] type whose bytes ascend, compared as slices are, as its values do by [`Ord`].
///
/// If they do not, entries are refused by the writer as out of order, or are not found; nothing
/// worse happens. Also the values of multimaps must be of this kind.
pub trait StoredKey: Stored {}

/// The name of a type of one's own, where another crate knows its bytes: see `InPlace` and
/// `Serialized`, behind the features `zerocopy` and `serde`.
pub trait Named {
    /// The name that files know the type by: another layout wants another name.
    const NAME: TypeName;
}

/// A [`Stored`] type that views can be turned back into.
///
/// ```
/// use allotment_snapshot::Restored;
///
/// assert_eq!(String::restore("beans"), "beans".to_owned());
/// ```
pub trait Restored: Stored + Sized {
    /// The value that was viewed.
    fn restore(view: Self::View<'_>) -> Self;
}

impl<T: Stored + ?Sized> Stored for &T {
    const TYPE: TypeName = T::TYPE;
    const WIDTH: Option<usize> = T::WIDTH;
    type View<'a> = T::View<'a>;

    #[inline]
    fn is_storable(&self) -> bool {
        T::is_storable(self)
    }

    #[inline]
    fn encode(&self, out: &mut Encoded) {
        T::encode(self, out);
    }

    #[inline]
    fn bytes_in<'s>(&'s self, scratch: &'s mut Encoded) -> &'s [u8] {
        T::bytes_in(self, scratch)
    }

    #[inline]
    fn view(bytes: &[u8]) -> Option<T::View<'_>> {
        T::view(bytes)
    }
}

impl<T: StoredKey + ?Sized> StoredKey for &T {}

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use alloc::vec::Vec;
    use core::fmt::Debug;

    use super::*;

    /// Each of `values`, which ascend, comes back, and their bytes ascend too.
    fn check<T>(values: &[T])
    where
        T: Restored + StoredKey + PartialEq + Debug,
    {
        let mut before: Option<Vec<u8>> = None;
        for value in values {
            let mut scratch = Encoded::new();
            let bytes = value.bytes_in(&mut scratch).to_vec();
            assert!(T::WIDTH.is_none_or(|width| width == bytes.len()), "{value:?}");
            assert_eq!(&T::restore(T::view(&bytes).unwrap()), value);
            assert!(before.is_none_or(|before| before < bytes), "{value:?}");
            let longer = [&bytes[..], &[7]].concat();
            assert!(T::WIDTH.is_none() || T::view(&longer).is_none(), "{value:?}");
            before = Some(bytes);
        }
    }

    #[test]
    fn numbers_keep_their_order() {
        check(&[0_u8, 1, 127, 128, 255]);
        check(&[0_u16, 1, 255, 256, u16::MAX]);
        check(&[0_u32, 1, 65_536, u32::MAX]);
        check(&[0_u64, 1, 1 << 40, u64::MAX]);
        check(&[0_u128, 1, 1 << 100, u128::MAX]);
        check(&[i8::MIN, -1, 0, 1, i8::MAX]);
        check(&[i16::MIN, -256, -1, 0, 1, i16::MAX]);
        check(&[i32::MIN, -1, 0, 1, i32::MAX]);
        check(&[i64::MIN, -1, 0, 1, i64::MAX]);
        check(&[i128::MIN, -1, 0, 1, i128::MAX]);
        check(&[f32::NEG_INFINITY, -1.5, -0.0, 0.0, f32::MIN_POSITIVE, 2.0, f32::INFINITY]);
        check(&[f64::NEG_INFINITY, -1.5, -0.0, 0.0, f64::MIN_POSITIVE, 2.0, f64::INFINITY]);
        check(&[false, true]);
        check(&['\0', 'a', 'ä', '\u{d7ff}', '\u{e000}', char::MAX]);
        check(&[()]);
    }

    #[test]
    fn numbers_that_are_none_are_refused() {
        assert_eq!(bool::view(&[2]), None);
        assert_eq!(char::view(&0xd800_u32.to_be_bytes()), None);
        assert_eq!(char::view(&0x11_0000_u32.to_be_bytes()), None);
        assert_eq!(u32::view(&[1, 2, 3]), None);
        assert_eq!(<()>::view(&[0]), None);
    }

    #[test]
    fn text_and_bytes_keep_their_order() {
        check(&["", "a", "a\0", "ab", "b", "ä"].map(String::from));
        check(&[&b""[..], b"\0", b"\0\0", b"\x01", b"\xff", b"\xff\xff"].map(Vec::from));
        check(&[*b"aaa", *b"aab", *b"b\0\0"]);
        assert_eq!(<str>::view(b"a\xff"), None);
        assert_eq!(String::view(b"\xc3"), None);
    }

    #[test]
    fn options_and_tuples_keep_their_order() {
        check(&[None, Some(0_u16), Some(1), Some(u16::MAX)]);
        check(&[None, Some(String::new()), Some("a".into()), Some("b".into())]);
        check(&[None, Some(None), Some(Some(1_u8))]);
        check(&[(0_u8, -1_i16), (0, 0), (1, i16::MIN)]);
        check(&[(1_u8, true, String::new()), (1, true, "a".into()), (2, false, "a".into())]);
        check(&[(1_u32, 2_u32, 3_u32, 4_u32), (1, 2, 4, 0)]);
        assert_eq!(Option::<u16>::view(&[0, 0, 1]), None);
        assert_eq!(Option::<u16>::view(&[2, 0, 0]), None);
        assert_eq!(Option::<&str>::view(&[0, 0]), None);
        assert_eq!(Option::<&str>::view(&[]), None);
        assert_eq!(<(u32, String)>::view(&[0, 0, 0]), None);
    }

    #[test]
    fn names_say_what_is_stored() {
        assert_eq!(<(i32, [u8; 16], f64)>::TYPE.as_str(), "(i32,[u8;16],f64)");
        assert_eq!(<&Vec<u8>>::TYPE.as_str(), "bytes");
        assert_eq!(Option::<Option<char>>::TYPE.as_str(), "Option<Option<char>>");
        assert_eq!(<[u8; 0]>::TYPE.as_str(), "[u8;0]");
        assert!(String::TYPE.is(&<str>::TYPE) && !String::TYPE.is(&u8::TYPE));
    }
}
