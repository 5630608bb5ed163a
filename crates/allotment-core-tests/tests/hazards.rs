//! Hazards of the design that no other file is about.

use std::env;
use std::ops::Bound;
use std::process::Command;
use std::thread;

use allotment_bump::Bump;
use allotment_core::shape::Tiny;
use allotment_core::{BTreeMap, Global};
use allotment_trial::checked::Checked;
use allotment_trial::fuse::{Act, arm, catch};
use allotment_trial::ledger;
use allotment_trial::probe::Probe;

/// Hazard 9: a node does not fit on the stack, and is made in its place.
#[test]
fn nodes_too_large_for_the_stack() {
    const VALUE: usize = 16 << 10;
    /// Passing values on takes up to twenty of them, unoptimised; a node would be seven more.
    const STACK: usize = 22 * VALUE;
    let edit = || {
        let mut map = BTreeMap::new_in(Checked::new());
        for n in 0..60_u32 {
            map.insert(n * 7 % 60, [n as u8; VALUE]);
        }
        let node = map.allocator().blocks().iter().map(|(_, size)| *size).max();
        assert!(node.is_some_and(|size| size > 6 * VALUE));
        let mut tail = map.split_off(&30);
        map.append(&mut tail);
        map.compact();
        map.retain(|key, _| key % 3 > 0);
        assert!(map.values().all(|value| value.iter().all(|byte| *byte == value[0])));
        map.len()
    };
    let thread = thread::Builder::new().stack_size(STACK).spawn(edit).expect("a thread");
    assert_eq!(thread.join().expect("no overflow"), 40);
}

/// Panics when it is dropped.
struct SecondPanic(BTreeMap<Probe, Probe>);

impl Drop for SecondPanic {
    fn drop(&mut self) {
        arm(Act::Drop, 5);
        self.0.clear();
    }
}

/// Hazard 14: the language ends a process in which a drop panics during a panic. Nothing worse may
/// come of it: this test starts itself, and looks at how it ended.
#[test]
#[cfg_attr(miri, ignore = "starts a process")]
fn a_second_panic_ends_the_process() {
    const CHILD: &str = "ALLOTMENT_SECOND_PANIC";
    if env::var_os(CHILD).is_some() {
        let mut map = BTreeMap::new();
        map.extend((0..50).map(|n| (Probe::new(n), Probe::new(n))));
        arm(Act::Drop, 3);
        catch(|| {
            let mut both = SecondPanic(map);
            both.0.retain(|key, _| key.n() > 40);
        });
        unreachable!("the second panic goes through a drop that unwinds");
    }
    let mut child = Command::new(env::current_exe().expect("this program"));
    child.args(["--exact", "a_second_panic_ends_the_process", "--nocapture"]).env(CHILD, "1");
    let output = child.output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("panic in a destructor"), "{said}");
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        const SIGABRT: i32 = 6;
        assert_eq!(output.status.signal(), Some(SIGABRT), "{said}");
    }
}

/// Hazards 31, 34 and 44: a map and the arena in it move together, and the arena goes last.
#[test]
fn maps_move_with_their_arena() {
    let owed = ledger::live();
    let mut map = BTreeMap::<Probe, Probe, Bump, Tiny>::with_shape_in(Bump::new());
    for n in 0..200 {
        // To the heap and back, between any two edits.
        let mut boxed = Box::new(map);
        boxed.insert(Probe::new(n * 37 % 200), Probe::new(n));
        map = *boxed;
    }
    map.verify().expect("a valid tree");
    let pairs = map.into_iter();
    let mut moved = Box::new(pairs);
    assert_eq!(moved.by_ref().take(70).count(), 70);
    drop(moved);
    assert_eq!(ledger::live(), owed);
}

/// What an edit at a gap did.
type Done = Option<(u32, u32)>;

/// Hazard 50: at each gap of trees of all sizes, each edit; the cursor is good afterwards, and so
/// is the tree from either side.
#[test]
fn every_edit_at_every_gap() {
    let sizes = if cfg!(miri) { 0..9 } else { 0..70 };
    for (size, gap) in sizes.flat_map(|size| (0..=size).map(move |gap| (size, gap))) {
        for edit in 0..4 {
            let mut map = BTreeMap::<u32, u32, Global, Tiny>::with_shape_in(Global);
            map.extend((0..size).map(|n| (n * 37 % size * 2, n)));
            map.extend((0..size).map(|n| (n * 2, n)));
            let mut twin: Vec<(u32, u32)> = (0..size).map(|n| (n * 2, n)).collect();
            let key = (gap * 2).wrapping_sub(1);
            let mut cursor = map.lower_bound_mut(Bound::Included(&(gap * 2)));
            let at = gap as usize;
            let (done, expected): (Done, Done) = match edit {
                0 if gap > 0 => {
                    cursor.insert_after(key, 7).expect("it fits");
                    twin.insert(at, (key, 7));
                    (None, None)
                }
                1 if gap > 0 => {
                    cursor.insert_before(key, 7).expect("it fits");
                    twin.insert(at, (key, 7));
                    (None, None)
                }
                2 => (cursor.remove_next(), (at < twin.len()).then(|| twin.remove(at))),
                3 => (cursor.remove_prev(), at.checked_sub(1).map(|at| twin.remove(at))),
                _ => continue,
            };
            assert_eq!(done, expected, "{size} pairs, edit {edit} at gap {gap}");
            let start = at.saturating_sub(usize::from(edit == 3)) + usize::from(edit == 1);
            let mut behind = Vec::new();
            while let Some((key, value)) = cursor.next() {
                behind.push((*key, *value));
            }
            assert_eq!(behind, twin[start.min(twin.len())..], "edit {edit} at gap {gap}");
            let mut all = Vec::new();
            while let Some((key, value)) = cursor.prev() {
                all.push((*key, *value));
            }
            all.reverse();
            assert_eq!(all, twin);
            map.verify().expect("a valid tree");
        }
    }
}
