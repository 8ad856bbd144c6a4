//! What the schema in `contract/` allows at a place beyond what the simulator shows: the vendor's
//! document says so, so a live side that does it has not drifted.

use serde_json::Value;

/// The parts of a schema that are about one place: alternatives and additions alike.
#[derive(Clone, Debug, Default)]
pub(super) struct Allowed<'a> {
    parts: Vec<&'a Value>,
    root: Option<&'a Value>,
}

impl<'a> Allowed<'a> {
    /// Of a whole answer.
    pub(super) fn of(schema: &'a Value) -> Self {
        Self { parts: Vec::new(), root: Some(schema) }.with([schema])
    }

    fn with(&self, parts: impl IntoIterator<Item = &'a Value>) -> Self {
        const MOST: usize = 64;
        let mut left: Vec<&Value> = parts.into_iter().collect();
        let mut found: Vec<&'a Value> = Vec::new();
        while let Some(part) = left.pop() {
            if found.len() >= MOST {
                break;
            }
            found.push(part);
            let reference = part["$ref"].as_str().and_then(|text| text.strip_prefix('#'));
            left.extend(reference.and_then(|path| self.root?.pointer(path)));
            for list in ["allOf", "anyOf", "oneOf"] {
                left.extend(part[list].as_array().into_iter().flatten());
            }
        }
        Self { parts: found, root: self.root }
    }

    /// At a key.
    pub(super) fn key(&self, key: &str) -> Self {
        self.with(self.parts.iter().filter_map(|part| part.get("properties")?.get(key)))
    }

    /// At any item of a list.
    pub(super) fn item(&self) -> Self {
        self.with(self.parts.iter().filter_map(|part| part.get("items")))
    }

    /// Inside a text.
    pub(super) fn inside(&self) -> Self {
        self.with(self.parts.iter().filter_map(|part| part.get("contentSchema")))
    }

    /// Whether the document lists the key.
    pub(super) fn has_key(&self, key: &str) -> bool {
        self.parts.iter().any(|part| part["properties"].get(key).is_some_and(|own| own != false))
    }

    /// Whether the document lists the key and does not ask for it.
    pub(super) fn may_lack(&self, key: &str) -> bool {
        let required = |part: &&&Value| {
            let names = part["required"].as_array().into_iter().flatten();
            names.filter_map(Value::as_str).any(|name| name == key)
        };
        let listed = |part: &&Value| part["properties"].get(key).is_some();
        let says = |part: &&Value| part.get("required").is_some();
        self.has_key(key)
            && self.parts.iter().any(|part| says(part) && listed(part))
            && !self.parts.iter().any(|part| required(&part))
    }

    /// Whether the document names this JSON type there.
    pub(super) fn has_type(&self, wanted: &str) -> bool {
        self.parts.iter().any(|part| match &part["type"] {
            Value::String(name) => name == wanted,
            Value::Array(names) => names.iter().any(|name| name == wanted),
            _ => false,
        })
    }

    /// The words that the document lists; none where it lists none.
    pub(super) fn words(&self) -> Vec<&'a Value> {
        let listed = self.parts.iter().flat_map(|part| {
            let options = part["enum"].as_array().into_iter().flatten();
            options.chain(part.get("const"))
        });
        listed.collect()
    }

    /// Whether some text is fine there whatever it says: not all that is allowed is listed.
    pub(super) fn is_open(&self) -> bool {
        self.parts.iter().any(|part| {
            let text = part["type"] == "string" && part.get("pattern").is_none();
            text && part.get("enum").is_none() && part.get("const").is_none()
        })
    }
}
