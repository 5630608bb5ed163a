//! Bits in a run of bytes, lowest first: read, written, and moved.

/// Bits that one access takes at most: 64 but for those that a byte may begin with.
const MOST: usize = 57;

/// Eight bytes at `at`; those behind the end are zero.
#[inline]
pub(super) fn load(bytes: &[u8], at: usize) -> u64 {
    if let Some(eight) = bytes.get(at..at + 8) {
        return u64::from_le_bytes(eight.try_into().expect("eight bytes"));
    }
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

/// The `count` bits from `bit` on, 1 to 64 of them.
#[inline]
pub(super) fn get(bytes: &[u8], bit: usize, count: usize) -> u64 {
    let (at, shift) = (bit / 8, bit % 8);
    let mut bits = load(bytes, at) >> shift;
    if shift + count > 64 {
        bits |= u64::from(bytes[at + 8]) << (64 - shift);
    }
    bits & (u64::MAX >> (64 - count))
}

/// Writes `count` bits from `bit` on, 1 to 64 of them; others stay.
pub(super) fn put(bytes: &mut [u8], bit: usize, count: usize, bits: u64) {
    let (at, shift) = (bit / 8, bit % 8);
    if let Some(eight) = bytes.get_mut(at..at + 8)
        && shift + count <= 64
    {
        let mask = u64::MAX >> (64 - count);
        let word = u64::from_le_bytes((&*eight).try_into().expect("eight bytes"));
        let word = word & !(mask << shift) | (bits & mask) << shift;
        eight.copy_from_slice(&word.to_le_bytes());
        return;
    }
    let mask = u128::from(u64::MAX >> (64 - count)) << shift;
    let bits = u128::from(bits) << shift & mask;
    for (n, byte) in bytes[at..(bit + count).div_ceil(8)].iter_mut().enumerate() {
        *byte = *byte & !(mask >> (8 * n)) as u8 | (bits >> (8 * n)) as u8;
    }
}

/// Clears the bits from `from` to `end`.
pub(super) fn clear(bytes: &mut [u8], from: usize, end: usize) {
    let mut from = from;
    while from < end {
        let count = (end - from).min(MOST);
        put(bytes, from, count, 0);
        from += count;
    }
}

/// Sets the bits from `from` to `end`.
pub(super) fn fill(bytes: &mut [u8], from: usize, end: usize) {
    let mut from = from;
    while from < end {
        let count = (end - from).min(MOST);
        put(bytes, from, count, u64::MAX);
        from += count;
    }
}

/// Copies the first `count` bits to where `to` begins in others.
pub(super) fn copy(bytes: &[u8], others: &mut [u8], to: usize, count: usize) {
    let mut from = 0;
    while from < count {
        let bits = (count - from).min(MOST);
        put(others, to + from, bits, get(bytes, from, bits));
        from += bits;
    }
}

/// Moves the bits from `from` to `end` up by so many, from the last one down.
pub(super) fn move_up(bytes: &mut [u8], from: usize, end: usize, by: usize) {
    let (first, mut top) = (from + by, end + by);
    let step = |bytes: &mut [u8], top: &mut usize, count: usize| {
        *top -= count;
        let bits = get(bytes, *top - by, count);
        put(bytes, *top, count, bits);
    };
    if top % 8 > 0 && top > first {
        let count = (top % 8).min(top - first);
        step(bytes, &mut top, count);
    }
    while top >= first + 64 {
        top -= 64;
        let bits = get(bytes, top - by, 64);
        bytes[top / 8..top / 8 + 8].copy_from_slice(&bits.to_le_bytes());
    }
    while top > first {
        let count = (top - first).min(MOST);
        step(bytes, &mut top, count);
    }
}

/// Moves the bits from `from` to `end` down by so many, from the first one up.
pub(super) fn move_down(bytes: &mut [u8], from: usize, end: usize, by: usize) {
    let (mut bottom, last) = (from - by, end - by);
    let step = |bytes: &mut [u8], bottom: &mut usize, count: usize| {
        let bits = get(bytes, *bottom + by, count);
        put(bytes, *bottom, count, bits);
        *bottom += count;
    };
    if bottom % 8 > 0 && bottom < last {
        let count = (8 - bottom % 8).min(last - bottom);
        step(bytes, &mut bottom, count);
    }
    while bottom + 64 <= last {
        let bits = get(bytes, bottom + by, 64);
        bytes[bottom / 8..bottom / 8 + 8].copy_from_slice(&bits.to_le_bytes());
        bottom += 64;
    }
    while bottom < last {
        let count = (last - bottom).min(MOST);
        step(bytes, &mut bottom, count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BYTES: usize = 40;

    fn bit(bytes: &[u8], bit: usize) -> bool {
        bytes[bit / 8] >> (bit % 8) & 1 == 1
    }

    /// Bytes that look random.
    fn noise(seed: usize) -> [u8; BYTES] {
        core::array::from_fn(|n| (((n + 1) * (2 * seed + 1) * 0x9e37) >> 5) as u8)
    }

    #[test]
    fn bits_are_read_as_they_were_written() {
        for (from, count) in
            (0..200).flat_map(|from| [1, 7, 8, 31, 56, 57, 63, 64].map(|n| (from, n)))
        {
            let mut bytes = noise(from);
            let before = bytes;
            let bits = 0x0123_4567_89ab_cdef_u64.rotate_left(from as u32);
            put(&mut bytes, from, count, bits);
            assert_eq!(get(&bytes, from, count), bits & (u64::MAX >> (64 - count)));
            for other in (0..8 * BYTES).filter(|other| !(from..from + count).contains(other)) {
                assert_eq!(bit(&bytes, other), bit(&before, other), "{from}, {count}: {other}");
            }
        }
        // The last ones there are.
        assert_eq!(get(&[0, 0xff], 9, 7), 127);
        assert_eq!((load(&[1, 2], 0), load(&[1, 2], 1), load(&[1, 2], 2)), (0x201, 2, 0));
    }

    #[test]
    fn bits_are_moved_and_others_stay() {
        let lens = [0, 1, 5, 8, 13, 63, 64, 65, 120, 150];
        for (from, len, by) in (0..40).flat_map(|from| {
            lens.into_iter().flat_map(move |len| [1, 3, 8, 17, 40, 64].map(|by| (from, len, by)))
        }) {
            let before = noise(from + len);
            let mut bytes = before;
            move_up(&mut bytes, from, from + len, by);
            for n in 0..8 * BYTES {
                let source = if (from + by..from + by + len).contains(&n) { n - by } else { n };
                assert_eq!(bit(&bytes, n), bit(&before, source), "up {from}, {len}, {by}: {n}");
            }
            let mut bytes = before;
            clear(&mut bytes, from, from + len);
            for n in 0..8 * BYTES {
                let stays = !(from..from + len).contains(&n) && bit(&before, n);
                assert_eq!(bit(&bytes, n), stays, "clear {from}, {len}: {n}");
            }
            let mut bytes = before;
            move_down(&mut bytes, from + by, from + by + len, by);
            for n in 0..8 * BYTES {
                let source = if (from..from + len).contains(&n) { n + by } else { n };
                assert_eq!(bit(&bytes, n), bit(&before, source), "down {from}, {len}, {by}: {n}");
            }
        }
    }
}
