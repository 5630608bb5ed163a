//! [`TraceWriter`]: writes a trace, block by block.

use std::io::{self, Write};
use std::{fmt, mem};

use crate::code::{self, Previous};
use crate::error::WriteError;
use crate::key::{Key, KeyKind};
use crate::layout::{HEAD_BYTES, Header, MAX_BLOCK_BYTES, MAX_KEY_BYTES, seal, seed_after};
use crate::op::TraceOp;

/// Writes operations to a file, or to anything else that can be written to.
///
/// They are gathered in a block of 64 KiB, which is written at once: no buffer is needed around the
/// file. All memory is taken when the writer is made, none for an operation.
///
/// What goes wrong is kept, and given by [`finish`](Self::finish); nothing is written after it. A
/// writer that is dropped finishes too, if it can, and says nothing about what goes wrong then.
///
/// ```
/// use allotment_trace::{Key, KeyKind, TraceOp, TraceReader, TraceWriter};
///
/// let mut writer = TraceWriter::new(Vec::new(), KeyKind::Integers, 8);
/// writer.push(TraceOp::Insert { key: Key::Integer(7) });
/// writer.push(TraceOp::PopFirst);
/// let bytes = writer.finish()?;
///
/// let mut reader = TraceReader::new(&bytes[..])?;
/// assert_eq!(reader.next_op()?, Some(TraceOp::Insert { key: Key::Integer(7) }));
/// assert_eq!(reader.next_op()?, Some(TraceOp::PopFirst));
/// assert_eq!(reader.next_op()?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct TraceWriter<W: Write> {
    /// None once the trace is finished, or the sink has panicked.
    sink: Option<W>,
    kind: KeyKind,
    /// The block that is gathered, with room for its head in front.
    block: Vec<u8>,
    /// How many operations are in it.
    gathered: u32,
    /// How many are in the blocks that were written.
    written: u64,
    previous: Previous,
    /// The checksum of the block before.
    chain: u64,
    error: Option<WriteError>,
}

impl<W: Write> TraceWriter<W> {
    /// Begins a trace whose keys are of this kind, and whose values take so many bytes in the map.
    ///
    /// Takes a block of memory, and another one if keys are text.
    pub fn new(sink: W, kind: KeyKind, value_bytes: u32) -> Self {
        let header = Header { kind, value_bytes }.to_bytes();
        let mut block = Vec::with_capacity(HEAD_BYTES + MAX_BLOCK_BYTES);
        block.resize(HEAD_BYTES, 0);
        let mut writer = TraceWriter {
            sink: Some(sink),
            kind,
            block,
            gathered: 0,
            written: 0,
            previous: Previous::new(kind),
            chain: seed_after(&header),
            error: None,
        };
        writer.with_sink(|sink| sink.write_all(&header));
        writer
    }

    /// Adds an operation. Constant time and no allocation; every 64 KiB a block is written.
    pub fn push(&mut self, op: TraceOp<Key<'_>>) {
        if let Some(error) = self.objection(&op) {
            self.error.get_or_insert(error);
        }
        if self.error.is_some() || self.sink.is_none() {
            return;
        }
        if self.block.len() + code::bound(&op) > HEAD_BYTES + MAX_BLOCK_BYTES {
            self.write_gathered();
        }
        code::encode(&op, &mut self.previous, &mut self.block);
        self.gathered += 1;
    }

    /// Writes what has been gathered, so that the file holds all operations up to here. A block
    /// that is not full is as good as any, and takes 16 bytes for its head.
    pub fn flush(&mut self) {
        self.write_gathered();
        self.with_sink(|sink| sink.flush());
    }

    /// How many operations have been added.
    pub fn len(&self) -> u64 {
        self.written + u64::from(self.gathered)
    }

    /// Whether none has been added.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What went wrong first, if anything did.
    pub fn error(&self) -> Option<&WriteError> {
        self.error.as_ref()
    }

    /// Ends the trace, and gives back what it was written to.
    ///
    /// # Errors
    ///
    /// [`WriteError`], if the trace could not be written, now or earlier, or if an operation had a
    /// key that cannot be in it. The file is then no whole trace, and reading it says so.
    pub fn finish(mut self) -> Result<W, WriteError> {
        self.end();
        // In any case: nothing is to be written as this is dropped.
        let sink = self.sink.take();
        match self.error.take() {
            Some(error) => Err(error),
            None => sink.ok_or_else(|| io::Error::other("what it is written to panicked").into()),
        }
    }

    /// Writes the rest and the block without operations.
    fn end(&mut self) {
        if self.sink.is_some() {
            self.write_gathered();
            self.write_block();
            self.with_sink(|sink| sink.flush());
        }
    }

    fn write_gathered(&mut self) {
        if self.gathered > 0 && self.sink.is_some() {
            self.written += u64::from(self.gathered);
            self.write_block();
        }
    }

    /// What is wrong with the key of an operation.
    fn objection(&self, op: &TraceOp<Key<'_>>) -> Option<WriteError> {
        let key = op.key()?;
        match key {
            _ if key.kind() != self.kind => Some(WriteError::WrongKind { expected: self.kind }),
            Key::Text(text) if text.len() > MAX_KEY_BYTES => {
                Some(WriteError::KeyTooLong { bytes: text.len() })
            }
            _ => None,
        }
    }

    fn write_block(&mut self) {
        let mut block = mem::take(&mut self.block);
        self.chain = seal(&mut block, self.gathered, self.chain);
        self.with_sink(|sink| sink.write_all(&block));
        block.truncate(HEAD_BYTES);
        self.block = block;
        self.gathered = 0;
        self.previous.forget();
    }

    /// Does something with the sink, unless something went wrong before. It is foreign code: if it
    /// panics, it is gone, and nothing is written any more.
    fn with_sink(&mut self, action: impl FnOnce(&mut W) -> io::Result<()>) {
        if self.error.is_none()
            && let Some(mut sink) = self.sink.take()
        {
            self.error = action(&mut sink).err().map(WriteError::from);
            self.sink = Some(sink);
        }
    }
}

/// Finishes the trace, if that has not been done.
impl<W: Write> Drop for TraceWriter<W> {
    fn drop(&mut self) {
        if self.error.is_none() {
            self.end();
        }
    }
}

impl<W: Write> fmt::Debug for TraceWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("TraceWriter");
        f.field("kind", &self.kind).field("len", &self.len()).field("error", &self.error);
        f.finish_non_exhaustive()
    }
}
