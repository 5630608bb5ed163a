//! Keys that are byte strings, and their heads.
//!
//! Text and lists of bytes are ordered byte by byte. Which types are known to be, and where their
//! bytes are, is told by [`TypeId`], as integers are.
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

use crate::raw::kind::{id_of, is_same};

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

macro_rules! byte_strings {
    ($($(#[$attribute:meta])* $name:ident: $type:ty, |$key:ident| $bytes:expr;)*) => {
        /// A type that is ordered by its bytes, as a value.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "they are the types of those names")]
        pub enum ByteString { $($(#[$attribute])* $name,)* }

        impl ByteString {
            /// Whether `T` can be one of them: all are two words or three.
            pub(crate) const fn may_be<T>() -> bool {
                let word = size_of::<usize>();
                align_of::<T>() == word && matches!(size_of::<T>() / word, 2 | 3)
            }

            /// The one that `T` is.
            #[inline]
            #[allow(clippy::extra_unused_lifetimes, reason = "types are named with it")]
            pub(crate) fn of<'a: 'static, T>() -> Option<Self> {
                if const { !Self::may_be::<T>() } {
                    return None;
                }
                $( $(#[$attribute])* const { assert!(Self::may_be::<$type>()) }; )*
                let id = id_of::<T>();
                $( $(#[$attribute])* if id == TypeId::of::<$type>() { return Some(Self::$name); } )*
                None
            }

            /// The bytes of a key.
            ///
            /// # Safety
            ///
            /// `key` is initialised and of the type that `self` names, and lasts for `'a`.
            #[inline]
            pub(crate) unsafe fn read<'a, T>(self, key: *const T) -> &'a [u8] {
                match self {
                    $( $(#[$attribute])* Self::$name => {
                        // SAFETY: by the caller's promise.
                        let $key = unsafe { &*key.cast::<$type>() };
                        $bytes
                    } )*
                }
            }
        }
    };
}

byte_strings! {
    String: String, |key| key.as_bytes();
    Vec: Vec<u8>, |key| key;
    Str: &'a str, |key| key.as_bytes();
    Slice: &'a [u8], |key| key;
    BoxStr: Box<str>, |key| key.as_bytes();
    BoxSlice: Box<[u8]>, |key| key;
    RcStr: Rc<str>, |key| key.as_bytes();
    RcSlice: Rc<[u8]>, |key| key;
    #[cfg(target_has_atomic = "ptr")]
    ArcStr: Arc<str>, |key| key.as_bytes();
    #[cfg(target_has_atomic = "ptr")]
    ArcSlice: Arc<[u8]>, |key| key;
    CowStr: Cow<'a, str>, |key| key.as_bytes();
    CowSlice: Cow<'a, [u8]>, |key| key;
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
