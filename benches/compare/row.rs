//! The rows of the time tables: what each measures.

/// Something that every contender is timed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    InsertRandom,
    InsertAscending,
    InsertDescending,
    InsertStreams,
    Overwrite,
    GetHit,
    GetHitBulk,
    GetChained,
    GetMiss,
    GetEach,
    GetAscending,
    ScanRandom,
    ScanBulk,
    ScanBack,
    ScanPaged,
    Fold,
    Slices,
    Range10,
    Range1000,
    RangeWithin,
    Churn,
    RemoveRandom,
    PopFirst,
    Clone,
    Drop,
    Bulk,
    AppendOverlapping,
    AppendDisjoint,
}

/// How a map came about that is kept from round to round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// From sorted pairs.
    Bulk,
    /// By random inserts.
    Random,
    /// By random inserts, and then swaps in every round.
    Churned,
}

impl Row {
    /// The map that the row works on, unless it makes its own.
    pub(crate) const fn kept(self) -> Option<Kept> {
        match self {
            Row::GetHitBulk | Row::ScanBulk => Some(Kept::Bulk),
            Row::Overwrite
            | Row::GetHit
            | Row::GetChained
            | Row::GetMiss
            | Row::GetEach
            | Row::GetAscending
            | Row::ScanRandom
            | Row::ScanBack
            | Row::ScanPaged
            | Row::Fold
            | Row::Slices
            | Row::Range10
            | Row::Range1000
            | Row::RangeWithin
            | Row::Clone => Some(Kept::Random),
            Row::Churn => Some(Kept::Churned),
            Row::InsertRandom
            | Row::InsertAscending
            | Row::InsertDescending
            | Row::InsertStreams
            | Row::RemoveRandom
            | Row::PopFirst
            | Row::Drop
            | Row::Bulk
            | Row::AppendOverlapping
            | Row::AppendDisjoint => None,
        }
    }

    /// In the order of the table.
    pub(crate) const ALL: [Row; 28] = [
        Row::InsertRandom,
        Row::InsertAscending,
        Row::InsertDescending,
        Row::InsertStreams,
        Row::Overwrite,
        Row::GetHit,
        Row::GetHitBulk,
        Row::GetChained,
        Row::GetMiss,
        Row::GetEach,
        Row::GetAscending,
        Row::ScanRandom,
        Row::ScanBulk,
        Row::ScanBack,
        Row::ScanPaged,
        Row::Fold,
        Row::Slices,
        Row::Range10,
        Row::Range1000,
        Row::RangeWithin,
        Row::Churn,
        Row::RemoveRandom,
        Row::PopFirst,
        Row::Clone,
        Row::Drop,
        Row::Bulk,
        Row::AppendOverlapping,
        Row::AppendDisjoint,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Row::InsertRandom => "insert random",
            Row::InsertAscending => "insert ascending",
            Row::InsertDescending => "insert descending",
            Row::InsertStreams => "insert 64 streams",
            Row::Overwrite => "overwrite",
            Row::GetHit => "get hit, independent",
            Row::GetHitBulk => "get hit, bulk-built",
            Row::GetChained => "get hit, chained",
            Row::GetMiss => "get miss",
            Row::GetEach => "get_each, random keys",
            Row::GetAscending => "get, ascending keys",
            Row::ScanRandom => "scan, random-built",
            Row::ScanBulk => "scan, bulk-built",
            Row::ScanBack => "scan backwards",
            Row::ScanPaged => "scan in pages of 1 MiB",
            Row::Fold => "fold",
            Row::Slices => "sum of slices",
            Row::Range10 => "range seek + 10",
            Row::Range1000 => "range seek + 1000",
            Row::RangeWithin => "range of 16",
            Row::Churn => "churn",
            Row::RemoveRandom => "remove random, half",
            Row::PopFirst => "pop_first until empty",
            Row::Clone => "clone",
            Row::Drop => "drop",
            Row::Bulk => "bulk build from sorted",
            Row::AppendOverlapping => "append, overlapping",
            Row::AppendDisjoint => "append, disjoint",
        }
    }

    pub(crate) const fn about(self) -> &'static str {
        match self {
            Row::InsertRandom => "into an empty map, keys in random order",
            Row::InsertAscending => "into an empty map, keys in ascending order",
            Row::InsertDescending => "into an empty map, keys in descending order",
            Row::InsertStreams => {
                "into an empty map, from 64 ascending sequences that take turns at random"
            }
            Row::Overwrite => "insert of keys that are there, in random order; random-built",
            Row::GetHit => {
                "look-ups of keys that are there, none waiting for another; random-built"
            }
            Row::GetHitBulk => "the same in a bulk-built map",
            Row::GetChained => "each look-up needs the answer of the one before; random-built",
            Row::GetMiss => "look-ups of keys that are not there; random-built",
            Row::GetEach => {
                "a list of keys that is known beforehand: in batches where a map offers it; \
                 random-built"
            }
            Row::GetAscending => "look-ups of all keys in ascending order; random-built",
            Row::ScanRandom => "a loop over all pairs, per pair; random-built",
            Row::ScanBulk => "the same in a bulk-built map",
            Row::ScanBack => "a loop over all pairs from the last to the first; random-built",
            Row::ScanPaged => {
                "the same a page at a time, each from behind the last key of the one before: a \
                 loop over a range, ours by `scan` with a limit of bytes; random-built"
            }
            Row::Fold => "Iterator::fold over all pairs, per pair; random-built",
            Row::Slices => {
                "the same over slices of neighbours where a map hands them out, else by fold; \
                 random-built"
            }
            Row::Range10 => "range(key..) at a random key and 10 steps; random-built",
            Row::Range1000 => "range(key..) at a random key and 1000 steps; random-built",
            Row::RangeWithin => {
                "a loop over range(key..other), 16 pairs from a random key on; random-built"
            }
            Row::Churn => "remove a random key and insert another, per such swap; random-built",
            Row::RemoveRandom => "removal of a random half of the keys; random-built",
            Row::PopFirst => "pop_first until the map is empty, per pair; random-built",
            Row::Clone => "per pair; random-built",
            Row::Drop => "per pair; random-built",
            Row::Bulk => "from an iterator over sorted pairs, per pair",
            Row::AppendOverlapping => {
                "of n/2 pairs that lie between the n of the map, an eighth of them with keys that \
                 are in both, per pair; bulk-built"
            }
            Row::AppendDisjoint => {
                "of n/2 pairs that lie behind the n of the map, per pair; bulk-built"
            }
        }
    }
}
