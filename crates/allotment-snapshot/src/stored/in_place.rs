//! [`InPlace`]: types of `zerocopy` as stored values, viewed where they stand.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes, Unaligned};

use super::{Encoded, Named, Restored, Stored};
use crate::name::TypeName;

/// A value of a type that `zerocopy` can see in bytes: its view is a reference into the file.
///
/// Such a type has no padding and no alignment: its numbers are those of `zerocopy::little_endian`
/// or `big_endian`, whose bytes are the same on every machine. Bytes that are none of its values,
/// say of a `bool`, are damage.
///
/// ```
/// use allotment_snapshot::{InPlace, Named, Snapshot, SnapshotOptions, TypeName};
/// use zerocopy::little_endian::U32;
/// use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};
///
/// #[derive(FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
/// #[repr(C)]
/// struct Bed {
///     width: U32,
///     length: U32,
/// }
///
/// impl Named for Bed {
///     const NAME: TypeName = TypeName::new("Bed");
/// }
///
/// let bed = |width, length| InPlace(Bed { width: U32::new(width), length: U32::new(length) });
/// let mut bytes = Vec::new();
/// SnapshotOptions::new().write(&mut bytes, [("beans", bed(2, 9)), ("kale", bed(1, 4))])?;
/// let beds = Snapshot::<str, InPlace<Bed>, _>::from_bytes(&bytes)?;
/// let kale: &Bed = beds.get("kale")?.unwrap();
/// assert_eq!(kale.length.get(), 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct InPlace<T>(pub T);

impl<T> Stored for InPlace<T>
where
    T: Named + TryFromBytes + IntoBytes + Immutable + KnownLayout + Unaligned + 'static,
{
    const TYPE: TypeName = T::NAME;
    const WIDTH: Option<usize> = Some(size_of::<T>());
    type View<'a> = &'a T;

    #[inline]
    fn encode(&self, out: &mut Encoded) {
        out.push(self.0.as_bytes());
    }

    #[inline]
    fn bytes_in<'s>(&'s self, _: &'s mut Encoded) -> &'s [u8] {
        self.0.as_bytes()
    }

    #[inline]
    fn view(bytes: &[u8]) -> Option<&T> {
        T::try_ref_from_bytes(bytes).ok()
    }
}

impl<T> Restored for InPlace<T>
where
    T: Named + TryFromBytes + IntoBytes + Immutable + KnownLayout + Unaligned + Clone + 'static,
{
    #[inline]
    fn restore(view: &T) -> Self {
        Self(view.clone())
    }
}
