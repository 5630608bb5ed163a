//! [`Usage`]: what the nodes of a tree take, and how full they are.
//!
//! Takes for granted N0 to N3. Does not care about order.

use crate::raw::node::ErasedNode;
use crate::raw::path::ErasedRoot;

/// Tenths of its slots that a node can have in use.
pub(crate) const TENTHS: usize = 10;

/// The nodes of a tree, by kind and fill.
#[derive(Default)]
pub(crate) struct Usage {
    pub(crate) levels: usize,
    pub(crate) leaves: usize,
    pub(crate) internals: usize,
    pub(crate) bytes: usize,
    pub(crate) slots: usize,
    /// How many nodes have up to so many tenths of their slots in use.
    pub(crate) fill: [usize; TENTHS],
}

impl Usage {
    /// Visits each node of the tree under `root`.
    pub(crate) fn of(root: Option<ErasedRoot>) -> Self {
        let mut usage = Self::default();
        if let Some(ErasedRoot { node, level }) = root {
            usage.levels = level + 1;
            usage.add(node, level);
        }
        usage
    }

    fn add(&mut self, node: ErasedNode, level: usize) {
        let (len, slots) = (node.len(), node.slots());
        self.slots += slots;
        self.bytes += node.own_layout(level).size();
        self.fill[(len * TENTHS).div_ceil(slots).saturating_sub(1)] += 1;
        if level == 0 {
            self.leaves += 1;
            return;
        }
        self.internals += 1;
        for edge in 0..=len {
            // SAFETY: N2.
            let child = unsafe { node.child(edge) };
            self.add(child, level - 1);
        }
    }
}
