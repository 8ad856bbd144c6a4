//! Bodies as trees: JSON whose strings may have holes, compiled to pieces that a call fills.

use ahash::AHashMap;
use serde_json::Value as Json;

use super::{
    direct::Direct,
    expression::{Expression, ExpressionError, Lexicon, Locals, Scope},
    json::{write_json, write_string, write_text},
    names::Known,
    template::Template,
};

mod build;
mod encoding;
mod object;
mod out;
mod recalled;

use self::out::Out;
pub use self::{encoding::Encoding, object::Object, recalled::Recalled};

/// A node of a body.
#[derive(Debug)]
pub enum Tree {
    /// No value: the key is left out.
    Nothing,
    /// Ready bytes.
    Static(Vec<u8>),
    /// A string that is wholly one hole: the value with its type.
    Hole(Expression),
    /// A hole that is written straight from its place, where that is there.
    Direct(Direct, Expression),
    /// A string with holes: a text.
    Mixed(Template),
    /// An object.
    Object(Object),
    /// A list.
    List(Vec<Tree>),
    /// `{% for name in list %}`.
    For {
        /// The bound name.
        name: String,
        /// The list.
        list: Expression,
        /// One item.
        item: Box<Tree>,
    },
    /// `{% if condition %}`.
    If {
        /// The condition.
        condition: Expression,
        /// When it holds.
        then: Box<Tree>,
        /// When it does not.
        otherwise: Option<Box<Tree>>,
    },
    /// `{% with name = value %}`.
    With {
        /// The bound name.
        name: String,
        /// Its value.
        value: Expression,
        /// The tree that may use it.
        tree: Box<Tree>,
    },
    /// `{% match expression %}`.
    Match {
        /// What is looked at.
        value: Expression,
        /// The tree for each text.
        arms: AHashMap<String, Tree>,
        /// The tree for all others.
        otherwise: Option<Box<Tree>>,
    },
    /// `{% base64 %}`, `{% base64_unpadded %}`, `{% json_text %}`, `{% sealed %}`.
    Encoded(Encoding, Box<Tree>),
    /// A tree that is written once for a taxpayer who is asked about again and again.
    Recalled(Recalled),
}

/// What is wrong in a body: the string it is about, as written, and why.
#[derive(Clone, Debug)]
pub struct TreeError {
    /// The key or string.
    pub at: String,
    /// Why.
    pub error: ExpressionError,
}

/// What a tree may use while it is compiled.
pub struct Workshop<'pack> {
    /// The pack's value maps and settings.
    pub lexicon: &'pack Lexicon,
    /// Gives the JSON of another body, for `include`.
    pub include: &'pack dyn Fn(&str) -> Option<Json>,
    /// How deep includes may still go.
    pub depth: usize,
}

impl Tree {
    /// Compiles a body; all that is wrong with it at once.
    ///
    /// # Errors
    ///
    /// Bad expressions, unknown directives, includes of bodies that are not there.
    pub fn compile<'pack>(
        json: &'pack Json,
        workshop: &Workshop<'pack>,
        known: &Known<'pack>,
    ) -> Result<Self, Vec<TreeError>> {
        let mut errors = Vec::new();
        let tree = build::build(json, workshop, known, &mut errors);
        if errors.is_empty() { Ok(recalled::settle(tree)) } else { Err(errors) }
    }

    /// Writes the tree; false, and nothing written, where it has no value.
    ///
    /// # Errors
    ///
    /// What an expression says.
    pub fn write(&self, scope: Scope<'_>, out: &mut Vec<u8>) -> Result<bool, minijinja::Error> {
        let mut behind = Out::behind(std::mem::take(out));
        let written = self.write_to(scope, &mut behind);
        *out = behind.bytes;
        written
    }

    fn write_to(&self, scope: Scope<'_>, out: &mut Out<'_>) -> Result<bool, minijinja::Error> {
        match self {
            Self::Nothing => Ok(false),
            Self::Static(bytes) => {
                out.bytes.extend_from_slice(bytes);
                Ok(true)
            }
            Self::Direct(direct, expression) => match direct.write(scope, &mut out.bytes) {
                Some(has_value) => Ok(has_value),
                None => fill(expression, scope, out),
            },
            Self::Hole(expression) => fill(expression, scope, out),
            Self::Mixed(template) => {
                let mut text = String::with_capacity(64);
                template.fill(scope, &mut text)?;
                write_string(&text, &mut out.bytes);
                Ok(true)
            }
            Self::Object(object) => object.write(scope, out),
            Self::List(items) => {
                out.bytes.push(b'[');
                let mut first = true;
                for tree in items {
                    write_item(tree, scope, &mut first, out)?;
                }
                out.bytes.push(b']');
                Ok(true)
            }
            Self::For { name, list, item } => {
                let list = list.fill(scope)?;
                let before = out.bytes.len();
                out.bytes.push(b'[');
                let mut first = true;
                let is_list = list.each(|value| {
                    let locals = Locals::Bound { name, value, outer: scope.locals };
                    let inner = Scope { scene: scope.scene, locals: &locals };
                    write_item(item, inner, &mut first, out)?;
                    out.rest();
                    Ok::<_, minijinja::Error>(())
                })?;
                if is_list {
                    out.bytes.push(b']');
                } else {
                    out.bytes.truncate(before);
                }
                Ok(is_list)
            }
            Self::If { condition, then, otherwise } => {
                if condition.holds(scope)? {
                    then.write_to(scope, out)
                } else {
                    otherwise.as_ref().map_or(Ok(false), |tree| tree.write_to(scope, out))
                }
            }
            Self::With { name, value, tree } => {
                let value = value.fill(scope)?;
                if value.is_missing() {
                    return Ok(false);
                }
                let locals = Locals::Bound { name, value: &value, outer: scope.locals };
                tree.write_to(Scope { scene: scope.scene, locals: &locals }, out)
            }
            Self::Match { value, arms, otherwise } => {
                let value = value.fill(scope)?;
                let mut text = String::new();
                write_text(&value, &mut text);
                match arms.get(&text).or(otherwise.as_deref()) {
                    Some(tree) => tree.write_to(scope, out),
                    None => Ok(false),
                }
            }
            Self::Encoded(encoding, tree) => encoding.write(tree, scope, &mut out.bytes),
            Self::Recalled(recalled) => recalled.write(scope, out),
        }
    }
}

fn fill(
    expression: &Expression,
    scope: Scope<'_>,
    out: &mut Out<'_>,
) -> Result<bool, minijinja::Error> {
    let filled = expression.fill(scope)?;
    if filled.is_missing() {
        return Ok(false);
    }
    write_json(&filled, scope, &mut out.bytes);
    Ok(true)
}

/// Writes an item of a list, and a comma before it unless it is the first.
fn write_item(
    tree: &Tree,
    scope: Scope<'_>,
    first: &mut bool,
    out: &mut Out<'_>,
) -> Result<(), minijinja::Error> {
    let before = out.bytes.len();
    if !*first {
        out.bytes.push(b',');
    }
    if tree.write_to(scope, out)? {
        *first = false;
    } else {
        out.bytes.truncate(before);
    }
    Ok(())
}
