//! Reading and writing the fields of fixed places, one after the other, little-endian.

/// Bytes that are read from the front. Beyond their end there are zeros: whoever makes one has
/// seen to the length.
pub(crate) struct Fields<'a>(pub(crate) &'a [u8]);

impl Fields<'_> {
    #[inline]
    pub(crate) fn array<const N: usize>(&mut self) -> [u8; N] {
        let Some((array, rest)) = self.0.split_first_chunk() else { return [0; N] };
        self.0 = rest;
        *array
    }

    #[inline]
    pub(crate) fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.array())
    }

    #[inline]
    pub(crate) fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.array())
    }

    #[inline]
    pub(crate) fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.array())
    }

    #[inline]
    pub(crate) fn u128(&mut self) -> u128 {
        u128::from_le_bytes(self.array())
    }
}

/// Bytes of a known number, written from the front.
#[cfg(any(feature = "std", test))]
pub(crate) struct Written<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

#[cfg(any(feature = "std", test))]
impl<const N: usize> Written<N> {
    pub(crate) fn new() -> Self {
        Self { bytes: [0; N], len: 0 }
    }

    pub(crate) fn put(&mut self, bytes: &[u8]) -> &mut Self {
        self.bytes[self.len..][..bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
        self
    }

    pub(crate) fn so_far(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    pub(crate) fn finish(&self) -> [u8; N] {
        assert!(self.len == N, "fields of {} bytes in place of {N}", self.len);
        self.bytes
    }
}
