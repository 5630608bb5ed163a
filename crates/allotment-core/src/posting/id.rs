//! [`PostingId`]: what a posting list has.

/// An id of a record: an integer of up to 64 bits, or what counts as one.
///
/// [`posting_id!`](crate::posting_id) implements it for a wrapper of an integer. By hand,
/// `from_bits(id.to_bits())` must be `id`, and ids should be ordered as their bits are; if not,
/// lists are in the order of the bits, and nothing is worse.
pub trait PostingId: Copy {
    /// The integer that stands for the id.
    fn to_bits(self) -> u64;

    /// The id that an integer stands for: one that [`to_bits`](Self::to_bits) answered.
    fn from_bits(bits: u64) -> Self;
}

macro_rules! integers {
    ($($integer:ty)*) => {$(
        impl PostingId for $integer {
            #[inline]
            fn to_bits(self) -> u64 {
                self as u64
            }

            #[inline]
            fn from_bits(bits: u64) -> Self {
                bits as Self
            }
        }
    )*};
}

integers!(u8 u16 u32 u64 usize);

/// Implements [`PostingId`] for a tuple struct around an id.
///
/// ```
/// use allotment_core::{PostingMap, posting_id};
///
/// #[derive(Clone, Copy, Debug, PartialEq)]
/// struct Row(u32);
/// posting_id!(Row(u32));
///
/// let mut rows = PostingMap::new();
/// rows.insert("north", Row(7));
/// assert_eq!(rows.get("north").first(), Some(Row(7)));
/// ```
#[macro_export]
macro_rules! posting_id {
    ($id:ident($integer:ty)) => {
        impl $crate::PostingId for $id {
            #[inline]
            fn to_bits(self) -> u64 {
                $crate::PostingId::to_bits(self.0)
            }

            #[inline]
            fn from_bits(bits: u64) -> Self {
                $id(<$integer as $crate::PostingId>::from_bits(bits))
            }
        }
    };
}
