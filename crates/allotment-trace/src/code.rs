//! [`encode`] and [`decode`]: operations as bytes, each key as its difference to the one before.

use std::ops::Bound;

use crate::key::{Key, KeyKind};
use crate::layout::MAX_KEY_BYTES;
use crate::op::TraceOp;

pub(crate) const INSERT: u8 = 1;
pub(crate) const GET: u8 = 2;
pub(crate) const REMOVE: u8 = 3;
pub(crate) const SCAN_FROM: u8 = 4;
pub(crate) const SCAN_BEHIND: u8 = 5;
pub(crate) const SCAN_FIRST: u8 = 6;
pub(crate) const POP_FIRST: u8 = 7;
pub(crate) const POP_LAST: u8 = 8;
pub(crate) const CLEAR: u8 = 9;
pub(crate) const CLONE: u8 = 10;

/// The most bytes that a number takes, in groups of 7 bits.
const MAX_NUMBER_BYTES: usize = 10;

/// The key before: 0 or nothing where a block begins.
pub(crate) struct Previous {
    integer: u64,
    text: Vec<u8>,
}

impl Previous {
    /// Takes all the memory that it ever needs.
    pub(crate) fn new(kind: KeyKind) -> Self {
        let room = match kind {
            KeyKind::Integers => 0,
            KeyKind::Text => MAX_KEY_BYTES,
        };
        Previous { integer: 0, text: Vec::with_capacity(room) }
    }

    pub(crate) fn forget(&mut self) {
        self.integer = 0;
        self.text.clear();
    }
}

/// The most bytes that an operation can take.
pub(crate) fn bound(op: &TraceOp<Key<'_>>) -> usize {
    let key = match op.key() {
        Some(Key::Text(text)) => text.len() + 2 * MAX_NUMBER_BYTES,
        Some(Key::Integer(_)) => 8,
        None => 0,
    };
    1 + key + MAX_NUMBER_BYTES
}

/// Appends an operation.
pub(crate) fn encode(op: &TraceOp<Key<'_>>, previous: &mut Previous, out: &mut Vec<u8>) {
    let mut with_key = |code, key: &Key<'_>| match key {
        Key::Integer(key) => put_integer(code, *key, previous, out),
        Key::Text(key) => put_text(code, key, previous, out),
    };
    match op {
        TraceOp::Insert { key } => with_key(INSERT, key),
        TraceOp::Get { key } => with_key(GET, key),
        TraceOp::Remove { key } => with_key(REMOVE, key),
        TraceOp::Scan { from, entries } => {
            match from {
                Bound::Included(key) => with_key(SCAN_FROM, key),
                Bound::Excluded(key) => with_key(SCAN_BEHIND, key),
                Bound::Unbounded => out.push(SCAN_FIRST),
            }
            put_number(*entries, out);
        }
        TraceOp::PopFirst => out.push(POP_FIRST),
        TraceOp::PopLast => out.push(POP_LAST),
        TraceOp::Clear => out.push(CLEAR),
        TraceOp::Clone => out.push(CLONE),
    }
}

/// The code, how many bytes the difference takes, and these.
fn put_integer(code: u8, key: u64, previous: &mut Previous, out: &mut Vec<u8>) {
    let difference = fold(key.wrapping_sub(previous.integer));
    previous.integer = key;
    let width = (u64::BITS - difference.leading_zeros()).div_ceil(8) as u8;
    out.push(code | width << 4);
    out.extend_from_slice(&difference.to_le_bytes()[..usize::from(width)]);
}

/// The code, how many bytes the key shares with the one before, how many others it has, and these.
fn put_text(code: u8, key: &str, previous: &mut Previous, out: &mut Vec<u8>) {
    let shared = previous.text.iter().zip(key.as_bytes()).take_while(|(a, b)| a == b).count();
    let rest = &key.as_bytes()[shared..];
    previous.text.truncate(shared);
    previous.text.extend_from_slice(rest);
    out.push(code);
    put_number(shared as u64, out);
    put_number(rest.len() as u64, out);
    out.extend_from_slice(rest);
}

/// In groups of 7 bits, the lowest first; all but the last with the eighth bit set.
fn put_number(mut number: u64, out: &mut Vec<u8>) {
    while number > 0x7F {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Takes an operation off the front of `bytes`, or says what is wrong with it.
pub(crate) fn decode<'p>(
    bytes: &mut &[u8],
    kind: KeyKind,
    previous: &'p mut Previous,
) -> Result<TraceOp<Key<'p>>, &'static str> {
    let tag = take(bytes, 1)?[0];
    let (code, width) = (tag & 0x0F, usize::from(tag >> 4));
    if width > 0 && (kind == KeyKind::Text || code >= SCAN_FIRST) {
        return Err(UNKNOWN);
    }
    let key = match (code, kind) {
        (INSERT..=SCAN_BEHIND, KeyKind::Integers) => Some(take_integer(bytes, width, previous)?),
        (INSERT..=SCAN_BEHIND, KeyKind::Text) => Some(take_text(bytes, previous)?),
        _ => None,
    };
    Ok(match (code, key) {
        (INSERT, Some(key)) => TraceOp::Insert { key },
        (GET, Some(key)) => TraceOp::Get { key },
        (REMOVE, Some(key)) => TraceOp::Remove { key },
        (SCAN_FROM, Some(key)) => scan(Bound::Included(key), bytes)?,
        (SCAN_BEHIND, Some(key)) => scan(Bound::Excluded(key), bytes)?,
        (SCAN_FIRST, _) => scan(Bound::Unbounded, bytes)?,
        (POP_FIRST, _) => TraceOp::PopFirst,
        (POP_LAST, _) => TraceOp::PopLast,
        (CLEAR, _) => TraceOp::Clear,
        (CLONE, _) => TraceOp::Clone,
        _ => return Err(UNKNOWN),
    })
}

const UNKNOWN: &str = "an unknown operation";
const CUT: &str = "an operation that is cut off";
const TOO_LONG: &str = "a number in more bytes than it takes";

fn scan<'p>(from: Bound<Key<'p>>, bytes: &mut &[u8]) -> Result<TraceOp<Key<'p>>, &'static str> {
    Ok(TraceOp::Scan { from, entries: take_number(bytes)? })
}

fn take_integer<'p>(
    bytes: &mut &[u8],
    width: usize,
    previous: &mut Previous,
) -> Result<Key<'p>, &'static str> {
    if width > 8 {
        return Err(UNKNOWN);
    }
    let taken = take(bytes, width)?;
    if taken.last() == Some(&0) {
        return Err(TOO_LONG);
    }
    let mut folded = [0; 8];
    folded[..width].copy_from_slice(taken);
    previous.integer = previous.integer.wrapping_add(unfold(u64::from_le_bytes(folded)));
    Ok(Key::Integer(previous.integer))
}

fn take_text<'p>(bytes: &mut &[u8], previous: &'p mut Previous) -> Result<Key<'p>, &'static str> {
    let (shared, rest) = (take_number(bytes)?, take_number(bytes)?);
    if shared > previous.text.len() as u64 {
        return Err("a key that shares more than there is");
    }
    if rest > MAX_KEY_BYTES as u64 - shared {
        return Err("a key that is too long");
    }
    // Both are small: no more than a key.
    let rest = take(bytes, rest as usize)?;
    previous.text.truncate(shared as usize);
    previous.text.extend_from_slice(rest);
    match str::from_utf8(&previous.text) {
        Ok(text) => Ok(Key::Text(text)),
        Err(_) => Err("a key that is not UTF-8"),
    }
}

fn take_number(bytes: &mut &[u8]) -> Result<u64, &'static str> {
    let mut number = 0;
    for group in 0..MAX_NUMBER_BYTES {
        let byte = take(bytes, 1)?[0];
        let bits = u64::from(byte & 0x7F);
        let shift = 7 * group as u32;
        if bits << shift >> shift != bits {
            return Err("a number that is too large");
        }
        number |= bits << shift;
        if byte & 0x80 == 0 {
            return if byte == 0 && group > 0 { Err(TOO_LONG) } else { Ok(number) };
        }
    }
    Err("a number that is too large")
}

fn take<'b>(bytes: &mut &'b [u8], count: usize) -> Result<&'b [u8], &'static str> {
    let (taken, rest) = bytes.split_at_checked(count).ok_or(CUT)?;
    *bytes = rest;
    Ok(taken)
}

/// A small number for a small difference, up or down.
const fn fold(difference: u64) -> u64 {
    let signed = difference as i64;
    (signed << 1 ^ signed >> 63) as u64
}

const fn unfold(folded: u64) -> u64 {
    (folded >> 1) ^ (folded & 1).wrapping_neg()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(ops: &[TraceOp<Key<'_>>], kind: KeyKind) -> Vec<u8> {
        let (mut previous, mut bytes) = (Previous::new(kind), Vec::new());
        for op in ops {
            let before = bytes.len();
            encode(op, &mut previous, &mut bytes);
            assert!(bytes.len() - before <= bound(op), "{op:?}");
        }
        bytes
    }

    fn integer(key: u64) -> TraceOp<Key<'static>> {
        TraceOp::Insert { key: Key::Integer(key) }
    }

    /// What is wrong with the last operation of these bytes.
    fn fault(mut bytes: &[u8], kind: KeyKind) -> &'static str {
        let mut previous = Previous::new(kind);
        loop {
            if let Err(fault) = decode(&mut bytes, kind, &mut previous) {
                return fault;
            }
        }
    }

    #[test]
    fn differences_are_short() {
        let ops = [integer(5), integer(6), integer(6), integer(0), integer(u64::MAX)];
        let expected = [0x11, 10, 0x11, 2, 0x01, 0x11, 11, 0x11, 1];
        assert_eq!(encoded(&ops, KeyKind::Integers), expected);
        assert_eq!(encoded(&[integer(1 << 63)], KeyKind::Integers).len(), 9);
    }

    #[test]
    fn texts_share_their_beginning() {
        let ops = ["bean", "beans", "bed"].map(|key| TraceOp::Get { key: Key::Text(key) });
        let expected = b"\x02\x00\x04bean\x02\x04\x01s\x02\x02\x01d";
        assert_eq!(encoded(&ops, KeyKind::Text), expected);
    }

    #[test]
    fn folding_is_undone() {
        for number in [0, 1, 2, 1 << 40, 1 << 63, u64::MAX - 1, u64::MAX] {
            assert_eq!(unfold(fold(number)), number);
        }
        assert_eq!([0_i64, -1, 1, -2].map(|number| fold(number as u64)), [0, 1, 2, 3]);
    }

    #[test]
    fn bad_operations_are_named() {
        let integers = |bytes: &[u8]| fault(bytes, KeyKind::Integers);
        for bytes in [&[0][..], &[11], &[0x91, 1], &[0x17, 1], &[0x16, 1]] {
            assert_eq!(integers(bytes), UNKNOWN, "{bytes:?}");
        }
        for bytes in [&[][..], &[0x21, 1], &[SCAN_FIRST], &[SCAN_FIRST, 0x80]] {
            assert_eq!(integers(bytes), CUT, "{bytes:?}");
        }
        assert_eq!(integers(&[0x21, 1, 0]), TOO_LONG);
        assert_eq!(integers(&[SCAN_FIRST, 0x80, 0]), TOO_LONG);
        let large = [&[SCAN_FIRST][..], &[0xFF; 9], &[2]].concat();
        assert_eq!(integers(&large), "a number that is too large");

        let text = |bytes: &[u8]| fault(bytes, KeyKind::Text);
        assert_eq!(text(&[0x11, 1]), UNKNOWN);
        assert_eq!(text(&[GET, 1, 0]), "a key that shares more than there is");
        assert_eq!(text(&[GET, 0, 0x81, 0x80, 1]), "a key that is too long");
        assert_eq!(text(&[GET, 0, 2, b'a']), CUT);
        assert_eq!(text(&[GET, 0, 1, 0xFF]), "a key that is not UTF-8");
    }
}
