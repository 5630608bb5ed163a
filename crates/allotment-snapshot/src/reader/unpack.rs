//! [`Unpacker`]: pages decompressed, in memory that is as long as they must be.

use alloc::vec::Vec;
use core::fmt;

use crate::codec::Codec;
use crate::layout::column::Width;
use crate::layout::page::{PageHead, widths_at};
use crate::layout::planes;

/// What decompressing needs beside the bytes: nothing, or a context that zstd works in.
pub(crate) struct Unpacker {
    /// The columns of a page, in planes.
    planes: Vec<u8>,
    #[cfg(feature = "zstd")]
    zstd: Option<zstd::bulk::Decompressor<'static>>,
}

impl Unpacker {
    pub(crate) const fn new() -> Self {
        Self {
            planes: Vec::new(),
            #[cfg(feature = "zstd")]
            zstd: None,
        }
    }

    /// Puts the payload of the page with this head in `out`; `None` if `packed` does not become
    /// that.
    ///
    /// The memory is zero before: what a codec leaves out is nothing that was there for another.
    pub(crate) fn unpack(
        &mut self,
        packed: &[u8],
        codec: Codec,
        head: &PageHead,
        widths: (Width, Width),
        out: &mut Vec<u8>,
    ) -> Option<()> {
        let len = head.payload as usize;
        if codec == Codec::Raw {
            out.clear();
            out.extend_from_slice(packed);
            return (packed.len() == len).then_some(());
        }
        self.planes.clear();
        self.planes.reserve_exact(len);
        self.planes.resize(len, 0);
        let unpacked = self.decompress(codec, packed)?;
        let widths = widths_at(head.level, widths);
        if unpacked == len {
            planes::gather(&self.planes, head.count as usize, widths, out)
        } else {
            None
        }
    }

    fn decompress(&mut self, codec: Codec, packed: &[u8]) -> Option<usize> {
        match codec {
            #[cfg(feature = "lz4")]
            Codec::Lz4 => lz4_flex::block::decompress_into(packed, &mut self.planes).ok(),
            #[cfg(feature = "zstd")]
            Codec::Zstd => {
                let context = match &mut self.zstd {
                    Some(context) => context,
                    none => none.insert(zstd::bulk::Decompressor::new().ok()?),
                };
                context.decompress_to_buffer(packed, self.planes.as_mut_slice()).ok()
            }
            _ => {
                _ = packed;
                None
            }
        }
    }
}

impl fmt::Debug for Unpacker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unpacker")
    }
}
