//! [`Plan`]: what is done to a map, a script or a trace.

use crate::key::Key;
use crate::probe::Probe;
use crate::replay::replay;
use crate::run::{self, Outcome};
use crate::script::Steps;
use crate::subject::Subject;
use crate::trace::Trace;

/// What is done to a map whose keys are `K`.
pub(crate) trait Plan<K: Key> {
    /// Does it to the map that `make` makes.
    fn run<S: Subject<K>, P: Probe>(&self, make: impl FnOnce() -> S, probe: &mut P) -> Outcome;
}

impl<K: Key> Plan<K> for Steps<K> {
    fn run<S: Subject<K>, P: Probe>(&self, make: impl FnOnce() -> S, probe: &mut P) -> Outcome {
        run::run(self, make, probe)
    }
}

impl<K: Key> Plan<K> for Trace<K> {
    fn run<S: Subject<K>, P: Probe>(&self, make: impl FnOnce() -> S, probe: &mut P) -> Outcome {
        replay(self, make, probe)
    }
}

/// Does it to the map that `make` makes.
pub(crate) fn run<K: Key, S: Subject<K>, P: Probe>(
    plan: &impl Plan<K>,
    make: impl FnOnce() -> S,
    probe: &mut P,
) -> Outcome {
    plan.run(make, probe)
}
