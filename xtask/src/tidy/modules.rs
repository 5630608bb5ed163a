//! What one module file declares, imports and mentions.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Item, UseTree, Visibility};

/// The part of a module that import cycles are made of; code for tests is left out.
#[derive(Debug, Default)]
pub(crate) struct Module {
    pub(crate) imports: Vec<Import>,
    /// Names of the items that the file itself defines.
    pub(crate) defines: BTreeSet<String>,
    /// Names of the modules in files of their own.
    pub(crate) children: BTreeSet<String>,
    /// The same, of those only compiled for tests.
    pub(crate) test_children: BTreeSet<String>,
    /// Paths that stand in the code itself, such as `crate::raw::node::Leaf`.
    pub(crate) paths: Vec<Vec<String>>,
    /// Every word of the code, to tell whether a re-exported name is used too.
    pub(crate) words: BTreeSet<String>,
}

/// One name brought in by `use`.
#[derive(Debug)]
pub(crate) struct Import {
    /// The path, with `*` at its end for a glob.
    pub(crate) path: Vec<String>,
    /// The name by which the module knows it.
    pub(crate) name: String,
    /// Whether it is visible outside.
    pub(crate) reexported: bool,
}

impl Module {
    pub(crate) fn parse(text: &str) -> syn::Result<Module> {
        let mut module = Module::default();
        for item in syn::parse_file(text)?.items {
            module.add(item);
        }
        Ok(module)
    }

    fn add(&mut self, item: Item) {
        let for_tests = attributes(&item).iter().any(is_for_tests);
        match item {
            Item::Mod(child) if child.content.is_none() => {
                let list = if for_tests { &mut self.test_children } else { &mut self.children };
                list.insert(child.ident.to_string());
            }
            _ if for_tests => {}
            Item::Use(item) => {
                let reexported = !matches!(item.vis, Visibility::Inherited);
                flatten(&item.tree, &mut Vec::new(), reexported, &mut self.imports);
            }
            // An inline module has a scope of its own, in which paths mean other things.
            Item::Mod(inline) => {
                self.defines.insert(inline.ident.to_string());
            }
            item => {
                self.defines.extend(defined_name(&item));
                self.read(item.into_token_stream());
            }
        }
    }

    fn read(&mut self, stream: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in stream {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.finish(&mut path);
                    }
                    self.words.insert(ident.to_string());
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(mark) if mark.as_char() == ':' => colons += 1,
                TokenTree::Group(group) => {
                    self.finish(&mut path);
                    self.read(group.stream());
                }
                _ => self.finish(&mut path),
            }
        }
        self.finish(&mut path);
    }

    fn finish(&mut self, path: &mut Vec<String>) {
        let path = std::mem::take(path);
        if path.len() > 1 {
            self.paths.push(path);
        }
    }
}

fn flatten(tree: &UseTree, path: &mut Vec<String>, reexported: bool, imports: &mut Vec<Import>) {
    let mut import = |name: String, last: String| {
        let path = path.iter().cloned().chain([last]).collect();
        imports.push(Import { path, name, reexported });
    };
    match tree {
        UseTree::Name(name) if name.ident == "self" => {
            let path = path.clone();
            let name = path.last().cloned().unwrap_or_default();
            imports.push(Import { path, name, reexported });
        }
        UseTree::Name(name) => import(name.ident.to_string(), name.ident.to_string()),
        UseTree::Rename(rename) => import(rename.rename.to_string(), rename.ident.to_string()),
        UseTree::Glob(_) => import("*".to_owned(), "*".to_owned()),
        UseTree::Path(part) => {
            path.push(part.ident.to_string());
            flatten(&part.tree, path, reexported, imports);
            path.pop();
        }
        UseTree::Group(group) => {
            for tree in &group.items {
                flatten(tree, path, reexported, imports);
            }
        }
    }
}

fn is_for_tests(attribute: &Attribute) -> bool {
    let text = attribute.to_token_stream().to_string().replace(' ', "");
    text == "#[cfg(test)]" || text.starts_with("#[cfg(all(test,")
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn defined_name(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_flattened() {
        let module = Module::parse("pub use a::{b as c, d::{self, *}};").unwrap();
        let shown = |import: &Import| format!("{} = {}", import.name, import.path.join("::"));
        let shown: Vec<String> = module.imports.iter().map(shown).collect();
        assert_eq!(shown, ["c = a::b", "d = a::d", "* = a::d::*"]);
        assert!(module.imports.iter().all(|import| import.reexported));
    }

    #[test]
    fn code_for_tests_is_left_out() {
        let text = "mod a; #[cfg(test)] mod b; #[cfg(test)] use crate::x; #[cfg(all(test, unix))]\
                    fn f() { crate::y::z() } fn g() { m!(crate::y::w); }";
        let module = Module::parse(text).unwrap();
        assert!(module.imports.is_empty());
        assert_eq!(module.children, BTreeSet::from(["a".to_owned()]));
        assert_eq!(module.test_children, BTreeSet::from(["b".to_owned()]));
        assert_eq!(module.defines, BTreeSet::from(["g".to_owned()]));
        assert_eq!(module.paths, [["crate", "y", "w"]]);
    }
}
