//! A made-up value of a shape, as bodies of packs write it: nothing of what a live side sent.

use serde_json::{Map, Value, json};

use super::{Reading, Shape, Text};

impl Shape {
    /// A value of this form that is nobody's; texts may have holes.
    #[must_use]
    pub fn stand_in(&self) -> Value {
        if let Some(object) = &self.object {
            let keys = object.ordered().into_iter();
            let pairs = keys.map(|name| (name.to_owned(), object.keys[name].shape.stand_in()));
            return Value::Object(pairs.collect::<Map<_, _>>());
        }
        if let Some(items) = &self.list {
            return if items.is_unseen() { json!([]) } else { json!([items.stand_in()]) };
        }
        if let Some(text) = &self.text {
            return Value::from(text.stand_in());
        }
        if let Some(number) = &self.number {
            return if number.fraction { json!(0.5) } else { json!(0) };
        }
        match self.booleans.first() {
            Some(one) => json!(one),
            None => Value::Null,
        }
    }
}

impl Text {
    fn stand_in(&self) -> String {
        if self.readings.is_none() {
            return self.fillers.first().cloned().unwrap_or_default();
        }
        for reading in self.readings.iter().flatten() {
            match reading {
                Reading::Day(pattern) => return format!("{{{{ today | date('{pattern}') }}}}"),
                Reading::Moment(_) => {
                    return "{{ now | date('YYYY-MM-DDThh:mm:ss') }}".to_owned();
                }
                Reading::Month(_) => return "102026".to_owned(),
                Reading::FinancialYear => return "{{ financial_year() }}".to_owned(),
                Reading::Gstin => return "27AAACS0000A1ZG".to_owned(),
                Reading::Pan => return "AAACS0000A".to_owned(),
                Reading::Uuid => return "{{ random.uuid }}".to_owned(),
                Reading::Hex(count) => return format!("{{{{ random.hex({count}) }}}}"),
                Reading::Digits(count) => return "0".repeat(*count),
                Reading::Email => return "somebody@example.test".to_owned(),
                Reading::Arn | Reading::Decimal | Reading::Json => {}
            }
        }
        "text".to_owned()
    }
}
