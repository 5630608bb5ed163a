//! Asking for memory before it is needed: hints only, that any address may be given to.

/// Bytes of a cache line.
pub(crate) const LINE: usize = 64;

/// Hints that the line at `address` will be read soon.
#[inline(always)]
pub(crate) fn prefetch(address: *const u8) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    {
        use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a hint touches no memory, whatever the address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(address.cast()) };
    }
    #[cfg(all(target_arch = "aarch64", not(miri)))]
    {
        // SAFETY: as above.
        unsafe {
            core::arch::asm!("prfm pldl1keep, [{0}]", in(reg) address, options(nostack, readonly, preserves_flags))
        };
    }
    #[cfg(any(miri, not(any(target_arch = "x86_64", target_arch = "aarch64"))))]
    let _ = address;
}

/// Hints that the `bytes` from `address` on will be read soon.
#[inline(always)]
pub(crate) fn prefetch_all(address: *const u8, bytes: usize) {
    let mut offset = 0;
    while offset < bytes {
        prefetch(address.wrapping_add(offset));
        offset += LINE;
    }
}
