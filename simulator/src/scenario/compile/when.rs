//! Which calls a rule is about: every name looked up, every pattern compiled.

use std::{str::FromStr as _, sync::Arc};

use http::{HeaderName, Method};
use jiff::civil::Weekday;
use regex_lite::Regex;
use serde_json::Value;

use super::{Compiler, about, endpoints};
use crate::{
    pack::{Pack, located::Located},
    render::{
        expression::{Expression, Lexicon, closest},
        names::Known,
    },
    scenario::{
        calendar::{Calendar, read_days, read_moment, read_time},
        file::{Many, TestFile, WeekdayFile, WhenFile},
        when::{Test, When},
    },
};

impl Compiler<'_> {
    pub(super) fn when(&mut self, file: &WhenFile) -> When {
        let packs = self.vendors(file);
        let states = file.state.texts();
        let mut when = When {
            vendors: file.vendor.owned(),
            endpoints: file.endpoint.owned(),
            gstins: self.gstins(file),
            gstin_pattern: file.gstin_pattern.as_ref().and_then(|pattern| self.pattern(pattern)),
            state_codes: self.state_codes(&file.state_code),
            share: file.share.as_ref().map(|share| share.value),
            accounts: file.account.owned(),
            tenants: file.tenant.owned(),
            calendar: self.calendar(file),
            states: states
                .filter_map(|name| self.states.iter().position(|known| known == name))
                .collect(),
            ..When::default()
        };
        self.part(file.share.as_ref(), "a share");
        self.accounts(&packs, &file.account);
        for method in &file.method.0 {
            match Method::from_bytes(method.as_bytes()) {
                Ok(known) => when.methods.push(known),
                Err(_) => self.find(
                    format!("`{method}` is no HTTP method"),
                    &method.span,
                    "such as GET or POST",
                ),
            }
        }
        for (name, test) in &file.header {
            match HeaderName::from_str(name) {
                Ok(name) => when.headers.push((name, self.test(test))),
                Err(_) => self.find(
                    format!("`{name}` is no header name"),
                    &test.span,
                    "letters, digits and `-`",
                ),
            }
        }
        for (name, test) in &file.query {
            when.query.push((name.clone(), self.test(test)));
        }
        for (name, test) in &file.body {
            when.body.push((name.clone(), self.test(test)));
        }
        if let Some(holds) = &file.holds {
            when.holds = self.holds(holds, &packs);
        }
        when
    }

    /// The vendors that the rule is about; all where it names one that is not there.
    fn vendors(&mut self, file: &WhenFile) -> Vec<Arc<Pack>> {
        let names: Vec<_> = self.stage.packs.iter().map(|pack| pack.name.clone()).collect();
        let mut all_known = true;
        for vendor in &file.vendor.0 {
            if !names.contains(&vendor.value) {
                all_known = false;
                let hint = closest(vendor, &names);
                self.find(format!("there is no vendor `{vendor}`"), &vendor.span, hint);
            }
        }
        let packs: Vec<_> = about(self.stage.packs, &file.vendor).cloned().collect();
        for endpoint in file.endpoint.0.iter().filter(|_| all_known) {
            if packs.iter().any(|pack| pack.endpoint(&endpoint.value).is_some()) {
                continue;
            }
            let mut names: Vec<_> = packs
                .iter()
                .flat_map(|pack| pack.endpoints.iter().map(|one| one.name.clone()))
                .collect();
            names.sort();
            names.dedup();
            let hint = closest(endpoint, &names);
            let message = match file.vendor.0.as_slice() {
                [vendor] => format!("`{vendor}` has no endpoint `{endpoint}`"),
                [] => format!("no vendor has an endpoint `{endpoint}`"),
                _ => format!("none of the vendors has an endpoint `{endpoint}`"),
            };
            self.find(message, &endpoint.span, hint);
        }
        packs
    }

    /// Numbers that are named: by themselves, by persona, by tag.
    fn gstins(&mut self, file: &WhenFile) -> Option<Vec<String>> {
        if file.gstin.is_empty() && file.persona.is_empty() && file.tag.is_empty() {
            return None;
        }
        let cast = self.stage.cast;
        let mut all = file.gstin.owned();
        for name in &file.persona.0 {
            match cast.names.iter().find(|(known, _)| *known == name.value) {
                Some((_, gstin)) => all.push(gstin.clone()),
                None => {
                    let names: Vec<_> = cast.names.iter().map(|(name, _)| name.clone()).collect();
                    let hint = closest(name, &names);
                    self.find(format!("there is no persona `{name}`"), &name.span, hint);
                }
            }
        }
        for tag in &file.tag.0 {
            match cast.tags.iter().find(|(known, _)| *known == tag.value) {
                Some((_, gstins)) => all.extend(gstins.iter().cloned()),
                None => {
                    let tags: Vec<_> = cast.tags.iter().map(|(tag, _)| tag.clone()).collect();
                    let hint = closest(tag, &tags);
                    self.find(format!("no persona has the tag `{tag}`"), &tag.span, hint);
                }
            }
        }
        Some(all)
    }

    fn state_codes(&mut self, codes: &Many) -> Vec<String> {
        for code in &codes.0 {
            if code.len() != 2 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
                self.find(
                    format!("`{code}` is no GST state code"),
                    &code.span,
                    "two digits in quotes, such as \"27\" for Maharashtra",
                );
            }
        }
        codes.owned()
    }

    fn accounts(&mut self, packs: &[Arc<Pack>], accounts: &Many) {
        for account in &accounts.0 {
            let mut names: Vec<_> = packs
                .iter()
                .flat_map(|pack| pack.accounts.iter().map(|one| one.name.clone()))
                .collect();
            if names.contains(&account.value) || packs.is_empty() {
                continue;
            }
            names.sort();
            names.dedup();
            let hint = closest(account, &names);
            self.find(format!("no vendor has an account `{account}`"), &account.span, hint);
        }
    }

    fn calendar(&mut self, file: &WhenFile) -> Option<Box<Calendar>> {
        let mut calendar = Calendar {
            weekdays: file.weekday.iter().map(|day| weekday(day.value)).collect(),
            ..Calendar::default()
        };
        if let Some(time) = &file.time {
            calendar.time = read_time(time);
            if calendar.time.is_none() {
                self.find(
                    format!("`{time}` is no time of day"),
                    &time.span,
                    "such as \"18:00..24:00\", by clocks in India; the end does not belong to it",
                );
            }
        }
        for day in &file.day.0 {
            match read_days(day) {
                Some(days) => calendar.days.push(days),
                None => self.find(
                    format!("`{day}` is no day of the month"),
                    &day.span,
                    "such as 20 or \"18..=20\"",
                ),
            }
        }
        let mut moment = |text: &Option<Located<String>>| {
            let text = text.as_ref()?;
            let read = read_moment(text);
            if read.is_none() {
                self.find(
                    format!("`{text}` is no moment"),
                    &text.span,
                    "such as 2026-11-20, a day in India, or 2026-11-20T18:00:00+05:30",
                );
            }
            read
        };
        calendar.from_ms = moment(&file.from);
        calendar.until_ms = moment(&file.until);
        (calendar != Calendar::default()).then(|| Box::new(calendar))
    }

    fn pattern(&mut self, pattern: &Located<String>) -> Option<Regex> {
        Regex::new(pattern)
            .map_err(|error| {
                self.find(
                    format!("this is no regular expression: {error}"),
                    &pattern.span,
                    "look-around and back-references are not there",
                );
            })
            .ok()
    }

    fn test(&mut self, test: &Located<TestFile>) -> Test {
        match &test.value {
            TestFile::Is(value) => Test { one_of: Some(vec![value.clone()]), ..Test::default() },
            TestFile::Form(form) => {
                let both = form.is.is_some() && form.one_of.is_some();
                let none = form.is.is_none()
                    && form.one_of.is_none()
                    && form.like.is_none()
                    && form.present.is_none();
                if both || none {
                    self.find(
                        if none { "a test of nothing" } else { "`is` and `one-of` at once" },
                        &test.span,
                        "say `is`, `one-of`, `like` or `present`",
                    );
                }
                let one: Option<Vec<Value>> = form.is.clone().map(|value| vec![value]);
                Test {
                    one_of: one.or_else(|| form.one_of.clone()),
                    like: form.like.as_ref().and_then(|pattern| self.pattern(pattern)),
                    present: form.present,
                }
            }
        }
    }

    fn holds(&mut self, holds: &Located<String>, packs: &[Arc<Pack>]) -> Option<Expression> {
        let every = Many::default();
        let endpoints = packs.iter().flat_map(|pack| endpoints(pack, &every));
        let fields = endpoints.flat_map(|one| one.fields.iter().map(|field| field.name.as_str()));
        let known = Known { fields: fields.collect(), settings: Vec::new(), bound: Vec::new() };
        match Expression::compile(holds, &Lexicon::default(), &known) {
            Ok((expression, _)) => Some(expression),
            Err(error) => {
                let hint = error.hint.unwrap_or_default();
                self.find(error.message, &holds.span, hint);
                None
            }
        }
    }
}

fn weekday(day: WeekdayFile) -> Weekday {
    match day {
        WeekdayFile::Monday => Weekday::Monday,
        WeekdayFile::Tuesday => Weekday::Tuesday,
        WeekdayFile::Wednesday => Weekday::Wednesday,
        WeekdayFile::Thursday => Weekday::Thursday,
        WeekdayFile::Friday => Weekday::Friday,
        WeekdayFile::Saturday => Weekday::Saturday,
        WeekdayFile::Sunday => Weekday::Sunday,
    }
}
