//! Every stable method of the set.

use super::collections::BTreeSet;

#[test]
fn one_element_at_a_time() {
    const EMPTY: BTreeSet<u32> = BTreeSet::new();
    let mut set = EMPTY;
    assert!(set.insert(2) && !set.insert(2) && set.insert(1));
    assert!(set.contains(&2) && set.get(&2) == Some(&2));
    assert_eq!((set.replace(2), set.replace(3)), (Some(2), None));
    assert_eq!((set.first(), set.last(), set.len()), (Some(&1), Some(&3), 3));
    assert!(set.remove(&2) && !set.remove(&2));
    assert_eq!((set.take(&3), set.take(&3)), (Some(3), None));
    set.insert(9);
    assert_eq!((set.pop_first(), set.pop_last(), set.pop_last()), (Some(1), Some(9), None));
    set.clear();
    assert!(set.is_empty());
}

#[test]
fn many_elements_at_once() {
    let mut set = BTreeSet::from([5, 1, 4, 2, 3]);
    set.retain(|element| element % 3 != 0);
    let mut other = BTreeSet::from([5, 6]);
    set.append(&mut other);
    assert!(other.is_empty() && set.iter().eq(&[1, 2, 4, 5, 6]));
    assert!(set.split_off(&5).into_iter().eq([5, 6]));
    set.extend([9, 7]);
    set.extend(&[8]);
    assert!(set.extract_if(2..8, |element| element % 2 == 0).eq([2, 4]));
    assert!(set.range(2..).rev().eq(&[9, 8, 7]));
    assert_eq!(format!("{set:?}"), "{1, 7, 8, 9}");
    assert!(set.iter().collect::<BTreeSet<_>>().len() == 4);
    assert_eq!((set.iter().min(), set.iter().max()), (Some(&1), Some(&9)));
}

#[test]
fn two_sets() {
    let (a, b) = (BTreeSet::from([1, 2, 3, 4]), BTreeSet::from([3, 4, 5]));
    assert!(a.difference(&b).eq(&[1, 2]));
    assert!(a.intersection(&b).eq(&[3, 4]));
    assert!(a.union(&b).eq(&[1, 2, 3, 4, 5]));
    assert!(a.symmetric_difference(&b).eq(&[1, 2, 5]));
    assert_eq!(&a - &b, BTreeSet::from([1, 2]));
    assert_eq!(&a & &b, BTreeSet::from([3, 4]));
    assert_eq!(&a | &b, BTreeSet::from([1, 2, 3, 4, 5]));
    assert_eq!(&a ^ &b, BTreeSet::from([1, 2, 5]));
    assert!(!a.is_disjoint(&b) && !a.is_subset(&b) && !a.is_superset(&b));
    assert!(a.is_superset(&BTreeSet::new()) && BTreeSet::new().is_subset(&a));
    assert!(a.is_disjoint(&BTreeSet::from([7])));
    // What is inferred stays inferred.
    assert_eq!(a.intersection(&[2, 3].into_iter().collect()).count(), 2);
    assert_eq!(a.union(&Default::default()).count(), 4);
    assert_eq!(a.difference(&b).cloned().collect::<BTreeSet<_>>().len(), 2);
    assert_eq!(a.union(&b).size_hint(), (4, Some(7)));
    assert_eq!(a.intersection(&b).size_hint(), (0, Some(3)));
    assert_eq!(a.symmetric_difference(&b).size_hint(), (0, Some(7)));
}

#[test]
#[should_panic(expected = "range start is greater than range end in BTreeSet")]
fn a_range_that_ends_before_it_starts() {
    let _ = BTreeSet::from([1, 2]).range(std::hint::black_box(4)..2);
}
