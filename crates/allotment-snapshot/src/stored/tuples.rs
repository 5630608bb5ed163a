//! Tuples of two, three and four as stored types: one part after the other, and only the last may
//! be of variable width.
//!
//! ```compile_fail
//! // The end of the text would have to be told from the number.
//! let width = <(String, u32) as allotment_snapshot::Stored>::WIDTH;
//! ```

use super::{Encoded, Restored, Stored, StoredKey};
use crate::name::TypeName;

/// The width of the parts before the last: what follows begins there.
const fn fixed(parts: &[Option<usize>]) -> usize {
    let (mut sum, mut at) = (0, 0);
    while at < parts.len() {
        match parts[at] {
            Some(width) => sum += width,
            None => panic!("only the last part of a tuple may be of variable width"),
        }
        at += 1;
    }
    sum
}

macro_rules! tuples {
    ($(($($part:ident)*; $last:ident);)*) => {$(
        #[allow(non_snake_case, reason = "parts are named as their types are")]
        impl<$($part: Stored,)* $last: Stored> Stored for ($($part,)* $last) {
            const TYPE: TypeName = TypeName::tuple(&[$($part::TYPE,)* $last::TYPE]);
            const WIDTH: Option<usize> = {
                let before = fixed(&[$($part::WIDTH),*]);
                match $last::WIDTH {
                    Some(width) => Some(before + width),
                    None => None,
                }
            };
            type View<'a> = ($($part::View<'a>,)* $last::View<'a>);

            #[inline]
            fn is_storable(&self) -> bool {
                let ($($part,)* $last) = self;
                $($part.is_storable() &&)* $last.is_storable()
            }

            #[inline]
            fn encode(&self, out: &mut Encoded) {
                let ($($part,)* $last) = self;
                $($part.encode(out);)*
                $last.encode(out);
            }

            #[inline]
            fn view(bytes: &[u8]) -> Option<Self::View<'_>> {
                const { fixed(&[$($part::WIDTH),*]) };
                $(
                    let (part, bytes) = bytes.split_at_checked($part::WIDTH?)?;
                    let $part = $part::view(part)?;
                )*
                Some(($($part,)* $last::view(bytes)?))
            }
        }

        impl<$($part: StoredKey,)* $last: StoredKey> StoredKey for ($($part,)* $last) {}

        #[allow(non_snake_case, reason = "parts are named as their types are")]
        impl<$($part: Restored,)* $last: Restored> Restored for ($($part,)* $last) {
            #[inline]
            fn restore(($($part,)* $last): Self::View<'_>) -> Self {
                ($($part::restore($part),)* $last::restore($last))
            }
        }
    )*};
}

tuples! {
    (A; B);
    (A B; C);
    (A B C; D);
}
