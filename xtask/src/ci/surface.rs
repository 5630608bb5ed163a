//! The lane `surface`: reads the sources of the toolchain's own std, and looks whether everything
//! stable of its `BTreeMap` and `BTreeSet` is here too: methods by their names in our sources, and
//! traits by the test that asserts them as it compiles.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, File, ImplItem, Item, ItemImpl, Token, Type, TypeParamBound, Visibility};

use crate::output::note;
use crate::status::Status;
use crate::toolchain::rustup;
use crate::workspace;

/// std's sources, in its folder of B-trees, and the module that each is for.
const STD_FILES: [(&str, &str); 4] =
    [("map.rs", "map"), ("map/entry.rs", "map"), ("set.rs", "set"), ("set/entry.rs", "set")];

/// Where ours are.
const OWN_FOLDERS: [(&str, &str); 2] =
    [("crates/allotment-core/src/map", "map"), ("crates/allotment-core/src/set", "set")];

/// What asserts traits.
const TRAITS_TEST: &str = "crates/allotment/tests/dropin/traits.rs";

/// The minor release of std whose surface we promise: what is younger is told, and no failure.
const PROMISED: u32 = 95;

/// Traits that need no assertion: std has them for its own sake, or others imply them.
const IMPLIED: [&str; 2] = ["Drop", "Iterator"];

/// A method or a trait of a type, by names: `map`, `&BTreeMap`, `IntoIterator`.
type Name = (&'static str, String, String);

/// The minor release since which there is each.
type Surface = BTreeMap<Name, u32>;

pub(super) fn run() -> Status {
    let folder = match std_folder() {
        Ok(folder) => folder,
        Err(error) => return Status::Failed(format!("{error:#}")),
    };
    if !folder.exists()
        && let Err(why) = rustup(&["component", "add", "rust-src"])
    {
        return Status::NotRun(why);
    }
    match missing(&folder) {
        Ok(missing) if missing.is_empty() => Status::Passed,
        Ok(missing) => Status::Failed(format!("missing: {}", missing.join(", "))),
        Err(error) => Status::Failed(format!("{error:#}")),
    }
}

/// Where the toolchain keeps the sources of std's B-trees, if it has them.
fn std_folder() -> Result<PathBuf> {
    let output = Command::new("rustc").args(["--print", "sysroot"]).output();
    let sysroot = String::from_utf8(output.context("cannot start rustc")?.stdout)?;
    let library = Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library");
    Ok(library.join("alloc/src/collections/btree"))
}

/// What std has and we have not, of what is promised; what is younger is told.
fn missing(folder: &Path) -> Result<Vec<String>> {
    let mut theirs = Surface::new();
    for (file, module) in STD_FILES {
        theirs.extend(stable(&parse(&folder.join(file))?, module));
    }
    ensure!(theirs.len() > 200, "std's sources show no more than {} items", theirs.len());
    let mut ours = BTreeSet::new();
    for (own, module) in OWN_FOLDERS {
        for file in fs::read_dir(workspace::root().join(own))? {
            ours.extend(methods(&parse(&file?.path())?, module));
        }
    }
    ours.extend(asserted(&parse(&workspace::root().join(TRAITS_TEST))?)?);
    note(&format!("{} stable methods and traits in {}", theirs.len(), folder.display()));
    let (younger, missing): (Surface, Surface) =
        lacking(&theirs, &ours).into_iter().partition(|(_, since)| *since > PROMISED);
    let told = |surface: Surface| -> Vec<String> {
        surface.into_keys().map(|(module, of, name)| format!("{module}::{of}: {name}")).collect()
    };
    told(younger).iter().for_each(|item| note(&format!("younger than promised: {item}")));
    Ok(told(missing))
}

fn lacking(theirs: &Surface, ours: &BTreeSet<Name>) -> Surface {
    let needed = |name: &Name| !IMPLIED.contains(&name.2.as_str()) && !ours.contains(name);
    theirs.clone().into_iter().filter(|(name, _)| needed(name)).collect()
}

fn parse(file: &Path) -> Result<File> {
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    syn::parse_file(&text).with_context(|| format!("cannot parse {}", file.display()))
}

fn impls(file: &File) -> impl Iterator<Item = &ItemImpl> {
    file.items.iter().filter_map(|item| match item {
        Item::Impl(item) => Some(item),
        _ => None,
    })
}

/// The names of the public methods of an inherent `impl`, with their attributes.
fn public_methods(item: &ItemImpl) -> impl Iterator<Item = (String, &[Attribute])> {
    item.items.iter().filter_map(|item| match item {
        ImplItem::Fn(method) if matches!(method.vis, Visibility::Public(_)) => {
            Some((method.sig.ident.to_string(), method.attrs.as_slice()))
        }
        _ => None,
    })
}

/// Everything that std marks as stable.
fn stable(file: &File, module: &'static str) -> Surface {
    let mut surface = Surface::new();
    for item in impls(file) {
        let of = type_name(&item.self_ty);
        if let Some((path, _)) = &item.trait_ {
            let name = path.segments.last().map(|segment| segment.ident.to_string());
            let since = since(&item.attrs).zip(name);
            surface.extend(since.map(|(since, name)| ((module, of, name), since)));
            continue;
        }
        for (name, attributes) in public_methods(item) {
            surface.extend(since(attributes).map(|since| ((module, of.clone(), name), since)));
        }
    }
    surface
}

/// The minor release in an attribute `#[stable(feature = "..", since = "1.2.3")]`.
fn since(attributes: &[Attribute]) -> Option<u32> {
    let stable = attributes.iter().find(|attribute| attribute.path().is_ident("stable"))?;
    let text = stable.meta.to_token_stream().to_string();
    let version = text.split("since").nth(1)?.split('"').nth(1)?;
    version.split('.').nth(1)?.parse().ok()
}

/// The public methods of our types.
fn methods(file: &File, module: &'static str) -> Vec<Name> {
    let inherent = impls(file).filter(|item| item.trait_.is_none());
    let named = |item| {
        let of = type_name(&ItemImpl::clone(item).self_ty);
        public_methods(item).map(move |(name, _)| (module, of.clone(), name))
    };
    inherent.flat_map(named).collect()
}

/// A line of the test: a type, and what it must be.
struct Assertion {
    of: Type,
    bounds: Punctuated<TypeParamBound, Token![,]>,
}

impl Parse for Assertion {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let of = input.parse()?;
        input.parse::<Token![:]>()?;
        Ok(Self { of, bounds: Punctuated::parse_separated_nonempty(input)? })
    }
}

/// What the test asserts, of types by their paths or by an alias.
fn asserted(file: &File) -> Result<Vec<Name>> {
    let alias = |item: &Item| match item {
        Item::Type(alias) => Some((alias.ident.to_string(), type_name(&alias.ty))),
        _ => None,
    };
    let aliases: BTreeMap<String, String> = file.items.iter().filter_map(alias).collect();
    let mut names = Vec::new();
    for item in &file.items {
        let Item::Macro(item) = item else { continue };
        if !item.mac.path.is_ident("assert_is") {
            continue;
        }
        let lines = Punctuated::<Assertion, Token![;]>::parse_terminated;
        for Assertion { of, bounds } in item.mac.parse_body_with(lines)? {
            let mut name = type_name(&of);
            for (alias, target) in &aliases {
                if name.trim_start_matches("&mut ").trim_start_matches('&') == alias {
                    name = name.replace(alias, target);
                    break;
                }
            }
            let is_of_set = of.to_token_stream().to_string().starts_with("btree_set")
                || name.ends_with("BTreeSet");
            let module = if is_of_set { "set" } else { "map" };
            let traits = bounds.iter().filter_map(|bound| match bound {
                TypeParamBound::Trait(bound) => bound.path.segments.last(),
                _ => None,
            });
            names.extend(traits.map(|bound| (module, name.clone(), bound.ident.to_string())));
        }
    }
    Ok(names)
}

/// The last name of a type's path; with `&` or `&mut` before it, of a reference.
fn type_name(of: &Type) -> String {
    match of {
        Type::Path(path) => {
            path.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default()
        }
        Type::Reference(reference) => {
            let kind = if reference.mutability.is_some() { "&mut " } else { "&" };
            format!("{kind}{}", type_name(&reference.elem))
        }
        other => other.to_token_stream().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STD: &str = r#"
        impl<K, V, A: Allocator> BTreeMap<K, V, A> {
            #[stable(feature = "rust1", since = "1.0.0")]
            pub fn get(&self) {}
            #[stable(feature = "rust1", since = "1.99.0")]
            pub const fn fresh(&self) {}
            #[unstable(feature = "btree_cursors", issue = "107540")]
            pub fn lower_bound(&self) {}
            fn own(&self) {}
        }
        #[stable(feature = "rust1", since = "1.7.0")]
        impl<'a, K, V> IntoIterator for &'a mut BTreeMap<K, V> {}
        #[stable(feature = "rust1", since = "1.7.0")]
        impl<K> fmt::Debug for Iter<'_, K> {}
        #[unstable(feature = "trusted_len", issue = "1")]
        unsafe impl<K> TrustedLen for Iter<'_, K> {}
    "#;

    const TEST: &str = "
        type Map = BTreeMap<u8, u8>;
        type Set = super::BTreeSet<u8>;
        assert_is! {
            &'static mut Map: IntoIterator<Item = (&'static u8, u8)>, Send;
            btree_map::Iter<'static, u8>: std::fmt::Debug;
        }
        assert_is! { Set: Clone; }
    ";

    fn surface() -> Surface {
        stable(&syn::parse_str(STD).expect("Rust"), "map")
    }

    fn has(names: &[Name], module: &'static str, of: &str, name: &str) -> bool {
        names.contains(&(module, of.to_owned(), name.to_owned()))
    }

    #[test]
    fn stable_items_are_found_with_their_release() {
        let found: Vec<_> = surface()
            .into_iter()
            .map(|((_, of, name), since)| format!("{of} {name} {since}"))
            .collect();
        let expected =
            ["&mut BTreeMap IntoIterator 7", "BTreeMap fresh 99", "BTreeMap get 0", "Iter Debug 7"];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_lacking_is_told() {
        let own = "impl<K> BTreeMap<K> { pub fn get(&self) {} fn fresh(&self) {} }";
        let mut ours = methods(&syn::parse_str(own).expect("Rust"), "map");
        ours.extend(asserted(&syn::parse_str(TEST).expect("Rust")).expect("assertions"));
        assert!(
            has(&ours, "map", "&mut BTreeMap", "Send") && has(&ours, "set", "BTreeSet", "Clone")
        );
        let lacking = lacking(&surface(), &ours.into_iter().collect());
        let names: Vec<_> = lacking.keys().map(|(_, _, name)| name.as_str()).collect();
        assert_eq!(names, ["fresh"]);
    }
}
