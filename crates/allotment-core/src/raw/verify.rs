//! The invariant checker and the structure dump: what tests run after every operation.

use alloc::format;
use alloc::string::String;
use core::fmt::{Debug, Write};
use core::mem::MaybeUninit;

use crate::raw::bytes::head_of;
use crate::raw::node::Node;
use crate::raw::path::{Edge, Root};
use crate::raw::shape::{MAX_HEIGHT, Shape};
use crate::raw::tree::Tree;

/// What is known of a node from the nodes above it.
#[derive(Clone, Copy)]
struct Above<'a, K> {
    level: usize,
    is_root: bool,
    /// On the way from the root to the first or to the last leaf.
    is_outer: bool,
    /// The key before all of the node's, and the key behind them.
    fences: (Option<&'a K>, Option<&'a K>),
}

/// Checks N1 (as far as it can be seen), N2, N4, N5, N6, T1, T2, T3, H1 and, if asked, that keys
/// ascend. What keys that are not trusted say of themselves counts as their order.
pub(crate) fn check<K: Ord, V, S: Shape<K>>(
    tree: &Tree<K, V, S>,
    ordered: bool,
) -> Result<(), String> {
    let Some(Root { node, level }) = tree.root() else {
        let is_empty = tree.len() == 0 && tree.hint().leaf().is_none();
        return if is_empty { Ok(()) } else { Err(format!("T3 or H1: len {}", tree.len())) };
    };
    if level >= MAX_HEIGHT {
        return Err(format!("T1: {} levels", level + 1));
    }
    let above = Above { level, is_root: true, is_outer: true, fences: (None, None) };
    let slots = check_below(node, above, ordered)?;
    check_hint(tree, Root { node, level })?;
    if slots != tree.len() {
        return Err(format!("T3: {slots} slots, len {}", tree.len()));
    }
    Ok(())
}

/// Checks H1.
fn check_hint<K, V, S: Shape<K>>(tree: &Tree<K, V, S>, root: Root<K, V, S>) -> Result<(), String> {
    let Some((leaf, is_first)) = tree.hint().leaf() else { return Ok(()) };
    let outer = if is_first { Edge::first(root) } else { Edge::last(root) };
    if leaf == outer.leaf { Ok(()) } else { Err(format!("H1: {leaf:?} is not {:?}", outer.leaf)) }
}

/// Checks a node and all below it; returns how many slots they have.
fn check_below<K: Ord, V, S: Shape<K>>(
    node: Node<K, V, S>,
    above: Above<'_, K>,
    ordered: bool,
) -> Result<usize, String> {
    let (len, level) = (node.len(), above.level);
    let is_inner = !above.is_root && !above.is_outer && level > 0;
    let least = if is_inner { node.geometry().fill_least } else { 1 };
    if len < least || len > node.slots() {
        return Err(format!("T2: {len} slots in {node:?} on level {level}, at least {least}"));
    }
    if !node.is_whole() && !above.is_root {
        return Err(format!("T2: {node:?} on level {level} has {} slots in all", node.slots()));
    }
    if !is_padded(node) {
        return Err(format!("N4: {node:?} on level {level}"));
    }
    if (ordered || S::IS_TRUSTED) && !has_right_heads(node) {
        return Err(format!("N5: {node:?} on level {level} skips {}", node.skipped()));
    }
    // SAFETY: N1.
    let key = |slot: usize| unsafe { &*node.keys().wrapping_add(slot) };
    let (before, behind) = above.fences;
    if ordered {
        let first = before.is_none_or(|fence| fence < key(0));
        let last = behind.is_none_or(|fence| key(len - 1) < fence);
        if !first || !last || (1..len).any(|slot| key(slot - 1) >= key(slot)) {
            return Err(format!("keys do not ascend in {node:?} on level {level}"));
        }
    }
    let mut slots = len;
    for edge in 0..=len {
        if level == 0 {
            break;
        }
        // SAFETY: N2.
        let child = unsafe { node.child(edge) };
        let outer = above.is_outer && (edge == 0 || edge == len);
        let fences =
            (edge.checked_sub(1).map(key).or(before), (edge < len).then(|| key(edge)).or(behind));
        let below = Above { level: level - 1, is_root: false, is_outer: outer, fences };
        let total = check_below(child, below, ordered)?;
        // SAFETY: N6.
        if S::HAS_TOTALS && unsafe { node.total(edge) } != total {
            return Err(format!("N6: {total} pairs at edge {edge} of {node:?} on level {level}"));
        }
        slots += total;
    }
    Ok(slots)
}

/// Whether the key slots at and above `len` hold the greatest integer, if keys are integers and it
/// is known which one that is.
fn is_padded<K, V, S: Shape<K>>(node: Node<K, V, S>) -> bool {
    if !S::IS_TRUSTED || !S::are_integers() {
        return true;
    }
    let mut greatest = MaybeUninit::uninit();
    // SAFETY: it can be written to.
    unsafe { S::pad(greatest.as_mut_ptr()) };
    // SAFETY: just written, or of another slot: N4 says that it is initialised, and every node is
    // born so.
    let image = |key| -> u128 { unsafe { S::load(key) } };
    let mut unused = node.len()..node.slots();
    unused.all(|slot| image(node.keys().wrapping_add(slot)) == image(greatest.as_ptr()))
}

/// Whether the heads are those of the keys, all of which begin with what is skipped.
fn has_right_heads<K, V, S: Shape<K>>(node: Node<K, V, S>) -> bool {
    if !node.has_heads() {
        return node.skipped() == 0;
    }
    let (len, skipped) = (node.len(), node.skipped());
    // SAFETY: N1; asked for slots below `len` only.
    let bytes = |slot: usize| unsafe { node.key_bytes(slot) };
    let first = bytes(0).get(..skipped);
    let is_right = |slot: usize| {
        let is_alike = first.is_some() && bytes(slot).get(..skipped) == first;
        is_alike && node.head(slot) == head_of(bytes(slot), skipped)
    };
    (0..len).all(is_right) && (len..node.slots()).all(|slot| node.head(slot) == u64::MAX)
}

/// A line for each node, children indented under their parent.
pub(crate) fn dump<K: Debug, V, S: Shape<K>>(tree: &Tree<K, V, S>) -> String {
    let mut out = format!("{} pairs\n", tree.len());
    if let Some(Root { node, level }) = tree.root() {
        dump_below(node, level, 0, &mut out);
    }
    out
}

fn dump_below<K: Debug, V, S: Shape<K>>(
    node: Node<K, V, S>,
    level: usize,
    indent: usize,
    out: &mut String,
) {
    let kind = if level == 0 { "leaf" } else { "internal" };
    let (len, capacity) = (node.len(), node.capacity());
    let _ = write!(out, "{:indent$}{kind} {len}/{capacity}:", "");
    for slot in 0..len {
        // SAFETY: N1.
        let key = unsafe { &*node.keys().wrapping_add(slot) };
        let _ = write!(out, " {key:?}");
    }
    out.push('\n');
    for edge in 0..=len {
        if level == 0 {
            break;
        }
        // SAFETY: N2.
        let child = unsafe { node.child(edge) };
        dump_below(child, level - 1, indent + 2, out);
    }
}
