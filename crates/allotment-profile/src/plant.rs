//! [`plant_leak`]: a leak for the tests to find.

use std::sync::atomic::{AtomicBool, Ordering};

static PLANTED: AtomicBool = AtomicBool::new(false);

/// Has the next [`measure_heap`](crate::measure_heap) leak one block of one byte, to see that it is
/// found.
pub fn plant_leak() {
    PLANTED.store(true, Ordering::Relaxed);
}

/// Leaks it, if it is planted.
pub(crate) fn leak() {
    if PLANTED.swap(false, Ordering::Relaxed) {
        // Without the box the compiler would see that nobody looks at it.
        std::mem::forget(std::hint::black_box(Box::new(0_u8)));
    }
}
