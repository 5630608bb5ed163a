//! The allocators of the platform as backends: Global and System.
