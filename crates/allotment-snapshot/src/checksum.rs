//! Checksums: XXH3-64, keyed by the file and by the place in it.

use twox_hash::XxHash3_64;

/// The checksum of the bytes that stand at `offset` in the file of this id.
///
/// The same bytes elsewhere, or in another file, have another one: so pages in the wrong place fail
/// like pages with the wrong bytes.
pub(crate) fn at(file_id: u128, offset: u64, bytes: &[u8]) -> u64 {
    XxHash3_64::oneshot_with_seed(seed(file_id, offset), bytes)
}

/// What offsets are multiplied by: odd, and its bits are all over.
pub(crate) const PLACE_FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/// Different for each offset: an odd factor loses nothing.
fn seed(file_id: u128, offset: u64) -> u64 {
    let id = file_id.to_le_bytes();
    let (low, high) = id.split_at(8);
    let half = |bytes: &[u8]| bytes.iter().rev().fold(0, |half, b| half << 8 | u64::from(*b));
    half(low) ^ half(high).rotate_left(32) ^ offset.wrapping_mul(PLACE_FACTOR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn place_and_file_count() {
        let (id, bytes) = (7 << 64 | 3, [1; 512]);
        let sum = at(id, 4096, &bytes);
        assert_eq!(sum, at(id, 4096, &bytes));
        assert_ne!(sum, at(id, 8192, &bytes));
        assert_ne!(sum, at(id + 1, 4096, &bytes));
        assert_ne!(sum, at(id + (1 << 64), 4096, &bytes));
        assert_ne!(sum, at(id, 4096, &[1; 511]));
    }
}
