//! Pointers: JSON pointers in which `*` is every member or item and `**` any number of steps.

use std::{fmt, str::FromStr};

use ahash::AHashSet;
use serde_json::Value;

/// Where something is in a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointer {
    text: String,
    steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// A member or an item by its name or number.
    Name(String),
    /// Each of them.
    Each,
    /// Any number of steps.
    Deep,
}

impl FromStr for Pointer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rest = text.strip_prefix('/').ok_or_else(|| {
            format!("`{text}` is no JSON pointer, which begins with `/`, such as `/data/gstin`")
        })?;
        let mut steps: Vec<Step> = Vec::new();
        for part in rest.split('/') {
            match part {
                "*" => steps.push(Step::Each),
                // Two of them say no more than one.
                "**" if steps.last() == Some(&Step::Deep) => {}
                "**" => steps.push(Step::Deep),
                name => steps.push(Step::Name(unescape(name))),
            }
        }
        if steps.last() == Some(&Step::Deep) {
            return Err(format!("`{text}` ends with `**`, so it names everything and nothing"));
        }
        Ok(Self { text: text.to_owned(), steps })
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

impl Pointer {
    /// Where it is in and its name there, where it names just one place.
    pub(super) fn plain(&self) -> Option<(String, String)> {
        let names = self.steps.iter().map(|step| match step {
            Step::Name(name) => Some(name),
            Step::Each | Step::Deep => None,
        });
        let mut names: Vec<_> = names.collect::<Option<_>>()?;
        let last = names.pop()?.clone();
        let parent = names.iter().fold(String::new(), |parent, name| parent + "/" + &escape(name));
        Some((parent, last))
    }

    /// All places in a value that it names, as plain JSON pointers, in the order in which they stand.
    pub(super) fn places(&self, value: &Value) -> Vec<String> {
        let mut finding = Finding { seen: AHashSet::new(), places: Vec::new() };
        finding.walk(value, &self.steps, &mut String::new());
        finding.places
    }
}

struct Finding {
    seen: AHashSet<String>,
    places: Vec<String>,
}

impl Finding {
    fn walk(&mut self, value: &Value, steps: &[Step], at: &mut String) {
        let Some((step, rest)) = steps.split_first() else {
            if self.seen.insert(at.clone()) {
                self.places.push(at.clone());
            }
            return;
        };
        match step {
            Step::Name(name) => {
                let found = match value {
                    Value::Object(object) => object.get(name),
                    Value::Array(list) => name.parse::<usize>().ok().and_then(|at| list.get(at)),
                    _ => None,
                };
                if let Some(found) = found {
                    self.step(found, name, rest, at);
                }
            }
            Step::Each => self.each(value, rest, at),
            Step::Deep => {
                self.walk(value, rest, at);
                self.each(value, steps, at);
            }
        }
    }

    fn each(&mut self, value: &Value, steps: &[Step], at: &mut String) {
        match value {
            Value::Object(object) => {
                for (name, member) in object {
                    self.step(member, name, steps, at);
                }
            }
            Value::Array(list) => {
                for (number, item) in list.iter().enumerate() {
                    self.step(item, &number.to_string(), steps, at);
                }
            }
            _ => {}
        }
    }

    fn step(&mut self, value: &Value, name: &str, steps: &[Step], at: &mut String) {
        let before = at.len();
        at.push('/');
        at.push_str(&escape(name));
        self.walk(value, steps, at);
        at.truncate(before);
    }
}

fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// A part of a pointer as the name it stands for.
pub(super) fn unescape(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn places(pointer: &str, value: &Value) -> Vec<String> {
        pointer.parse::<Pointer>().expect("it is one").places(value)
    }

    #[test]
    fn stars_stand_for_any_step_or_any_number_of_them() {
        let value = json!({ "a": [{ "x": 1 }, { "x": { "x": 2 } }], "x": 3, "s/l": { "~": 4 } });
        assert_eq!(places("/a/0/x", &value), ["/a/0/x"]);
        assert_eq!(places("/a/*/x", &value), ["/a/0/x", "/a/1/x"]);
        assert_eq!(places("/**/x", &value), ["/x", "/a/0/x", "/a/1/x", "/a/1/x/x"]);
        assert_eq!(places("/**/**/x", &value), places("/**/x", &value));
        assert_eq!(places("/s~1l/~0", &value), ["/s~1l/~0"]);
        assert_eq!(places("/b", &value), [""; 0]);
    }

    #[test]
    fn what_is_no_pointer_is_refused() {
        for wrong in ["", "a", "a/b", "/**", "/a/**"] {
            assert!(wrong.parse::<Pointer>().is_err(), "{wrong}");
        }
    }
}
