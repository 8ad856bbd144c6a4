//! Shapes, told to people: in a few words, and as an outline that can be reviewed.

use std::fmt::Write as _;

use super::{Shape, Text};

impl Shape {
    /// The form in a few words. A value is told only where it says nothing of anybody.
    #[must_use]
    pub fn told(&self) -> String {
        let mut kinds = Vec::new();
        if let Some(object) = &self.object {
            kinds.push(
                if object.keys.is_empty() { "an empty object" } else { "an object" }.to_owned(),
            );
        }
        if let Some(items) = &self.list {
            kinds.push(items.plural());
        }
        if let Some(text) = &self.text {
            kinds.push(text.told());
        }
        if let Some(number) = &self.number {
            let short = number.sample.len() <= LONGEST_TOLD;
            kinds.push(if short {
                format!("the number {}", number.sample)
            } else {
                "a number".to_owned()
            });
        }
        let mut booleans = self.booleans.iter();
        match (booleans.next(), booleans.next()) {
            (Some(one), None) => kinds.push(format!("the boolean {one}")),
            (Some(_), Some(_)) => kinds.push("a boolean".to_owned()),
            _ => {}
        }
        if self.null {
            kinds.push("null".to_owned());
        }
        if kinds.is_empty() { "nothing".to_owned() } else { kinds.join(" or ") }
    }

    fn plural(&self) -> String {
        let kinds = [
            (self.object.is_some(), "objects"),
            (self.list.is_some(), "lists"),
            (self.text.is_some(), "texts"),
            (self.number.is_some(), "numbers"),
            (!self.booleans.is_empty(), "booleans"),
        ];
        let names: Vec<_> = kinds.iter().filter(|(has, _)| *has).map(|(_, name)| *name).collect();
        match names.as_slice() {
            [] if self.null => "a list of nulls".to_owned(),
            [] => "an empty list".to_owned(),
            names => format!("a list of {}", names.join(" or ")),
        }
    }

    /// All of it, a line a place; keys in their order, `?` behind those that may be left out.
    #[must_use]
    pub fn outline(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, 0);
        out
    }

    fn write(&self, out: &mut String, depth: usize) {
        let mut kinds = Vec::new();
        if !self.booleans.is_empty() {
            kinds.push("boolean".to_owned());
        }
        if let Some(number) = &self.number {
            kinds.push(if number.fraction { "number" } else { "whole number" }.to_owned());
        }
        if let Some(text) = &self.text {
            kinds.extend(text.kinds());
        }
        if self.null {
            kinds.push("null".to_owned());
        }
        if self.list.is_some() {
            kinds.push("list".to_owned());
        }
        if self.object.is_some() {
            kinds.push("object".to_owned());
        }
        let _ = writeln!(
            out,
            "{}",
            if kinds.is_empty() { "nothing".to_owned() } else { kinds.join(" or ") }
        );
        let indent = "  ".repeat(depth + 1);
        if let Some(items) = self.list.as_ref().filter(|items| !items.is_unseen()) {
            let _ = write!(out, "{indent}*: ");
            items.write(out, depth + 1);
        }
        let inside = self.text.as_ref().and_then(|text| text.inside.as_ref());
        if let Some(inside) = inside {
            let _ = write!(out, "{indent}(inside): ");
            inside.write(out, depth + 1);
        }
        if let Some(object) = &self.object {
            for name in object.ordered() {
                let key = &object.keys[name];
                let mark = if key.always { "" } else { "?" };
                let _ = write!(out, "{indent}{name}{mark}: ");
                key.shape.write(out, depth + 1);
            }
        }
    }
}

/// A value is told up to this length.
const LONGEST_TOLD: usize = 6;

impl Text {
    /// In a few words.
    #[must_use]
    pub fn told(&self) -> String {
        let code = |word: &&str| {
            word.len() <= LONGEST_TOLD
                && (word.bytes().all(|byte| byte.is_ascii_digit()) || is_plain_word(word))
        };
        if let Some(word) = self.sample().filter(code) {
            return format!("the text {word:?}");
        }
        let form = self.form();
        if !form.is_empty() {
            let names: Vec<_> = form.iter().map(ToString::to_string).collect();
            return format!("a text ({})", names.join(" or "));
        }
        match (&self.readings, self.empty, self.fillers.first()) {
            (Some(_), ..) => "a text".to_owned(),
            (None, true, _) => "an empty text".to_owned(),
            (None, false, Some(filler)) => format!("the text {filler:?}"),
            (None, false, None) => "a text".to_owned(),
        }
    }

    fn kinds(&self) -> Vec<String> {
        let mut kinds = Vec::new();
        if self.readings.is_some() {
            let names: Vec<_> = self.form().iter().map(ToString::to_string).collect();
            kinds.push(match names.as_slice() {
                [] => "text".to_owned(),
                names => format!("text ({})", names.join(" or ")),
            });
        }
        if self.empty {
            kinds.push("\"\"".to_owned());
        }
        kinds.extend(self.fillers.iter().map(|filler| format!("{filler:?}")));
        kinds
    }
}

/// Words that say yes or no and nothing of anybody.
fn is_plain_word(word: &str) -> bool {
    ["y", "n", "yes", "no", "true", "false"].contains(&word.to_ascii_lowercase().as_str())
}
