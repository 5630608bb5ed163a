//! A map in a recorder is the map it was, and its trace is what was done to it.

use std::collections::BTreeMap as StdBTreeMap;
use std::io::{self, Write};
use std::ops::Bound;

use allotment_core::BTreeMap;
use allotment_trace::{
    Key, KeyKind, Recordable, Recorder, TraceKey, TraceOp, TraceReader, WriteError,
};

/// The operations of a trace of integers.
fn ops(bytes: &[u8]) -> Vec<TraceOp<u64>> {
    let mut reader = TraceReader::new(bytes).unwrap();
    let mut ops = Vec::new();
    while let Some(op) = reader.next_op().unwrap() {
        ops.push(op.map(|key| match key {
            Key::Integer(key) => key,
            Key::Text(key) => panic!("an integer expected: {key}"),
        }));
    }
    ops
}

fn play<M>(map: M)
where
    M: Recordable<Key = u64, Value = u32> + Clone,
{
    let mut map = Recorder::new(map, Vec::new());
    assert_eq!((map.insert(3, 30), map.insert(1, 10), map.insert(3, 33)), (None, None, Some(30)));
    assert_eq!((map.get(&3), map.contains_key(&2)), (Some(&33), false));
    *map.get_mut(&1).unwrap() += 1;
    assert_eq!(*map.get_or_insert_with(5, || 50), 50);
    assert_eq!(*map.get_or_insert_with(5, || 51), 50);
    assert_eq!(map.iter().map(|(key, _)| *key).collect::<Vec<_>>(), [1, 3, 5]);
    assert_eq!(map.iter().next(), Some((&1, &11)));
    assert_eq!(map.range(2..).take(2).count(), 2);
    assert_eq!(map.range((Bound::Excluded(5), Bound::Unbounded)).next(), None);
    assert_eq!(map.range(..2).count(), 1);
    assert_eq!(map.clone_map().iter().count(), 3);
    map.retain(|key, _| *key != 3);
    assert_eq!((map.remove(&9), map.remove_entry(&5)), (None, Some((5, 50))));
    map.extend([(7, 70), (8, 80)]);
    assert_eq!((map.pop_first(), map.pop_last()), (Some((1, 11)), Some((8, 80))));
    map.clear();
    assert_eq!(map.recorded(), 23);
    let (map, written) = map.finish();
    assert_eq!(map.iter().count(), 0);

    let (insert, get) = (|key| TraceOp::Insert { key }, |key| TraceOp::Get { key });
    let (remove, scan) =
        (|key| TraceOp::Remove { key }, |from, entries| TraceOp::Scan { from, entries });
    assert_eq!(
        ops(&written.unwrap()),
        [
            insert(3),
            insert(1),
            insert(3),
            get(3),
            get(2),
            get(1),
            get(5),
            insert(5),
            get(5),
            scan(Bound::Unbounded, 3),
            scan(Bound::Unbounded, 1),
            scan(Bound::Included(3), 2),
            scan(Bound::Excluded(5), 0),
            scan(Bound::Included(1), 1),
            TraceOp::Clone,
            remove(3),
            remove(9),
            remove(5),
            insert(7),
            insert(8),
            TraceOp::PopFirst,
            TraceOp::PopLast,
            TraceOp::Clear,
        ]
    );
}

#[test]
fn each_method_is_recorded_as_what_it_does() {
    play(StdBTreeMap::new());
    play(BTreeMap::new());
}

#[test]
fn entries_that_are_there_come_first() {
    let map = Recorder::new(StdBTreeMap::from([(2_u64, 'b'), (1, 'a')]), Vec::new());
    let (_, bytes) = map.finish();
    let bytes = bytes.unwrap();
    assert_eq!(ops(&bytes), [1, 2].map(|key| TraceOp::Insert { key }));
    assert_eq!(TraceReader::new(&bytes[..]).unwrap().value_bytes(), 4);
}

#[test]
fn a_recorder_reads_as_its_map() {
    let mut map = Recorder::new(StdBTreeMap::new(), Vec::new());
    map.extend([("b", 2), ("a", 1)]);
    assert_eq!((map.len(), map.is_empty()), (2, false));
    assert_eq!(map.last_key_value(), Some((&"b", &2)));
    assert_eq!(map["a"], 1);
    assert_eq!(map.recorded(), 2);
    assert!(format!("{map:?}").contains(r#"map: {"a": 1, "b": 2}"#));
}

#[test]
fn keys_may_be_looked_up_in_a_borrowed_form() {
    let mut map: Recorder<StdBTreeMap<String, u8>, _> =
        Recorder::new(StdBTreeMap::new(), Vec::new());
    map.insert("bean".to_owned(), 1);
    let from_c = (Bound::Included("c"), Bound::Unbounded);
    assert_eq!((map.get("bean"), map.range::<str, _>(from_c).count()), (Some(&1), 0));
    assert_eq!(map.remove("bean"), Some(1));
    let bytes = map.finish().1.unwrap();
    let mut reader = TraceReader::new(&bytes[..]).unwrap();
    assert_eq!(reader.kind(), KeyKind::Text);
    let mut keys = Vec::new();
    while let Some(op) = reader.next_op().unwrap() {
        keys.extend(op.key().map(|key| format!("{key:?}")));
    }
    let expected = ["bean", "bean", "c", "bean"].map(|key| format!("Text({key:?})"));
    assert_eq!(keys, expected);
}

#[test]
fn a_file_is_whole_when_its_recorder_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("queue.trace");
    let mut queue = Recorder::create(BTreeMap::new(), &path).unwrap();
    queue.insert(7_u64, ());
    queue.flush();
    let begun = std::fs::read(&path).unwrap();
    assert!(TraceReader::new(&begun[..]).unwrap().next_op().unwrap().is_some());
    drop(queue);
    assert_eq!(ops(&std::fs::read(&path).unwrap()), [TraceOp::Insert { key: 7 }]);
    assert!(Recorder::create(BTreeMap::<u64, u64>::new(), folder.path()).is_err());
}

/// Takes so many bytes.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.checked_sub(bytes.len()) {
            Some(left) => {
                self.0 = left;
                Ok(bytes.len())
            }
            None => Err(io::Error::other("the disk is full")),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_map_outlives_what_goes_wrong_with_its_trace() {
    for room in [0, 100, 70_000] {
        let mut map = Recorder::new(StdBTreeMap::new(), Full(room));
        map.extend((0..50_000_u64).map(|key| (key.wrapping_mul(0x9E37_79B9_7F4A_7C15), key)));
        let (map, written) = map.finish();
        assert_eq!(map.len(), 50_000);
        let error = written.err().unwrap();
        assert!(matches!(error, WriteError::Io(_)));
        assert_eq!(error.to_string(), "the trace cannot be written: the disk is full");
    }
}

/// A key that names its kind wrongly.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Confused(u64);

impl TraceKey for Confused {
    const KIND: KeyKind = KeyKind::Text;

    fn trace_key(&self) -> Key<'_> {
        Key::Integer(self.0)
    }
}

#[test]
fn a_key_of_the_wrong_kind_is_an_error() {
    let mut map = Recorder::new(StdBTreeMap::new(), Vec::new());
    map.insert(Confused(1), 1);
    let (map, written) = map.finish();
    assert_eq!(map.len(), 1);
    assert_eq!(written.unwrap_err().to_string(), "an integer among keys that are text");
}
