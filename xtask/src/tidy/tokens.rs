//! One walk over a file's tokens: where functions are, and where `unsafe` is.
//!
//! Tokens rather than a syntax tree, so that the bodies of macros are seen too.

use proc_macro2::{Delimiter, LexError, TokenStream, TokenTree};

/// What the walk found; lines count from 1.
#[derive(Default)]
pub(crate) struct Scan {
    pub(crate) functions: Vec<Function>,
    pub(crate) unsafes: Vec<Unsafe>,
}

/// A function with a body.
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) first: usize,
    last: usize,
}

impl Function {
    pub(crate) fn lines(&self) -> usize {
        self.last - self.first + 1
    }
}

/// One use of the word `unsafe`.
pub(crate) struct Unsafe {
    pub(crate) kind: UnsafeKind,
    pub(crate) line: usize,
    /// Where the statement or item that holds it begins, attributes included.
    pub(crate) statement: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnsafeKind {
    /// A promise is kept here: `unsafe { }`, `unsafe extern { }`.
    Block,
    /// A promise is kept here: `unsafe impl`.
    Impl,
    /// A promise is asked for here: `unsafe fn`, `unsafe trait`.
    Contract,
    /// A promise is asked for by the trait that this `unsafe fn` implements.
    Inherited,
    /// Neither: the type of a function pointer, an attribute.
    Mention,
}

/// Walks over the text of a file.
pub(crate) fn scan(text: &str) -> Result<Scan, LexError> {
    let mut scan = Scan::default();
    let stream: TokenStream = text.parse()?;
    walk(stream, Place { statement: None, in_trait_impl: false }, &mut scan);
    Ok(scan)
}

/// Where a group of tokens stands.
#[derive(Clone, Copy)]
struct Place {
    /// The line on which the enclosing statement began; `None` where statements begin afresh.
    statement: Option<usize>,
    /// Directly inside `impl Trait for Type { }`.
    in_trait_impl: bool,
}

fn walk(stream: TokenStream, place: Place, scan: &mut Scan) {
    let tokens: Vec<TokenTree> = stream.into_iter().collect();
    let mut statement = place.statement;
    let mut trait_impl_ahead = false;
    for (index, token) in tokens.iter().enumerate() {
        let line = token.span().start().line;
        let begun = *statement.get_or_insert(line);
        let rest = &tokens[index + 1..];
        match token {
            TokenTree::Ident(ident) if ident == "impl" => {
                trait_impl_ahead = is_trait_impl(rest);
            }
            TokenTree::Ident(ident) if ident == "fn" => scan.functions.extend(function(line, rest)),
            TokenTree::Ident(ident) if ident == "unsafe" => {
                let kind = unsafe_kind(rest, place.in_trait_impl);
                scan.unsafes.push(Unsafe { kind, line, statement: begun });
            }
            TokenTree::Group(group) => {
                let braces = group.delimiter() == Delimiter::Brace;
                let inner = Place {
                    statement: if braces { None } else { statement },
                    in_trait_impl: braces && trait_impl_ahead,
                };
                trait_impl_ahead &= !braces;
                walk(group.stream(), inner, scan);
            }
            _ => {}
        }
        if place.statement.is_none() && ends_statement(token, rest.first()) {
            statement = None;
        }
    }
}

/// Whether `impl`, followed by `rest`, implements a trait: a `for` before the body that is not the
/// `for<'a>` of a bound.
fn is_trait_impl(rest: &[TokenTree]) -> bool {
    let head = rest.iter().take_while(|token| !is_group(token, Delimiter::Brace));
    let head: Vec<&TokenTree> = head.collect();
    head.windows(2).any(|pair| is_word(pair[0], "for") && !is_mark(pair[1], '<'))
}

/// The function that `fn` on `first`, followed by `rest`, defines; none for a type or without body.
fn function(first: usize, rest: &[TokenTree]) -> Option<Function> {
    let Some(TokenTree::Ident(name)) = rest.iter().find(|token| !is_mark(token, '$')) else {
        return None;
    };
    let end = rest.iter().find(|t| is_group(t, Delimiter::Brace) || is_mark(t, ';'))?;
    let TokenTree::Group(body) = end else { return None };
    let last = body.span_close().end().line;
    Some(Function { name: name.to_string(), first, last })
}

fn unsafe_kind(rest: &[TokenTree], in_trait_impl: bool) -> UnsafeKind {
    let is_abi = |token: &&TokenTree| {
        is_word(token, "extern")
            || matches!(token, TokenTree::Literal(_))
            || is_word(token, "async")
    };
    let mut rest = rest.iter().skip_while(is_abi);
    match rest.next() {
        Some(token) if is_group(token, Delimiter::Brace) => UnsafeKind::Block,
        Some(token) if is_word(token, "impl") => UnsafeKind::Impl,
        Some(token) if is_word(token, "trait") || is_word(token, "auto") => UnsafeKind::Contract,
        Some(token) if is_word(token, "fn") => match rest.next() {
            Some(next) if is_group(next, Delimiter::Parenthesis) => UnsafeKind::Mention,
            _ if in_trait_impl => UnsafeKind::Inherited,
            _ => UnsafeKind::Contract,
        },
        _ => UnsafeKind::Mention,
    }
}

/// Whether the next token begins a statement, an item, a match arm or a field.
fn ends_statement(token: &TokenTree, next: Option<&TokenTree>) -> bool {
    if is_mark(token, ';') || is_mark(token, ',') {
        return true;
    }
    let goes_on = match next {
        Some(TokenTree::Punct(mark)) => !matches!(mark.as_char(), '#' | '*' | '&' | '-' | '$'),
        Some(next) => is_word(next, "else") || is_word(next, "as"),
        None => false,
    };
    is_group(token, Delimiter::Brace) && !goes_on
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

fn is_mark(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

fn is_group(token: &TokenTree, delimiter: Delimiter) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == delimiter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<UnsafeKind> {
        scan(text).unwrap().unsafes.iter().map(|found| found.kind).collect()
    }

    #[test]
    fn every_kind_of_unsafe_is_told_apart() {
        use UnsafeKind::{Block, Contract, Impl, Inherited, Mention};
        assert_eq!(kinds("fn f() { g(unsafe { h() }) }"), [Block]);
        assert_eq!(kinds("unsafe impl Send for X {}"), [Impl]);
        assert_eq!(kinds("pub unsafe trait T { unsafe fn f(); }"), [Contract, Contract]);
        assert_eq!(kinds("pub unsafe extern \"C\" fn f() {}"), [Contract]);
        assert_eq!(kinds("unsafe extern \"C\" { fn f(); }"), [Block]);
        assert_eq!(kinds("type F = unsafe extern \"C\" fn(u8);"), [Mention]);
        assert_eq!(kinds("#[unsafe(no_mangle)] fn f() {}"), [Mention]);
        assert_eq!(kinds("unsafe impl A for X { unsafe fn f() {} }"), [Impl, Inherited]);
        assert_eq!(kinds("impl<F: for<'a> Fn(&'a u8)> X<F> { unsafe fn f() {} }"), [Contract]);
        assert_eq!(kinds("macro_rules! m { () => { unsafe { f() } } }"), [Block]);
        assert_eq!(kinds("// unsafe { }\nconst S: &str = \"unsafe { }\";"), []);
    }

    #[test]
    fn statements_begin_where_they_are_written() {
        let text = "fn f() {\n  if a {\n  }\n  let x =\n    g(\n      unsafe { h() },\n    );\n}";
        let scan = scan(text).unwrap();
        assert_eq!((scan.unsafes[0].line, scan.unsafes[0].statement), (6, 4));
    }

    #[test]
    fn functions_are_measured_from_the_word_to_the_brace() {
        let text = "/// D.\n#[inline]\nfn a() {\n}\ntrait T {\n  fn b();\n}\ntype F = fn(u8);";
        let functions = scan(text).unwrap().functions;
        assert_eq!(functions.len(), 1);
        assert_eq!((functions[0].name.as_str(), functions[0].lines()), ("a", 2));
    }
}
