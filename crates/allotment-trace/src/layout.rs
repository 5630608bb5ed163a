//! What stands where in a file: `docs/trace-format.md` in code.

use twox_hash::XxHash3_64;

use crate::error::ReadFault;
use crate::key::KeyKind;

/// The bytes that a trace begins with.
pub(crate) const MAGIC: [u8; 8] = [0x89, b'T', b'R', b'C', 0x0D, 0x0A, 0x1A, 0x0A];

/// The one version there is.
pub(crate) const VERSION: u16 = 1;

/// Bytes of the header.
pub(crate) const HEADER_BYTES: usize = 24;

/// Bytes of the head of a block.
pub(crate) const HEAD_BYTES: usize = 16;

/// The most bytes of operations that a block has.
pub const MAX_BLOCK_BYTES: usize = 65_536;

/// The longest text that can be a key, in bytes.
pub const MAX_KEY_BYTES: usize = 16_384;

/// The header: what the keys are, and how many bytes a value takes in the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) kind: KeyKind,
    pub(crate) value_bytes: u32,
}

impl Header {
    pub(crate) fn to_bytes(self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..10].copy_from_slice(&VERSION.to_le_bytes());
        bytes[10] = match self.kind {
            KeyKind::Integers => 1,
            KeyKind::Text => 2,
        };
        bytes[12..16].copy_from_slice(&self.value_bytes.to_le_bytes());
        let sum = checksum(0, &bytes[..16]);
        bytes[16..].copy_from_slice(&sum.to_le_bytes());
        bytes
    }

    /// Reads it, or says what is wrong at which byte of it.
    pub(crate) fn read(bytes: &[u8; HEADER_BYTES]) -> Result<Header, (u64, ReadFault)> {
        if bytes[..8] != MAGIC {
            return Err((0, ReadFault::NotATrace));
        }
        let version = u16::from_le_bytes(array(&bytes[8..10]));
        if version != VERSION {
            return Err((8, ReadFault::Version(version)));
        }
        if checksum(0, &bytes[..16]) != seed_after(bytes) {
            return Err((0, ReadFault::Checksum));
        }
        let kind = match bytes[10] {
            1 => KeyKind::Integers,
            2 => KeyKind::Text,
            _ => return Err((10, ReadFault::Malformed("an unknown kind of keys"))),
        };
        if bytes[11] != 0 {
            return Err((11, ReadFault::Malformed("a byte that should be zero")));
        }
        Ok(Header { kind, value_bytes: u32::from_le_bytes(array(&bytes[12..16])) })
    }
}

/// The head of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BlockHead {
    /// Of all behind itself in the block.
    pub(crate) checksum: u64,
    /// Bytes of operations; 0 in the block that ends the trace.
    pub(crate) length: u32,
    pub(crate) ops: u32,
}

impl BlockHead {
    pub(crate) fn read(bytes: &[u8]) -> BlockHead {
        BlockHead {
            checksum: u64::from_le_bytes(array(&bytes[..8])),
            length: u32::from_le_bytes(array(&bytes[8..12])),
            ops: u32::from_le_bytes(array(&bytes[12..16])),
        }
    }
}

/// Writes the head of a block in front of its operations: into its first bytes, kept free for it.
/// Returns its checksum.
pub(crate) fn seal(block: &mut [u8], ops: u32, before: u64) -> u64 {
    let length = u32::try_from(block.len() - HEAD_BYTES).expect("a block is short");
    block[8..12].copy_from_slice(&length.to_le_bytes());
    block[12..16].copy_from_slice(&ops.to_le_bytes());
    let sum = checksum(before, &block[8..]);
    block[..8].copy_from_slice(&sum.to_le_bytes());
    sum
}

/// What the first block is chained to: the checksum of the header, which is its last field.
pub(crate) fn seed_after(header: &[u8; HEADER_BYTES]) -> u64 {
    u64::from_le_bytes(array(&header[16..]))
}

/// The checksum of bytes that come behind those with the checksum `before`.
pub(crate) fn checksum(before: u64, bytes: &[u8]) -> u64 {
    XxHash3_64::oneshot_with_seed(before, bytes)
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.try_into().expect("a field has its length")
}
