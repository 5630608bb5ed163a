//! [`Plan`]: what is done to a map, a script or a trace.

use crate::key::Key;
use crate::probe::Probe;
use crate::replay::begin_replay;
use crate::run::{Ending, begin_ordered, begin_unordered};
use crate::script::Steps;
use crate::subject::{Dictionary, Subject};
use crate::trace::Trace;

/// What is done to a map whose keys are `K`.
pub(crate) trait Plan<K: Key> {
    /// Does it to the map that `make` makes, up to its end.
    fn begin_ordered<'p, S: Subject<K>, P: Probe>(
        &self,
        make: impl FnOnce() -> S,
        probe: &'p mut P,
    ) -> Ending<'p, P>;

    /// The same on a map without order, without what asks for one.
    ///
    /// # Panics
    ///
    /// If nothing is left then.
    fn begin_unordered<'p, D: Dictionary<K>, P: Probe>(
        &self,
        make: impl FnOnce() -> D,
        probe: &'p mut P,
    ) -> Ending<'p, P>;
}

impl<K: Key> Plan<K> for Steps<K> {
    fn begin_ordered<'p, S: Subject<K>, P: Probe>(
        &self,
        make: impl FnOnce() -> S,
        probe: &'p mut P,
    ) -> Ending<'p, P> {
        begin_ordered(self, make, probe)
    }

    fn begin_unordered<'p, D: Dictionary<K>, P: Probe>(
        &self,
        make: impl FnOnce() -> D,
        probe: &'p mut P,
    ) -> Ending<'p, P> {
        begin_unordered(self, make, probe)
    }
}

impl<K: Key> Plan<K> for Trace<K> {
    fn begin_ordered<'p, S: Subject<K>, P: Probe>(
        &self,
        make: impl FnOnce() -> S,
        probe: &'p mut P,
    ) -> Ending<'p, P> {
        begin_replay(self, make, probe)
    }

    fn begin_unordered<'p, D: Dictionary<K>, P: Probe>(
        &self,
        _make: impl FnOnce() -> D,
        _probe: &'p mut P,
    ) -> Ending<'p, P> {
        panic!("a trace asks for an order")
    }
}
