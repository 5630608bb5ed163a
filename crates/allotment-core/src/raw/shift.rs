//! Moving a run of slots by one place, inline: what each insertion and each removal does.
//!
//! A call of `memmove` costs more than the move of the few lines that a column has. Here a run goes
//! in chunks of registers, and what does not fill the last chunk is moved with one that overlaps
//! the others: it is read first and written last, so that nothing is left for a loop over single
//! slots, whose end no processor predicts.

use core::mem::MaybeUninit;
use core::ptr;

/// Elements in a chunk.
const CHUNK: usize = 8;

/// Bytes of an element above which `memmove` is as good.
const BYTES_MAX: usize = 16;

/// Some elements next to each other, not looked at.
type Chunk<T, const N: usize> = [MaybeUninit<T>; N];

/// Reads `N` elements from `from` on.
///
/// # Safety
///
/// They lie in one allocation.
#[inline(always)]
unsafe fn read<T, const N: usize>(from: *const T) -> Chunk<T, N> {
    // SAFETY: within one allocation, and `MaybeUninit` asks nothing of its bytes.
    unsafe { from.cast::<Chunk<T, N>>().read() }
}

/// Writes `N` elements from `to` on.
///
/// # Safety
///
/// They lie in one allocation, and nobody else uses them.
#[inline(always)]
unsafe fn write<T, const N: usize>(to: *mut T, chunk: Chunk<T, N>) {
    // SAFETY: passed on.
    unsafe { to.cast::<Chunk<T, N>>().write(chunk) };
}

/// Moves `count` elements from `first` on up by one place.
///
/// # Safety
///
/// They and the place behind them lie in one allocation, and nobody else uses them.
#[inline(always)]
pub(super) unsafe fn up_by_one<T>(first: *mut T, count: usize) {
    if size_of::<T>() == 0 || size_of::<T>() > BYTES_MAX {
        // SAFETY: passed on.
        unsafe { ptr::copy(first, first.wrapping_add(1), count) };
    } else if count >= CHUNK {
        // SAFETY: `CHUNK <= count`.
        let lowest = unsafe { read::<T, CHUNK>(first) };
        let mut rest = count;
        while rest > CHUNK {
            rest -= CHUNK;
            // SAFETY: `rest + CHUNK <= count`.
            let chunk = unsafe { read::<T, CHUNK>(first.wrapping_add(rest)) };
            // SAFETY: as above, one place up.
            unsafe { write(first.wrapping_add(rest + 1), chunk) };
        }
        // SAFETY: `1 + CHUNK <= count + 1`.
        unsafe { write(first.wrapping_add(1), lowest) };
    } else {
        // SAFETY: passed on.
        unsafe { few_by_one::<T>(first, first.wrapping_add(1), count) };
    }
}

/// Moves `count` elements from behind `first` on down by one place, onto it.
///
/// # Safety
///
/// They and `first` lie in one allocation, and nobody else uses them.
#[inline(always)]
pub(super) unsafe fn down_by_one<T>(first: *mut T, count: usize) {
    let from = first.wrapping_add(1);
    if size_of::<T>() == 0 || size_of::<T>() > BYTES_MAX {
        // SAFETY: passed on.
        unsafe { ptr::copy(from, first, count) };
    } else if count >= CHUNK {
        let last = count - CHUNK;
        // SAFETY: `last + CHUNK == count`.
        let highest = unsafe { read::<T, CHUNK>(from.wrapping_add(last)) };
        let mut done = 0;
        while done < last {
            // SAFETY: `done + CHUNK < count`.
            let chunk = unsafe { read::<T, CHUNK>(from.wrapping_add(done)) };
            // SAFETY: as above, one place down.
            unsafe { write(first.wrapping_add(done), chunk) };
            done += CHUNK;
        }
        // SAFETY: as above, one place down.
        unsafe { write(first.wrapping_add(last), highest) };
    } else {
        // SAFETY: passed on.
        unsafe { few_by_one::<T>(from, first, count) };
    }
}

/// Moves fewer elements than a chunk, to a place that may overlap them: all are read first.
///
/// # Safety
///
/// Both runs lie in one allocation, and nobody else uses them.
#[inline(always)]
unsafe fn few_by_one<T>(from: *const T, to: *mut T, count: usize) {
    if count >= 4 {
        // SAFETY: `4 <= count`.
        unsafe { ends_by_one::<T, 4>(from, to, count) };
    } else if count >= 2 {
        // SAFETY: `2 <= count`.
        unsafe { ends_by_one::<T, 2>(from, to, count) };
    } else if count == 1 {
        // SAFETY: there is one.
        unsafe { ends_by_one::<T, 1>(from, to, count) };
    }
}

/// Moves `count` elements as the first `N` and the last `N`.
///
/// # Safety
///
/// As for `few_by_one`, and `N <= count <= 2 * N`.
#[inline(always)]
unsafe fn ends_by_one<T, const N: usize>(from: *const T, to: *mut T, count: usize) {
    let behind = count - N;
    // SAFETY: `N <= count`.
    let first = unsafe { read::<T, N>(from) };
    // SAFETY: `behind + N == count`.
    let last = unsafe { read::<T, N>(from.wrapping_add(behind)) };
    // SAFETY: as the first read, at the other place.
    unsafe { write(to, first) };
    // SAFETY: as the second read, at the other place.
    unsafe { write(to.wrapping_add(behind), last) };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: Copy + PartialEq + core::fmt::Debug, const N: usize>(elements: [T; N]) {
        for at in 0..N {
            for count in 0..N - at {
                let mut expected = elements;
                expected.copy_within(at..at + count, at + 1);
                let mut moved = elements;
                // SAFETY: `at + count < N`.
                unsafe { up_by_one(moved.as_mut_ptr().wrapping_add(at), count) };
                assert_eq!(moved, expected, "{count} up from {at}");

                let mut expected = elements;
                expected.copy_within(at + 1..at + 1 + count, at);
                let mut moved = elements;
                // SAFETY: as above.
                unsafe { down_by_one(moved.as_mut_ptr().wrapping_add(at), count) };
                assert_eq!(moved, expected, "{count} down onto {at}");
            }
        }
    }

    #[test]
    fn runs_move_whole() {
        check::<u64, 31>(core::array::from_fn(|slot| slot as u64));
        check::<u8, 62>(core::array::from_fn(|slot| slot as u8));
        check::<(u32, u8), 15>(core::array::from_fn(|slot| (slot as u32, slot as u8)));
        check::<[u64; 3], 10>(core::array::from_fn(|slot| [slot as u64; 3]));
        check::<(), 5>([(); 5]);
    }
}
