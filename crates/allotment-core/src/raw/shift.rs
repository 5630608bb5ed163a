//! Moving a run of slots by one place, inline: what each insertion and each removal does.
//!
//! A call of `memmove` costs more than the move of the few lines that a column has. Here a run goes
//! in chunks of registers, and what does not fill the last chunk is moved with one that overlaps
//! the others: it is read first and written last, so that nothing is left for a loop over single
//! slots, whose end no processor predicts.
//!
//! Slots are moved as the largest words that they are made of, one by one: the optimiser puts those
//! together to vectors and keeps them in registers. A chunk that is read as a whole it puts on the
//! stack whenever another one is written before it.

use core::array;
use core::mem::MaybeUninit;
use core::ptr;

/// Words in a chunk.
const CHUNK: usize = 8;

/// Bytes of a slot above which `memmove` is as good.
const BYTES_MAX: usize = 24;

/// The direction in which a run moves.
#[derive(Clone, Copy)]
enum Way {
    Up,
    Down,
}

/// Moves `count` slots from `first` on up by one place.
///
/// # Safety
///
/// They and the place behind them lie in one allocation, and nobody else uses them.
#[inline(always)]
pub(super) unsafe fn up_by_one<T>(first: *mut T, count: usize) {
    // SAFETY: passed on.
    unsafe { by_one(Way::Up, first, count) };
}

/// Moves `count` slots from behind `first` on down by one place, onto it.
///
/// # Safety
///
/// They and `first` lie in one allocation, and nobody else uses them.
#[inline(always)]
pub(super) unsafe fn down_by_one<T>(first: *mut T, count: usize) {
    // SAFETY: passed on.
    unsafe { by_one(Way::Down, first, count) };
}

/// Copies so many bytes to another place: of one slot, for which a call of `memcpy` is too much as
/// a rule.
///
/// # Safety
///
/// They lie in one allocation at either place, the two do not overlap, and nobody else uses them.
#[inline(always)]
pub(super) unsafe fn copy_slot(from: *const u8, to: *mut u8, bytes: usize) {
    if bytes > BYTES_MAX || !bytes.is_multiple_of(8) {
        // SAFETY: passed on.
        unsafe { ptr::copy_nonoverlapping(from, to, bytes) };
        return;
    }
    let (from, to, words) = (from.cast::<u64>(), to.cast::<u64>(), bytes / 8);
    let mut word = 0;
    while word < words {
        // SAFETY: `word < words`.
        let one = unsafe { read::<u64, 1>(from.wrapping_add(word)) };
        // SAFETY: as above.
        unsafe { write(to.wrapping_add(word), one) };
        word += 1;
    }
}

/// Moves `count` slots by one place; `first` is the lowest place before or after.
///
/// # Safety
///
/// `count + 1` places from `first` on lie in one allocation, and nobody else uses them.
#[inline(always)]
unsafe fn by_one<T>(way: Way, first: *mut T, count: usize) {
    // Each a `const`, so that what does not apply is not compiled, not even without optimisation.
    if const { size_of::<T>() == 0 || size_of::<T>() > BYTES_MAX } {
        let above = first.wrapping_add(1);
        let (from, to) = match way {
            Way::Up => (first, above),
            Way::Down => (above, first),
        };
        // SAFETY: `count` places each.
        unsafe { ptr::copy(from, to, count) };
    } else if const { size_of::<T>().is_multiple_of(8) } {
        // SAFETY: passed on; slots are made of such words.
        unsafe { by_words::<T, u64>(way, first, count) };
    } else if const { size_of::<T>().is_multiple_of(4) } {
        // SAFETY: as above.
        unsafe { by_words::<T, u32>(way, first, count) };
    } else if const { size_of::<T>().is_multiple_of(2) } {
        // SAFETY: as above.
        unsafe { by_words::<T, u16>(way, first, count) };
    } else {
        // SAFETY: as above.
        unsafe { by_words::<T, u8>(way, first, count) };
    }
}

/// [`by_one`] for slots that are made of words `W`.
///
/// # Safety
///
/// As for `by_one`, and the size of a slot is a multiple of that of a word.
#[inline(always)]
unsafe fn by_words<T, W>(way: Way, first: *mut T, count: usize) {
    let step = size_of::<T>() / size_of::<W>();
    let (first, count) = (first.cast::<W>(), count * step);
    let above = first.wrapping_add(step);
    match way {
        // SAFETY: `count + step` words from `first` on are those of `by_one`.
        Way::Up if count >= CHUNK => unsafe { up(first, above, count) },
        // SAFETY: as above.
        Way::Up => unsafe { few(first, above, count) },
        // SAFETY: as above.
        Way::Down if count >= CHUNK => unsafe { down(above, first, count) },
        // SAFETY: as above.
        Way::Down => unsafe { few(above, first, count) },
    }
}

/// Moves a chunk of words or more to a place above, beginning with the highest.
///
/// # Safety
///
/// Both runs lie in one allocation, and nobody else uses them; `CHUNK <= count`, and `from` is
/// below `to`.
#[inline(always)]
unsafe fn up<W>(from: *const W, to: *mut W, count: usize) {
    // SAFETY: `CHUNK <= count`.
    let lowest = unsafe { read::<W, CHUNK>(from) };
    let mut rest = count;
    while rest > CHUNK {
        rest -= CHUNK;
        // SAFETY: `rest + CHUNK <= count`.
        let chunk = unsafe { read::<W, CHUNK>(from.wrapping_add(rest)) };
        // SAFETY: as above; what is read from now on lies below.
        unsafe { write(to.wrapping_add(rest), chunk) };
    }
    // SAFETY: `CHUNK <= count`.
    unsafe { write(to, lowest) };
}

/// Moves a chunk of words or more to a place below, beginning with the lowest.
///
/// # Safety
///
/// As for `up`, but that `from` is above `to`.
#[inline(always)]
unsafe fn down<W>(from: *const W, to: *mut W, count: usize) {
    let last = count - CHUNK;
    // SAFETY: `last + CHUNK == count`.
    let highest = unsafe { read::<W, CHUNK>(from.wrapping_add(last)) };
    let mut done = 0;
    while done < last {
        // SAFETY: `done + CHUNK < count`.
        let chunk = unsafe { read::<W, CHUNK>(from.wrapping_add(done)) };
        // SAFETY: as above; what is read from now on lies above.
        unsafe { write(to.wrapping_add(done), chunk) };
        done += CHUNK;
    }
    // SAFETY: `last + CHUNK == count`.
    unsafe { write(to.wrapping_add(last), highest) };
}

/// Moves fewer words than a chunk, to a place that may overlap them: all are read first.
///
/// # Safety
///
/// Both runs lie in one allocation, and nobody else uses them.
#[inline(always)]
unsafe fn few<W>(from: *const W, to: *mut W, count: usize) {
    if count >= 4 {
        // SAFETY: `4 <= count`.
        unsafe { ends::<W, 4>(from, to, count) };
    } else if count >= 2 {
        // SAFETY: `2 <= count`.
        unsafe { ends::<W, 2>(from, to, count) };
    } else if count == 1 {
        // SAFETY: there is one.
        unsafe { ends::<W, 1>(from, to, count) };
    }
}

/// Moves `count` words as the first `N` and the last `N`.
///
/// # Safety
///
/// As for `few`, and `N <= count <= 2 * N`.
#[inline(always)]
unsafe fn ends<W, const N: usize>(from: *const W, to: *mut W, count: usize) {
    let behind = count - N;
    // SAFETY: `N <= count`.
    let first = unsafe { read::<W, N>(from) };
    // SAFETY: `behind + N == count`.
    let last = unsafe { read::<W, N>(from.wrapping_add(behind)) };
    // SAFETY: as the first read, at the other place.
    unsafe { write(to, first) };
    // SAFETY: as the second read, at the other place.
    unsafe { write(to.wrapping_add(behind), last) };
}

/// Reads `N` words from `from` on, which need not be aligned.
///
/// # Safety
///
/// They lie in one allocation.
#[inline(always)]
unsafe fn read<W, const N: usize>(from: *const W) -> [MaybeUninit<W>; N] {
    let from = from.cast::<MaybeUninit<W>>();
    // SAFETY: within one allocation, and `MaybeUninit` asks nothing of its bytes.
    array::from_fn(|word| unsafe { from.wrapping_add(word).read_unaligned() })
}

/// Writes `N` words from `to` on, which need not be aligned.
///
/// # Safety
///
/// They lie in one allocation, and nobody else uses them.
#[inline(always)]
unsafe fn write<W, const N: usize>(to: *mut W, words: [MaybeUninit<W>; N]) {
    let to = to.cast::<MaybeUninit<W>>();
    for (place, word) in words.into_iter().enumerate() {
        // SAFETY: passed on.
        unsafe { to.wrapping_add(place).write_unaligned(word) };
    }
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
        check::<u128, 12>(core::array::from_fn(|slot| slot as u128));
        check::<u16, 40>(core::array::from_fn(|slot| slot as u16));
        check::<[u8; 3], 30>(core::array::from_fn(|slot| [slot as u8; 3]));
        check::<[u32; 3], 15>(core::array::from_fn(|slot| [slot as u32; 3]));
        check::<[u64; 3], 10>(core::array::from_fn(|slot| [slot as u64; 3]));
        check::<[u64; 4], 10>(core::array::from_fn(|slot| [slot as u64; 4]));
        check::<(), 5>([(); 5]);
    }
}
