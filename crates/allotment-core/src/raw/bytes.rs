//! Keys that are byte strings, and their heads.
//!
//! Text and lists of bytes are ordered byte by byte. Which types are known to be, and where their
//! bytes are, is told by [`TypeId`], as integers are. Others say so themselves, by [`ByteKey`].
//!
//! A *head* is eight bytes of a key as an integer, from some place on, with zeros behind the end of
//! the key. Heads are in the order of their keys if these agree before that place. Equal heads say
//! nothing: the keys themselves must then be compared.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
#[cfg(target_has_atomic = "ptr")]
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::any::TypeId;
use core::ptr;

use crate::raw::kind::{id_of, is_same, lies_as};

/// Reads the eight bytes, or fewer, of `bytes` from `from` on.
#[inline]
pub(crate) fn head_of(bytes: &[u8], from: usize) -> u64 {
    let rest = bytes.get(from..).unwrap_or_default();
    if let Some(head) = rest.first_chunk() {
        return u64::from_be_bytes(*head);
    }
    let unused = 64 - 8 * rest.len() as u32;
    if let (Some(first), Some(last)) = (rest.first_chunk(), rest.last_chunk()) {
        // They overlap where they agree.
        u64::from(u32::from_be_bytes(*first)) << 32 | u64::from(u32::from_be_bytes(*last)) << unused
    } else if let (Some(first), Some(last)) = (rest.first_chunk(), rest.last_chunk()) {
        u64::from(u16::from_be_bytes(*first)) << 48 | u64::from(u16::from_be_bytes(*last)) << unused
    } else {
        rest.first().map_or(0, |byte| u64::from(*byte) << 56)
    }
}

/// Bytes that two heads begin with alike.
#[inline]
pub(crate) fn alike(a: u64, b: u64) -> usize {
    ((a ^ b).leading_zeros() / 8) as usize
}

/// Bytes that two byte strings begin with alike.
pub(crate) fn shared(a: &[u8], b: &[u8]) -> usize {
    let pairs = a.iter().zip(b);
    pairs.take_while(|(a, b)| a == b).count()
}

/// A key that is ordered by its bytes: a name, a path, a wrapper of text.
///
/// A map whose fourth parameter is [`ByteKeys`](crate::ByteKeys) keeps the first bytes of such keys
/// where its search goes, as it does for `String`, and seldom looks at the keys themselves.
/// [`byte_key!`](crate::byte_key) implements the trait for a wrapper of a byte string; for other
/// types do it by hand.
///
/// `a.cmp(&b)` must be `a.bytes().cmp(b.bytes())` for all keys `a` and `b`, and a key's bytes must
/// not change while a map has it. If they do, look-ups may answer wrongly, and nothing worse. A map
/// asks for bytes in the midst of a change too: a panic there ends the program.
///
/// # Examples
///
/// ```
/// use allotment_core::{BTreeMap, ByteKey, ByteKeys, Global};
///
/// /// A text of which everybody has the same copy.
/// #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
/// struct Symbol(&'static str);
///
/// impl ByteKey for Symbol {
///     fn bytes(&self) -> &[u8] {
///         self.0.as_bytes()
///     }
/// }
///
/// let mut uses = BTreeMap::<Symbol, u32, _, ByteKeys>::with_shape_in(Global);
/// *uses.entry(Symbol("main")).or_insert(0) += 1;
/// assert_eq!(uses.get(&Symbol("main")), Some(&1));
/// ```
pub trait ByteKey: Ord {
    /// The bytes that decide the order.
    fn bytes(&self) -> &[u8];
}

/// Implements [`ByteKey`] for a tuple struct around one byte string: `String`, `Vec<u8>`, `&str`,
/// `&[u8]`, the same in a `Box`, `Rc`, `Arc` or `Cow`, or a type that is a `ByteKey` itself.
///
/// Its `Ord` has to be the derived one, or one that orders likewise.
///
/// ```
/// use std::borrow::Borrow;
///
/// use allotment_core::{BTreeMap, ByteKeys, Global, byte_key};
///
/// #[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
/// struct Host(String);
/// byte_key!(Host(String));
///
/// impl Borrow<str> for Host {
///     fn borrow(&self) -> &str {
///         &self.0
///     }
/// }
///
/// let mut visits = BTreeMap::<Host, u32, _, ByteKeys>::with_shape_in(Global);
/// visits.insert(Host("example.org".to_owned()), 7);
/// assert_eq!(visits.get("example.org"), Some(&7));
/// ```
#[macro_export]
macro_rules! byte_key {
    ($key:ident($text:ty)) => {
        impl $crate::ByteKey for $key {
            #[inline]
            fn bytes(&self) -> &[u8] {
                <$text as $crate::ByteKey>::bytes(&self.0)
            }
        }
    };
}

macro_rules! byte_strings {
    ($($(#[$attribute:meta])* $type:ty, |$key:ident| $bytes:expr;)*) => {
        /// Whether `T` can be one of them, by how it lies in memory.
        #[allow(clippy::extra_unused_lifetimes, reason = "types are named with it")]
        pub(crate) const fn may_be_bytes<'a: 'static, T>() -> bool {
            $( $(#[$attribute])* if lies_as::<T, $type>() { return true; } )*
            false
        }

        /// Whether `T` is one of them.
        #[inline]
        #[allow(clippy::extra_unused_lifetimes, reason = "types are named with it")]
        pub(crate) fn is_bytes<'a: 'static, T>() -> bool {
            if const { !may_be_bytes::<T>() } {
                return false;
            }
            let id = id_of::<T>();
            $(
                $(#[$attribute])*
                if const { lies_as::<T, $type>() } && id == TypeId::of::<$type>() {
                    return true;
                }
            )*
            false
        }

        /// The bytes of a key, which last as long as the key; none if `T` is none of them.
        ///
        /// # Safety
        ///
        /// `key` is initialised.
        #[inline]
        #[allow(clippy::extra_unused_lifetimes, reason = "types are named with it")]
        pub(crate) unsafe fn bytes_in<'a: 'static, T>(key: *const T) -> *const [u8] {
            let id = id_of::<T>();
            $(
                $(#[$attribute])*
                if const { lies_as::<T, $type>() } && id == TypeId::of::<$type>() {
                    // SAFETY: of that type, and initialised by the caller's promise.
                    return unsafe { &*key.cast::<$type>() }.bytes();
                }
            )*
            &[]
        }

        $(
            $(#[$attribute])*
            #[allow(clippy::extra_unused_lifetimes, reason = "types are named with it")]
            impl<'a> ByteKey for $type {
                #[inline]
                fn bytes(&self) -> &[u8] {
                    let $key = self;
                    $bytes
                }
            }
        )*
    };
}

// Arrays are of the lengths that digests have.
byte_strings! {
    String, |key| key.as_bytes();
    Vec<u8>, |key| key;
    &'a str, |key| key.as_bytes();
    &'a [u8], |key| key;
    Box<str>, |key| key.as_bytes();
    Box<[u8]>, |key| key;
    Rc<str>, |key| key.as_bytes();
    Rc<[u8]>, |key| key;
    #[cfg(target_has_atomic = "ptr")]
    Arc<str>, |key| key.as_bytes();
    #[cfg(target_has_atomic = "ptr")]
    Arc<[u8]>, |key| key;
    Cow<'a, str>, |key| key.as_bytes();
    Cow<'a, [u8]>, |key| key;
    [u8; 20], |key| key;
    [u8; 32], |key| key;
    [u8; 64], |key| key;
}

/// The bytes of what is searched for, if it is known to be ordered by them: a byte string, or what
/// one borrows as.
#[inline]
pub(crate) fn bytes_of<Q: ?Sized>(key: &Q) -> Option<&[u8]> {
    if is_same::<Q, str>() || is_same::<Q, [u8]>() {
        let (first, bytes) = (ptr::from_ref(key).cast::<u8>(), size_of_val(key));
        // SAFETY: a reference to so many bytes.
        return Some(unsafe { core::slice::from_raw_parts(first, bytes) });
    }
    None
}
