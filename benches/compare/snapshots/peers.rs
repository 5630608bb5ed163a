//! The peers: databases that are asked for the least they can do, an automaton, an archive.
//!
//! None of them checks what it reads here, but that redb checks how it was closed.

use std::path::{Path, PathBuf};

use heed::byteorder::BigEndian;
use heed::types::U64;
use heed::{Database, Env, EnvFlags, EnvOpenOptions, PutFlags};
use redb::{ReadableDatabase, ReadableTable, TableDefinition};
use rkyv::collections::btree_map::ArchivedBTreeMap;
use rkyv::rend::u64_le;
use rkyv::util::AlignedVec;

use super::input::Input;
use super::store::{Store, added, collected};

type Numbers = U64<BigEndian>;

/// LMDB, by heed: nothing is synced, and the mapping is written to.
pub(super) struct Lmdb {
    env: Env,
    pairs: Database<Numbers, Numbers>,
    path: PathBuf,
}

impl Lmdb {
    fn env(path: &Path) -> Env {
        let mut options = EnvOpenOptions::new();
        options.map_size(8 << 30);
        let flags = EnvFlags::NO_SYNC | EnvFlags::WRITE_MAP | EnvFlags::NO_READ_AHEAD;
        // SAFETY: a crash may leave a file that is no database, and nobody opens it then.
        unsafe { options.flags(flags) };
        // SAFETY: the folder is this program's, and opened once at a time.
        unsafe { options.open(path) }.expect("a folder to write to")
    }
}

impl Store for Lmdb {
    type Closed = PathBuf;

    fn write(input: &Input, folder: &Path) -> Self {
        let env = Self::env(folder);
        let mut txn = env.write_txn().expect("no other writer");
        let table: Database<Numbers, Numbers> = env.create_database(&mut txn, None).expect("room");
        for (key, value) in &input.pairs {
            table.put_with_flags(&mut txn, PutFlags::APPEND, key, value).expect("room");
        }
        txn.commit().expect("room");
        Self { env, pairs: table, path: folder.to_owned() }
    }

    fn close(self) -> PathBuf {
        self.env.prepare_for_closing().wait();
        self.path
    }

    fn open(path: PathBuf) -> Self {
        let env = Self::env(&path);
        let txn = env.read_txn().expect("a reader");
        let pairs = env.open_database(&txn, None).expect("a database").expect("the one written");
        drop(txn);
        Self { env, pairs, path }
    }

    fn sum_of(&self, keys: &[u64]) -> u64 {
        let txn = self.env.read_txn().expect("a reader");
        let value = |key| self.pairs.get(&txn, key).expect("a database").unwrap_or(0);
        keys.iter().map(value).fold(0, added)
    }

    fn sum(&self) -> u64 {
        let txn = self.env.read_txn().expect("a reader");
        self.pairs.iter(&txn).expect("a database").fold(0, |sum, pair| {
            let (key, value) = pair.expect("a database");
            added(added(sum, key), value)
        })
    }

    fn load(&self, _: &Input) -> (usize, impl Sized) {
        let txn = self.env.read_txn().expect("a reader");
        let pairs = self.pairs.iter(&txn).expect("a database");
        collected(pairs.map(|pair| pair.expect("a database")))
    }
}

const TABLE: TableDefinition<'_, u64, u64> = TableDefinition::new("pairs");

/// redb, without a sync at the end.
pub(super) struct Redb {
    database: redb::Database,
    path: PathBuf,
}

impl Redb {
    fn table(&self) -> redb::ReadOnlyTable<u64, u64> {
        let txn = self.database.begin_read().expect("a reader");
        txn.open_table(TABLE).expect("the table written")
    }
}

impl Store for Redb {
    type Closed = PathBuf;

    fn write(input: &Input, folder: &Path) -> Self {
        let path = folder.join("redb");
        let database = redb::Database::create(&path).expect("a folder to write to");
        let mut txn = database.begin_write().expect("no other writer");
        txn.set_durability(redb::Durability::None).expect("no savepoint");
        {
            let mut table = txn.open_table(TABLE).expect("room");
            for (key, value) in &input.pairs {
                table.insert(key, value).expect("room");
            }
        }
        txn.commit().expect("room");
        Self { database, path }
    }

    fn close(self) -> PathBuf {
        self.path
    }

    fn open(path: PathBuf) -> Self {
        let database = redb::Database::open(&path).expect("the database written");
        Self { database, path }
    }

    fn sum_of(&self, keys: &[u64]) -> u64 {
        let table = self.table();
        let value = |key| table.get(key).expect("a table").map_or(0, |value| value.value());
        keys.iter().map(value).fold(0, added)
    }

    fn sum(&self) -> u64 {
        self.table().iter().expect("a table").fold(0, |sum, pair| {
            let (key, value) = pair.expect("a table");
            added(added(sum, key.value()), value.value())
        })
    }

    fn load(&self, _: &Input) -> (usize, impl Sized) {
        let pair = |pair: Result<(redb::AccessGuard<'_, u64>, redb::AccessGuard<'_, u64>), _>| {
            let (key, value) = pair.expect("a table");
            (key.value(), value.value())
        };
        collected(self.table().iter().expect("a table").map(pair))
    }
}

/// An archive of rkyv, which is not validated.
pub(super) struct Rkyv(AlignedVec);

impl Rkyv {
    fn map(&self) -> &ArchivedBTreeMap<u64_le, u64_le> {
        // SAFETY: the bytes are what rkyv has made of such a map in this process.
        unsafe { rkyv::access_unchecked(&self.0) }
    }
}

impl Store for Rkyv {
    type Closed = AlignedVec;

    /// It archives what is a map by then.
    fn write(input: &Input, _: &Path) -> Self {
        Self(rkyv::to_bytes::<rkyv::rancor::Error>(&input.map).expect("memory takes all"))
    }

    fn close(self) -> AlignedVec {
        self.0
    }

    fn open(bytes: AlignedVec) -> Self {
        Self(bytes)
    }

    fn sum_of(&self, keys: &[u64]) -> u64 {
        let map = self.map();
        let value = |key: &u64| map.get(&u64_le::from_native(*key)).map_or(0, |n| n.to_native());
        keys.iter().map(value).fold(0, added)
    }

    fn sum(&self) -> u64 {
        let pairs = self.map().iter();
        pairs.fold(0, |sum, (key, value)| added(added(sum, key.to_native()), value.to_native()))
    }

    fn load(&self, _: &Input) -> (usize, impl Sized) {
        let pairs = self.map().iter();
        collected(pairs.map(|(key, n)| (key.to_native(), n.to_native())))
    }
}

/// The automaton of fst, over the bytes of numbers.
pub(super) struct Automaton(fst::Map<Vec<u8>>);

impl Automaton {
    fn pairs(&self) -> impl Iterator<Item = (u64, u64)> {
        use fst::Streamer;

        let mut stream = self.0.stream();
        std::iter::from_fn(move || {
            let (key, value) = stream.next()?;
            Some((u64::from_be_bytes(key.try_into().expect("eight bytes")), value))
        })
    }
}

impl Store for Automaton {
    type Closed = Vec<u8>;

    fn write(input: &Input, _: &Path) -> Self {
        let mut builder = fst::MapBuilder::memory();
        for (key, value) in &input.pairs {
            builder.insert(key.to_be_bytes(), *value).expect("sorted keys");
        }
        Self::open(builder.into_inner().expect("memory takes all"))
    }

    fn close(self) -> Vec<u8> {
        self.0.into_fst().into_inner()
    }

    fn open(bytes: Vec<u8>) -> Self {
        Self(fst::Map::new(bytes).expect("what was written"))
    }

    fn sum_of(&self, keys: &[u64]) -> u64 {
        keys.iter().map(|key| self.0.get(key.to_be_bytes()).unwrap_or(0)).fold(0, added)
    }

    fn sum(&self) -> u64 {
        self.pairs().fold(0, |sum, (key, value)| added(added(sum, key), value))
    }

    fn load(&self, _: &Input) -> (usize, impl Sized) {
        collected(self.pairs())
    }
}
