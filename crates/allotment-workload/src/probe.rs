//! [`Probe`]: hooks by which a measurement follows a script.

use crate::phase::{Op, Phase};
use crate::usage::NodeUsage;

/// Follows a script as it runs. Every hook does nothing unless it is overridden, and then costs
/// nothing: the script is compiled for the probe.
///
/// ```
/// use allotment_workload::{Backend, Phase, Probe, Script, Size, Workload, drive};
///
/// #[derive(Default)]
/// struct Ops(Vec<(Phase, u64)>);
///
/// impl Probe for Ops {
///     fn phase_end(&mut self, phase: Phase, ops: u64) {
///         self.0.push((phase, ops));
///     }
/// }
///
/// let keys = Workload::find("uniform-u64").unwrap().load(Size::Entries(100), None).unwrap();
/// let mut ops = Ops::default();
/// drive(&Script::new(&keys), Backend::Std, &mut ops);
/// assert_eq!(ops.0[0], (Phase::Build, 100));
/// ```
pub trait Probe {
    /// A phase begins.
    #[inline]
    fn phase_begin(&mut self, phase: Phase) {
        let _ = phase;
    }

    /// A phase has ended, after so many operations.
    #[inline]
    fn phase_end(&mut self, phase: Phase, ops: u64) {
        let _ = (phase, ops);
    }

    /// The map is built. `usage` says how well its nodes are filled, if it can: it visits them all,
    /// so it is only asked by who wants to know.
    #[inline]
    fn built(&mut self, usage: impl FnOnce() -> Option<NodeUsage>) {
        let _ = usage;
    }

    /// The page phase is about to come. It has a buffer, which is made after this, so that what is
    /// counted in the phase is the map's own.
    #[inline]
    fn paging_begin(&mut self) {}

    /// The page phase is over, and its buffer still there.
    #[inline]
    fn paging_end(&mut self) {}

    /// The first half of the churn phase is over, and the fill of the nodes has settled.
    #[inline]
    fn churn_warm(&mut self) {}

    /// The churn phase is over. As long as this says so, its swaps are undone and done again; what
    /// is read back then, and so the outcome, is no longer that of the script.
    #[inline]
    fn churn_on(&mut self) -> bool {
        false
    }

    /// An operation of a trace was done again, whatever its kind: [`Op`] has those that change the
    /// map, and these are within.
    #[inline]
    fn replayed(&mut self) {}

    /// An operation begins. Only [`Op::Reset`] begins and ends within another one, the drop.
    #[inline]
    fn op_begin(&mut self, op: Op) {
        let _ = op;
    }

    /// The operation has ended.
    #[inline]
    fn op_end(&mut self, op: Op) {
        let _ = op;
    }
}

/// The probe that does nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProbe;

impl Probe for NoProbe {}
