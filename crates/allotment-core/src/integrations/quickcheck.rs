//! Maps and sets at random, and smaller ones that may fail as well.

use alloc::boxed::Box;
use alloc::vec::Vec;

use ::quickcheck::{Arbitrary, Gen};

use crate::{BTreeMap, BTreeSet};

impl<K: Arbitrary + Ord, V: Arbitrary> Arbitrary for BTreeMap<K, V> {
    fn arbitrary(random: &mut Gen) -> Self {
        Vec::arbitrary(random).into_iter().collect()
    }

    fn shrink(&self) -> Box<dyn Iterator<Item = Self>> {
        let pairs: Vec<(K, V)> = self.clone().into_iter().collect();
        Box::new(pairs.shrink().map(Self::from_iter))
    }
}

impl<T: Arbitrary + Ord> Arbitrary for BTreeSet<T> {
    fn arbitrary(random: &mut Gen) -> Self {
        Vec::arbitrary(random).into_iter().collect()
    }

    fn shrink(&self) -> Box<dyn Iterator<Item = Self>> {
        let elements: Vec<T> = self.clone().into_iter().collect();
        Box::new(elements.shrink().map(Self::from_iter))
    }
}
