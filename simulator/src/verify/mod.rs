//! Verify: whether what was received is what was expected, and if not, what came closest.
//!
//! An [`Expectation`] says which exchanges it is about and what must be so of them: how many,
//! in what order, how far apart, none after another. It looks at the journal, exchange by
//! exchange, and says nothing that a journal which has let some go cannot prove.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::journal::{Journal, Query};

mod calls;
mod count;
pub(crate) mod names;
mod seen;
mod watch;

pub use self::{
    calls::{Calls, Expectation},
    count::Count,
    seen::Difference,
    watch::{Closest, Verdict},
};
use self::{seen::Seen, watch::Watch};

/// So many expectations are taken at once.
pub const MOST: usize = 1_000;

/// What is expected: one expectation, or a list of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expectations {
    /// Each of them.
    pub all: Vec<Expectation>,
    /// Whether it was written as a list.
    is_list: bool,
}

impl From<Vec<Expectation>> for Expectations {
    fn from(all: Vec<Expectation>) -> Self {
        Self { all, is_list: true }
    }
}

impl JsonSchema for Expectations {
    fn schema_name() -> Cow<'static, str> {
        "Expectations".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<Expectation>();
        json_schema!({
            "description": "An expectation, or a list of them.",
            "anyOf": [one, { "type": "array", "items": one, "maxItems": MOST }],
        })
    }
}

/// An expectation written as an object; serde would take a list for one as well.
struct Single(Expectation);

impl<'de> Deserialize<'de> for Single {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> de::Visitor<'de> for Reader {
            type Value = Single;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an expectation")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Single, A::Error> {
                Expectation::deserialize(de::value::MapAccessDeserializer::new(map)).map(Single)
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

impl<'de> Deserialize<'de> for Expectations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> de::Visitor<'de> for Reader {
            type Value = Expectations;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an expectation or a list of them")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Expectations, A::Error> {
                let one = Expectation::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(Expectations { all: vec![one], is_list: false })
            }

            fn visit_seq<A: de::SeqAccess<'de>>(
                self,
                mut list: A,
            ) -> Result<Expectations, A::Error> {
                let mut all = Vec::new();
                while let Some(Single(one)) = list.next_element()? {
                    if all.len() == MOST {
                        let what = format!("more than {MOST} expectations at once");
                        return Err(de::Error::custom(what));
                    }
                    all.push(one);
                }
                Ok(Expectations { all, is_list: true })
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl Serialize for Expectations {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.all.as_slice() {
            [one] if !self.is_list => one.serialize(serializer),
            all => all.serialize(serializer),
        }
    }
}

/// What is wrong with an expectation, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The field, such as `[1].in_order[0].vendor`.
    pub field: String,
    /// What is wrong.
    pub detail: String,
    /// What to do next.
    pub hint: String,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
pub struct Findings {
    /// Whether all that was expected is so.
    pub ok: bool,
    /// Whether the journal has all that was received; where it has not, counts are the least there
    /// can have been, and what must not have been cannot be shown.
    pub whole: bool,
    /// Of each expectation, in their order.
    pub verdicts: Vec<Verdict>,
}

impl Findings {
    /// All in sentences, a line each.
    #[must_use]
    pub fn told(&self) -> String {
        let mut out = String::new();
        for verdict in &self.verdicts {
            out += &verdict.lines();
        }
        out
    }
}

impl Expectations {
    /// Whether each can be held against a journal.
    ///
    /// # Errors
    ///
    /// The first thing that cannot be.
    pub fn check(&self) -> Result<(), Wrong> {
        self.each(Expectation::check)
    }

    /// Whether what they name is there.
    ///
    /// # Errors
    ///
    /// The first name that nothing has.
    pub fn check_names(&self, world: &crate::world::World) -> Result<(), Wrong> {
        self.each(|expectation, place| names::check(expectation, world, place))
    }

    fn each(&self, check: impl Fn(&Expectation, &str) -> Result<(), Wrong>) -> Result<(), Wrong> {
        if self.all.is_empty() {
            return Err(Wrong {
                field: ".".to_owned(),
                detail: "nothing is expected".to_owned(),
                hint: "an empty list would always be right; give at least one expectation"
                    .to_owned(),
            });
        }
        self.all.iter().enumerate().try_for_each(|(index, expectation)| {
            let place = if self.is_list { format!("[{index}].") } else { String::new() };
            check(expectation, &place)
        })
    }

    /// Holds them against what a journal kept from a place on.
    #[must_use]
    pub fn verify(&self, journal: &Journal, from: u64) -> Findings {
        let mut watches: Vec<_> = self.all.iter().map(Watch::new).collect();
        let (mut place, mut whole) = (from, journal.is_whole(from));
        // What comes while this looks is not looked for.
        let end = journal.mark();
        loop {
            let batch = journal.batch(place, &Query::default());
            whole &= batch.missed == 0 || place == from;
            for record in &batch.records {
                let seen = Seen::new(record);
                for watch in &mut watches {
                    watch.see(&seen);
                }
            }
            place = batch.next;
            if batch.last || place >= end {
                break;
            }
        }
        let verdicts: Vec<_> = watches.into_iter().map(|watch| watch.conclude(whole)).collect();
        Findings { ok: verdicts.iter().all(|verdict| verdict.ok), whole, verdicts }
    }
}

#[cfg(test)]
mod tests;
