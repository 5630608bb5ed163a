//! Which key types are recognised as integers, or as ordered like one.
//!
//! Integers are compared by value, without a call of their `Ord`, and an unused slot can hold the
//! greatest of them: that is what a search of fixed length rests on. The types listed here are
//! recognised by [`TypeId`], a comparison that the optimiser decides as it instantiates a search.
//! Others say so themselves, by [`IntegerKey`](crate::IntegerKey).

use core::any::TypeId;
use core::cmp::Reverse;
use core::net::{Ipv4Addr, Ipv6Addr};
use core::num::NonZero;
use core::time::Duration;

use crate::raw::image::Image;
use crate::raw::kind::{id_of, lies_as};
use crate::raw::primitive::Primitive;

macro_rules! integers {
    ($($type:ty,)*) => {
        // What is no wider than 64 bits in memory is given an image of 64.
        $( const _: () = assert!(size_of::<$type>() > 8 || !<$type as Primitive>::IS_WIDE); )*

        /// Whether `T` can be one of them, by how it lies in memory.
        pub(crate) const fn may_be_integer<T>() -> bool {
            $( lies_as::<T, $type>() )||*
        }

        /// Whether `T` is one of them.
        #[inline]
        pub(crate) fn is_integer<T>() -> bool {
            if const { !may_be_integer::<T>() } {
                return false;
            }
            let id = id_of::<T>();
            $(
                // Where nothing is optimised the first condition alone is decided beforehand.
                if const { lies_as::<T, $type>() } && id == TypeId::of::<$type>() {
                    return true;
                }
            )*
            false
        }

        /// The image of a key.
        ///
        /// # Safety
        ///
        /// `key` is initialised.
        #[inline(always)]
        pub(crate) unsafe fn image_of<T, I: Image>(key: *const T) -> I {
            let id = id_of::<T>();
            $(
                if const { lies_as::<T, $type>() } && id == TypeId::of::<$type>() {
                    // SAFETY: of that type, and initialised by the caller's promise.
                    return unsafe { key.cast::<$type>().read() }.image();
                }
            )*
            I::narrow(0)
        }

        /// Writes the greatest key.
        ///
        /// # Safety
        ///
        /// `slot` can be written to.
        #[inline]
        pub(crate) unsafe fn write_greatest<T>(slot: *mut T) {
            let id = id_of::<T>();
            $(
                if const { lies_as::<T, $type>() } && id == TypeId::of::<$type>() {
                    // SAFETY: of that type, and can be written to by the caller's promise.
                    unsafe { slot.cast::<$type>().write(<$type as Primitive>::MAX) };
                }
            )*
        }
    };
}

// The most frequent of a size come first: they are told apart in this order where nothing is
// optimised.
integers! {
    u64, i64, usize, isize, u32, i32, u128, i128, u16, i16, u8, i8, bool, char,
    NonZero<u64>, NonZero<i64>, NonZero<usize>, NonZero<isize>, NonZero<u32>, NonZero<i32>,
    NonZero<u128>, NonZero<i128>, NonZero<u16>, NonZero<i16>, NonZero<u8>, NonZero<i8>,
    Reverse<u64>, Reverse<i64>, Reverse<usize>, Reverse<u32>, Reverse<i32>,
    (u64, u64), (u64, u32), (u32, u64), (u32, u32),
    (usize, usize), (usize, u32), (u32, usize),
    (i64, i64), (i64, u64), (u64, i64), (i64, u32), (u32, i64), (i64, i32), (i32, i64),
    (i32, u64), (u64, i32), (i32, i32), (i32, u32), (u32, i32), (isize, isize),
    (u16, u16), (u8, u32), (u8, u64), (u16, u32),
    (u32, u32, u32), (u32, u32, u64), (u64, u32, u32),
    [u32; 2], [u32; 3], [u64; 2],
    [u8; 4], [u8; 6], [u8; 8], [u8; 12], [u8; 16],
    Option<u64>, Option<usize>, Option<u32>,
    Ipv4Addr, Ipv6Addr, Duration,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_known_and_nothing_else() {
        assert!(is_integer::<u64>() && is_integer::<char>() && is_integer::<NonZero<i32>>());
        assert!(is_integer::<Ipv6Addr>() && is_integer::<(u64, u32)>());
        assert!(is_integer::<Reverse<u64>>() && is_integer::<Option<u32>>());
        assert!(!is_integer::<f64>() && !is_integer::<&u64>() && !is_integer::<(u64,)>());
        assert!(!is_integer::<Option<NonZero<u32>>>() && !is_integer::<[u64; 4]>());
    }

    #[test]
    fn the_greatest_is_written_and_read() {
        fn check<T: Primitive + core::fmt::Debug>() {
            assert!(is_integer::<T>());
            let mut slot = T::MIN;
            // SAFETY: it can be written to.
            unsafe { write_greatest(&mut slot) };
            assert_eq!(slot, T::MAX);
            // SAFETY: it is initialised.
            assert!(unsafe { image_of::<T, u128>(&slot) } == slot.image());
        }
        check::<i64>();
        check::<char>();
        check::<Reverse<i32>>();
        check::<Option<u64>>();
        check::<(u32, i32)>();
        check::<(u32, u32, u64)>();
        check::<[u8; 6]>();
        check::<Duration>();
    }
}
