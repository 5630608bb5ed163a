//! What the examples print is what the documentation shows.

#[path = "../examples/secondary_index.rs"]
#[expect(dead_code, reason = "its `main` is for `cargo run`")]
mod secondary_index;

#[test]
fn secondary_index_prints_what_is_shown() {
    let shown = include_str!("../../../docs/secondary-index.txt");
    assert_eq!(secondary_index::report().expect("a report"), shown);
}
