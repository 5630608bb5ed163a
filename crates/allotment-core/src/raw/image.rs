//! [`Image`]: what integers are compared as, one search being compiled per width of it.

use core::ops::{BitOr, BitXor};

/// What integers are compared as: an unsigned integer of the machine, in the same order.
///
/// One search is compiled per width, whatever the keys are.
pub trait Image:
    Copy + Ord + BitOr<Output = Self> + BitXor<Output = Self> + closed::Sealed
{
    /// The image of an integer that fits 64 bits.
    #[doc(hidden)]
    fn narrow(bits: u64) -> Self;

    /// The image of an integer that may not; asked for only where images are wide.
    #[doc(hidden)]
    fn wide(bits: u128) -> Self;

    /// Moved up by so many bits, fewer than there are where images are wide enough for the key.
    #[doc(hidden)]
    fn up(self, bits: u32) -> Self;

    /// Upper and lower half, of 64 bits each, that are ordered as the image is.
    #[doc(hidden)]
    fn halves(self) -> (u64, u64);
}

impl Image for u64 {
    #[inline(always)]
    fn narrow(bits: u64) -> Self {
        bits
    }

    #[inline(always)]
    fn wide(bits: u128) -> Self {
        bits as Self
    }

    #[inline(always)]
    fn up(self, bits: u32) -> Self {
        self.wrapping_shl(bits)
    }

    #[inline(always)]
    fn halves(self) -> (u64, u64) {
        (0, self)
    }
}

impl Image for u128 {
    #[inline(always)]
    fn narrow(bits: u64) -> Self {
        bits.into()
    }

    #[inline(always)]
    fn wide(bits: u128) -> Self {
        bits
    }

    #[inline(always)]
    fn up(self, bits: u32) -> Self {
        self.wrapping_shl(bits)
    }

    #[inline(always)]
    fn halves(self) -> (u64, u64) {
        ((self >> 64) as u64, self as u64)
    }
}

/// Runs an expression with a name for the type of the images of a shape; only one of the two is
/// compiled.
macro_rules! with_image {
    ($image:ident of $shape:ty => $body:expr) => {
        if <$shape>::IS_WIDE {
            type $image = u128;
            $body
        } else {
            type $image = u64;
            $body
        }
    };
}

pub(crate) use with_image;

/// Keeps the set of images closed: a search is compiled for each.
mod closed {
    pub trait Sealed {}

    impl Sealed for u64 {}
    impl Sealed for u128 {}
}
