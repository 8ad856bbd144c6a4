//! Trees that hang on the taxpayer and the day, and on little else: written once for a taxpayer who is
//! asked about again and again, then copied.
//!
//! Which trees are such is known when a pack is loaded, by the names that their expressions have.

use std::{
    cell::RefCell,
    sync::atomic::{AtomicU64, Ordering},
};

use serde_json::Value;

use super::{Encoding, Out, Tree};
use crate::{
    render::{
        expression::{Expression, Scope},
        reads::Input,
        scene::Scene,
    },
    taxpayers::About,
};

/// With fewer holes than this, a tree is written as fast as it is found.
const WORTH_IT: usize = 4;

/// More than this is not remembered of what a call brings, in bytes.
const MOST_INPUT: usize = 64;

/// A number for each tree that was ever compiled.
static NEXT: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// Where a call's inputs are put together.
    static INPUTS: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// A tree that is written once for a taxpayer, a day and its inputs.
#[derive(Debug)]
pub struct Recalled {
    number: u64,
    inputs: Vec<Input>,
    tree: Box<Tree>,
}

impl Recalled {
    /// What is written where nothing is remembered.
    #[cfg(test)]
    pub(in crate::render) fn tree(&self) -> &Tree {
        &self.tree
    }

    pub(super) fn write(
        &self,
        scope: Scope<'_>,
        out: &mut Out<'_>,
    ) -> Result<bool, minijinja::Error> {
        let scene = scope.scene;
        // A story that changes replies changes what is under an encoding before it is encoded.
        let may = scene.recalled && scene.edits.is_empty() && out.keeps_all();
        let Some(taxpayer) = scene.taxpayer.as_ref().filter(|_| may) else {
            return self.tree.write_to(scope, out);
        };
        INPUTS.with_borrow_mut(|inputs| {
            inputs.clear();
            if !self.inputs.iter().all(|input| append(input, scene, inputs)) {
                return self.tree.write_to(scope, out);
            }
            let about = About { taxpayer, what: self.number, inputs };
            if let Some(text) = scene.register.notes().find(&about) {
                out.bytes.extend_from_slice(text.as_deref().unwrap_or_default());
                return Ok(text.is_some());
            }
            let before = out.bytes.len();
            let written = self.tree.write_to(scope, out)?;
            let text = written.then(|| &out.bytes[before..]);
            scene.register.notes().keep(&about, text);
            Ok(written)
        })
    }
}

/// Writes down what a call brings for an input; false where that is too much to be remembered.
fn append(input: &Input, scene: &Scene, out: &mut Vec<u8>) -> bool {
    let (kind, text) = match input {
        Input::Outcome => (b's', scene.words.outcome.as_str()),
        Input::Code => (b's', scene.words.code.as_str()),
        Input::Field(index) => match scene.field(*index) {
            None => (b'-', ""),
            Some(Value::Null) => (b'0', ""),
            Some(Value::Bool(true)) => (b't', ""),
            Some(Value::Bool(false)) => (b'f', ""),
            Some(Value::String(text)) => (b's', text.as_str()),
            Some(Value::Number(_) | Value::Array(_) | Value::Object(_)) => return false,
        },
    };
    let Ok(length) = u8::try_from(text.len()) else { return false };
    if text.len() > MOST_INPUT {
        return false;
    }
    out.extend_from_slice(&[kind, length]);
    out.extend_from_slice(text.as_bytes());
    true
}

/// Lets the largest parts of a tree that can be remembered be remembered.
pub(super) fn settle(tree: Tree) -> Tree {
    let mut reads = Reads::default();
    reads.all(&tree);
    if !reads.open && reads.holes >= WORTH_IT {
        return Tree::Recalled(Recalled {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            inputs: reads.inputs,
            tree: Box::new(tree),
        });
    }
    let boxed = |tree: Box<Tree>| Box::new(settle(*tree));
    match tree {
        Tree::Object(object) => Tree::Object(object.map(settle)),
        Tree::List(items) => Tree::List(items.into_iter().map(settle).collect()),
        Tree::If { condition, then, otherwise } => {
            Tree::If { condition, then: boxed(then), otherwise: otherwise.map(boxed) }
        }
        Tree::Match { value, arms, otherwise } => Tree::Match {
            value,
            arms: arms.into_iter().map(|(text, tree)| (text, settle(tree))).collect(),
            otherwise: otherwise.map(boxed),
        },
        // What is bound outside is not known by the name that is read inside.
        tree => tree,
    }
}

/// What a tree reads.
#[derive(Default)]
struct Reads {
    /// Something that is another one with each call.
    open: bool,
    inputs: Vec<Input>,
    holes: usize,
}

impl Reads {
    fn expression(&mut self, expression: &Expression) {
        self.holes += 1;
        match expression.reads() {
            None => self.open = true,
            Some(inputs) => {
                for input in inputs {
                    if !self.inputs.contains(input) {
                        self.inputs.push(*input);
                    }
                }
            }
        }
    }

    fn all(&mut self, tree: &Tree) {
        match tree {
            Tree::Nothing | Tree::Static(_) => {}
            Tree::Hole(expression) | Tree::Direct(_, expression) => self.expression(expression),
            Tree::Mixed(template) => {
                for hole in template.holes() {
                    self.expression(hole);
                }
            }
            Tree::Object(object) => self.each(object.trees()),
            Tree::List(items) => self.each(items),
            Tree::For { list, item, .. } => {
                self.expression(list);
                self.all(item);
            }
            Tree::If { condition, then, otherwise } => {
                self.expression(condition);
                self.all(then);
                self.each(otherwise.as_deref());
            }
            Tree::With { value, tree, .. } => {
                self.expression(value);
                self.all(tree);
            }
            Tree::Match { value, arms, otherwise } => {
                self.expression(value);
                self.each(arms.values());
                self.each(otherwise.as_deref());
            }
            Tree::Encoded(Encoding::Sealed, _) => self.open = true,
            Tree::Encoded(_, tree) => self.all(tree),
            Tree::Recalled(recalled) => self.all(&recalled.tree),
        }
    }

    fn each<'tree>(&mut self, trees: impl IntoIterator<Item = &'tree Tree>) {
        for tree in trees {
            self.all(tree);
        }
    }
}
