//! [`Primitive`]: what has an image of at most 128 bits, alone or put together.

use core::cmp::Reverse;
use core::mem::{offset_of, transmute_copy};
use core::net::{Ipv4Addr, Ipv6Addr};
use core::num::NonZero;
use core::time::Duration;

use crate::raw::image::Image;

/// What an [`IntegerKey`](crate::IntegerKey) may count as: an integer of the machine, or what is
/// ordered as one.
///
/// These are integers, `NonZero` ones, `char`, `bool`, `Duration`, IP addresses, arrays of 4, 6, 8,
/// 12 or 16 bytes; any of them in an `Option` or in [`Reverse`]; tuples of up to four and arrays of
/// two or three. All parts together may have 128 bits; a `bool` has one, a `char` 21, a `Duration`
/// 94, and an `Option` one more than what is in it.
pub trait Primitive: Copy + Ord + closed::Sealed {
    /// The least.
    const MIN: Self;
    /// The greatest. Of those that are recognised so is the lower half of the image.
    const MAX: Self;
    /// Bits that tell one from all others.
    #[doc(hidden)]
    const BITS: u32;
    /// Whether those are more than 64.
    #[doc(hidden)]
    const IS_WIDE: bool = Self::BITS > u64::BITS;
    /// What makes the [`part`](Self::part) of its bytes in memory, if an exclusive or does.
    #[doc(hidden)]
    const SIGN: Option<u64> = None;

    /// What it is compared as alone.
    #[doc(hidden)]
    fn image<I: Image>(self) -> I {
        self.part()
    }

    /// What it is compared as beside others: no bit above the lower [`BITS`](Self::BITS) is set.
    #[doc(hidden)]
    fn part<I: Image>(self) -> I;
}

/// Keeps the set of primitive types closed: what is written to unused slots depends on it.
mod closed {
    pub trait Sealed {}
}

/// Implements [`Primitive`] by its parts.
macro_rules! primitive {
    ($type:ty, $min:expr, $max:expr, $bits:expr, |$key:ident| $part:expr) => {
        impl closed::Sealed for $type {}

        impl Primitive for $type {
            const MIN: Self = $min;
            const MAX: Self = $max;
            const BITS: u32 = $bits;

            #[inline(always)]
            fn part<I: Image>(self) -> I {
                let $key = self;
                $part
            }
        }
    };
}

/// Implements [`Primitive`] for integers of at most 64 bits, given the unsigned one of their width.
macro_rules! integers {
    ($($type:ty as $unsigned:ty;)*) => { $(
        impl closed::Sealed for $type {}

        impl Primitive for $type {
            const MIN: Self = <$type>::MIN;
            const MAX: Self = <$type>::MAX;
            const BITS: u32 = <$type>::BITS;
            // The least integer has this bit alone, or none.
            const SIGN: Option<u64> = Some(<$type>::MIN as $unsigned as u64);

            #[inline(always)]
            fn image<I: Image>(self) -> I {
                // Extended before its sign is flipped: what the optimiser sees through.
                const FLIPPED: u64 = if <$type>::MIN == 0 { 0 } else { LONG_SIGN };
                I::narrow(self as u64 ^ FLIPPED)
            }

            #[inline(always)]
            fn part<I: Image>(self) -> I {
                I::narrow(self as $unsigned as u64 ^ const { Self::SIGN.unwrap() })
            }
        }
    )* };
}

/// Implements [`Primitive`] for integers that are not zero as for those that may be.
macro_rules! non_zero {
    ($($type:ty)*) => { $(
        impl closed::Sealed for NonZero<$type> {}

        impl Primitive for NonZero<$type> {
            const MIN: Self = Self::MIN;
            const MAX: Self = Self::MAX;
            const BITS: u32 = <$type>::BITS;
            const SIGN: Option<u64> = <$type as Primitive>::SIGN;

            #[inline(always)]
            fn image<I: Image>(self) -> I {
                self.get().image()
            }

            #[inline(always)]
            fn part<I: Image>(self) -> I {
                self.get().part()
            }
        }
    )* };
}

/// The sign bits: flipped, they put negative integers below the others.
const LONG_SIGN: u64 = 1 << 63;
const WIDE_SIGN: u128 = 1 << 127;

integers! {
    u8 as u8; u16 as u16; u32 as u32; u64 as u64; usize as usize;
    i8 as u8; i16 as u16; i32 as u32; i64 as u64; isize as usize;
}
non_zero! { u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize }
primitive!(u128, u128::MIN, u128::MAX, 128, |n| I::wide(n));
primitive!(i128, i128::MIN, i128::MAX, 128, |n| I::wide(n as u128 ^ WIDE_SIGN));
primitive!(bool, false, true, 1, |n| I::narrow(n.into()));
primitive!(char, '\0', char::MAX, 21, |n| I::narrow(n.into()));
primitive!(Ipv4Addr, Self::UNSPECIFIED, Self::BROADCAST, 32, |n| I::narrow(n.to_bits().into()));
primitive!(Ipv6Addr, Self::UNSPECIFIED, Self::from_bits(u128::MAX), 128, |n| I::wide(n.to_bits()));
primitive!([u8; 4], [0; 4], [u8::MAX; 4], 32, |n| I::narrow(u32::from_be_bytes(n).into()));
primitive!([u8; 6], [0; 6], [u8::MAX; 6], 48, |n| {
    let [a, b, c, d, e, f] = n;
    let upper = u32::from_be_bytes([a, b, c, d]);
    I::narrow(u64::from(upper) << 16 | u64::from(u16::from_be_bytes([e, f])))
});
primitive!([u8; 8], [0; 8], [u8::MAX; 8], 64, |n| I::narrow(u64::from_be_bytes(n)));
primitive!([u8; 12], [0; 12], [u8::MAX; 12], 96, |n| {
    let [a, b, c, d, e, f, g, h, i, j, k, l] = n;
    let lower = u64::from_be_bytes([e, f, g, h, i, j, k, l]);
    I::wide(u128::from(u32::from_be_bytes([a, b, c, d])) << 64 | u128::from(lower))
});
primitive!([u8; 16], [0; 16], [u8::MAX; 16], 128, |n| I::wide(u128::from_be_bytes(n)));

impl closed::Sealed for Duration {}

impl Primitive for Duration {
    const MIN: Self = Self::ZERO;
    const MAX: Self = Self::MAX;
    const BITS: u32 = u64::BITS + 30;

    #[inline(always)]
    fn image<I: Image>(self) -> I {
        (self.as_secs(), self.subsec_nanos()).image()
    }

    #[inline(always)]
    fn part<I: Image>(self) -> I {
        self.as_secs().part::<I>().up(30) | self.subsec_nanos().part()
    }
}

impl<P: Primitive> closed::Sealed for Reverse<P> {}

impl<P: Primitive> Primitive for Reverse<P> {
    const MIN: Self = Self(P::MAX);
    const MAX: Self = Self(P::MIN);
    const BITS: u32 = P::BITS;

    #[inline(always)]
    fn part<I: Image>(self) -> I {
        self.0.part::<I>() ^ I::wide(u128::MAX >> (u128::BITS - P::BITS))
    }
}

impl<P: Primitive> closed::Sealed for Option<P> {}

impl<P: Primitive> Primitive for Option<P> {
    const MIN: Self = None;
    const MAX: Self = Some(P::MAX);
    const BITS: u32 = sum(P::BITS, 1);

    #[inline(always)]
    fn part<I: Image>(self) -> I {
        self.map_or(I::narrow(0), |some| I::narrow(1).up(P::BITS) | some.part())
    }
}

impl<A: Primitive, B: Primitive> closed::Sealed for (A, B) {}

impl<A: Primitive, B: Primitive> Primitive for (A, B) {
    const MIN: Self = (A::MIN, B::MIN);
    const MAX: Self = (A::MAX, B::MAX);
    const BITS: u32 = sum(A::BITS, B::BITS);

    #[inline(always)]
    fn image<I: Image>(self) -> I {
        if let Some(signs) = const { signs_of_words::<A, B>() } {
            // SAFETY: they are such words.
            return I::narrow(unsafe { upper_first(self, offset_of!(Self, 0)) } ^ signs);
        }
        if const { Self::IS_WIDE && A::BITS <= 64 && B::BITS <= 64 } {
            // A register for each, even where fewer bits would do.
            return self.0.part::<I>().up(64) | self.1.part();
        }
        self.part()
    }

    #[inline(always)]
    fn part<I: Image>(self) -> I {
        self.0.part::<I>().up(B::BITS) | self.1.part()
    }
}

impl<P: Primitive> closed::Sealed for [P; 2] {}

impl<P: Primitive> Primitive for [P; 2] {
    const MIN: Self = [P::MIN; 2];
    const MAX: Self = [P::MAX; 2];
    const BITS: u32 = <(P, P)>::BITS;

    #[inline(always)]
    fn image<I: Image>(self) -> I {
        let [a, b] = self;
        match const { signs_of_words::<P, P>() } {
            // SAFETY: they are such words.
            Some(signs) => I::narrow(unsafe { upper_first(self, 0) } ^ signs),
            None => (a, b).image(),
        }
    }

    #[inline(always)]
    fn part<I: Image>(self) -> I {
        let [a, b] = self;
        (a, b).part()
    }
}

impl<P: Primitive> closed::Sealed for [P; 3] {}

impl<P: Primitive> Primitive for [P; 3] {
    const MIN: Self = [P::MIN; 3];
    const MAX: Self = [P::MAX; 3];
    const BITS: u32 = <(P, P, P)>::BITS;

    #[inline(always)]
    fn part<I: Image>(self) -> I {
        let [a, b, c] = self;
        (a, b, c).part()
    }
}

/// Implements [`Primitive`] for a tuple by that for the one without its last part.
macro_rules! tuple {
    (($($upper:ident $at:tt),+), $last:ident $last_at:tt) => {
        impl<$($upper: Primitive,)+ $last: Primitive> closed::Sealed for ($($upper,)+ $last) {}

        impl<$($upper: Primitive,)+ $last: Primitive> Primitive for ($($upper,)+ $last) {
            const MIN: Self = ($($upper::MIN,)+ $last::MIN);
            const MAX: Self = ($($upper::MAX,)+ $last::MAX);
            const BITS: u32 = sum(<($($upper,)+)>::BITS, $last::BITS);

            #[inline(always)]
            fn part<I: Image>(self) -> I {
                ($(self.$at,)+).part::<I>().up($last::BITS) | self.$last_at.part()
            }
        }
    };
}

tuple!((A 0, B 1), C 2);
tuple!((A 0, B 1, C 2), D 3);

impl<P: Primitive> closed::Sealed for (P,) {}

impl<P: Primitive> Primitive for (P,) {
    const MIN: Self = (P::MIN,);
    const MAX: Self = (P::MAX,);
    const BITS: u32 = P::BITS;

    #[inline(always)]
    fn image<I: Image>(self) -> I {
        self.0.image()
    }

    #[inline(always)]
    fn part<I: Image>(self) -> I {
        self.0.part()
    }
}

/// Bits of two parts together.
const fn sum(upper: u32, lower: u32) -> u32 {
    assert!(upper + lower <= u128::BITS, "an image has at most 128 bits");
    upper + lower
}

/// The sign bits of two integers of a word of 32 bits each, if that is what they are.
const fn signs_of_words<A: Primitive, B: Primitive>() -> Option<u64> {
    match (A::SIGN, B::SIGN) {
        (Some(a), Some(b)) if A::BITS == 32 && B::BITS == 32 => Some(a << 32 | b),
        _ => None,
    }
}

/// Two words as one integer, of which that at offset `upper` is the upper half: a load and a
/// rotation, which is what no compiler makes of two shifted parts.
///
/// # Safety
///
/// `T` is two integers of 32 bits and nothing else.
#[inline(always)]
unsafe fn upper_first<T: Copy>(words: T, upper: usize) -> u64 {
    // SAFETY: 64 bits, none of them padding.
    let bits = unsafe { transmute_copy::<T, u64>(&words) };
    let is_first_upper = cfg!(target_endian = "big");
    if (upper == 0) == is_first_upper { bits } else { bits.rotate_left(32) }
}

#[cfg(test)]
mod tests {
    use core::fmt::Debug;

    use super::*;

    /// Checks that images are ordered as what they stand for, that none is above the greatest, and
    /// that parts have no bit too many.
    fn check<P: Primitive + Debug>(values: &[P]) {
        for a in values.iter().chain([&P::MIN, &P::MAX]) {
            for b in values {
                check_two::<P, u128>(*a, *b);
                if !P::IS_WIDE {
                    check_two::<P, u64>(*a, *b);
                }
            }
            assert!(P::BITS == 128 || a.part::<u128>() >> P::BITS == 0, "{a:?}");
            let lower = |one: P| one.image::<u128>().halves().1;
            assert!(lower(*a) <= lower(P::MAX), "{a:?}");
            assert!((P::MIN..=P::MAX).contains(a));
        }
    }

    fn check_two<P: Primitive + Debug, I: Image>(a: P, b: P) {
        let (this, other): (I, I) = (a.image(), b.image());
        assert_eq!(this.cmp(&other), a.cmp(&b), "{a:?} and {b:?}");
        assert_eq!(this.halves().cmp(&other.halves()), a.cmp(&b), "{a:?} and {b:?}");
        assert_eq!(a.part::<I>().cmp(&b.part()), a.cmp(&b), "{a:?} and {b:?}");
    }

    const WORDS: [u32; 10] = [0, 1, 2, 127, 128, 255, 256, 1 << 31, u32::MAX - 1, u32::MAX];

    /// All pairs of those words, as something else.
    fn pairs<T>(of: impl Fn(u32, u32) -> T) -> alloc::vec::Vec<T> {
        let of = &of;
        WORDS.into_iter().flat_map(|a| WORDS.map(|b| of(a, b))).collect()
    }

    fn long(a: u32, b: u32) -> u64 {
        u64::from(a) << 32 | u64::from(b)
    }

    fn wide(a: u32, b: u32) -> u128 {
        u128::from(a) << 70 | u128::from(b)
    }

    #[test]
    fn integers() {
        check(&WORDS.map(|n| n as u8));
        check(&WORDS.map(|n| n as i8));
        check(&WORDS.map(|n| n as u16));
        check(&WORDS.map(|n| n as i16));
        check(&WORDS);
        check(&WORDS.map(|n| n as i32));
        check(&pairs(long));
        check(&pairs(|a, b| long(a, b) as i64));
        check(&pairs(|a, b| long(a, b) as usize));
        check(&pairs(|a, b| long(a, b) as isize));
        check(&pairs(wide));
        check(&pairs(|a, b| wide(a, b) as i128 - 9));
        check(&WORDS.map(|n| NonZero::new(n as i32).unwrap_or(NonZero::<i32>::MAX)));
        check(&pairs(|a, b| NonZero::new(wide(a, b)).unwrap_or(NonZero::<u128>::MIN)));
    }

    #[test]
    fn what_counts_as_an_integer() {
        check(&[false, true]);
        check(&WORDS.map(|n| char::from_u32(n).unwrap_or('ü')));
        check(&WORDS.map(Ipv4Addr::from_bits));
        check(&pairs(|a, b| Ipv6Addr::from_bits(wide(a, b))));
        check(&pairs(|a, b| Duration::new(a.into(), b % 1_000_000_000)));
        check(&WORDS.map(u32::to_ne_bytes));
        check(&pairs(|a, b| long(a, b).to_ne_bytes()));
        check(&pairs(|a, b| wide(a, b).to_ne_bytes()));
        check(&pairs(|a, b| -> [u8; 6] { long(a, b).to_ne_bytes()[1..7].try_into().unwrap() }));
        check(&pairs(|a, b| -> [u8; 12] { wide(a, b).to_ne_bytes()[..12].try_into().unwrap() }));
    }

    #[test]
    fn what_is_put_together() {
        check(&WORDS.map(|n| Reverse(n as i32)));
        check(&pairs(|a, b| Reverse(wide(a, b))));
        check(&WORDS.map(|n| n.checked_sub(1)));
        check(&pairs(|a, b| long(a, b).checked_sub(1)));
        check(&pairs(|a, b| (a, b)));
        check(&pairs(|a, b| (a as i32, b as i32)));
        check(&pairs(|a, b| (a, b as i32)));
        check(&pairs(|a, b| [a as i32, b as i32]));
        check(&pairs(|a, b| (a as u8, b as i16)));
        check(&pairs(|a, b| (long(a, b) as i64, long(b, a))));
        check(&pairs(|a, b| (a as i32, long(b, a) as i64)));
        check(&pairs(|a, b| (long(a, b), b as i8)));
        check(&pairs(|a, b| [long(b, a), long(a, b)]));
        check(&pairs(|a, b| (a, b, long(a, b))));
        check(&pairs(|a, b| [a as i32, b as i32, a as i32]));
        check(&pairs(|a, b| (a as u16, (b as i8, a == b), Some(Reverse(b)))));
        check(&pairs(|a, b| (a, b as i32, a as i32, b)));
        check(&pairs(|a, b| ((a as i64,), (Some(b),))));
    }
}
