//! Numbers, `bool`, `char` and `()` as stored types.

use super::{Encoded, Restored, Stored, StoredKey};
use crate::name::TypeName;

/// Types of fixed width, by a function to their bytes and one back from an array of them.
macro_rules! numbers {
    ($($type:ty: $name:expr, $width:expr, $encode:expr, $decode:expr;)*) => {$(
        impl Stored for $type {
            const TYPE: TypeName = TypeName::new($name);
            const WIDTH: Option<usize> = Some($width);
            type View<'a> = $type;

            #[inline]
            fn encode(&self, out: &mut Encoded) {
                let encode: fn($type) -> [u8; $width] = $encode;
                out.push(&encode(*self));
            }

            #[inline]
            fn view(bytes: &[u8]) -> Option<$type> {
                let decode: fn([u8; $width]) -> Option<$type> = $decode;
                decode(bytes.try_into().ok()?)
            }
        }

        impl StoredKey for $type {}

        impl Restored for $type {
            #[inline]
            fn restore(view: $type) -> $type {
                view
            }
        }
    )*};
}

macro_rules! unsigned {
    ($($type:ident)*) => {
        numbers! {$(
            $type: stringify!($type), size_of::<$type>(),
                |number| number.to_be_bytes(), |bytes| Some($type::from_be_bytes(bytes));
        )*}
    };
}

/// The sign bit is flipped, so that negative numbers come first.
macro_rules! signed {
    ($($type:ident as $image:ident)*) => {
        numbers! {$(
            $type: stringify!($type), size_of::<$type>(),
                |number| (number.cast_unsigned() ^ (1 << ($type::BITS - 1))).to_be_bytes(),
                |bytes| {
                    let image = $image::from_be_bytes(bytes) ^ (1 << ($type::BITS - 1));
                    Some(image.cast_signed())
                };
        )*}
    };
}

/// The order of `total_cmp`: of negative ones, which come first, all bits are flipped; of others,
/// the sign bit.
macro_rules! floats {
    ($($type:ident as $image:ident)*) => {
        numbers! {$(
            $type: stringify!($type), size_of::<$type>(),
                |number| {
                    let (bits, sign) = (number.to_bits(), 1 << ($image::BITS - 1));
                    (if bits & sign == 0 { bits | sign } else { !bits }).to_be_bytes()
                },
                |bytes| {
                    let (image, sign) = ($image::from_be_bytes(bytes), 1 << ($image::BITS - 1));
                    Some($type::from_bits(if image & sign == 0 { !image } else { image ^ sign }))
                };
        )*}
    };
}

unsigned! { u8 u16 u32 u64 u128 }
signed! { i8 as u8 i16 as u16 i32 as u32 i64 as u64 i128 as u128 }
floats! { f32 as u32 f64 as u64 }

numbers! {
    (): "()", 0, |()| [], |_| Some(());
    bool: "bool", 1, |truth| [u8::from(truth)], |[byte]| match byte {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    };
    char: "char", 4, |char| u32::from(char).to_be_bytes(),
        |bytes| char::from_u32(u32::from_be_bytes(bytes));
}
