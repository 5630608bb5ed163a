//! Files of snapshots that are tampered with, by what `docs/format.md` says and without their code.

use twox_hash::XxHash3_64;

/// The footer, and in it: where the root is, its sum, that of the header, and what its own is over.
const FOOTER: usize = 256;
const ROOT: usize = 192;
const ROOT_SUM: usize = 208;
const HEAD_SUM: usize = 216;
const SUMMED: usize = 240;
const ROOT_STORED: usize = 200;
const CODEC: usize = 14;
const PAGE_HEAD: usize = 32;
const CHILD: usize = 28;
const CHILD_SUM: usize = 16;
const ID: usize = 32;
const WIDTHS: usize = 56;

/// The size of pages that the header says.
pub fn page_size(file: &[u8]) -> usize {
    1 << file[12].clamp(9, 16)
}

/// A little-endian number of `len` bytes.
pub fn number(bytes: &[u8], at: usize, len: usize) -> u64 {
    bytes[at..at + len].iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

/// The checksum of bytes at this offset in the file of this id.
pub fn checksum(id: &[u8], offset: usize, bytes: &[u8]) -> u64 {
    let (low, high) = (number(id, 0, 8), number(id, 8, 8));
    let place = (offset as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    XxHash3_64::oneshot_with_seed(low ^ high.rotate_left(32) ^ place, bytes)
}

/// Makes all checksums right again, as far as pages still have places for them.
///
/// Of a file that is compressed, and has more than one page, only those of the root and of the
/// ends: the others are compressed themselves.
///
/// # Panics
///
/// If the file is shorter than its ends.
pub fn repair(file: &mut [u8]) {
    let size = page_size(file);
    let id: [u8; 16] = file[ID..ID + 16].try_into().unwrap();
    let footer = file.len() - FOOTER;
    let (begin, stored) = match file[CODEC] {
        0 => (size, size),
        _ => (512, number(file, footer + ROOT_STORED, 4) as usize),
    };
    let sum_at = |file: &[u8], at: usize| {
        let end = at.saturating_add(stored).min(footer);
        (at < footer).then(|| checksum(&id, at, &file[at..end]))
    };
    if file[CODEC] == 0 {
        for page in (size..footer).step_by(size) {
            repair_links(file, page, size, &sum_at);
        }
    }
    let header: Vec<u8> = file[..160].to_vec();
    file[footer..footer + 160].copy_from_slice(&header);
    let root = number(file, footer + ROOT, 8) as usize;
    if let Some(sum) = sum_at(file, root).filter(|_| root > 0) {
        file[footer + ROOT_SUM..][..8].copy_from_slice(&sum.to_le_bytes());
    }
    let sum = checksum(&id, 0, &file[..begin.min(footer)]);
    file[footer + HEAD_SUM..][..8].copy_from_slice(&sum.to_le_bytes());
    let sum = checksum(&id, footer, &file[footer..footer + SUMMED]);
    file[footer + SUMMED..][..8].copy_from_slice(&sum.to_le_bytes());
}

fn repair_links(
    file: &mut [u8],
    page: usize,
    size: usize,
    sum_at: &impl Fn(&[u8], usize) -> Option<u64>,
) {
    if file[page] != 2 {
        return;
    }
    let count = number(file, page + 4, 4) as usize;
    let payload = number(file, page + 8, 4) as usize;
    let width = number(file, WIDTHS, 2) as usize;
    let keys = match (width, count.checked_sub(1)) {
        (0xffff, Some(last)) if PAGE_HEAD + 2 * count <= size => {
            2 * count + number(file, page + PAGE_HEAD + 2 * last, 2) as usize
        }
        _ => width.saturating_mul(count),
    };
    if keys.saturating_add(CHILD.saturating_mul(count)) > payload || payload > size - PAGE_HEAD {
        return;
    }
    for child in 0..count {
        let at = page + PAGE_HEAD + keys + child * CHILD;
        let Ok(offset) = usize::try_from(number(file, at, 8)) else { continue };
        if let Some(sum) = sum_at(file, offset) {
            file[at + CHILD_SUM..][..8].copy_from_slice(&sum.to_le_bytes());
        }
    }
}
