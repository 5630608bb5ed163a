//! Comparing two iterators: step by step, from both ends at once, and by all that goes over many
//! items in one call.

use std::fmt::Debug;

/// Draws up to `take` items from two iterators and compares them, from the front where a bit of
/// `turns` is 0 and from the back where it is 1; then looks whether both end alike.
///
/// Returns what was drawn, so that items can be held together.
pub fn assert_same<I, J>(mut ours: I, mut theirs: J, turns: u64, take: usize) -> Vec<I::Item>
where
    I: DoubleEndedIterator,
    J: DoubleEndedIterator,
    I::Item: PartialEq<J::Item> + Debug,
    J::Item: Debug,
{
    let mut drawn = Vec::new();
    for turn in 0..take {
        assert_eq!(ours.size_hint(), theirs.size_hint(), "size hint after {turn} items");
        let (own, their) = if turns.rotate_right(turn as u32) & 1 == 0 {
            (ours.next(), theirs.next())
        } else {
            (ours.next_back(), theirs.next_back())
        };
        match (own, their) {
            (None, None) => break,
            (Some(own), Some(their)) => {
                assert!(own == their, "item {turn} is {own:?} and not {their:?}");
                drawn.push(own);
            }
            (own, their) => panic!("item {turn} is {own:?} and not {their:?}"),
        }
    }
    if drawn.len() < take {
        // Fused: nothing comes after the end, from either side.
        assert!(ours.next().is_none() && ours.next_back().is_none() && ours.next().is_none());
    }
    drawn
}

/// Draws a few items from either end, as `turns` says, and then asks for all that goes over many
/// items in one call: it must answer as `items` say.
///
/// The iterator is made anew for each call, so that it need not be `Clone`.
pub fn assert_same_in_bulk<I, T>(mut ours: impl FnMut() -> I, items: &[T], turns: u64)
where
    I: DoubleEndedIterator<Item: PartialEq<T> + Debug>,
    T: Debug,
{
    let (front, back) = (turns as usize % 5, (turns >> 8) as usize % 5);
    let start = front.min(items.len());
    let items = &items[start..items.len().saturating_sub(back).max(start)];
    let mut ours = || begun(ours(), front, back);
    assert_eq!(ours().count(), items.len());
    assert_items(ours().fold(Vec::new(), with), items.iter());
    assert_items(ours().rfold(Vec::new(), with), items.iter().rev());
    assert_items(ours().last(), items.last());
    let len = items.len();
    for n in [(turns >> 16) as usize % (len + 2), [0, 1, len, usize::MAX][turns as usize % 4]] {
        let mut iter = ours();
        assert_items(iter.nth(n), items.get(n));
        assert_rest(iter, items.get(n.saturating_add(1)..).unwrap_or(&[]));
        let mut iter = ours();
        let left = len.saturating_sub(n.saturating_add(1));
        assert_items(iter.nth_back(n), items.get(left).filter(|_| n < len));
        assert_rest(iter, &items[..left]);
    }
}

/// An iterator that has yielded so many items at its ends.
fn begun<I: DoubleEndedIterator>(mut iter: I, front: usize, back: usize) -> I {
    (0..front).for_each(|_| drop(iter.next()));
    (0..back).for_each(|_| drop(iter.next_back()));
    iter
}

fn with<T>(mut items: Vec<T>, item: T) -> Vec<T> {
    items.push(item);
    items
}

fn assert_rest<I: Iterator<Item: PartialEq<T> + Debug>, T: Debug>(ours: I, rest: &[T]) {
    let (least, most) = ours.size_hint();
    assert!(least <= rest.len() && most.is_none_or(|most| most == rest.len()));
    assert_items(ours, rest.iter());
}

fn assert_items<'a, T: PartialEq<U> + Debug, U: Debug + 'a>(
    ours: impl IntoIterator<Item = T>,
    theirs: impl IntoIterator<Item = &'a U>,
) {
    let mut theirs = theirs.into_iter();
    for (at, own) in ours.into_iter().enumerate() {
        let their = theirs.next();
        assert!(their.is_some_and(|their| own == *their), "item {at} is {own:?}, not {their:?}");
    }
    assert!(theirs.next().is_none(), "items are missing");
}

/// Draws runs from both ends, as `turns` says, and asserts that together they are `items`, with
/// none empty.
pub fn assert_runs<'a, T, I>(mut runs: I, items: impl Iterator<Item = &'a T>, turns: u64)
where
    T: PartialEq + Debug + 'a,
    I: DoubleEndedIterator<Item = &'a [T]>,
{
    let (mut front, mut back) = (Vec::new(), Vec::new());
    for turn in 0_u32.. {
        let from_back = turns.rotate_right(turn) & 1 == 1;
        let Some(run) = (if from_back { runs.next_back() } else { runs.next() }) else { break };
        assert!(!run.is_empty());
        if from_back { back.extend(run.iter().rev()) } else { front.extend(run) }
    }
    assert!(runs.next().is_none() && runs.next_back().is_none());
    front.extend(back.into_iter().rev());
    assert_eq!(front, Vec::from_iter(items));
}
