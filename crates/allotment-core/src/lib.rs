//! Ordered map and set: B-trees generic over an allocator, no_std.
