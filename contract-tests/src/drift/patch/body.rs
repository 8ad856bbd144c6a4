//! Bodies of a pack: from a place in an answer to the places in the trees that write it.

use super::{
    files::Files,
    json_text::{Node, Parts},
};

/// A place in a tree.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    /// The file.
    pub(super) path: String,
    /// What is written there, behind all that chooses it.
    pub(super) value: Node,
    /// The object that has it as a member, and which one it is.
    pub(super) member: Option<(Node, usize)>,
}

/// Where a body writes what stands at `pointer` in answers.
pub(super) fn spots(files: &Files<'_>, vendor: &str, body: &str, pointer: &str) -> Vec<Spot> {
    let steps: Vec<String> = pointer
        .split('/')
        .skip(1)
        .filter(|_| pointer != "/")
        .map(|step| step.replace("~1", "/").replace("~0", "~"))
        .collect();
    let mut walk = Walk { files, vendor, found: Vec::new() };
    walk.file(body, &steps, None, 0);
    walk.found
}

struct Walk<'a> {
    files: &'a Files<'a>,
    vendor: &'a str,
    found: Vec<Spot>,
}

/// What chooses or wraps a tree: the first word between `{%` and `%}`.
fn directive(key: &str) -> Option<&str> {
    let inner = key.trim().strip_prefix("{%")?.strip_suffix("%}")?.trim();
    inner.split_whitespace().next()
}

type Home<'n> = Option<(&'n Node, usize)>;

impl Walk<'_> {
    fn file(&mut self, name: &str, steps: &[String], home: Option<Spot>, depth: usize) {
        const DEEPEST: usize = 8;
        let path = format!("{}/bodies/{name}.json", self.vendor);
        let Some(text) = self.files.text(&path).filter(|_| depth < DEEPEST) else { return };
        let Some(root) = Node::read(&text) else { return };
        // What an included part is as a whole has its member where it was included.
        if steps.is_empty()
            && let Some(home) = home
        {
            self.found.push(Spot { path, value: root, ..home });
            return;
        }
        self.node(&path, &text, &root, steps, None, depth);
    }

    fn node(
        &mut self,
        path: &str,
        text: &str,
        node: &Node,
        steps: &[String],
        home: Home<'_>,
        depth: usize,
    ) {
        let spot = || Spot {
            path: path.to_owned(),
            value: node.clone(),
            member: home.map(|(object, index)| (object.clone(), index)),
        };
        if let Some(words) = node.text(text) {
            if directive(&words) == Some("include")
                && let Some(name) = words.split('\'').nth(1)
                && !steps.is_empty()
            {
                self.file(name, steps, None, depth + 1);
            } else if steps.is_empty() {
                self.found.push(spot());
            }
            return;
        }
        let chosen: Vec<_> =
            node.members().iter().filter_map(|one| Some((directive(&one.key)?, one))).collect();
        for (word, member) in &chosen {
            match *word {
                "if" | "elif" | "else" | "with" => {
                    self.node(path, text, &member.value, steps, home, depth);
                }
                "match" => {
                    for case in member.value.members() {
                        self.node(path, text, &case.value, steps, home, depth);
                    }
                }
                "for" => match steps.split_first() {
                    Some((_, rest)) => self.node(path, text, &member.value, rest, None, depth),
                    None => self.found.push(spot()),
                },
                _ if steps.is_empty() => self.found.push(spot()),
                _ => self.node(path, text, &member.value, steps, None, depth),
            }
        }
        if !chosen.is_empty() {
            return;
        }
        let Some((step, rest)) = steps.split_first() else {
            self.found.push(spot());
            return;
        };
        match &node.parts {
            Parts::Object(members) => {
                if let Some(index) = members.iter().position(|one| one.key == *step) {
                    let value = &members[index].value;
                    self.node(path, text, value, rest, Some((node, index)), depth);
                }
            }
            Parts::List(items) => {
                for item in items {
                    self.node(path, text, item, rest, None, depth);
                }
            }
            Parts::Leaf => {}
        }
    }
}

/// The objects that hold the keys of a place: through what is included, chosen or encoded, too.
pub(super) fn objects(files: &Files<'_>, vendor: &str, body: &str, pointer: &str) -> Vec<Spot> {
    const MOST: usize = 256;
    let mut left = spots(files, vendor, body, pointer);
    let mut all: Vec<Spot> = Vec::new();
    while let Some(spot) = left.pop() {
        if all.len() + left.len() > MOST {
            break;
        }
        let text = files.text(&spot.path).unwrap_or_default();
        let included = spot.value.text(&text).filter(|words| directive(words) == Some("include"));
        if let Some(name) = included.as_deref().and_then(|words| words.split('\'').nth(1)) {
            left.extend(spots(files, vendor, name, ""));
            continue;
        }
        let within = |value: &Node| Spot { value: value.clone(), ..spot.clone() };
        let members = spot.value.members();
        match members.first().and_then(|member| directive(&member.key)) {
            Some("match") => {
                left.extend(members[0].value.members().iter().map(|one| within(&one.value)));
            }
            Some(_) => left.extend(members.iter().map(|member| within(&member.value))),
            None if !members.is_empty() => all.push(spot),
            None => {}
        }
    }
    all
}

/// Settings that a text of a body looks at.
pub(super) fn settings_in(text: &str) -> Vec<String> {
    let names = text.split("settings.").skip(1).map(|rest| {
        let ends = |letter: char| !(letter.is_ascii_alphanumeric() || letter == '_');
        rest.split(ends).next().unwrap_or_default().to_owned()
    });
    names.filter(|name| !name.is_empty()).collect()
}
