//! Random scripts against an oracle that knows every byte of every live block.

mod common;

use allotment_alloc::Layout;
use allotment_bump::Bump;
use common::{Mood, Oracle, Parent, layout};
use proptest::prelude::{ProptestConfig, Strategy};
use proptest::{collection, prop_oneof, proptest};

/// One step; indices are taken modulo the number of live blocks.
#[derive(Clone, Copy, Debug)]
enum Op {
    Allocate { layout: Layout, zeroed: bool },
    Deallocate { at: usize },
    DeallocateLast,
    Resize { at: usize, layout: Layout, zeroed: bool },
    ResizeLast { layout: Layout, zeroed: bool },
    Reset,
}

/// Runs a script over `parent`; the books must balance after every step.
fn run(script: impl IntoIterator<Item = Op>, parent: &Parent) {
    let Ok(mut bump) = Bump::try_new_in(parent) else {
        return;
    };
    let mut script = script.into_iter().peekable();
    while script.peek().is_some() {
        let mut oracle = Oracle::new(&bump);
        let mut peak = 0;
        for op in script.by_ref() {
            let count = oracle.live.len();
            // A refused request is checked by the books below.
            let _ = match op {
                Op::Deallocate { .. } | Op::DeallocateLast if count == 0 => continue,
                Op::Resize { .. } | Op::ResizeLast { .. } if count == 0 => continue,
                Op::Allocate { layout, zeroed } => oracle.allocate(layout, zeroed),
                Op::Deallocate { at } => {
                    oracle.deallocate(at % count);
                    Ok(())
                }
                Op::DeallocateLast => {
                    oracle.deallocate(count - 1);
                    Ok(())
                }
                Op::Resize { at, layout, zeroed } => oracle.resize(at % count, layout, zeroed),
                Op::ResizeLast { layout, zeroed } => oracle.resize(count - 1, layout, zeroed),
                Op::Reset => break,
            };
            peak = peak.max(oracle.live_bytes());
            check_books(&bump, &oracle, parent, peak);
        }
        oracle.check_all();
        drop(oracle);
        bump.reset().expect("there is one handle only");
        assert_eq!((bump.stats().live_bytes, bump.stats().live_blocks), (0, 0));
        assert!(bump.stats().chunks <= 1);
    }
    drop(bump);
    assert!(parent.is_empty(), "the arena leaks: {parent:?}");
}

fn check_books(
    bump: &Bump<&Parent>,
    oracle: &Oracle<&Bump<&Parent>>,
    parent: &Parent,
    peak: usize,
) {
    let stats = bump.stats();
    assert_eq!(stats.live_bytes, oracle.live_bytes());
    assert_eq!(stats.live_blocks, oracle.live_blocks());
    assert_eq!(stats.reserved_bytes, parent.live_bytes.get());
    let passed_on = if cfg!(feature = "checked") { stats.live_blocks } else { stats.chunks };
    assert_eq!(passed_on + 1, parent.live_blocks.get());
    assert_eq!(stats.parent_requests, parent.requests.get());
    assert!(stats.peak_live_bytes >= peak);
    assert!(stats.live_bytes + stats.idle_bytes <= stats.reserved_bytes);
}

fn layouts() -> impl Strategy<Value = Layout> {
    let (small, nodes) = (0_usize..130, 0_usize..2300);
    let (large, vast) = (0_usize..9000, 0_usize..70_000);
    let sizes = prop_oneof![4 => small, 4 => nodes, 2 => large, 1 => vast];
    let shifts = prop_oneof![6 => 0_u32..5, 2 => 5_u32..8, 1 => 8_u32..13];
    (sizes, shifts).prop_map(|(size, shift)| layout(size, 1 << shift))
}

fn ops() -> impl Strategy<Value = Op> {
    let at = 0_usize..1000;
    let zeroed = proptest::bool::weighted(0.3);
    prop_oneof![
        40 => (layouts(), zeroed).prop_map(|(layout, zeroed)| Op::Allocate { layout, zeroed }),
        20 => at.clone().prop_map(|at| Op::Deallocate { at }),
        8 => proptest::strategy::Just(Op::DeallocateLast),
        20 => (at, layouts(), zeroed)
            .prop_map(|(at, layout, zeroed)| Op::Resize { at, layout, zeroed }),
        12 => (layouts(), zeroed).prop_map(|(layout, zeroed)| Op::ResizeLast { layout, zeroed }),
        1 => proptest::strategy::Just(Op::Reset),
    ]
}

fn moods() -> impl Strategy<Value = Mood> {
    prop_oneof![
        proptest::strategy::Just(Mood::Willing),
        (0_u64..12).prop_map(Mood::FailsAt),
        (0_u64..12).prop_map(Mood::FailsFrom),
        (500_usize..20_000).prop_map(Mood::FailsAbove),
    ]
}

fn config() -> ProptestConfig {
    let cases = if cfg!(miri) { 2 } else { 400 };
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// The longest script.
const STEPS: usize = if cfg!(miri) { 30 } else { 200 };

proptest! {
    #![proptest_config(config())]

    #[test]
    fn blocks_are_never_disturbed(script in collection::vec(ops(), 1..STEPS)) {
        run(script, &Parent::new());
    }

    #[test]
    fn a_parent_that_refuses_leaves_every_block_alone(
        script in collection::vec(ops(), 1..STEPS), mood in moods(),
    ) {
        let parent = Parent::new();
        parent.mood.set(mood);
        run(script, &parent);
    }
}

/// Longer scripts than shrinking could bear, and cheap enough to make for Miri.
#[test]
fn long_scripts_balance() {
    let (seeds, steps) = if cfg!(miri) { (4, 60) } else { (24, 3000) };
    for seed in 0..seeds {
        let mut random = fastrand::Rng::with_seed(seed);
        let most = [64, 300, 3000, 40_000][seed as usize % 4];
        let script: Vec<Op> = (0..steps).map(|_| random_op(&mut random, most)).collect();
        run(script, &Parent::new());
    }
}

fn random_op(random: &mut fastrand::Rng, most: usize) -> Op {
    let shifts = if random.u8(..) < 8 { 10 } else { 7 };
    let align = 1 << random.u32(0..shifts);
    let layout = layout(random.usize(0..=most), align);
    let (at, zeroed) = (random.usize(..), random.u8(..) < 32);
    match random.u32(0..1000) {
        0..400 => Op::Allocate { layout, zeroed },
        400..720 => Op::Deallocate { at },
        720..800 => Op::DeallocateLast,
        800..900 => Op::Resize { at, layout, zeroed },
        900..998 => Op::ResizeLast { layout, zeroed },
        _ => Op::Reset,
    }
}

/// Every small layout turns into every other, with a neighbour and without.
/// Hazards 53 and 54: what is copied as a block grows or shrinks, and to which alignment.
#[test]
fn every_pair_of_small_layouts_resizes() {
    let sizes: &[usize] = if cfg!(miri) {
        &[0, 16, 48, 64, 200]
    } else {
        &[0, 1, 15, 16, 17, 48, 49, 64, 65, 128, 200, 512, 1000, 1024]
    };
    let aligns: &[usize] =
        if cfg!(miri) { &[1, 16, 128] } else { &[1, 2, 8, 16, 32, 64, 128, 1024] };
    let layouts: Vec<Layout> = sizes
        .iter()
        .flat_map(|&size| aligns.iter().map(move |&align| layout(size, align)))
        .collect();
    for &old in &layouts {
        for &new in &layouts {
            for neighbour in [false, true] {
                let bump = Bump::new();
                let mut oracle = Oracle::new(&bump);
                oracle.allocate(old, false).expect("memory");
                if neighbour {
                    oracle.allocate(layout(24, 8), false).expect("memory");
                }
                oracle.resize(0, new, true).expect("memory");
                oracle.check_all();
                oracle.release_all();
                assert_eq!((bump.stats().live_bytes, bump.stats().live_blocks), (0, 0));
            }
        }
    }
}
