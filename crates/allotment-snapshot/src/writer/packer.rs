//! [`Packer`]: pages compressed, with what that needs kept for the next.

use alloc::vec::Vec;
use core::fmt;

use super::error::WriteError;
use crate::codec::Codec;
use crate::layout::column::Width;
use crate::layout::page::PageHead;
use crate::layout::planes;

/// What compressing needs beside the bytes, and a page that was compressed.
#[derive(Default)]
pub(crate) struct Packer {
    /// The columns of the last page, in planes.
    planes: Vec<u8>,
    /// The page, behind room for its head.
    page: Vec<u8>,
    #[cfg(feature = "lz4")]
    lz4: Option<lz4_flex::block::CompressTable>,
    #[cfg(feature = "zstd")]
    zstd: Option<zstd::bulk::Compressor<'static>>,
}

impl Packer {
    pub(crate) const fn new() -> Self {
        Self {
            planes: Vec::new(),
            page: Vec::new(),
            #[cfg(feature = "lz4")]
            lz4: None,
            #[cfg(feature = "zstd")]
            zstd: None,
        }
    }

    /// Takes what compressing pages of this size needs, if it is not there from the last file.
    pub(crate) fn begin(
        &mut self,
        codec: Codec,
        page_size: usize,
        level: i32,
    ) -> Result<(), WriteError> {
        if !codec.is_available() {
            return Err(WriteError::CodecOff(codec));
        }
        let most: Option<usize> = match codec {
            #[cfg(feature = "lz4")]
            Codec::Lz4 => {
                self.lz4.get_or_insert_default();
                Some(lz4_flex::block::get_maximum_output_size(page_size))
            }
            #[cfg(feature = "zstd")]
            Codec::Zstd => {
                self.begin_zstd(level)?;
                Some(zstd::zstd_safe::compress_bound(page_size))
            }
            // No other has a level.
            _ => {
                _ = level;
                None
            }
        };
        let Some(most) = most else { return Ok(()) };
        self.planes.clear();
        self.planes.reserve(page_size);
        self.page.clear();
        self.page.resize(PageHead::BYTES + most, 0);
        Ok(())
    }

    /// Compresses the payload of a page, of so many entries of these widths; `None` if that does
    /// not shrink it. What is answered has room for the head of a page in front.
    pub(crate) fn pack(
        &mut self,
        codec: Codec,
        payload: &[u8],
        count: u32,
        widths: (Width, Width),
    ) -> Result<Option<&mut [u8]>, WriteError> {
        if codec == Codec::Raw {
            return Ok(None);
        }
        self.planes.clear();
        planes::scatter(payload, count as usize, widths, &mut self.planes);
        let Some(out) = self.page.get_mut(PageHead::BYTES..) else { return Ok(None) };
        let packed: Option<usize> = match codec {
            #[cfg(feature = "lz4")]
            Codec::Lz4 => {
                let table = self.lz4.get_or_insert_default();
                lz4_flex::block::compress_into_with_table(&self.planes, out, table).ok()
            }
            #[cfg(feature = "zstd")]
            Codec::Zstd => match &mut self.zstd {
                Some(context) => Some(context.compress_to_buffer(&self.planes, out)?),
                None => None,
            },
            _ => None,
        };
        _ = out;
        let packed = packed.filter(|packed| *packed < payload.len());
        Ok(packed.and_then(|packed| self.page.get_mut(..PageHead::BYTES + packed)))
    }

    /// A context of this level. The head of a page says what zstd would repeat: lengths and sums.
    #[cfg(feature = "zstd")]
    fn begin_zstd(&mut self, level: i32) -> std::io::Result<()> {
        use zstd::zstd_safe::CParameter;

        let context = match &mut self.zstd {
            Some(context) => context,
            none => none.insert(zstd::bulk::Compressor::new(level)?),
        };
        context.set_parameter(CParameter::CompressionLevel(level))?;
        context.set_parameter(CParameter::ContentSizeFlag(false))?;
        context.set_parameter(CParameter::ChecksumFlag(false))
    }
}

impl fmt::Debug for Packer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Packer")
    }
}
