//! A limit order book: price levels in maps, orders waiting at a level in the order of arrival.

use std::collections::VecDeque;
use std::fmt::{self, Write as _};

use super::collections::BTreeSet;
use super::collections::btree_map::{self, BTreeMap, Entry};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Buy,
    Sell,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct OrderId(u64);

/// In ticks.
type Price = u32;

#[derive(Clone, Debug)]
struct Order {
    id: OrderId,
    trader: u16,
    quantity: u32,
}

#[derive(Clone, Debug, Default)]
struct Level {
    orders: VecDeque<Order>,
    quantity: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Trade {
    maker: OrderId,
    taker: OrderId,
    price: Price,
    quantity: u32,
}

#[derive(Debug, PartialEq, Eq)]
enum Refusal {
    Unknown(OrderId),
    Empty,
}

#[derive(Clone, Debug, Default)]
struct Book {
    buys: BTreeMap<Price, Level>,
    sells: BTreeMap<Price, Level>,
    /// Where the orders are that wait.
    waiting: BTreeMap<OrderId, (Side, Price)>,
    /// Orders of each trader that wait.
    traders: BTreeMap<u16, BTreeSet<OrderId>>,
    next: u64,
}

impl Side {
    fn of(bit: u64) -> Self {
        if bit & 1 == 0 { Self::Buy } else { Self::Sell }
    }
}

impl Book {
    fn levels(&mut self, side: Side) -> &mut BTreeMap<Price, Level> {
        match side {
            Side::Buy => &mut self.buys,
            Side::Sell => &mut self.sells,
        }
    }

    /// Matches an order against the other side; what is left of it waits.
    fn place(
        &mut self,
        side: Side,
        price: Price,
        trader: u16,
        mut quantity: u32,
    ) -> Result<(OrderId, Vec<Trade>), Refusal> {
        if quantity == 0 {
            return Err(Refusal::Empty);
        }
        let taker = OrderId(self.next);
        self.next += 1;
        let mut trades = Vec::new();
        while quantity > 0 {
            let best: Option<btree_map::OccupiedEntry<'_, Price, Level>> = match side {
                Side::Buy => self.sells.first_entry().filter(|level| *level.key() <= price),
                Side::Sell => self.buys.last_entry().filter(|level| *level.key() >= price),
            };
            let Some(mut best) = best else { break };
            let at = *best.key();
            let level = best.get_mut();
            let maker = level.orders.front_mut().expect("no level is empty");
            let traded = quantity.min(maker.quantity);
            quantity -= traded;
            maker.quantity -= traded;
            level.quantity -= u64::from(traded);
            trades.push(Trade { maker: maker.id, taker, price: at, quantity: traded });
            if maker.quantity == 0 {
                let done = level.orders.pop_front().expect("it was there");
                if level.orders.is_empty() {
                    best.remove();
                }
                self.forget(done.id, done.trader);
            }
        }
        if quantity > 0 {
            let level = self.levels(side).entry(price).or_default();
            level.orders.push_back(Order { id: taker, trader, quantity });
            level.quantity += u64::from(quantity);
            self.waiting.insert(taker, (side, price));
            self.traders.entry(trader).or_default().insert(taker);
        }
        Ok((taker, trades))
    }

    fn cancel(&mut self, id: OrderId) -> Result<Order, Refusal> {
        let (side, price) = *self.waiting.get(&id).ok_or(Refusal::Unknown(id))?;
        let Entry::Occupied(mut level) = self.levels(side).entry(price) else {
            unreachable!("an order waits at its level")
        };
        let orders = &mut level.get_mut().orders;
        let at = orders.iter().position(|order| order.id == id).expect("it waits there");
        let order = orders.remove(at).expect("just found");
        level.get_mut().quantity -= u64::from(order.quantity);
        if level.get().orders.is_empty() {
            level.remove_entry();
        }
        self.forget(id, order.trader);
        Ok(order)
    }

    fn forget(&mut self, id: OrderId, trader: u16) {
        self.waiting.remove(&id);
        let Entry::Occupied(mut own) = self.traders.entry(trader) else { return };
        own.get_mut().remove(&id);
        if own.get().is_empty() {
            own.remove();
        }
    }

    /// Everything that a trader has waiting goes.
    fn cancel_all(&mut self, trader: u16) -> usize {
        let own = self.traders.get(&trader).cloned().unwrap_or_default();
        own.iter().filter(|id| self.cancel(**id).is_ok()).count()
    }

    /// Levels too far from the best price go.
    fn prune(&mut self, distance: Price) -> usize {
        let mut gone = Vec::new();
        if let Some((&best, _)) = self.sells.first_key_value() {
            let far = self.sells.split_off(&(best + distance + 1));
            gone.extend(far.into_values().flat_map(|level| level.orders));
        }
        if let Some((&best, _)) = self.buys.last_key_value() {
            let near = self.buys.split_off(&best.saturating_sub(distance));
            let far = std::mem::replace(&mut self.buys, near);
            gone.extend(far.into_values().flat_map(|level| level.orders));
        }
        for order in &gone {
            self.forget(order.id, order.trader);
        }
        gone.len()
    }

    /// What it costs to buy so much, without doing it.
    fn quote(&self, mut quantity: u64) -> Option<u64> {
        let mut cost = 0;
        for (&price, level) in &self.sells {
            let taken = quantity.min(level.quantity);
            cost += taken * u64::from(price);
            quantity -= taken;
            if quantity == 0 {
                return Some(cost);
            }
        }
        None
    }
}

impl fmt::Display for Book {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (price, level) in self.sells.iter().take(3).rev() {
            writeln!(f, "        {price:5} {:6}", level.quantity)?;
        }
        for (price, level) in self.buys.iter().rev().take(3) {
            writeln!(f, "{:6}  {price:5}", level.quantity)?;
        }
        Ok(())
    }
}

pub(crate) fn run() -> String {
    let (mut book, mut out, mut seed) = (Book::default(), String::new(), 1_u64);
    let mut random = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        seed >> 33
    };
    let (mut traded, mut cancelled) = (0, 0);
    for step in 0..4000 {
        let (side, price) = (Side::of(random()), 900 + (random() % 200) as Price);
        let (trader, quantity) = ((random() % 20) as u16, (random() % 50) as u32);
        match random() % 10 {
            0 => cancelled += usize::from(book.cancel(OrderId(random() % (step + 1))).is_ok()),
            1 if step % 100 == 99 => cancelled += book.cancel_all(trader),
            2 if step % 500 == 499 => cancelled += book.prune(40),
            _ => match book.place(side, price, trader, quantity) {
                Ok((_, trades)) => traded += trades.iter().map(|trade| trade.quantity).sum::<u32>(),
                Err(refusal) => assert_eq!(refusal, Refusal::Empty),
            },
        }
        if step % 1000 == 999 {
            let quote = book.quote(100);
            writeln!(out, "after {step}: traded {traded}, cancelled {cancelled}, {quote:?}")
                .unwrap();
            write!(out, "{book}").unwrap();
        }
    }
    let waiting = book.traders.values().map(BTreeSet::len).sum::<usize>();
    assert_eq!(waiting, book.waiting.len());
    writeln!(out, "{:?}", book.buys.range(..950).next_back().map(|level| level.1.orders.len()))
        .unwrap();
    writeln!(out, "{:?}", book.cancel(OrderId(u64::MAX)).unwrap_err()).unwrap();
    writeln!(out, "{:?}", book.waiting.iter().nth(7)).unwrap();
    out
}
