//! From bytes to views: what a type makes of the entries of a file.

use core::ops::{Bound, RangeBounds};

use crate::damage::{Damage, DamageKind};
use crate::layout::page::Entry;
use crate::stored::{Encoded, Stored, StoredKey};

/// Views of the key and the value of an entry.
pub type EntryView<'a, K, V> = (<K as Stored>::View<'a>, <V as Stored>::View<'a>);

/// A view of the key of an entry.
#[inline]
pub(crate) fn key<'a, K: Stored + ?Sized>(entry: Entry<'a>) -> Result<K::View<'a>, Damage> {
    K::view(entry.key).ok_or_else(|| entry.damage(DamageKind::Key))
}

/// A view of the value of an entry.
#[inline]
pub(crate) fn value<'a, V: Stored + ?Sized>(entry: Entry<'a>) -> Result<V::View<'a>, Damage> {
    V::view(entry.value).ok_or_else(|| entry.damage(DamageKind::Value))
}

/// Views of both.
#[inline]
pub(crate) fn pair<'a, K, V>(entry: Entry<'a>) -> Result<EntryView<'a, K, V>, Damage>
where
    K: Stored + ?Sized,
    V: Stored + ?Sized,
{
    Ok((key::<K>(entry)?, value::<V>(entry)?))
}

/// Whether bytes are a key and a value of these types.
pub(crate) fn check<K, V>(key: &[u8], value: &[u8]) -> Result<(), DamageKind>
where
    K: Stored + ?Sized,
    V: Stored + ?Sized,
{
    if K::view(key).is_none() {
        return Err(DamageKind::Key);
    }
    if V::view(value).is_none() {
        return Err(DamageKind::Value);
    }
    Ok(())
}

/// Hands bounds on as bytes.
pub(crate) fn with_bounds<Q, R, T>(
    bounds: &R,
    act: impl FnOnce((Bound<&[u8]>, Bound<&[u8]>)) -> T,
) -> T
where
    Q: StoredKey + ?Sized,
    R: RangeBounds<Q>,
{
    let (mut start, mut end) = (Encoded::new(), Encoded::new());
    act((
        bounds.start_bound().map(|key| key.bytes_in(&mut start)),
        bounds.end_bound().map(|key| key.bytes_in(&mut end)),
    ))
}
