//! Tables as the commands print them: for a terminal of 100 columns, or as Markdown.

use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};

/// The columns of a terminal.
pub(crate) const WIDTH: u16 = 100;

/// A table between rules, no wider than a terminal.
pub(crate) fn ruled() -> Table {
    let mut table = Table::new();
    let rule = LineStyle::none().fill('-').junction('-');
    let rules = TableStyle::new().top_border(rule).header_separator(rule).bottom_border(rule);
    table.load_style(rules);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    table
}

/// A table in Markdown, as wide as it has to be.
pub(crate) fn markdown() -> Table {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_content_arrangement(ContentArrangement::Disabled);
    table
}

/// A cell for a figure.
pub(crate) fn right(text: &str) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

/// Broken between words, to fit a terminal; further lines are indented.
pub(crate) fn wrapped(text: &str) -> String {
    let (mut lines, mut line) = (String::new(), String::new());
    for word in text.split(' ') {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > usize::from(WIDTH)
        {
            lines.push_str(&line);
            lines.push('\n');
            line = "   ".to_owned();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines + &line + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_notes_are_broken_between_words() {
        let text = wrapped(&"word ".repeat(60));
        assert!(text.lines().count() > 3);
        assert!(text.lines().all(|line| line.chars().count() <= 100));
    }
}
