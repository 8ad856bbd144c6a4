//! Values that can be written in more than one form, each remembering where it stands.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::Value;

use crate::pack::located::Located;

/// One text or a list of them.
#[derive(Clone, Debug, Default)]
pub struct Many(pub Vec<Located<String>>);

/// What is answered, and where that stands.
#[derive(Clone, Debug)]
pub struct AnswerFile(pub Located<AnswerForm>);

/// What is answered.
#[derive(Clone, Debug)]
pub enum AnswerForm {
    /// Always the same.
    One(String),
    /// One call after the other.
    Sequence(Vec<Located<String>>),
    /// By chance: each with its weight.
    Weighted(Vec<(Located<String>, u64)>),
}

/// What a value must be like.
#[derive(Clone, Debug, PartialEq)]
pub enum TestFile {
    /// This very value.
    Is(Value),
    /// Something else about it.
    Form(TestForm),
}

/// What a value must be like; all that is given must hold.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct TestForm {
    /// This very value.
    pub is: Option<Value>,
    /// One of these.
    pub one_of: Option<Vec<Value>>,
    /// A regular expression finds something in it.
    pub like: Option<Located<String>>,
    /// Whether it is there at all.
    pub present: Option<bool>,
}

impl PartialEq for TestForm {
    fn eq(&self, other: &Self) -> bool {
        let like = |form: &Self| form.like.as_ref().map(|like| like.value.clone());
        (&self.is, &self.one_of, self.present, like(self))
            == (&other.is, &other.one_of, other.present, like(other))
    }
}

impl Many {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The texts.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|text| text.value.as_str())
    }

    /// The texts, to be kept.
    #[must_use]
    pub fn owned(&self) -> Vec<String> {
        self.texts().map(str::to_owned).collect()
    }
}

enum ManyForm {
    One(String),
    List(Vec<Located<String>>),
}

impl<'de> Deserialize<'de> for ManyForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = ManyForm;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a text or a list of texts")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<ManyForm, E> {
                Ok(ManyForm::One(text.to_owned()))
            }

            // So that `day = 20` needs no quotes.
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<ManyForm, E> {
                Ok(ManyForm::One(number.to_string()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<ManyForm, A::Error> {
                let mut texts = Vec::new();
                while let Some(Located { value: Word(value), span }) = list.next_element()? {
                    texts.push(Located { value, span });
                }
                Ok(ManyForm::List(texts))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// A text, or a number as a text.
pub(super) struct Word(String);

/// Reads a text, or a number as a text.
pub(super) fn word<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Located<String>>, D::Error> {
    let Located { value: Word(value), span } = Located::deserialize(deserializer)?;
    Ok(Some(Located { value, span }))
}

impl JsonSchema for Word {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Word".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "integer"] })
    }
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Word;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a text")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Word, E> {
                Ok(Word(text.to_owned()))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Word, E> {
                Ok(Word(number.to_string()))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl<'de> Deserialize<'de> for Many {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let located = Located::<ManyForm>::deserialize(deserializer)?;
        Ok(Self(match located.value {
            ManyForm::One(value) => vec![Located { value, span: located.span }],
            ManyForm::List(texts) => texts,
        }))
    }
}

impl JsonSchema for Many {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Many".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "type": ["string", "integer"] },
                { "type": "array", "items": { "type": ["string", "integer"] } },
            ]
        })
    }
}

impl<'de> Deserialize<'de> for AnswerForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = AnswerForm;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an outcome or code, a list of them, or a table of them with weights")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<AnswerForm, E> {
                Ok(AnswerForm::One(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<AnswerForm, A::Error> {
                let mut answers = Vec::new();
                while let Some(answer) = list.next_element()? {
                    answers.push(answer);
                }
                Ok(AnswerForm::Sequence(answers))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<AnswerForm, A::Error> {
                let mut answers = Vec::new();
                while let Some(answer) = map.next_entry::<Located<String>, u64>()? {
                    answers.push(answer);
                }
                Ok(AnswerForm::Weighted(answers))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl<'de> Deserialize<'de> for AnswerFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Located::deserialize(deserializer).map(Self)
    }
}

impl AnswerFile {
    /// Every answer with its place.
    pub fn words(&self) -> impl Iterator<Item = Located<&str>> {
        let (one, list, weighted) = match &self.0.value {
            AnswerForm::One(text) => (
                Some(Located { value: text.as_str(), span: self.0.span.clone() }),
                &[][..],
                &[][..],
            ),
            AnswerForm::Sequence(list) => (None, list.as_slice(), &[][..]),
            AnswerForm::Weighted(list) => (None, &[][..], list.as_slice()),
        };
        let all = list.iter().chain(weighted.iter().map(|(text, _)| text));
        let all = all.map(|text| Located { value: text.value.as_str(), span: text.span.clone() });
        one.into_iter().chain(all)
    }
}

impl JsonSchema for AnswerFile {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Answer".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "type": "string" },
                { "type": "array", "items": { "type": "string" }, "minItems": 1 },
                {
                    "type": "object",
                    "additionalProperties": { "type": "integer", "minimum": 0 },
                    "minProperties": 1,
                },
            ]
        })
    }
}

impl<'de> Deserialize<'de> for TestFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = TestFile;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a value, or a table with `is`, `one-of`, `like` or `present`")
            }

            fn visit_bool<E: de::Error>(self, value: bool) -> Result<TestFile, E> {
                Ok(TestFile::Is(value.into()))
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<TestFile, E> {
                Ok(TestFile::Is(value.into()))
            }

            fn visit_f64<E: de::Error>(self, value: f64) -> Result<TestFile, E> {
                Ok(TestFile::Is(value.into()))
            }

            fn visit_str<E: de::Error>(self, value: &str) -> Result<TestFile, E> {
                Ok(TestFile::Is(value.into()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<TestFile, A::Error> {
                TestForm::deserialize(MapAccessDeserializer::new(map)).map(TestFile::Form)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl JsonSchema for TestFile {
    fn schema_name() -> Cow<'static, str> {
        "Test".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let form = generator.subschema_for::<TestForm>();
        json_schema!({ "anyOf": [{ "type": ["string", "number", "boolean"] }, form] })
    }
}
