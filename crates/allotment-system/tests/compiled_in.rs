//! mimalloc and jemalloc keep the contract of an allocator.
#![cfg(any(feature = "mimalloc", feature = "jemalloc"))]

mod common;

use common::is_an_allocator;

#[cfg(feature = "mimalloc")]
is_an_allocator!(mimalloc, allotment_system::MiMalloc);

#[cfg(feature = "jemalloc")]
is_an_allocator!(jemalloc, allotment_system::Jemalloc);

/// Whoever frees a block may be another thread, or another value of the type.
#[test]
fn blocks_go_back_on_another_thread() {
    fn go(heap: impl allotment_alloc::SharedAlloc + Send + 'static) {
        assert!(heap.same_as(&heap.clone()));
        let layout = common::layout(512, 64);
        let block = heap.allocate(layout).expect("memory").cast::<u8>();
        let address = block.expose_provenance();
        let free = move || {
            let block = std::ptr::NonNull::with_exposed_provenance(address);
            // SAFETY: the block is live with this layout, and forgotten where it was made.
            unsafe { heap.deallocate(block, layout) };
        };
        std::thread::spawn(free).join().expect("it goes back");
    }
    #[cfg(feature = "mimalloc")]
    go(allotment_system::MiMalloc);
    #[cfg(feature = "jemalloc")]
    go(allotment_system::Jemalloc);
}
