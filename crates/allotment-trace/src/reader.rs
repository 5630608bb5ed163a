//! [`TraceReader`]: reads a trace, and checks each block before it is looked at.

use std::fmt;
use std::io::{self, Read};

use crate::code::{self, Previous};
use crate::error::{ReadError, ReadFault};
use crate::key::{Key, KeyKind};
use crate::layout::{
    BlockHead, HEAD_BYTES, HEADER_BYTES, Header, MAGIC, MAX_BLOCK_BYTES, checksum, seed_after,
};
use crate::op::TraceOp;

/// Reads the operations of a trace, one by one.
///
/// A block is read at once, and no buffer is needed around a file. The memory of a block and of a
/// key is all that is ever taken, whatever the file says.
///
/// ```
/// use allotment_trace::{Key, KeyKind, TraceOp, TraceReader, TraceWriter};
///
/// let mut writer = TraceWriter::new(Vec::new(), KeyKind::Text, 4);
/// writer.push(TraceOp::Get { key: Key::Text("beans") });
/// let mut bytes = writer.finish()?;
///
/// let mut reader = TraceReader::new(&bytes[..])?;
/// assert_eq!((reader.kind(), reader.value_bytes()), (KeyKind::Text, 4));
/// assert_eq!(reader.next_op()?, Some(TraceOp::Get { key: Key::Text("beans") }));
///
/// bytes[45] ^= 1;
/// let error = TraceReader::new(&bytes[..])?.next_op().unwrap_err();
/// assert_eq!(error.to_string(), "byte 24: the trace is damaged: a checksum is wrong");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct TraceReader<R> {
    source: R,
    header: Header,
    /// The block that is being read, with its head, and which byte of it is the next.
    block: Vec<u8>,
    at: usize,
    /// How many operations of it are left.
    left: u32,
    /// How many bytes of the file come before the block.
    offset: u64,
    /// Its checksum.
    chain: u64,
    previous: Previous,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Within,
    /// The block without operations was read.
    Ended,
    /// An error was given.
    Failed,
}

impl<R: Read> TraceReader<R> {
    /// Reads the header.
    ///
    /// # Errors
    ///
    /// [`ReadError`], if it cannot be read, is damaged, or is that of no trace or of an unknown
    /// version.
    pub fn new(mut source: R) -> Result<Self, ReadError> {
        let mut bytes = [0; HEADER_BYTES];
        let count = fill(&mut source, &mut bytes, 0)?;
        let begun = count.min(8);
        // What is shorter than a header but begins otherwise is no trace that was cut off.
        if bytes[..begun] != MAGIC[..begun] {
            return Err(ReadError::new(0, ReadFault::NotATrace));
        }
        if count < HEADER_BYTES {
            return Err(ReadError::new(count as u64, ReadFault::Truncated));
        }
        let header =
            Header::read(&bytes).map_err(|(offset, fault)| ReadError::new(offset, fault))?;
        // No block yet: the first one begins behind the header.
        Ok(TraceReader {
            source,
            header,
            block: Vec::with_capacity(HEAD_BYTES + MAX_BLOCK_BYTES),
            at: 0,
            left: 0,
            offset: HEADER_BYTES as u64,
            chain: seed_after(&bytes),
            previous: Previous::new(header.kind),
            state: State::Within,
        })
    }

    /// What all keys are.
    pub fn kind(&self) -> KeyKind {
        self.header.kind
    }

    /// How many bytes a value took in the map that was recorded.
    pub fn value_bytes(&self) -> u32 {
        self.header.value_bytes
    }

    /// The next operation, or `None` where the trace ends: it is then known to be whole.
    ///
    /// # Errors
    ///
    /// [`ReadError`], if the file cannot be read, ends early, or is damaged. Operations that were
    /// given before it are those that were recorded; none can be read after it.
    pub fn next_op(&mut self) -> Result<Option<TraceOp<Key<'_>>>, ReadError> {
        match self.state {
            State::Within => {}
            State::Ended => return Ok(None),
            State::Failed => {
                let fault = ReadFault::Malformed("an error came before");
                return Err(ReadError::new(self.offset, fault));
            }
        }
        // Until it is known to be none.
        self.state = State::Failed;
        if self.left == 0 && !self.next_block()? {
            self.state = State::Ended;
            return Ok(None);
        }
        let begun = self.offset + self.at as u64;
        let malformed = |what| ReadError::new(begun, ReadFault::Malformed(what));
        let mut rest = &self.block[self.at..];
        let op = code::decode(&mut rest, self.header.kind, &mut self.previous);
        let op = op.map_err(malformed)?;
        self.at = self.block.len() - rest.len();
        self.left -= 1;
        if self.left == 0 && !rest.is_empty() {
            let fault = ReadFault::Malformed("bytes behind the last operation of a block");
            return Err(ReadError::new(self.offset + self.at as u64, fault));
        }
        self.state = State::Within;
        Ok(Some(op))
    }

    /// Reads and checks the next block. False if it was the one that ends the trace.
    fn next_block(&mut self) -> Result<bool, ReadError> {
        self.offset += self.block.len() as u64;
        let at_fault = |offset, fault| Err(ReadError::new(offset, fault));
        self.block.clear();
        self.extend_block(HEAD_BYTES)?;
        let head = BlockHead::read(&self.block);
        let length = head.length as usize;
        if length > MAX_BLOCK_BYTES {
            return at_fault(self.offset, ReadFault::BlockTooLong(head.length));
        }
        self.extend_block(length)?;
        if checksum(self.chain, &self.block[8..]) != head.checksum {
            return at_fault(self.offset, ReadFault::Checksum);
        }
        if (head.ops == 0) != (length == 0) {
            let fault =
                ReadFault::Malformed("a block of bytes without operations, or without bytes");
            return at_fault(self.offset, fault);
        }
        if length == 0 {
            let end = self.offset + HEAD_BYTES as u64;
            let is_last = fill(&mut self.source, &mut [0], end)? == 0;
            return if is_last { Ok(false) } else { at_fault(end, ReadFault::Trailing) };
        }
        (self.chain, self.left, self.at) = (head.checksum, head.ops, HEAD_BYTES);
        self.previous.forget();
        Ok(true)
    }

    /// Reads so many bytes more of the block.
    fn extend_block(&mut self, count: usize) -> Result<(), ReadError> {
        let begun = self.block.len();
        self.block.resize(begun + count, 0);
        let offset = self.offset + begun as u64;
        let read = fill(&mut self.source, &mut self.block[begun..], offset)?;
        if read < count {
            return Err(ReadError::new(offset + read as u64, ReadFault::Truncated));
        }
        Ok(())
    }
}

/// Reads until the buffer is full or the source ends, and answers how much. The offset is that of
/// the buffer in the file.
fn fill(source: &mut impl Read, buffer: &mut [u8], offset: u64) -> Result<usize, ReadError> {
    let mut count = 0;
    while count < buffer.len() {
        match source.read(&mut buffer[count..]) {
            Ok(0) => break,
            Ok(read) => count += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                return Err(ReadError::new(offset + count as u64, ReadFault::Io(error)));
            }
        }
    }
    Ok(count)
}

impl<R> fmt::Debug for TraceReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("TraceReader");
        f.field("kind", &self.header.kind).field("offset", &self.offset);
        f.field("state", &self.state).finish_non_exhaustive()
    }
}
