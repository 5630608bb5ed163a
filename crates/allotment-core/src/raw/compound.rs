//! Keys of several parts that are compared as one integer: arrays of bytes, whose order is that of
//! the big-endian integer they spell, and pairs of integers, the first being the upper half.
//!
//! Each is read in place, and put together as it is compared.

use core::cmp::Ordering;

use crate::raw::kind::{Integer, Primitive, closed};

macro_rules! compounds {
    ($($name:ident = $key:ty as $integer:ty, $max:expr, $read:expr;)*) => { $(
        #[doc = concat!("A `", stringify!($key), "`, compared as a `", stringify!($integer), "`.")]
        #[derive(Clone, Copy, Debug)]
        #[repr(transparent)]
        pub(crate) struct $name($key);

        impl $name {
            #[inline(always)]
            fn integer(self) -> $integer {
                let read: fn($key) -> $integer = $read;
                read(self.0)
            }
        }

        impl closed::Sealed for $name {}

        impl Primitive for $name {
            const INTEGER: Integer = Integer::$name;
            const MAX: Self = Self($max);

            #[inline(always)]
            fn halves(self) -> (u64, u64) {
                self.integer().halves()
            }
        }

        impl PartialEq for $name {
            #[inline(always)]
            fn eq(&self, other: &Self) -> bool {
                self.integer() == other.integer()
            }
        }

        impl Eq for $name {}

        impl PartialOrd for $name {
            #[inline(always)]
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }

            #[inline(always)]
            fn lt(&self, other: &Self) -> bool {
                self.integer() < other.integer()
            }
        }

        impl Ord for $name {
            #[inline(always)]
            fn cmp(&self, other: &Self) -> Ordering {
                self.integer().cmp(&other.integer())
            }
        }
    )* };
}

compounds! {
    Bytes4 = [u8; 4] as u32, [u8::MAX; 4], u32::from_be_bytes;
    Bytes8 = [u8; 8] as u64, [u8::MAX; 8], u64::from_be_bytes;
    Bytes16 = [u8; 16] as u128, [u8::MAX; 16], u128::from_be_bytes;
    Pair32 = (u32, u32) as u64, (u32::MAX, u32::MAX), |(upper, lower)| {
        (u64::from(upper) << 32) | u64::from(lower)
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compounds_are_ordered_as_what_they_stand_for() {
        let parts = [0, 1, 2, 127, 128, 255, 256, 1 << 31, u32::MAX - 1, u32::MAX];
        for a in parts {
            for b in parts {
                for c in parts {
                    let (this, other) = ((a, b), (b, c));
                    assert_eq!(Pair32(this).cmp(&Pair32(other)), this.cmp(&other));
                    assert_eq!(Pair32(this) < Pair32(other), this < other);
                    assert_eq!(Pair32(this) == Pair32(other), this == other);
                    assert!(Pair32(this) <= Pair32::MAX);
                    let (this, other) = (a.to_ne_bytes(), c.to_ne_bytes());
                    assert_eq!(Bytes4(this).cmp(&Bytes4(other)), this.cmp(&other));
                    let widen = |n: u32| (u64::from(n).wrapping_mul(0x1_0000_0101)).to_ne_bytes();
                    let (this, other) = (widen(a), widen(c));
                    assert_eq!(Bytes8(this).cmp(&Bytes8(other)), this.cmp(&other));
                    assert!(Bytes8(this) <= Bytes8::MAX);
                    let widen = |n: u32| (u128::from(n) << 50 | u128::from(b)).to_ne_bytes();
                    let (this, other) = (widen(a), widen(c));
                    assert_eq!(Bytes16(this).cmp(&Bytes16(other)), this.cmp(&other));
                    assert_eq!(Bytes16(this) < Bytes16(other), this < other);
                }
            }
        }
    }
}
