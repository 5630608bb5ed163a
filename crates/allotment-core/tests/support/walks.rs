//! Comparing two iterators, from both ends at once.

use std::fmt::Debug;

/// Draws up to `take` items from two iterators and compares them, from the front where a bit of
/// `turns` is 0 and from the back where it is 1; then looks whether both end alike.
///
/// Returns what was drawn, so that items can be held together.
pub(crate) fn assert_same<I, J>(mut ours: I, mut theirs: J, turns: u64, take: usize) -> Vec<I::Item>
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
