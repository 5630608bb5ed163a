//! A bump arena that gives node-sized blocks back to work.
