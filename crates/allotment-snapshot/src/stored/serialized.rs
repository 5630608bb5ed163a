//! [`Serialized`]: types of serde as stored values, which are decoded when they are asked for.

use postcard::ser_flavors::Flavor;
use serde_core::Serialize;
use serde_core::de::DeserializeOwned;

use super::{Encoded, Named, Restored, Stored};
use crate::name::TypeName;

/// A value of any type of serde's, in the format of `postcard`.
///
/// It is the one kind of value that is not read in place: each look-up, and each step of a walk,
/// decodes it, and allocates what the type does. Bytes that do not decode, or not all of them, are
/// damage. What serde cannot write, say a list that does not know its length, is refused by the
/// writer as [`Unstorable`](crate::WriteError::Unstorable).
///
/// ```
/// use allotment_snapshot::{Named, Serialized, Snapshot, SnapshotOptions, TypeName};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize, Debug, PartialEq)]
/// struct Bed {
///     crop: String,
///     rows: Option<Vec<u8>>,
/// }
///
/// impl Named for Bed {
///     const NAME: TypeName = TypeName::new("Bed");
/// }
///
/// let beans = || Bed { crop: "beans".into(), rows: Some(vec![3, 1, 2]) };
/// let mut bytes = Vec::new();
/// SnapshotOptions::new().write(&mut bytes, [(7_u32, Serialized(beans()))])?;
/// let beds = Snapshot::<u32, Serialized<Bed>, _>::from_bytes(&bytes)?;
/// assert_eq!(beds.get(&7)?, Some(beans()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Serialized<T>(pub T);

/// What `postcard` writes to: it takes any number of bytes.
struct Out<'o>(&'o mut Encoded);

impl Flavor for Out<'_> {
    type Output = ();

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.push(bytes);
        Ok(())
    }

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(&[byte]);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}

impl<T: Named + Serialize + DeserializeOwned> Stored for Serialized<T> {
    const TYPE: TypeName = T::NAME;
    const WIDTH: Option<usize> = None;
    type View<'a> = T;

    /// Serializes it, and keeps nothing.
    fn is_storable(&self) -> bool {
        postcard::experimental::serialized_size(&self.0).is_ok()
    }

    /// What cannot be stored ends somewhere: the writer has asked before.
    fn encode(&self, out: &mut Encoded) {
        _ = postcard::serialize_with_flavor(&self.0, Out(out));
    }

    fn view(bytes: &[u8]) -> Option<T> {
        match postcard::take_from_bytes(bytes) {
            Ok((value, [])) => Some(value),
            _ => None,
        }
    }
}

impl<T: Named + Serialize + DeserializeOwned> Restored for Serialized<T> {
    fn restore(view: T) -> Self {
        Self(view)
    }
}
