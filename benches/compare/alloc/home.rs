//! [`Home`]: what lends an allocator to maps.

use allotment_alloc::{Allocator, Global};
use allotment_bump::Bump;
use allotment_pool::Pool;
use allotment_system::MiMalloc;

/// What lends an allocator to maps.
pub(super) trait Home {
    type Lent<'a>: Allocator
    where
        Self: 'a;

    fn new() -> Self;

    fn lend(&self) -> Self::Lent<'_>;

    /// Gives back what it can, once no map is left.
    fn tidy(&mut self) {}
}

impl Home for Global {
    type Lent<'a> = Global;

    fn new() -> Self {
        Global
    }

    fn lend(&self) -> Global {
        Global
    }
}

impl Home for bumpalo::Bump {
    type Lent<'a> = &'a bumpalo::Bump;

    fn new() -> Self {
        bumpalo::Bump::new()
    }

    fn lend(&self) -> &bumpalo::Bump {
        self
    }

    fn tidy(&mut self) {
        self.reset();
    }
}

impl Home for Bump {
    type Lent<'a> = &'a Bump;

    fn new() -> Self {
        Bump::new()
    }

    fn lend(&self) -> &Bump {
        self
    }

    fn tidy(&mut self) {
        self.reset().expect("there is one handle only");
    }
}

impl Home for Pool {
    type Lent<'a> = Pool;

    fn new() -> Self {
        Pool::new()
    }

    fn lend(&self) -> Pool {
        self.clone()
    }

    fn tidy(&mut self) {
        self.trim();
    }
}

impl Home for MiMalloc {
    type Lent<'a> = MiMalloc;

    fn new() -> Self {
        MiMalloc
    }

    fn lend(&self) -> MiMalloc {
        MiMalloc
    }
}
