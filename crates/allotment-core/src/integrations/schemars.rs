//! JSON schemas: those of std's map and set, since they are serialized alike.

use alloc::borrow::Cow;
use alloc::collections::{BTreeMap as Map, BTreeSet as Set};

use ::schemars::{JsonSchema, Schema, SchemaGenerator};
use allotment_alloc::Allocator;

use crate::raw::shape::Shape;
use crate::{BTreeMap, BTreeSet};

/// Has one type described as another is.
macro_rules! described_as {
    ($twin:ty) => {
        fn inline_schema() -> bool {
            <$twin>::inline_schema()
        }

        fn schema_name() -> Cow<'static, str> {
            <$twin>::schema_name()
        }

        fn schema_id() -> Cow<'static, str> {
            <$twin>::schema_id()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            <$twin>::json_schema(generator)
        }
    };
}

impl<K: JsonSchema, V: JsonSchema, A: Allocator, S: Shape<K>> JsonSchema for BTreeMap<K, V, A, S> {
    described_as!(Map<K, V>);
}

impl<T: JsonSchema, A: Allocator, S: Shape<T>> JsonSchema for BTreeSet<T, A, S> {
    described_as!(Set<T>);
}
