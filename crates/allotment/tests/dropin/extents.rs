//! The free space of a disk: extents by place and by size, first fit and best fit, and a journal
//! that can be undone.

use std::fmt::Write as _;
use std::ops::Range;

use super::collections::{BTreeMap, BTreeSet, btree_map};

/// Blocks of the disk.
type Block = u64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fit {
    First,
    Best,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Fault {
    Full { wanted: u64, largest: u64 },
    NotAllocated(Range<Block>),
    Overlap(Range<Block>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Space {
    /// Where each free extent begins, and how long it is.
    by_place: BTreeMap<Block, u64>,
    /// Length and place of each free extent.
    by_size: BTreeSet<(u64, Block)>,
    /// Where each extent in use begins, how long it is, and whose it is.
    used: BTreeMap<Block, (u64, u32)>,
}

impl Space {
    fn new(blocks: u64) -> Self {
        Self {
            by_place: BTreeMap::from([(0, blocks)]),
            by_size: [(blocks, 0)].into(),
            used: BTreeMap::new(),
        }
    }

    fn add_free(&mut self, start: Block, len: u64) {
        self.by_place.insert(start, len);
        self.by_size.insert((len, start));
    }

    fn remove_free(&mut self, start: Block) -> Option<u64> {
        let len = self.by_place.remove(&start)?;
        assert!(self.by_size.remove(&(len, start)), "the two indexes agree");
        Some(len)
    }

    fn allocate(&mut self, wanted: u64, owner: u32, fit: Fit) -> Result<Block, Fault> {
        let found = match fit {
            Fit::First => self.by_place.iter().find(|(_, len)| **len >= wanted).map(|at| *at.0),
            Fit::Best => self.by_size.range((wanted, 0)..).next().map(|extent| extent.1),
        };
        let largest = self.by_size.last().map_or(0, |extent| extent.0);
        let start = found.ok_or(Fault::Full { wanted, largest })?;
        let len = self.remove_free(start).expect("just found");
        if len > wanted {
            self.add_free(start + wanted, len - wanted);
        }
        let before = self.used.insert(start, (wanted, owner));
        assert!(before.is_none(), "free space is not in use");
        Ok(start)
    }

    /// Frees an extent, and melts it with those beside it.
    fn free(&mut self, start: Block) -> Result<u64, Fault> {
        let Some((len, _)) = self.used.remove(&start) else {
            return Err(Fault::NotAllocated(start..start + 1));
        };
        let (mut first, mut total) = (start, len);
        if let Some((&before, &before_len)) = self.by_place.range(..start).next_back()
            && before + before_len == start
        {
            self.remove_free(before);
            (first, total) = (before, total + before_len);
        }
        if let Some(behind_len) = self.remove_free(start + len) {
            total += behind_len;
        }
        self.add_free(first, total);
        Ok(len)
    }

    /// Takes a given range, if it is free.
    fn claim(&mut self, range: Range<Block>, owner: u32) -> Result<(), Fault> {
        let around = self.by_place.range(..=range.start).next_back();
        let Some((&start, &len)) = around.filter(|(start, len)| **start + **len >= range.end)
        else {
            return Err(Fault::Overlap(range));
        };
        self.remove_free(start);
        if start < range.start {
            self.add_free(start, range.start - start);
        }
        if range.end < start + len {
            self.add_free(range.end, start + len - range.end);
        }
        self.used.insert(range.start, (range.end - range.start, owner));
        Ok(())
    }

    /// What belongs to whom.
    fn owners(&self) -> BTreeMap<u32, u64> {
        let mut owners = BTreeMap::new();
        for (len, owner) in self.used.values() {
            *owners.entry(*owner).or_insert(0) += len;
        }
        owners
    }

    /// Frees all that an owner has.
    fn release(&mut self, owner: u32) -> u64 {
        let own = |extent: &(&Block, &(u64, u32))| extent.1.1 == owner;
        let starts: Vec<Block> = self.used.iter().filter(own).map(|(start, _)| *start).collect();
        starts.into_iter().map(|start| self.free(start).expect("it is in use")).sum()
    }

    fn check(&self, blocks: u64) {
        let free = self.by_place.iter().map(|(&start, &len)| (start, len, None));
        let used = self.used.iter().map(|(&start, &(len, owner))| (start, len, Some(owner)));
        let mut all: Vec<_> = free.chain(used).collect();
        all.sort_unstable();
        let mut at = 0;
        for (start, len, owner) in all {
            assert_eq!(start, at, "an extent of {owner:?}");
            at += len;
        }
        assert_eq!(at, blocks);
        assert_eq!(self.by_place.len(), self.by_size.len());
        let neighbours = self.by_place.iter().zip(self.by_place.iter().skip(1));
        assert!(neighbours.into_iter().all(|((start, len), (next, _))| start + len < *next));
    }
}

/// A disk whose last changes can be undone.
#[derive(Debug)]
struct Journal {
    space: Space,
    /// The space before each of the last changes, by their number.
    before: BTreeMap<u32, Space>,
    next: u32,
}

impl Journal {
    fn change(&mut self, act: impl FnOnce(&mut Space)) {
        self.before.insert(self.next, self.space.clone());
        self.next += 1;
        while self.before.len() > 8 {
            self.before.pop_first();
        }
        act(&mut self.space);
    }

    /// Goes back to what was before change `number`, and forgets what came after.
    fn undo(&mut self, number: u32) -> Option<usize> {
        let undone = self.before.split_off(&number);
        let mut undone: btree_map::IntoIter<u32, Space> = undone.into_iter();
        let count = undone.len();
        let (number, space) = undone.next()?;
        (self.next, self.space) = (number, space);
        Some(count)
    }
}

pub(crate) fn run() -> String {
    const BLOCKS: u64 = 10_000;
    let mut disk = Journal { space: Space::new(BLOCKS), before: BTreeMap::new(), next: 0 };
    let (mut out, mut seed) = (String::new(), 7_u64);
    let mut random = move |limit: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) % limit
    };
    let mut faults = 0;
    for step in 0..1500 {
        let (len, owner) = (1 + random(60), random(9) as u32);
        let (place, fit) = (random(BLOCKS), if random(2) == 0 { Fit::First } else { Fit::Best });
        let kind = random(20);
        let number = disk.next.saturating_sub(random(6) as u32);
        let fault = std::cell::RefCell::new(None);
        match kind {
            0..9 => disk.change(|space| {
                fault.replace(space.allocate(len, owner, fit).err()).map_or((), drop)
            }),
            9..17 => disk.change(|space| {
                let start = space.used.range(place..).next().map_or(place, |(start, _)| *start);
                fault.replace(space.free(start).err());
            }),
            17 => disk.change(|space| {
                fault.replace(space.claim(place..(place + len).min(BLOCKS), owner).err());
            }),
            18 if step % 50 == 0 => disk.change(|space| assert!(space.release(owner) <= BLOCKS)),
            _ => drop(disk.undo(number)),
        }
        faults += usize::from(fault.into_inner().is_some());
        disk.space.check(BLOCKS);
        if step % 250 == 249 {
            let space = &disk.space;
            writeln!(
                out,
                "{step}: {} free, {} used, {faults} faults",
                space.by_place.len(),
                space.used.len()
            )
            .unwrap();
            writeln!(out, "   largest {:?}, owners {:?}", space.by_size.last(), space.owners())
                .unwrap();
        }
    }
    writeln!(out, "{:?}", disk.space.allocate(BLOCKS + 1, 0, Fit::Best)).unwrap();
    writeln!(out, "{:?}", disk.space.used.iter().rev().take(3).collect::<Vec<_>>()).unwrap();
    out
}
