//! [`Buffer`]: bytes to write to, from a [`BufferPool`](crate::BufferPool).

use core::fmt;
use core::ops::{Deref, DerefMut};

use allotment_alloc::{AllocError, Allocator, Global};

use crate::bytes::Bytes;
use crate::shelf::{Shelf, refuse};

/// A growing list of bytes, which goes back to its pool when it is dropped.
///
/// It is written to like a `Vec<u8>`, and through [`fmt::Write`] or, with the feature `std`,
/// through `std::io::Write`; it is read as a slice.
///
/// What cannot grow for want of memory calls `handle_alloc_error`, or panics if more is asked for
/// than a layout can have; the methods that begin with `try_` and `fmt::Write` and
/// `std::io::Write` return an error and leave the bytes as they were.
///
/// ```
/// use core::fmt::Write;
///
/// use allotment_pool::BufferPool;
///
/// let pool = BufferPool::new(4, 1 << 20);
/// let mut buffer = pool.take();
/// buffer.push(b'<');
/// buffer.extend_from_slice(b"answer=");
/// write!(buffer, "{}>", 42)?;
/// assert_eq!(&*buffer, b"<answer=42>");
/// # Ok::<(), core::fmt::Error>(())
/// ```
pub struct Buffer<'p, A: Allocator = Global> {
    shelf: &'p Shelf<A>,
    bytes: Bytes,
}

impl<'p, A: Allocator> Buffer<'p, A> {
    pub(crate) fn new(shelf: &'p Shelf<A>, bytes: Bytes) -> Self {
        Buffer { shelf, bytes }
    }

    /// The number of bytes that it holds without growing.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// The bytes written. Constant time.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        self.bytes.as_slice()
    }

    /// The bytes written, to change.
    pub fn as_mut_slice(&mut self) -> &mut [u8] {
        self.bytes.as_mut_slice()
    }

    /// Makes room for `additional` more bytes, at least; the capacity doubles if that is more.
    ///
    /// ```
    /// let pool = allotment_pool::BufferPool::new(1, 1 << 20);
    /// let mut buffer = pool.take();
    /// buffer.reserve(1000);
    /// assert!(buffer.capacity() >= 1000);
    /// ```
    pub fn reserve(&mut self, additional: usize) {
        if self.try_reserve(additional).is_err() {
            refuse(self.len(), additional);
        }
    }

    /// Like [`reserve`](Buffer::reserve), with an error in place of the end of the program.
    ///
    /// # Errors
    ///
    /// If the allocator fails, or there can be no so many bytes. The buffer is as it was before.
    ///
    /// ```
    /// let pool = allotment_pool::BufferPool::new(1, 1 << 20);
    /// assert!(pool.take().try_reserve(usize::MAX).is_err());
    /// ```
    #[inline]
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), AllocError> {
        if additional <= self.capacity() - self.len() {
            return Ok(());
        }
        self.shelf.grow(&mut self.bytes, additional)
    }

    /// Adds a byte at the end. O(1) amortised.
    #[inline]
    pub fn push(&mut self, byte: u8) {
        self.extend_from_slice(&[byte]);
    }

    /// Adds bytes at the end.
    #[inline]
    pub fn extend_from_slice(&mut self, bytes: &[u8]) {
        self.reserve(bytes.len());
        self.bytes.append(bytes);
    }

    /// Like [`extend_from_slice`](Buffer::extend_from_slice), with an error in place of the end of
    /// the program.
    ///
    /// # Errors
    ///
    /// If the allocator fails. Nothing is written then.
    ///
    /// ```
    /// let pool = allotment_pool::BufferPool::new(1, 1 << 20);
    /// let mut buffer = pool.take();
    /// buffer.try_extend_from_slice(b"abc")?;
    /// assert_eq!(*buffer, *b"abc");
    /// # Ok::<(), allotment_alloc::AllocError>(())
    /// ```
    #[inline]
    pub fn try_extend_from_slice(&mut self, bytes: &[u8]) -> Result<(), AllocError> {
        self.try_reserve(bytes.len())?;
        self.bytes.append(bytes);
        Ok(())
    }

    /// Shortens the buffer to `len` bytes, if it has more. The capacity stays.
    ///
    /// ```
    /// let pool = allotment_pool::BufferPool::new(1, 1 << 20);
    /// let mut buffer = pool.take();
    /// buffer.extend_from_slice(b"abc");
    /// buffer.truncate(1);
    /// assert_eq!(*buffer, *b"a");
    /// ```
    pub fn truncate(&mut self, len: usize) {
        self.bytes.truncate(len);
    }

    /// Empties the buffer. The capacity stays.
    pub fn clear(&mut self) {
        self.truncate(0);
    }
}

/// Gives the memory back to the pool, which keeps it or releases it.
impl<A: Allocator> Drop for Buffer<'_, A> {
    fn drop(&mut self) {
        self.shelf.put(core::mem::replace(&mut self.bytes, Bytes::EMPTY));
    }
}

impl<A: Allocator> Deref for Buffer<'_, A> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.as_slice()
    }
}

impl<A: Allocator> DerefMut for Buffer<'_, A> {
    fn deref_mut(&mut self) -> &mut [u8] {
        self.as_mut_slice()
    }
}

impl<A: Allocator> AsRef<[u8]> for Buffer<'_, A> {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl<A: Allocator> Extend<u8> for Buffer<'_, A> {
    fn extend<I: IntoIterator<Item = u8>>(&mut self, bytes: I) {
        let bytes = bytes.into_iter();
        // A length that is wrong costs memory at most; an absurd one is not believed.
        self.reserve(bytes.size_hint().0.min(1 << 16));
        bytes.for_each(|byte| self.push(byte));
    }
}

impl<'a, A: Allocator> Extend<&'a u8> for Buffer<'_, A> {
    fn extend<I: IntoIterator<Item = &'a u8>>(&mut self, bytes: I) {
        self.extend(bytes.into_iter().copied());
    }
}

/// Text, as the bytes of its UTF-8. An error means that there was no memory, and nothing written of
/// the piece of text.
impl<A: Allocator> fmt::Write for Buffer<'_, A> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.try_extend_from_slice(text.as_bytes()).map_err(|_| fmt::Error)
    }
}

/// Writes all there is or nothing: an error, of kind `OutOfMemory`, means that there was no memory.
#[cfg(feature = "std")]
impl<A: Allocator> std::io::Write for Buffer<'_, A> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.try_extend_from_slice(bytes).map_err(|_| std::io::ErrorKind::OutOfMemory.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<A: Allocator> fmt::Debug for Buffer<'_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buffer")
            .field("len", &self.len())
            .field("capacity", &self.capacity())
            .finish_non_exhaustive()
    }
}
