//! Allocators that observe or sabotage the one they wrap.
