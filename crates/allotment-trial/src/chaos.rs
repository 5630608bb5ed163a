//! [`ChaosKey`]: keys whose order is whatever it is told to be.

use std::borrow::Borrow;
use std::cell::{Cell, RefCell};
use std::cmp::Ordering;
use std::fmt;

use fastrand::Rng;

use crate::ledger::Token;

/// How keys compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// As their numbers do.
    Honest,
    /// Against their numbers.
    Reversed,
    /// Each is less than the next of its neighbours modulo three.
    Cyclic,
    /// As the dice fall.
    Random,
    /// As the dice fall, but never equal.
    RandomUnequal,
    /// Every key is less than every other, itself included.
    AlwaysLess,
    /// Every key is greater than every other, itself included.
    AlwaysGreater,
    /// All are equal.
    AlwaysEqual,
}

impl Order {
    /// One of each.
    pub const ALL: [Self; 8] = [
        Self::Honest,
        Self::Reversed,
        Self::Cyclic,
        Self::Random,
        Self::RandomUnequal,
        Self::AlwaysLess,
        Self::AlwaysGreater,
        Self::AlwaysEqual,
    ];
}

thread_local! {
    static ORDER: Cell<Order> = const { Cell::new(Order::Honest) };
    static DICE: RefCell<Rng> = const { RefCell::new(Rng::with_seed(0)) };
}

/// Sets the order of all keys of this thread, those in maps included.
pub fn set_order(order: Order) {
    ORDER.set(order);
}

/// Makes the orders that throw dice repeatable.
pub fn seed(seed: u64) {
    DICE.with_borrow_mut(|dice| dice.seed(seed));
}

fn compare(a: u32, b: u32) -> Ordering {
    let throw = |faces: u8| DICE.with_borrow_mut(|dice| dice.u8(0..faces));
    match ORDER.get() {
        Order::Honest => a.cmp(&b),
        Order::Reversed => b.cmp(&a),
        Order::Cyclic => match (a % 3 + 3 - b % 3) % 3 {
            0 => a.cmp(&b),
            1 => Ordering::Greater,
            _ => Ordering::Less,
        },
        Order::Random => [Ordering::Less, Ordering::Equal, Ordering::Greater][throw(3) as usize],
        Order::RandomUnequal => [Ordering::Less, Ordering::Greater][throw(2) as usize],
        Order::AlwaysLess => Ordering::Less,
        Order::AlwaysGreater => Ordering::Greater,
        Order::AlwaysEqual => Ordering::Equal,
    }
}

/// A key whose drops are counted and whose number can be changed inside a map.
pub struct ChaosKey {
    /// What is compared.
    pub n: Cell<u32>,
    /// A view of the key whose order has nothing to do with it.
    liar: Liar,
    /// A block of its own, entered in the ledger.
    _token: Box<Token>,
}

impl ChaosKey {
    /// A key of this number.
    #[must_use]
    pub fn new(n: u32) -> Self {
        Self { n: Cell::new(n), liar: Liar(n.wrapping_mul(2_654_435_761)), _token: Box::default() }
    }
}

impl Default for Token {
    fn default() -> Self {
        Self::new()
    }
}

impl Clone for ChaosKey {
    fn clone(&self) -> Self {
        Self::new(self.n.get())
    }
}

impl PartialEq for ChaosKey {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for ChaosKey {}

impl PartialOrd for ChaosKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ChaosKey {
    fn cmp(&self, other: &Self) -> Ordering {
        compare(self.n.get(), other.n.get())
    }
}

impl fmt::Debug for ChaosKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.n.get().fmt(f)
    }
}

/// What a [`ChaosKey`] says it can be looked up by, against the rules of `Borrow`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Liar(pub u32);

impl Borrow<Liar> for ChaosKey {
    fn borrow(&self) -> &Liar {
        &self.liar
    }
}
