//! [`TraceKey`]: what can be a key of a trace, and [`Key`], what it is there.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

/// What the keys of a trace are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// Integers of up to 64 bits.
    Integers,
    /// Text.
    Text,
}

/// A key as it stands in a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key<'a> {
    /// An integer.
    Integer(u64),
    /// A text, of at most [`MAX_KEY_BYTES`](crate::MAX_KEY_BYTES) bytes.
    Text(&'a str),
}

impl Key<'_> {
    /// What it is.
    pub const fn kind(&self) -> KeyKind {
        match self {
            Key::Integer(_) => KeyKind::Integers,
            Key::Text(_) => KeyKind::Text,
        }
    }
}

/// A key that can be recorded: what it is in a trace is ordered as it is in the program.
///
/// Implemented for integers of up to 64 bits, `char`, texts, and what points to one of these. A
/// signed integer is moved up by half of the range of `i64`, so that it keeps its place in the
/// order. A key of your own is recorded as the integer or the text that it is compared as:
///
/// ```
/// use allotment_trace::{Key, KeyKind, TraceKey};
///
/// #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
/// struct UserId(u64);
///
/// impl TraceKey for UserId {
///     const KIND: KeyKind = KeyKind::Integers;
///
///     fn trace_key(&self) -> Key<'_> {
///         Key::Integer(self.0)
///     }
/// }
/// assert_eq!(UserId(7).trace_key(), Key::Integer(7));
/// assert!((-1_i32).trace_key() != 1_i32.trace_key());
/// ```
pub trait TraceKey {
    /// What all keys of the type are.
    const KIND: KeyKind;

    /// The key as it stands in a trace.
    fn trace_key(&self) -> Key<'_>;
}

macro_rules! integers {
    ($($integer:ty: $image:expr,)*) => {$(
        impl TraceKey for $integer {
            const KIND: KeyKind = KeyKind::Integers;

            #[inline]
            fn trace_key(&self) -> Key<'_> {
                let image: fn(Self) -> u64 = $image;
                Key::Integer(image(*self))
            }
        }
    )*};
}

/// The place of a signed integer among all of 64 bits, counted from the least.
const fn place(signed: i64) -> u64 {
    (signed as u64) ^ (1 << 63)
}

integers! {
    u8: u64::from,
    u16: u64::from,
    u32: u64::from,
    u64: |key| key,
    usize: |key| key as u64,
    i8: |key| place(i64::from(key)),
    i16: |key| place(i64::from(key)),
    i32: |key| place(i64::from(key)),
    i64: place,
    isize: |key| place(key as i64),
    char: u64::from,
}

impl TraceKey for str {
    const KIND: KeyKind = KeyKind::Text;

    #[inline]
    fn trace_key(&self) -> Key<'_> {
        Key::Text(self)
    }
}

impl TraceKey for String {
    const KIND: KeyKind = KeyKind::Text;

    #[inline]
    fn trace_key(&self) -> Key<'_> {
        Key::Text(self)
    }
}

impl TraceKey for Cow<'_, str> {
    const KIND: KeyKind = KeyKind::Text;

    #[inline]
    fn trace_key(&self) -> Key<'_> {
        Key::Text(self)
    }
}

macro_rules! pointers {
    ($($pointer:ty,)*) => {$(
        impl<T: TraceKey + ?Sized> TraceKey for $pointer {
            const KIND: KeyKind = T::KIND;

            #[inline]
            fn trace_key(&self) -> Key<'_> {
                (**self).trace_key()
            }
        }
    )*};
}

pointers! { &T, Box<T>, Rc<T>, Arc<T>, }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signed_integers_keep_their_order() {
        let keys = [i64::MIN, -1, 0, 1, i64::MAX].map(|key| match key.trace_key() {
            Key::Integer(image) => image,
            Key::Text(text) => panic!("an integer expected: {text}"),
        });
        assert!(keys.is_sorted());
        assert_eq!((keys[0], keys[4]), (0, u64::MAX));
        assert_eq!((-1_i8).trace_key(), (-1_i64).trace_key());
        assert_eq!((-1_isize).trace_key(), (-1_i64).trace_key());
    }

    #[test]
    fn what_points_to_a_text_is_one() {
        let text = Key::Text("bean");
        assert_eq!(String::from("bean").trace_key(), text);
        assert_eq!(Arc::<str>::from("bean").trace_key(), text);
        assert_eq!(Box::new("bean").trace_key(), text);
        assert_eq!(Cow::Borrowed("bean").trace_key(), text);
        assert_eq!(<Rc<str> as TraceKey>::KIND, KeyKind::Text);
        assert_eq!(text.kind(), KeyKind::Text);
    }
}
