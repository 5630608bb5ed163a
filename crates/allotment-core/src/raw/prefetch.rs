//! Asking for memory before it is needed: hints only, to which any address may be given.

/// Levels below the root from which on the nodes of a level are too many for the caches next to the
/// core.
pub(super) const PREFETCH_LEVEL: usize = 3;

/// Bytes of a cache line.
const LINE: usize = 64;

/// Hints that the line at `address` will be read soon.
#[inline(always)]
#[cfg(all(target_arch = "x86_64", not(miri)))]
fn prefetch(address: *const u8) {
    use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    // SAFETY: a hint reads and writes nothing, whatever the address.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(address.cast()) };
}

/// Hints that the line at `address` will be read soon.
#[inline(always)]
#[cfg(all(target_arch = "aarch64", not(miri)))]
fn prefetch(address: *const u8) {
    use core::arch::asm;
    // SAFETY: a hint reads and writes nothing, whatever the address.
    unsafe { asm!("prfm pldl1keep, [{0}]", in(reg) address, options(nostack, preserves_flags)) };
}

/// No hint is known for this machine.
#[inline(always)]
#[cfg(any(miri, not(any(target_arch = "x86_64", target_arch = "aarch64"))))]
fn prefetch(_: *const u8) {}

/// Hints that the `bytes` from `address` on will be read soon.
#[inline(always)]
pub(crate) fn prefetch_all(address: *const u8, bytes: usize) {
    for offset in (0..bytes).step_by(LINE) {
        prefetch(address.wrapping_add(offset));
    }
}
