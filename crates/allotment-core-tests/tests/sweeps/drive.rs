//! [`sweep`]: an operation, with trouble at its first point, at its second, and so on until it
//! passes.

use allotment_core::{Global, SharedAlloc};
use allotment_meter::{Counting, FaultPlan, Faulty};
use allotment_trial::effort::tally;
use allotment_trial::fuse::{Act, arm, catch, disarm};
use allotment_trial::ledger;

use crate::ambient;
use crate::operation::{Collection, How, Keeps, Operation};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Hazard 29: one request is refused.
    FailOnce,
    /// Hazard 29: a request is refused, and all that come after it.
    FailFrom,
    /// Hazard 20: a request panics.
    Request,
    /// Hazards 11 and 12: a comparison panics.
    Compare,
    /// Hazards 16 to 18: a closure or an iterator panics.
    Call,
    /// Hazard 15: a clone panics.
    Clone,
    /// Hazard 13: a drop panics.
    Drop,
}

impl Trouble {
    fn name(self) -> &'static str {
        match self {
            Self::FailOnce | Self::FailFrom => "allocations that failed",
            Self::Request => "allocations that panicked",
            _ => self.act().expect("an act").points(),
        }
    }

    fn act(self) -> Option<Act> {
        match self {
            Self::FailOnce | Self::FailFrom | Self::Request => None,
            Self::Compare => Some(Act::Compare),
            Self::Call => Some(Act::Call),
            Self::Clone => Some(Act::Clone),
            Self::Drop => Some(Act::Drop),
        }
    }

    /// Chooses the point that is met with trouble, counted from now.
    fn arm(self, plan: &FaultPlan, point: u64) {
        match self {
            Self::FailOnce => plan.fail_at(point),
            Self::FailFrom => plan.fail_from(point),
            Self::Request => plan.panic_at(point),
            _ => arm(self.act().expect("an act"), point),
        }
    }

    /// Lets everything pass again; answers whether the point was met.
    fn disarm(self, plan: &FaultPlan) -> bool {
        let met = plan.faults() > 0;
        plan.never();
        self.act().map_or(met, disarm)
    }
}

/// Two collections, as an operation finds or leaves them.
#[derive(PartialEq, Eq)]
struct Look {
    own: Vec<u32>,
    other: Vec<u32>,
    structure: [String; 2],
}

impl Look {
    fn at<C: Collection>(own: &C, other: &C) -> Self {
        Self {
            own: own.numbers(),
            other: other.numbers(),
            structure: [own.structure(), other.structure()],
        }
    }

    /// The numbers that are in either of the two.
    fn union(&self) -> Vec<u32> {
        let mut all = [&self.own[..], &self.other[..]].concat();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// How many of some numbers are not among others; both ascend.
fn missing(numbers: &[u32], among: &[u32]) -> usize {
    numbers.iter().filter(|number| among.binary_search(number).is_err()).count()
}

/// Asserts what an operation has promised to keep.
fn assert_kept(keeps: Keeps, trouble: Trouble, [before, done, after]: [&Look; 3], what: &str) {
    let (had, left) = (before.union(), after.union());
    if keeps == Keeps::Whole && trouble != Trouble::Drop {
        assert!(after == before, "{what}: changed\n{}", after.structure.concat());
    }
    if keeps == Keeps::Each && trouble != Trouble::Drop {
        assert_eq!(left, had, "{what}: lost or made up");
    }
    // What is to stay: all that was there to begin with, and would be there in the end.
    let loses = matches!(keeps, Keeps::Own | Keeps::OwnButOne);
    let begun = if loses { &before.own } else { &had };
    let end = done.union();
    let stay: Vec<u32> =
        begun.iter().copied().filter(|number| end.binary_search(number).is_ok()).collect();
    // A closure of the caller's panics by itself, or as it drops something.
    let panics = matches!(trouble, Trouble::Call | Trouble::Drop);
    let in_hand = usize::from(keeps == Keeps::OwnButOne && panics);
    assert!(missing(&stay, &left) <= in_hand, "{what}: {stay:?} was to stay, not {left:?}");
    let mut known = [had, end].concat();
    known.sort_unstable();
    assert_eq!(missing(&left, &known), 0, "{what}: numbers from nowhere");
}

/// Where an operation takes place: what its collections are made on, and how long and where.
struct Place<'a, A> {
    make: &'a dyn Fn(Faulty<Counting<Global>>) -> A,
    len: u32,
    n: u32,
}

impl<A: SharedAlloc> Place<'_, A> {
    /// Does it once, on a backend of its own, at `point` with trouble if there is one to be met.
    /// Answers whether there was, whether it passed, and how it left the two.
    fn run<C: Collection<Alloc = A>>(
        &self,
        operation: &Operation<C>,
        trouble: Option<(Trouble, u64)>,
        what: &str,
    ) -> (bool, bool, Look) {
        let (books, owed) = (Counting::new(Global), ledger::live());
        let parent = books.counter();
        let faulty = Faulty::new(books);
        let plan = faulty.plan();
        ambient::set(faulty.clone());
        let counting = Counting::new((self.make)(faulty));
        let counter = counting.counter();
        let mut own = C::of(counting.clone(), (0..self.len).map(|step| step * 10));
        let given = operation.other.numbers(self.len, self.n);
        let mut other = C::of(counting, given.into_iter());
        if let Some((trouble, point)) = trouble {
            trouble.arm(&plan, point);
        }
        let passed = catch(|| match operation.how {
            How::May(ask) => ask(&mut own, &mut other, self.n),
            How::Must(act) => {
                act(&mut own, &mut other, self.n);
                true
            }
        });
        let met = trouble.is_some_and(|(trouble, _)| trouble.disarm(&plan));
        let look = Look::at(&own, &other);
        let held = own.probes() + other.probes();
        assert_eq!(ledger::live() - owed, held, "{what}: elements leaked");
        drop((own, other));
        assert_eq!(ledger::live(), owed, "{what}: elements leaked");
        assert_eq!(counter.snapshot().live_blocks, 0, "{what}: nodes leaked");
        assert_eq!(parent.snapshot().live_blocks, 0, "{what}: the backend leaked");
        (met, passed == Some(true), look)
    }
}

/// Runs an operation on a collection of `len` numbers, at the number `at`, once for each of its
/// points: that one meets with trouble. Answers how many there were.
fn sweep<C: Collection<Alloc: SharedAlloc>>(
    operation: &Operation<C>,
    make: &dyn Fn(Faulty<Counting<Global>>) -> C::Alloc,
    (len, at): (u32, u32),
    trouble: Trouble,
) -> u64 {
    let refuses = matches!(trouble, Trouble::FailOnce | Trouble::FailFrom);
    if refuses && matches!(operation.how, How::Must(_)) {
        return 0;
    }
    let place = Place { make, len, n: at * 10 + 5 };
    let untouched = Operation { how: How::Must(|_, _, _| {}), ..*operation };
    let name = format!("{} of {len} at {at}", operation.name);
    let (_, _, before) = place.run(&untouched, None, &name);
    let (_, passes, done) = place.run(operation, None, &name);
    assert!(passes, "{name} does not pass");
    for point in 0.. {
        let what = format!("{name}, {trouble:?} {point}");
        let (met, passed, after) = place.run(operation, Some((trouble, point)), &what);
        if passed {
            assert!(after.own == done.own && after.other == done.other, "{what}: no effect");
        } else {
            assert!(met, "{what}: it fails without a reason");
            assert_kept(operation.keeps, trouble, [&before, &done, &after], &what);
        }
        if !met {
            return point;
        }
    }
    unreachable!("points are counted without an end")
}

/// All of a table, at each size and some places: how many points there were.
pub(crate) fn sweep_all<C: Collection<Alloc: SharedAlloc>>(
    operations: &[Operation<C>],
    make: &dyn Fn(Faulty<Counting<Global>>) -> C::Alloc,
    sizes: &[u32],
    trouble: Trouble,
) -> u64 {
    let mut points = 0;
    for operation in operations {
        for &len in sizes {
            let mut places = vec![0, len / 2, len];
            places.dedup();
            let sweep = |at| sweep(operation, make, (len, at), trouble);
            points += places.into_iter().map(sweep).sum::<u64>();
        }
    }
    tally(trouble.name(), points);
    points
}
