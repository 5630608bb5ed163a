//! The columns of a page, as they are compressed: byte by byte in planes.
//!
//! Entries of a width are told apart by their last bytes, and hardly by the first. So all first
//! bytes stand side by side, then all second ones, and so on; and each is what is added to the one
//! before it. Neighbours that are near one another become zeros, and steps of a size the same byte.

use alloc::vec::Vec;

use super::column::{END, Width, last_end};

/// The parts of a page, ends of keys and of values, keys, and values: how wide their entries are.
struct Parts {
    widths: [usize; 4],
    count: usize,
}

impl Parts {
    /// Entries of variable width stay as they are: in planes of no width.
    fn of(count: usize, (keys, values): (Width, Width)) -> Self {
        let fixed = |width| match width {
            Width::Fixed(width) => usize::from(width),
            Width::Variable => 0,
        };
        let widths = [keys.overhead(), values.overhead(), fixed(keys), fixed(values)];
        Self { widths, count }
    }
}

/// Appends the payload of a page to `out`, in planes.
#[cfg(feature = "std")]
pub(crate) fn scatter(payload: &[u8], count: usize, widths: (Width, Width), out: &mut Vec<u8>) {
    let parts = Parts::of(count, widths);
    let mut rest = payload;
    let mut key_bytes = 0;
    for (at, width) in parts.widths.into_iter().enumerate() {
        let len = match (at, width) {
            (2, 0) => key_bytes,
            (3, 0) => rest.len(),
            _ => width * count,
        };
        let (part, behind) = rest.split_at(len.min(rest.len()));
        if at == 0 {
            key_bytes = usize::from(last_end(part));
        }
        rest = behind;
        if width == 0 {
            out.extend_from_slice(part);
            continue;
        }
        for plane in 0..width {
            let mut last = 0_u8;
            out.extend(part[plane..].iter().step_by(width).map(|byte| {
                let step = byte.wrapping_sub(last);
                last = *byte;
                step
            }));
        }
    }
}

/// Makes the payload of a page out of planes; `None` if they are none of such columns.
pub(crate) fn gather(
    planes: &[u8],
    count: usize,
    widths: (Width, Width),
    out: &mut Vec<u8>,
) -> Option<()> {
    let parts = Parts::of(count, widths);
    out.clear();
    out.resize(planes.len(), 0);
    let (mut from, mut to) = (planes, out.as_mut_slice());
    let mut key_bytes = 0;
    for (at, width) in parts.widths.into_iter().enumerate() {
        let len = match (at, width) {
            (2, 0) => key_bytes,
            (3, 0) => from.len(),
            _ => parts.count.checked_mul(width)?,
        };
        let (part, from_rest) = from.split_at_checked(len)?;
        let (entries, to_rest) = to.split_at_mut_checked(len)?;
        (from, to) = (from_rest, to_rest);
        match width {
            0 => entries.copy_from_slice(part),
            END => gather_columns::<END>(part, entries),
            4 => gather_columns::<4>(part, entries),
            8 => gather_columns::<8>(part, entries),
            16 => gather_columns::<16>(part, entries),
            _ => gather_planes(part, width, entries),
        }
        if at == 0 {
            key_bytes = usize::from(last_end(entries));
        }
    }
    from.is_empty().then_some(())
}

/// Entries of a width that is known: one after the other, each from all planes at once.
fn gather_columns<const N: usize>(planes: &[u8], entries: &mut [u8]) {
    let (entries, _) = entries.as_chunks_mut::<N>();
    let count = entries.len();
    let mut entry = [0_u8; N];
    let mut columns = [&[][..]; N];
    for (plane, column) in columns.iter_mut().enumerate() {
        *column = &planes[plane * count..][..count];
    }
    for (at, to) in entries.iter_mut().enumerate() {
        for (byte, column) in entry.iter_mut().zip(&columns) {
            *byte = byte.wrapping_add(column[at]);
        }
        *to = entry;
    }
}

fn gather_planes(planes: &[u8], width: usize, entries: &mut [u8]) {
    let count = entries.len() / width;
    for (plane, column) in planes.chunks_exact(count.max(1)).enumerate() {
        let mut byte = 0_u8;
        let places = entries.iter_mut().skip(plane).step_by(width);
        for (place, step) in places.zip(column) {
            byte = byte.wrapping_add(*step);
            *place = byte;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_scattered_is_gathered() {
        let mut random = fastrand::Rng::with_seed(2);
        for keys in [0, 1, 2, 3, 4, 8, 9, 16, 300, u16::MAX] {
            for values in [0, 1, 4, 5, 8, 28, u16::MAX] {
                for count in [1, 2, 7, 30] {
                    let widths = (Width::from_number(keys), Width::from_number(values));
                    let mut payload = Vec::new();
                    let mut lengths = [0; 2];
                    for (length, width) in lengths.iter_mut().zip([widths.0, widths.1]) {
                        let mut end = 0_u16;
                        for _ in 0..count {
                            end += match width {
                                Width::Fixed(width) => width,
                                Width::Variable => random.u16(..9),
                            };
                            if width == Width::Variable {
                                payload.extend(end.to_le_bytes());
                            }
                        }
                        *length = usize::from(end);
                    }
                    payload.extend((0..lengths[0] + lengths[1]).map(|_| random.u8(..)));
                    let (mut planes, mut gathered) = (Vec::new(), Vec::new());
                    scatter(&payload, count, widths, &mut planes);
                    assert_eq!(planes.len(), payload.len());
                    gather(&planes, count, widths, &mut gathered).unwrap();
                    assert_eq!(gathered, payload);
                    // What does not fit is refused, or other entries, and no harm.
                    for count in [0, count + 1, usize::MAX / 2, usize::MAX] {
                        _ = gather(&planes, count, widths, &mut gathered);
                    }
                    _ = gather(&planes[..planes.len() / 2], count, widths, &mut gathered);
                }
            }
        }
    }

    #[test]
    fn steps_become_the_same_byte() {
        let payload: Vec<u8> = (0..100_u64).flat_map(|n| (n * 2).to_be_bytes()).collect();
        let mut planes = Vec::new();
        scatter(&payload, 100, (Width::Fixed(8), Width::Fixed(0)), &mut planes);
        assert!(planes[..701].iter().all(|byte| *byte == 0));
        assert!(planes[701..].iter().all(|byte| *byte == 2));
    }
}
