//! [`Phase`] and [`Op`]: the parts of a script, by name.

/// A part of a script: of that which workloads of keys run, in this order, or of that of a trace.
/// Maps without order leave out those that need one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Phase {
    /// Makes the backend and an empty map, and inserts every key. An operation is an insert.
    Build,
    /// Looks keys up: three that are there, then one that is not. An operation is a look-up.
    Lookup,
    /// Reads 100 entries from each of many places, and then all. An operation is an entry read.
    Scan,
    /// Reads all in pages of [`PAGE_BYTES`](crate::PAGE_BYTES), each from where the last one ended.
    /// An operation is an entry read.
    Page,
    /// Removes an entry and inserts another, again and again. An operation is a removal or an
    /// insert.
    Churn,
    /// Clones the map. An operation is an entry of the clone.
    Clone,
    /// Clears the clone and inserts every key into it. An operation is an insert.
    Refill,
    /// Removes half of the entries at once, then the others one by one, smallest first. An
    /// operation is a removal.
    Drain,
    /// Makes the backend and an empty map, and does to it what was recorded. An operation is one of
    /// the trace.
    Replay,
    /// Drops the map, the clone and with them the backend. An operation is an entry dropped: those
    /// of the clone, and where nothing was drained those of the map.
    Drop,
}

impl Phase {
    /// All phases there are, each at the place of its discriminant. No script has them all: see
    /// [`Script::phases`](crate::Script::phases).
    pub const ALL: [Phase; 10] = [
        Phase::Build,
        Phase::Lookup,
        Phase::Scan,
        Phase::Page,
        Phase::Churn,
        Phase::Clone,
        Phase::Refill,
        Phase::Drain,
        Phase::Replay,
        Phase::Drop,
    ];

    /// The phases of a trace, in order.
    pub(crate) const OF_TRACES: [Phase; 2] = [Phase::Replay, Phase::Drop];

    /// The phases of a workload of keys, in order.
    pub(crate) const OF_KEYS: [Phase; 9] = [
        Phase::Build,
        Phase::Lookup,
        Phase::Scan,
        Phase::Page,
        Phase::Churn,
        Phase::Clone,
        Phase::Refill,
        Phase::Drain,
        Phase::Drop,
    ];

    /// Whether only an ordered map can take part.
    pub const fn needs_order(self) -> bool {
        matches!(self, Phase::Scan | Phase::Page | Phase::Drain)
    }

    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Phase::Build => "build",
            Phase::Lookup => "lookup",
            Phase::Scan => "scan",
            Phase::Page => "page",
            Phase::Churn => "churn",
            Phase::Clone => "clone",
            Phase::Refill => "refill",
            Phase::Drain => "drain",
            Phase::Drop => "drop",
            Phase::Replay => "replay",
        }
    }
}

/// A single call on a map that a probe can watch, and that may pause to manage memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// `insert`.
    Insert,
    /// `remove_entry`, `pop_first` or `pop_last`.
    Remove,
    /// `clear` of a full map.
    Clear,
    /// `clone` of a full map.
    Clone,
    /// The drop of a full map, and with it of the backend.
    Drop,
    /// `reset` of the arena that the map lay in, as a part of the drop; other backends have none.
    Reset,
}

impl Op {
    /// All kinds, in the order of their discriminants.
    pub const ALL: [Op; 6] = [Op::Insert, Op::Remove, Op::Clear, Op::Clone, Op::Drop, Op::Reset];

    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Op::Insert => "insert",
            Op::Remove => "remove",
            Op::Clear => "clear",
            Op::Clone => "clone",
            Op::Drop => "drop",
            Op::Reset => "reset",
        }
    }
}
