//! [`Reader`]: the ids of a block, from both ends.

use crate::raw::bits::{self, load};

/// Gaps of one width, lowest bits first.
#[derive(Clone)]
pub(super) struct Gaps<'a> {
    payload: &'a [u8],
    width: u32,
    /// Where the next one begins.
    bit: usize,
    /// The next ones, as far as they have been loaded, and how many bits of them.
    loaded: u64,
    bits: u32,
}

/// How ids behind the first one are written.
#[derive(Clone)]
pub(super) enum Numbers<'a> {
    Gaps(Gaps<'a>),
    /// A bit for each number.
    Bits(&'a [u8]),
}

/// Ids of a block, from both ends.
#[derive(Clone)]
pub(crate) struct Reader<'a> {
    numbers: Numbers<'a>,
    first: u64,
    /// The next one, if any is left.
    head: u64,
    /// The gap or the bit behind it.
    at: usize,
    left: usize,
    /// The last one that is left, and the gap or the bit that led to it, once it was asked for.
    tail: Option<(u64, usize)>,
}

impl<'a> Gaps<'a> {
    pub(super) fn new(payload: &'a [u8], width: u8) -> Self {
        Self { payload, width: width.into(), bit: 0, loaded: 0, bits: 0 }
    }

    /// The next one. How many there are the caller knows.
    #[inline]
    pub(super) fn next(&mut self) -> u64 {
        if self.bits < self.width {
            self.load();
        }
        let gap = self.loaded & u64::MAX.checked_shr(u64::BITS - self.width).unwrap_or(0);
        self.loaded = self.loaded.checked_shr(self.width).unwrap_or(0);
        self.bits -= self.width;
        self.bit += self.width as usize;
        gap
    }

    /// Loads as many as a word has, one at least.
    #[inline]
    fn load(&mut self) {
        let shift = self.bit % 8;
        (self.loaded, self.bits) = (load(self.payload, self.bit / 8) >> shift, 64 - shift as u32);
        if self.bits < self.width {
            self.loaded = bits::get(self.payload, self.bit, self.width as usize);
            self.bits = self.width;
        }
    }

    /// Adds so many up, one after the other.
    #[inline]
    fn fold<B>(self, head: u64, count: usize, acc: B, mut act: impl FnMut(B, u64) -> B) -> B {
        let Self { payload, width, mut bit, .. } = self;
        let (mut head, mut left, mut acc) = (head, count, acc);
        // So many are in one load, wherever it begins.
        let at_once = match width {
            0 => usize::MAX,
            1..=57 => 57 / width as usize,
            _ => 0,
        };
        let mask = u64::MAX.checked_shr(u64::BITS - width).unwrap_or(0);
        while left >= at_once && at_once > 0 {
            let mut loaded = load(payload, bit / 8) >> (bit % 8);
            for _ in 0..at_once {
                head += 1 + (loaded & mask);
                loaded >>= width;
                acc = act(acc, head);
            }
            (bit, left) = (bit + at_once * width as usize, left - at_once);
        }
        for _ in 0..left {
            head += 1 + if width == 0 { 0 } else { bits::get(payload, bit, width as usize) };
            bit += width as usize;
            acc = act(acc, head);
        }
        acc
    }

    /// The one of this number.
    pub(super) fn nth(&self, at: usize) -> u64 {
        let width = self.width as usize;
        if width == 0 { 0 } else { bits::get(self.payload, at * width, width) }
    }
}

/// The first bit from `from` on that is set. There is one.
#[inline]
fn bit_from(bytes: &[u8], from: usize) -> usize {
    let mut at = from / 8;
    let word = load(bytes, at) >> (from % 8);
    if word != 0 {
        return from + word.trailing_zeros() as usize;
    }
    loop {
        at += 8;
        let word = load(bytes, at);
        if word != 0 {
            return at * 8 + word.trailing_zeros() as usize;
        }
        debug_assert!(at < bytes.len(), "a bit is left");
    }
}

/// Goes through so many bits that are set, from `from` on.
#[inline]
fn fold_bits<B>(
    bytes: &[u8],
    from: usize,
    count: usize,
    acc: B,
    mut act: impl FnMut(B, usize) -> B,
) -> B {
    let (mut at, mut left, mut acc) = (from / 8, count, acc);
    let mut word = load(bytes, at) >> (from % 8) << (from % 8);
    while left > 0 {
        while word != 0 && left > 0 {
            acc = act(acc, at * 8 + word.trailing_zeros() as usize);
            word &= word - 1;
            left -= 1;
        }
        at += 8;
        word = load(bytes, at);
        debug_assert!(left == 0 || at < bytes.len(), "a bit is left");
    }
    acc
}

/// The last bit before `end` that is set. There is one.
fn bit_before(bytes: &[u8], end: usize) -> usize {
    let mut at = end.div_ceil(8);
    let mut mask = if end.is_multiple_of(8) { u8::MAX } else { (1 << (end % 8)) - 1 };
    loop {
        at -= 1;
        let byte = bytes[at] & mask;
        if byte != 0 {
            return at * 8 + 7 - byte.leading_zeros() as usize;
        }
        mask = u8::MAX;
    }
}

/// How many bits from `from` on, up to `end`, are set.
pub(super) fn count_bits(bytes: &[u8], from: usize, end: usize) -> usize {
    let (mut from, mut count) = (from, 0);
    while from < end {
        let bits = (end - from).min(64 - from % 8);
        count += bits::get(bytes, from, bits).count_ones() as usize;
        from += bits;
    }
    count
}

impl<'a> Reader<'a> {
    pub(super) fn new(first: u64, len: usize, numbers: Numbers<'a>) -> Self {
        Self { numbers, first, head: first, at: 0, left: len, tail: None }
    }

    /// That of no ids.
    pub(crate) fn none() -> Self {
        Self { left: 0, ..Self::one(0) }
    }

    /// That of a single id.
    pub(crate) fn one(id: u64) -> Self {
        Self::new(id, 1, Numbers::Bits(&[]))
    }

    /// The next one, which stays.
    #[inline]
    pub(crate) fn peek(&self) -> Option<u64> {
        (self.left > 0).then_some(self.head)
    }

    /// Passes by whatever is less than `id`: gaps are read, bits are counted, a run is skipped.
    #[inline]
    pub(crate) fn seek(&mut self, id: u64) {
        if self.left == 0 || self.head >= id {
            return;
        }
        if let Numbers::Bits(bytes) = self.numbers {
            let bit = usize::try_from(id - self.first - 1).unwrap_or(usize::MAX);
            let bit = bit.min(bytes.len() * 8);
            // The ids passed by, but for the head; those of the other end count as left no more.
            let passed = count_bits(bytes, self.at, bit);
            self.left = (self.left - 1).saturating_sub(passed);
            if self.left > 0 {
                self.go_to(bytes, bit);
            }
            return;
        }
        if self.is_run() {
            self.skip((id - self.head).min(self.left as u64));
            return;
        }
        while self.left > 0 && self.head < id {
            self.step();
        }
    }

    /// Whether the ids have no gaps.
    #[inline]
    fn is_run(&self) -> bool {
        matches!(&self.numbers, Numbers::Gaps(gaps) if gaps.width == 0)
    }

    /// Steps over so many ids of a run, all that are left at most.
    #[inline]
    fn skip(&mut self, count: u64) {
        self.left -= count as usize;
        self.at += count as usize;
        if self.left > 0 {
            self.head += count;
        }
    }

    /// Takes the ids of the 64 numbers from `base` on, as bits. None that is left is less.
    #[inline]
    pub(crate) fn take_word(&mut self, base: u64) -> u64 {
        let mut word = 0;
        while self.left > 0 && self.head - base < 64 {
            if self.is_run() {
                let offset = self.head - base;
                let count = (64 - offset).min(self.left as u64);
                self.skip(count);
                return word | u64::MAX >> (64 - count) << offset;
            }
            if let Numbers::Bits(bytes) = self.numbers
                && self.at > 0
            {
                return word | self.take_bits(bytes, base);
            }
            word |= 1 << (self.head - base);
            self.step();
        }
        word
    }

    /// [`take_word`](Self::take_word) from bits, of which one led to the head.
    #[inline]
    fn take_bits(&mut self, bytes: &[u8], base: u64) -> u64 {
        let (from, offset) = (self.at - 1, self.head - base);
        let count = (64 - offset) as usize;
        let end = (from + count).min(8 * bytes.len());
        let word = bits::get(bytes, from, end - from);
        let taken = (word.count_ones() as usize).min(self.left);
        self.left -= taken;
        if self.left > 0 {
            self.go_to(bytes, end);
        }
        word << offset
    }

    /// Has the first id with a bit from this one on as the head.
    #[inline]
    fn go_to(&mut self, bytes: &[u8], bit: usize) {
        let bit = bit_from(bytes, bit);
        self.head = self.first + 1 + bit as u64;
        self.at = bit + 1;
    }

    /// Steps over the head.
    #[inline]
    fn step(&mut self) {
        self.left -= 1;
        if self.left == 0 {
            return;
        }
        match &mut self.numbers {
            Numbers::Bits(bytes) => {
                let bytes = *bytes;
                self.go_to(bytes, self.at);
            }
            Numbers::Gaps(gaps) => {
                self.head += 1 + gaps.next();
                self.at += 1;
            }
        }
    }

    /// The last one that is left, and what led to it; there are two at least.
    fn end(&self) -> (u64, usize) {
        match &self.numbers {
            Numbers::Bits(bytes) => {
                let bit = bit_before(bytes, bytes.len() * 8);
                (self.first + 1 + bit as u64, bit)
            }
            Numbers::Gaps(gaps) => {
                let (mut gaps, count) = (gaps.clone(), self.left - 1);
                let all = (0..count).map(|_| gaps.next() + 1).sum::<u64>();
                (self.head + all, self.at + count - 1)
            }
        }
    }

    /// The one before an id, which is not the first that is left, and what led to it.
    fn before(&self, id: u64, at: usize) -> (u64, usize) {
        match &self.numbers {
            Numbers::Bits(bytes) => {
                let bit = bit_before(bytes, at);
                (self.first + 1 + bit as u64, bit)
            }
            Numbers::Gaps(gaps) => (id - 1 - gaps.nth(at), at - 1),
        }
    }
}

impl Iterator for Reader<'_> {
    type Item = u64;

    #[inline]
    fn next(&mut self) -> Option<u64> {
        let head = self.peek()?;
        self.step();
        Some(head)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }

    #[inline]
    fn fold<B, F: FnMut(B, u64) -> B>(mut self, init: B, mut act: F) -> B {
        let Some(head) = self.next() else { return init };
        let acc = act(init, head);
        if self.left == 0 {
            return acc;
        }
        let acc = act(acc, self.head);
        let left = self.left - 1;
        match self.numbers {
            Numbers::Gaps(gaps) => gaps.fold(self.head, left, acc, act),
            Numbers::Bits(bytes) => {
                let offset = self.first + 1;
                fold_bits(bytes, self.at, left, acc, |acc, bit| act(acc, offset + bit as u64))
            }
        }
    }
}

impl DoubleEndedIterator for Reader<'_> {
    fn next_back(&mut self) -> Option<u64> {
        self.peek()?;
        if self.left == 1 {
            self.left = 0;
            return Some(self.head);
        }
        let (last, at) = self.tail.unwrap_or_else(|| self.end());
        self.left -= 1;
        if self.left > 1 {
            self.tail = Some(self.before(last, at));
        }
        Some(last)
    }
}
