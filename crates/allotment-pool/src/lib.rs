//! A pool of size-class slabs for tree nodes and slices.
