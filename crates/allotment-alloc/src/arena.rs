//! [`ArenaAlloc`]: allocators whose blocks end with them.

use crate::Allocator;

/// An allocator whose blocks go as a whole, when its last handle does or what it borrows.
///
/// A block of it need not be given back. So a collection of plain data can be dropped without a
/// visit to its nodes, if it is told that its allocator is one of these: see `OnArena` of the
/// trees. Nothing but memory depends on the promise: if it is broken, blocks leak.
///
/// Implemented by arenas, and for shared references to them.
///
/// ```
/// use allotment_alloc::ArenaAlloc;
///
/// fn in_an_arena<A: ArenaAlloc>(arena: A) -> A {
///     arena
/// }
/// ```
pub trait ArenaAlloc: Allocator {}

impl<A: ArenaAlloc> ArenaAlloc for &A {}
