//! B-tree collections on the memory you allot: ordered map and set, generic over an allocator.
