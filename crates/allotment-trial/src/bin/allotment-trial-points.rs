//! The same trouble for std's map and for ours, each point of it in a process of its own, since
//! some of them end it.
//!
//! Prints a line for each kind of trouble: the map, what is done, what goes wrong in it, at how
//! many points, after how many of these the process died, and after how many pairs had leaked,
//! with tabs between them. A point is one comparison, drop, clone, call or request, in their order.

use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::{BTreeMap as StdMap, BTreeSet as TwinSet};
use std::env;
use std::mem;
use std::process::{Command, ExitCode, Stdio};
use std::ptr;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use allotment_core::BTreeMap as OurMap;
use allotment_trial::fuse::{Act, arm, burn, catch, disarm};
use allotment_trial::ledger;
use allotment_trial::probe::Probe;

/// What is done to a map, and what goes wrong in it.
const TRIALS: &[(&str, Trouble)] = &[
    ("insert", Trouble::Panic(Act::Compare)),
    ("entry", Trouble::Panic(Act::Compare)),
    ("remove", Trouble::Panic(Act::Compare)),
    ("range", Trouble::Panic(Act::Compare)),
    ("extend", Trouble::Panic(Act::Compare)),
    ("from_iter", Trouble::Panic(Act::Compare)),
    ("append", Trouble::Panic(Act::Compare)),
    ("split_off", Trouble::Panic(Act::Compare)),
    ("insert", Trouble::Panic(Act::Drop)),
    ("remove", Trouble::Panic(Act::Drop)),
    ("drop", Trouble::Panic(Act::Drop)),
    ("clear", Trouble::Panic(Act::Drop)),
    ("into_iter", Trouble::Panic(Act::Drop)),
    ("into_keys", Trouble::Panic(Act::Drop)),
    ("into_values", Trouble::Panic(Act::Drop)),
    ("extend", Trouble::Panic(Act::Drop)),
    ("from_iter", Trouble::Panic(Act::Drop)),
    ("append", Trouble::Panic(Act::Drop)),
    ("retain", Trouble::Panic(Act::Drop)),
    ("split_off", Trouble::Panic(Act::Drop)),
    ("clone", Trouble::Panic(Act::Clone)),
    ("clone_from", Trouble::Panic(Act::Clone)),
    ("entry", Trouble::Panic(Act::Call)),
    ("extend", Trouble::Panic(Act::Call)),
    ("from_iter", Trouble::Panic(Act::Call)),
    ("retain", Trouble::Panic(Act::Call)),
    ("insert", Trouble::Request),
    ("entry", Trouble::Request),
    ("extend", Trouble::Request),
    ("append", Trouble::Request),
    ("clone", Trouble::Request),
    ("split_off", Trouble::Request),
];

#[derive(Clone, Copy)]
enum Trouble {
    /// An act of user code panics.
    Panic(Act),
    /// A request for memory is refused.
    Request,
}

impl Trouble {
    fn name(self) -> &'static str {
        match self {
            Self::Panic(Act::Compare) => "a comparison panics",
            Self::Panic(Act::Clone) => "a clone panics",
            Self::Panic(Act::Drop) => "a drop panics",
            Self::Panic(Act::Call) => "a closure or iterator panics",
            Self::Panic(Act::CloneHandle | Act::DropHandle | Act::Release) => {
                "the allocator panics"
            }
            Self::Request => "a request is refused",
        }
    }
}

/// How many requests are still served before one is refused.
static REFUSED: AtomicU64 = AtomicU64::new(u64::MAX);

/// Blocks that live.
static LIVE: AtomicI64 = AtomicI64::new(0);

/// The system's allocator, which refuses the request whose turn it is.
struct Refusing;

#[global_allocator]
static ALLOCATOR: Refusing = Refusing;

// SAFETY: each block is one of the system's, which are what they should be.
unsafe impl GlobalAlloc for Refusing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // The last one leaves the counter at its end, where it stays.
        let count = |left: u64| (left < u64::MAX).then(|| left.wrapping_sub(1));
        match REFUSED.fetch_update(Ordering::Relaxed, Ordering::Relaxed, count) {
            Ok(0) => ptr::null_mut(),
            _ => {
                LIVE.fetch_add(1, Ordering::Relaxed);
                // SAFETY: the caller's promise is the one that is asked for.
                unsafe { System.alloc(layout) }
            }
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        LIVE.fetch_sub(1, Ordering::Relaxed);
        // SAFETY: it came from the system's `alloc`, with this layout.
        unsafe { System.dealloc(block, layout) };
    }
}

/// Pairs of the map, with even numbers.
const LEN: u32 = 200;

/// More points than any trial has.
const POINTS_MAX: u64 = 5000;

/// How a process says that the point was not reached, or that something leaked.
const NOT_REACHED: u8 = 10;
const LEAKED: u8 = 11;

/// The numbers of the pairs, neither ascending nor the same each time round a node.
fn numbers() -> impl Iterator<Item = u32> {
    (0..LEN).map(|n| n * 37 % LEN * 2)
}

/// A pair, if the act is not a call whose turn to panic has come.
fn called(act: Act, n: u32) -> (Probe, Probe) {
    if act == Act::Call {
        burn(Act::Call);
    }
    (Probe::new(n), Probe::new(n))
}

/// Does what is named to a map of the type, with an act that panics at point `n`; answers whether
/// that was reached, and whether something leaked.
///
/// Where it is strict, a comparison that panics must leave the pairs where they are.
macro_rules! panic_in {
    ($map:ty, $name:expr, $act:expr, $n:expr, strict: $strict:expr) => {{
        let pair = |n: u32| (Probe::new(n), Probe::new(n));
        let mut map: $map = <$map>::new();
        map.extend(numbers().map(pair));
        let mut other: $map = (LEN / 2..LEN).map(|n| pair(n * 3)).collect();
        let (key, end) = (Probe::new(LEN - 1), Probe::new(LEN + 40));
        arm($act, $n);
        catch(|| match ($name, $act) {
            ("insert", Act::Drop) => {
                (0..30).for_each(|n| drop(map.insert(Probe::new(n), key.clone())))
            }
            ("remove", Act::Drop) => (0..60).for_each(|n| drop(map.remove(&Probe::new(n)))),
            ("insert", _) => drop(map.insert(key, end)),
            ("entry", act) => drop(map.entry(key).or_insert_with(|| called(act, 1).1).n()),
            ("extend", act) => map.extend((0..60).map(|n| called(act, n * 3))),
            ("from_iter", act) => {
                let twice = numbers().chain(numbers().take(30));
                drop(twice.map(|n| called(act, n)).collect::<$map>());
            }
            ("remove", _) => drop(map.remove(&end)),
            ("range", _) => assert!(map.range(key..end).count() > 9),
            ("append", _) => map.append(&mut other),
            ("split_off", _) => drop(map.split_off(&key)),
            ("drop", _) => drop(mem::take(&mut map)),
            ("clear", _) => map.clear(),
            ("into_iter", _) => drop(mem::take(&mut map).into_iter().nth(50)),
            ("into_keys", _) => drop(mem::take(&mut map).into_keys().nth(50)),
            ("into_values", _) => drop(mem::take(&mut map).into_values().nth(50)),
            ("clone_from", _) => other.clone_from(&map),
            ("retain", Act::Call) => map.retain(|key, _| {
                burn(Act::Call);
                key.n() % 3 == 0
            }),
            ("retain", _) => map.retain(|key, _| key.n() % 3 == 0),
            _ => drop(map.clone()),
        });
        let reached = disarm($act);
        let before = || numbers().chain((LEN / 2..LEN).map(|n| n * 3)).collect::<TwinSet<u32>>();
        if $act == Act::Compare && $strict {
            // What was there is there, in one map or the other, and nothing else.
            let keys = map.keys().chain(other.keys()).map(Probe::n).collect::<TwinSet<u32>>();
            let kept = match $name {
                // Pairs that came before are in.
                "extend" => keys.is_superset(&before()),
                _ => keys == before(),
            };
            assert!(!reached || kept, "a comparison that panicked changed the map");
        }
        // Each pair is looked at and taken out, from either end in turn.
        catch(|| {
            let seen = map.iter().filter(|(key, value)| key.n().max(value.n()) <= 3 * LEN);
            assert!(seen.count() <= 2 * LEN as usize);
            for _ in 0..2 * LEN {
                drop((map.pop_first(), map.pop_last()));
            }
        });
        drop((map, other));
        (reached, ledger::live() > 0)
    }};
}

/// The same for a request that is refused; the act is a closure on the map.
macro_rules! refuse_in {
    ($map:ty, $n:expr, $act:expr) => {{
        let live = LIVE.load(Ordering::Relaxed);
        let mut map: $map = numbers().map(|n| (n, n)).collect();
        REFUSED.store($n, Ordering::Relaxed);
        $act(&mut map);
        let reached = REFUSED.swap(u64::MAX, Ordering::Relaxed) == u64::MAX;
        drop(map);
        (reached, LIVE.load(Ordering::Relaxed) != live)
    }};
}

fn refuse_in_std(name: &str, n: u64) -> (bool, bool) {
    refuse_in!(StdMap<u32, u32>, n, |map: &mut StdMap<u32, u32>| match name {
        "insert" => map.extend((0..LEN).map(|n| (2 * n + 1, n))),
        "entry" => (0..LEN).for_each(|n| *map.entry(2 * n + 1).or_insert(n) += 1),
        "extend" => map.extend((0..LEN).map(|n| (3 * n, n))),
        "append" => map.append(&mut (0..LEN).map(|n| (3 * n, n)).collect()),
        "clone" => drop(map.clone()),
        _ => drop(map.split_off(&LEN)),
    })
}

/// Whether each pair is in one of two maps after an append.
fn append_refused(map: &mut OurMap<u32, u32>) -> bool {
    // What this takes is not refused.
    let refused = REFUSED.swap(u64::MAX, Ordering::Relaxed);
    let mut other = OurMap::new();
    let mut twin: TwinSet<u32> = map.keys().copied().collect();
    other.extend((0..LEN).map(|n| (3 * n, n)));
    twin.extend(other.keys());
    REFUSED.store(refused, Ordering::Relaxed);
    let passed = map.fallible().append(&mut other).is_ok();
    let refused = REFUSED.swap(u64::MAX, Ordering::Relaxed);
    let left: TwinSet<u32> = map.keys().chain(other.keys()).copied().collect();
    drop(other);
    REFUSED.store(refused, Ordering::Relaxed);
    left == twin && (!passed || map.len() == twin.len())
}

/// The map must be as it was, and the pair must come back.
fn refuse_in_ours(name: &str, n: u64) -> (bool, bool) {
    refuse_in!(OurMap<u32, u32>, n, |map: &mut OurMap<u32, u32>| {
        let len = map.len();
        let kept = match name {
            "insert" => (0..LEN).all(|n| match map.fallible().insert(2 * n + 1, n) {
                Ok(_) => map.len() == len + n as usize + 1,
                Err(failure) => {
                    failure.returned == (2 * n + 1, n)
                        && map.len() == len + n as usize
                        && map.insert(2 * n + 1, n).is_none()
                }
            }),
            "entry" => (0..LEN).all(|n| {
                let before = map.len();
                match map.fallible().entry(2 * n + 1).or_insert(n) {
                    Ok(_) => map.len() == before + 1,
                    Err(failure) => failure.returned == (2 * n + 1, n) && map.len() == before,
                }
            }),
            "extend" => match map.fallible().extend((0..LEN).map(|n| (3 * n, n))) {
                Ok(()) => map.len() > len,
                Err(failure) => !map.contains_key(&failure.returned.0) && map.len() >= len,
            },
            "append" => append_refused(map),
            "clone" => map.fallible().try_clone().map_or(map.len() == len, |copy| copy == *map),
            _ => match map.fallible().split_off(&LEN) {
                Ok(tail) => map.len() + tail.len() == len,
                Err(_) => map.len() == len,
            },
        };
        assert!(kept, "a refused request changed the map");
    })
}

/// Runs one trial in this process.
fn run_one(whose: &str, name: &str, trouble: Trouble, n: u64) -> ExitCode {
    let (reached, leaks) = match (whose, trouble) {
        ("std", Trouble::Panic(act)) => {
            panic_in!(StdMap<Probe, Probe>, name, act, n, strict: false)
        }
        ("std", Trouble::Request) => refuse_in_std(name, n),
        (_, Trouble::Panic(act)) => panic_in!(OurMap<Probe, Probe>, name, act, n, strict: true),
        (_, Trouble::Request) => refuse_in_ours(name, n),
    };
    ExitCode::from(match (reached, leaks) {
        (false, _) => NOT_REACHED,
        (true, false) => 0,
        (true, true) => LEAKED,
    })
}

/// Points, deaths and leaks of one trial.
fn run_all(whose: &str, at: usize) -> (u64, u64, u64) {
    let program = env::current_exe().expect("the path of this program");
    let (mut deaths, mut leaks) = (0, 0);
    for n in 0..POINTS_MAX {
        let mut child = Command::new(&program);
        child.args([whose, &at.to_string(), &n.to_string()]);
        let status = child.stderr(Stdio::null()).status().expect("the program starts");
        match status.code() {
            Some(0) => {}
            code if code == Some(i32::from(NOT_REACHED)) => return (n, deaths, leaks),
            code if code == Some(i32::from(LEAKED)) => leaks += 1,
            _ => deaths += 1,
        }
    }
    // It dies whatever goes wrong.
    (POINTS_MAX, deaths, leaks)
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [whose, at, n] = &arguments[..] {
        let parsed = at.parse::<usize>().ok().and_then(|at| TRIALS.get(at)).zip(n.parse().ok());
        let Some((&(name, trouble), n)) = parsed else { return ExitCode::from(2) };
        return run_one(whose, name, trouble, n);
    }
    for (at, (name, trouble)) in TRIALS.iter().enumerate() {
        for whose in ["std", "ours"] {
            let (points, deaths, leaks) = run_all(whose, at);
            println!("{whose}\t{name}\t{}\t{points}\t{deaths}\t{leaks}", trouble.name());
        }
    }
    ExitCode::SUCCESS
}
