//! [`Recorder`]: a map that writes down what is done to it.

use std::borrow::Borrow;
use std::cell::RefCell;
use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::ops::{Bound, Deref, RangeBounds};
use std::path::Path;

use crate::error::WriteError;
use crate::key::TraceKey;
use crate::op::TraceOp;
use crate::recordable::Recordable;
use crate::writer::TraceWriter;

/// A map that writes down what is done to it.
///
/// It is put around the map of a program, and used as that is: methods have the names of the
/// standard library's, and each adds an operation to the trace. It dereferences to the map, so that
/// whatever else *reads* is there too, and is not recorded: `len`, `last_key_value`, or walks from
/// the back. What else changes the map is not there, as the trace would no longer tell what is in
/// it.
///
/// Recording takes no allocation for an operation. If the file cannot be written, the map goes on
/// as it would without a recorder, and [`finish`](Self::finish) has the error. A recorder that is
/// dropped finishes its trace.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use allotment_trace::{Key, Recorder, TraceOp, TraceReader};
///
/// let mut beds = Recorder::new(BTreeMap::new(), Vec::new());
/// beds.insert("carrots", 4);
/// beds.insert("beans", 2);
/// assert_eq!(beds.range("c"..).next(), Some((&"carrots", &4)));
/// assert_eq!((beds.get("peas"), beds.len()), (None, 2));
/// let (beds, bytes) = beds.finish();
/// assert_eq!(beds["beans"], 2);
///
/// let bytes = bytes?;
/// let mut trace = TraceReader::new(&bytes[..])?;
/// assert_eq!(trace.next_op()?, Some(TraceOp::Insert { key: Key::Text("carrots") }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Recorder<M, W: Write = File> {
    map: M,
    /// Look-ups are recorded, and take the map by a shared reference.
    writer: RefCell<TraceWriter<W>>,
}

impl<M: Recordable<Key: TraceKey>> Recorder<M> {
    /// A map whose trace goes to a new file, or over an old one.
    ///
    /// # Errors
    ///
    /// Those of the system, if the file cannot be made. What goes wrong later is given by
    /// [`finish`](Self::finish).
    pub fn create(map: M, path: impl AsRef<Path>) -> io::Result<Self> {
        Ok(Recorder::new(map, File::create(path)?))
    }
}

impl<M: Recordable<Key: TraceKey>, W: Write> Recorder<M, W> {
    /// A map whose trace is written to `sink`, in blocks of 64 KiB.
    ///
    /// Entries that are in the map are recorded as inserts, in ascending order.
    pub fn new(map: M, sink: W) -> Self {
        let value_bytes = u32::try_from(size_of::<M::Value>()).unwrap_or(u32::MAX);
        let mut writer = TraceWriter::new(sink, M::Key::KIND, value_bytes);
        for (key, _) in map.iter() {
            writer.push(TraceOp::Insert { key: key.trace_key() });
        }
        Recorder { map, writer: RefCell::new(writer) }
    }

    /// Ends the trace. Gives back the map, and what the trace was written to.
    ///
    /// # Errors
    ///
    /// In the place of the latter a [`WriteError`], if the trace could not be written, now or
    /// earlier, or if a key was too long for it.
    pub fn finish(self) -> (M, Result<W, WriteError>) {
        (self.map, self.writer.into_inner().finish())
    }

    /// How many operations have been recorded.
    pub fn recorded(&self) -> u64 {
        self.writer.borrow().len()
    }

    /// Writes what has been gathered, for a program that may end without finishing.
    pub fn flush(&self) {
        self.writer.borrow_mut().flush();
    }

    /// As the map's; recorded as an insert.
    pub fn insert(&mut self, key: M::Key, value: M::Value) -> Option<M::Value> {
        self.record(TraceOp::Insert { key: &key });
        self.map.insert(key, value)
    }

    /// As the map's; recorded as a look-up.
    pub fn get<Q>(&self, key: &Q) -> Option<&M::Value>
    where
        M::Key: Borrow<Q>,
        Q: TraceKey + Ord + ?Sized,
    {
        self.record(TraceOp::Get { key });
        self.map.get(key)
    }

    /// As the map's; recorded as a look-up.
    pub fn get_mut<Q>(&mut self, key: &Q) -> Option<&mut M::Value>
    where
        M::Key: Borrow<Q>,
        Q: TraceKey + Ord + ?Sized,
    {
        self.record(TraceOp::Get { key });
        self.map.get_mut(key)
    }

    /// As the map's; recorded as a look-up.
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        M::Key: Borrow<Q>,
        Q: TraceKey + Ord + ?Sized,
    {
        self.get(key).is_some()
    }

    /// The value of a key, made and inserted if it is not there: what `entry(key).or_insert_with`
    /// does. Recorded as a look-up, and as an insert if it was not there.
    pub fn get_or_insert_with(
        &mut self,
        key: M::Key,
        make: impl FnOnce() -> M::Value,
    ) -> &mut M::Value
    where
        M::Key: Clone,
    {
        self.record(TraceOp::Get { key: &key });
        if self.map.get(&key).is_none() {
            self.insert(key.clone(), make());
        }
        self.map.get_mut(&key).expect("an order that does not contradict itself")
    }

    /// As the map's; recorded as a removal.
    pub fn remove<Q>(&mut self, key: &Q) -> Option<M::Value>
    where
        M::Key: Borrow<Q>,
        Q: TraceKey + Ord + ?Sized,
    {
        self.remove_entry(key).map(|(_, value)| value)
    }

    /// As the map's; recorded as a removal.
    pub fn remove_entry<Q>(&mut self, key: &Q) -> Option<(M::Key, M::Value)>
    where
        M::Key: Borrow<Q>,
        Q: TraceKey + Ord + ?Sized,
    {
        self.record(TraceOp::Remove { key });
        self.map.remove_entry(key)
    }

    /// As the map's, without walks from the back. Recorded as a scan from the first entry, of as
    /// many as have been read when it is dropped.
    pub fn iter(&self) -> impl Iterator<Item = (&M::Key, &M::Value)> {
        let from = Some(Bound::Unbounded);
        Scan { entries: self.map.iter(), from, read: 0, writer: &self.writer }
    }

    /// As the map's, without walks from the back. Recorded as a scan from the first entry that is
    /// read, of as many as have been read when it is dropped; or as one of none from where it
    /// begins, if there are none.
    ///
    /// # Panics
    ///
    /// If the map does: a range that begins behind its end.
    pub fn range<Q, R>(&self, bounds: R) -> impl Iterator<Item = (&M::Key, &M::Value)>
    where
        M::Key: Borrow<Q>,
        Q: TraceKey + Ord + ?Sized,
        R: RangeBounds<Q>,
    {
        let (start, end) = (bounds.start_bound(), bounds.end_bound());
        if self.map.range::<Q, _>((start, end)).next().is_none() {
            self.record(TraceOp::Scan { from: start, entries: 0 });
        }
        Scan { entries: self.map.range(bounds), from: None, read: 0, writer: &self.writer }
    }

    /// As the map's; recorded as such.
    pub fn pop_first(&mut self) -> Option<(M::Key, M::Value)> {
        self.record::<M::Key>(TraceOp::PopFirst);
        self.map.pop_first()
    }

    /// As the map's; recorded as such.
    pub fn pop_last(&mut self) -> Option<(M::Key, M::Value)> {
        self.record::<M::Key>(TraceOp::PopLast);
        self.map.pop_last()
    }

    /// As the map's; recorded as a removal of each entry that goes.
    pub fn retain(&mut self, mut keep: impl FnMut(&M::Key, &mut M::Value) -> bool) {
        let writer = &self.writer;
        self.map.retain(|key, value| {
            let stays = keep(key, value);
            if !stays {
                record(writer, TraceOp::Remove { key });
            }
            stays
        });
    }

    /// As the map's; recorded as such.
    pub fn clear(&mut self) {
        self.record::<M::Key>(TraceOp::Clear);
        self.map.clear();
    }

    /// A clone of the map, which is not recorded any further: the trace has a clone that is dropped
    /// at once.
    pub fn clone_map(&self) -> M
    where
        M: Clone,
    {
        self.record::<M::Key>(TraceOp::Clone);
        self.map.clone()
    }

    fn record<Q: TraceKey + ?Sized>(&self, op: TraceOp<&Q>) {
        record(&self.writer, op);
    }
}

/// The key is asked before the writer is taken: it is foreign code.
fn record<Q: TraceKey + ?Sized, W: Write>(writer: &RefCell<TraceWriter<W>>, op: TraceOp<&Q>) {
    let op = op.map(TraceKey::trace_key);
    writer.borrow_mut().push(op);
}

/// Counts the entries that are read.
struct Scan<'r, K: TraceKey, W: Write, I> {
    entries: I,
    /// Where it begins; unknown until the first entry has been read.
    from: Option<Bound<&'r K>>,
    read: u64,
    writer: &'r RefCell<TraceWriter<W>>,
}

impl<'r, K: TraceKey, V: 'r, W: Write, I> Iterator for Scan<'r, K, W, I>
where
    I: Iterator<Item = (&'r K, &'r V)>,
{
    type Item = (&'r K, &'r V);

    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.entries.next()?;
        self.from.get_or_insert(Bound::Included(entry.0));
        self.read += 1;
        Some(entry)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.entries.size_hint()
    }
}

impl<K: TraceKey, W: Write, I> Drop for Scan<'_, K, W, I> {
    fn drop(&mut self) {
        if let Some(from) = self.from {
            record(self.writer, TraceOp::Scan { from, entries: self.read });
        }
    }
}

/// The map, to be read.
impl<M, W: Write> Deref for Recorder<M, W> {
    type Target = M;

    fn deref(&self) -> &M {
        &self.map
    }
}

/// Inserts one by one.
impl<M: Recordable<Key: TraceKey>, W: Write> Extend<(M::Key, M::Value)> for Recorder<M, W> {
    fn extend<I: IntoIterator<Item = (M::Key, M::Value)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<M: fmt::Debug, W: Write> fmt::Debug for Recorder<M, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("Recorder");
        f.field("map", &self.map).field("writer", &self.writer.borrow()).finish()
    }
}
