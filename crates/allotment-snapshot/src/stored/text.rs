//! Text, bytes, and arrays of bytes as stored types.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::str;

use super::{Encoded, Restored, Stored, StoredKey};
use crate::name::TypeName;

/// Types that are slices of bytes of any length.
macro_rules! bytes {
    ($($type:ty: $name:literal, $view:ty, |$value:ident| $bytes:expr, $decode:expr;)*) => {$(
        impl Stored for $type {
            const TYPE: TypeName = TypeName::new($name);
            const WIDTH: Option<usize> = None;
            type View<'a> = &'a $view;

            #[inline]
            fn encode(&self, out: &mut Encoded) {
                let $value = self;
                out.push($bytes);
            }

            #[inline]
            fn bytes_in<'s>(&'s self, _: &'s mut Encoded) -> &'s [u8] {
                let $value = self;
                $bytes
            }

            #[inline]
            fn view(bytes: &[u8]) -> Option<&$view> {
                let decode: fn(&[u8]) -> Option<&$view> = $decode;
                decode(bytes)
            }
        }

        impl StoredKey for $type {}
    )*};
}

bytes! {
    str: "str", str, |text| text.as_bytes(), |bytes| str::from_utf8(bytes).ok();
    String: "str", str, |text| text.as_bytes(), |bytes| str::from_utf8(bytes).ok();
    Box<str>: "str", str, |text| text.as_bytes(), |bytes| str::from_utf8(bytes).ok();
    [u8]: "bytes", [u8], |bytes| bytes, |bytes| Some(bytes);
    Vec<u8>: "bytes", [u8], |bytes| bytes, |bytes| Some(bytes);
    Box<[u8]>: "bytes", [u8], |bytes| bytes, |bytes| Some(bytes);
}

macro_rules! restored {
    ($($type:ty: $view:ty;)*) => {$(
        impl Restored for $type {
            #[inline]
            fn restore(view: &$view) -> Self {
                view.into()
            }
        }
    )*};
}

restored! {
    String: str;
    Box<str>: str;
    Vec<u8>: [u8];
    Box<[u8]>: [u8];
}

impl<const N: usize> Stored for [u8; N] {
    const TYPE: TypeName = TypeName::byte_array(N);
    const WIDTH: Option<usize> = Some(N);
    type View<'a> = &'a [u8; N];

    #[inline]
    fn encode(&self, out: &mut Encoded) {
        out.push(self);
    }

    #[inline]
    fn bytes_in<'s>(&'s self, _: &'s mut Encoded) -> &'s [u8] {
        self
    }

    #[inline]
    fn view(bytes: &[u8]) -> Option<&[u8; N]> {
        bytes.try_into().ok()
    }
}

impl<const N: usize> StoredKey for [u8; N] {}

impl<const N: usize> Restored for [u8; N] {
    #[inline]
    fn restore(view: &[u8; N]) -> Self {
        *view
    }
}
