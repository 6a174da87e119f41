//! Modules of a crate import one another in one direction: what stands in a circle can only be understood as a whole.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::{files, root};

/// Circles that may stand: the crate's folder and the modules, in order, with the reason.
const ALLOWED: [(&str, &[&str], &str); 0] = [];

/// A module: its path below its crate.
type Module = Vec<String>;

/// For each module, the modules that its code names.
type Imports = BTreeMap<Module, BTreeSet<Module>>;

fn module_of(path: &str) -> Module {
    let path = path.trim_end_matches(".rs");
    let parts = path.split('/').filter(|part| !matches!(*part, "mod" | "lib" | "main"));
    parts.map(str::to_owned).collect()
}

/// The paths of a use tree, `a::{b, c::d}`, and where the text goes on behind it.
fn use_tree<'a>(text: &'a str, before: &Module, found: &mut Vec<Module>) -> &'a str {
    let (mut rest, mut path) = (text.trim_start(), before.clone());
    loop {
        if let Some(group) = rest.strip_prefix('{') {
            rest = group.trim_start();
            while !rest.is_empty() && !rest.starts_with('}') {
                let behind = use_tree(rest, &path, found).trim_start();
                if behind.len() == rest.len() {
                    return rest; // no use tree after all
                }
                rest = behind.trim_start_matches(',').trim_start();
            }
            return rest.strip_prefix('}').unwrap_or(rest);
        }
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '*').unwrap_or(rest.len());
        path.push(rest[..end].to_owned());
        rest = &rest[end..];
        match rest.strip_prefix("::") {
            Some(next) => rest = next.trim_start(),
            None => break,
        }
    }
    found.push(path);
    match rest.trim_start().strip_prefix("as ") {
        Some(alias) => alias.trim_start().trim_start_matches(|c: char| c.is_alphanumeric() || c == '_'),
        None => rest,
    }
}

/// Every path in code that begins with `crate` or `super`.
fn paths(code: &str) -> Vec<Module> {
    let mut found = Vec::new();
    for start in ["crate::", "super::"] {
        for (at, _) in code.match_indices(start) {
            let is_whole = !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
            if is_whole {
                use_tree(&code[at..], &Module::new(), &mut found);
            }
        }
    }
    found
}

/// The module that a path inside `here` leads into.
fn target(here: &Module, path: &[String], modules: &BTreeSet<Module>) -> Module {
    let supers = path.iter().take_while(|part| *part == "super").count();
    let mut target = if supers == 0 { Module::new() } else { here[..here.len().saturating_sub(supers)].to_vec() };
    target.extend_from_slice(&path[supers.max(1)..]);
    while !target.is_empty() && !modules.contains(&target) {
        target.pop();
    }
    target
}

/// Which siblings import which: a module stands for everything below it.
fn imports(source: &str) -> Imports {
    let sources: Vec<_> = files(source, ".rs").into_iter().filter(|source| !source.is_test()).collect();
    let named: Vec<_> = sources.iter().map(|file| (module_of(&file.path[source.len() + 1..]), file)).collect();
    let modules: BTreeSet<_> =
        named.iter().flat_map(|(name, _)| (1..=name.len()).map(|n| name[..n].to_vec())).collect();
    let mut imports = Imports::new();
    for (here, file) in &named {
        let code: Vec<_> = file.code().map(|line| line.split("//").next().unwrap_or_default()).collect();
        for path in paths(&code.join("\n")) {
            let there = target(here, &path, &modules);
            let shared = here.iter().zip(&there).take_while(|(one, other)| one == other).count();
            if shared < here.len() && shared < there.len() {
                imports.entry(here[..=shared].to_vec()).or_default().insert(there[..=shared].to_vec());
            }
        }
    }
    imports
}

fn reachable(from: &Module, imports: &Imports) -> BTreeSet<Module> {
    let (mut reached, mut left) = (BTreeSet::new(), vec![from.clone()]);
    while let Some(module) = left.pop() {
        let next = imports.get(&module).into_iter().flatten();
        left.extend(next.filter(|next| reached.insert((*next).clone())).cloned());
    }
    reached
}

/// The sets of siblings that all import one another, however indirectly.
fn circles(imports: &Imports) -> BTreeSet<Vec<String>> {
    let reached: BTreeMap<_, _> = imports.keys().map(|module| (module, reachable(module, imports))).collect();
    let circle = |(module, theirs): (&&Module, &BTreeSet<Module>)| {
        let back = theirs.iter().filter(|other| reached.get(other).is_some_and(|back| back.contains(*module)));
        back.map(|other| other.join("::")).collect::<Vec<_>>()
    };
    reached.iter().map(circle).filter(|circle| !circle.is_empty()).collect()
}

#[test]
fn no_modules_of_a_crate_import_one_another_in_a_circle() {
    let mut found = Vec::new();
    for group in ["shared", "functions"] {
        for crate_ in std::fs::read_dir(root().join(group)).unwrap() {
            let name = crate_.unwrap().file_name().to_string_lossy().into_owned();
            let name = format!("{group}/{name}");
            let circles = circles(&imports(&format!("{name}/src")));
            let is_allowed =
                |circle: &Vec<String>| ALLOWED.iter().any(|(at, modules, _)| *at == name && modules == circle);
            found.extend(circles.into_iter().filter(|circle| !is_allowed(circle)).map(|circle| (name.clone(), circle)));
        }
    }
    assert_eq!(found, []);
}

#[test]
fn a_circle_is_found_through_groups_and_parents() {
    let modules: BTreeSet<Module> =
        [&["a"][..], &["a", "x"], &["b"]].map(|m| m.iter().map(|p| (*p).to_owned()).collect()).into();
    let from = |here: &[&str], code: &str| {
        let here: Module = here.iter().map(|part| (*part).to_owned()).collect();
        paths(code).iter().map(|path| target(&here, path, &modules).join("::")).collect::<Vec<_>>()
    };
    assert_eq!(from(&["b"], "use crate::{App, a::{self, x::Y as Z}, b};"), ["", "a", "a::x", "b"]);
    assert_eq!(from(&["a", "x"], "let y = super::super::b::c();"), ["b"]);
    assert_eq!(from(&["a"], "pub(crate) fn f() {}"), Vec::<String>::new());
}
