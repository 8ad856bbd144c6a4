//! Pseudonyms: what stands in the place of each text that may be somebody's.
//!
//! A text stays only where it is known to say nothing of anybody: a vendor's own word, a day since GST
//! began, a short number. All else is replaced, the same original always by the same stand-in, and what
//! was replaced once is replaced wherever it is said again.

use std::collections::{HashMap, HashSet};

use gsp_simulator::{
    model::{dice::Dice, gstin::is_pan},
    pack::contract::PersonalKind,
};

use super::{
    forms::{self, Form},
    known::{Known, split},
    plain,
    standin::{self, Secret, names, numbers, tokens},
};

/// So many originals are remembered; stand-ins of others are made anew each time, and are the same.
const MOST: usize = 200_000;

/// Texts that stand for nothing.
const NOTHING: [&str; 6] = ["NA", "N/A", "NIL", "-", "--", "0"];

/// The stand-ins of one recording.
#[derive(Debug)]
pub struct Pseudonyms {
    /// What is known of the vendor.
    pub known: Known,
    secret: Secret,
    /// Family and original → stand-in.
    told: HashMap<(&'static str, String), String>,
    /// Stand-ins that are somebody's already.
    taken: HashSet<String>,
    /// Originals of several letters: first word → all its words.
    phrases: HashMap<String, Vec<Vec<String>>>,
    /// Originals that were replaced since this was asked last, and what they are.
    replaced: Vec<(String, &'static str)>,
}

impl Pseudonyms {
    /// None yet.
    #[must_use]
    pub fn new(known: Known, secret: Secret) -> Self {
        Self {
            known,
            secret,
            told: HashMap::new(),
            taken: HashSet::new(),
            phrases: HashMap::new(),
            replaced: Vec::new(),
        }
    }

    /// What was replaced since this was asked last.
    pub fn take_replaced(&mut self) -> Vec<(String, &'static str)> {
        std::mem::take(&mut self.replaced)
    }

    /// Says that something was replaced without a stand-in of its own.
    pub fn note(&mut self, original: &str, what: &'static str) {
        self.replaced.push((original.to_owned(), what));
    }

    /// Every original that was replaced so far, for tests and for a last look.
    pub fn originals(&self) -> impl Iterator<Item = &str> {
        self.told.keys().map(|(_, original)| original.as_str())
    }

    /// A text in the place of this one, which may be the same.
    pub fn text(&mut self, kind: Option<PersonalKind>, text: &str) -> String {
        use PersonalKind::{
            Address, Arn, BuildingName, BuildingNumber, City, District, DocumentNumber, Email,
            Floor, Gstin, Landmark, Latitude, LegalName, Link, Locality, Longitude, Message,
            OfficeCode, OfficeName, Otp, Pan, PersonName, Phone, Pin, Plain, State, Street, Token,
            TradeName, UserName,
        };
        let says_nothing =
            text.trim().is_empty() || NOTHING.iter().any(|word| word.eq_ignore_ascii_case(text));
        if says_nothing || is_stand_in(text) {
            return text.to_owned();
        }
        match kind {
            None => self.unknown(text),
            Some(Plain) => self.plain(text),
            Some(Message) => self.sentence(text),
            Some(State | OfficeName | OfficeCode) if names::is_state(text) => text.to_owned(),
            Some(State) => self.unknown(text),
            Some(OfficeCode) if names::is_office_code_of_ours(text) => text.to_owned(),
            Some(OfficeCode) => {
                self.keep("office", text, "a tax office", |dice, _| names::office_code(text, dice))
            }
            Some(Address) => self.address(text),
            Some(
                kind @ (LegalName | TradeName | PersonName | BuildingNumber | BuildingName | Floor
                | Street | Locality | City | District | Landmark | OfficeName),
            ) => self.name(kind, text),
            Some(Gstin | Pan | Arn) => match forms::of(text) {
                Some(form) => self.stand_in(form, text),
                None => self.malformed(text),
            },
            Some(Pin) if numbers::is_pin(text) => self.pin(text),
            Some(Pin) => self.digits(text),
            Some(Latitude) => self.degrees(text, 21),
            Some(Longitude) => self.degrees(text, 78),
            Some(Phone) => match forms::of(text) {
                Some(Form::Phone) => self.stand_in(Form::Phone, text),
                _ => self.digits(text),
            },
            Some(Email) => match forms::of(text) {
                Some(Form::Email) => self.stand_in(Form::Email, text),
                _ => self.name(PersonName, text),
            },
            Some(DocumentNumber) if numbers::is_document_of_ours(text) => text.to_owned(),
            Some(DocumentNumber) => {
                self.keep("document", text, "the number of a document", |dice, _| {
                    numbers::document(dice)
                })
            }
            Some(UserName) if is_user_of_ours(text) => text.to_owned(),
            Some(UserName) => self.keep("user", text, "a user's name", |dice, _| user(dice)),
            Some(Otp) => self.digits(text),
            Some(Token) => self.token(text),
            Some(Link) => self.link(text),
        }
    }

    /// A name, or a part of an address.
    fn name(&mut self, kind: PersonalKind, text: &str) -> String {
        if names::is_ours(text) {
            return text.to_owned();
        }
        if let Some(form) = forms::of(text) {
            return self.stand_in(form, text);
        }
        if numbers::is_pin(text) {
            return self.pin(text);
        }
        let normal = normal(text);
        let new = self.keep("name", &normal, "a name or a part of an address", |dice, attempt| {
            names::words(kind, text, dice, attempt)
        });
        names::in_the_case_of(text, &new)
    }

    /// A whole address: each part between commas by itself.
    fn address(&mut self, text: &str) -> String {
        let parts: Vec<String> = text.split(',').map(|part| self.address_part(part)).collect();
        parts.join(",")
    }

    fn address_part(&mut self, part: &str) -> String {
        let core = part.trim_matches([' ', '.', '-', ':']);
        if core.is_empty() || names::is_state(core) || core.eq_ignore_ascii_case("india") {
            return part.to_owned();
        }
        let is_digit = |byte: &u8| byte.is_ascii_digit();
        // A PIN at the end, as in `Maharashtra - 400069`.
        let new = match core.len().checked_sub(6).and_then(|at| core.split_at_checked(at)) {
            Some((before, pin))
                if numbers::is_pin(pin) && !before.as_bytes().last().is_some_and(is_digit) =>
            {
                let pin = self.pin(pin);
                if before.is_empty() { pin } else { self.address_part(before) + &pin }
            }
            _ => self.name(PersonalKind::Locality, core),
        };
        // Around the core there are only blanks and signs.
        let start = part.len() - part.trim_start_matches([' ', '.', '-', ':']).len();
        format!("{}{new}{}", &part[..start], &part[start + core.len()..])
    }

    fn pin(&mut self, text: &str) -> String {
        let new = numbers::pin(text);
        if new != text {
            self.note(text, "a PIN");
        }
        new
    }

    /// Zeros for digits; letters by themselves are no number.
    fn digits(&mut self, text: &str) -> String {
        let new: String = text
            .chars()
            .map(|letter| match letter {
                letter if letter.is_ascii_digit() => '0',
                letter if letter.is_alphabetic() => 'X',
                letter => letter,
            })
            .collect();
        if new != text {
            self.note(text, "a number");
        }
        new
    }

    /// So many whole degrees, with as many decimals.
    fn degrees(&mut self, text: &str, whole: u32) -> String {
        let decimals = text.trim().rsplit_once('.').map_or(0, |(_, rest)| rest.len());
        let zero = text.trim().parse::<f64>().is_ok_and(|degrees| degrees == 0.0);
        if zero {
            return text.to_owned();
        }
        let point = if decimals > 0 { "." } else { "" };
        let new = format!("{whole}{point}{}", "0".repeat(decimals));
        if new != text {
            self.note(text, "a place");
        }
        new
    }

    fn token(&mut self, text: &str) -> String {
        if tokens::is_ours(text) || (text.len() <= 12 && self.known.has_text(text)) {
            return text.to_owned();
        }
        self.keep("token", text, "a token", |dice, _| tokens::token(text, dice))
    }

    fn link(&mut self, text: &str) -> String {
        if standin::is_link_of_ours(text) {
            return text.to_owned();
        }
        self.keep("link", text, "an address of a file", |dice, _| standin::link(dice))
    }

    /// A number that is none, such as one that is too short: as long, and none as well.
    fn malformed(&mut self, text: &str) -> String {
        if text.len() <= 3 || self.known.has_text(text) {
            return text.to_owned();
        }
        let new: String =
            "SAMPLE".chars().chain(std::iter::repeat('0')).take(text.chars().count()).collect();
        if new != text {
            self.note(text, "a number");
        }
        new
    }

    /// A stand-in by form, where it is not one already.
    pub fn stand_in(&mut self, form: Form, text: &str) -> String {
        if standin::is_ours(form, text) {
            return text.to_owned();
        }
        let upper = text.to_ascii_uppercase();
        let new = match form {
            Form::Gstin => {
                let pan = upper.get(2..12).filter(|pan| is_pan(pan)).map(str::to_owned);
                let pan = pan.map(|pan| self.stand_in(Form::Pan, &pan)).unwrap_or_default();
                self.keep("gstin", &upper, "a GSTIN", |dice, _| numbers::gstin(&upper, &pan, dice))
            }
            Form::Pan => self.keep("pan", &upper, "a PAN", |dice, _| numbers::pan(&upper, dice)),
            Form::Arn => {
                self.keep("arn", &upper, "an ARN", |dice, tries| numbers::arn(&upper, dice, tries))
            }
            Form::Phone => {
                self.keep("phone", text, "a telephone number", |dice, _| numbers::phone(text, dice))
            }
            Form::Email => {
                let lower = text.to_lowercase();
                return self
                    .keep("email", &lower, "an e-mail address", |dice, _| standin::email(dice));
            }
            Form::Uuid | Form::Token | Form::Hex => return self.token(text),
        };
        names::in_the_case_of(text, &new)
    }

    /// What was made for an original, made now where it was not.
    fn keep(
        &mut self,
        family: &'static str,
        original: &str,
        what: &'static str,
        make: impl Fn(&mut Dice, u32) -> String,
    ) -> String {
        self.note(original, what);
        let key = (family, original.to_owned());
        if let Some(known) = self.told.get(&key) {
            return known.clone();
        }
        // Registrations of one PAN differ in what follows it; all others differ by chance, and where
        // all chances are taken two originals share one.
        let mut new = String::new();
        for attempt in 0..1_000 {
            new = make(&mut self.secret.dice(family, original, attempt), attempt);
            if new != original && !self.taken.contains(&new) {
                break;
            }
        }
        if self.told.len() < MOST {
            self.taken.insert(new.clone());
            self.told.insert(key, new.clone());
            self.learn_phrase(original);
        }
        new
    }

    /// Remembers an original, to find it in other texts.
    fn learn_phrase(&mut self, original: &str) {
        let words: Vec<String> = split(original).map(str::to_uppercase).collect();
        let is_long = original.chars().filter(|letter| letter.is_alphabetic()).count() >= 4;
        // One that the vendor itself uses would be found everywhere.
        let all_known = words.iter().all(|word| self.known.has_word(word));
        if let (Some(first), true, false) = (words.first(), is_long, all_known) {
            self.phrases.entry(first.clone()).or_default().push(words);
        }
    }

    /// A text that a vendor's field has, whoever it is about.
    fn plain(&mut self, text: &str) -> String {
        let code = |byte: u8| byte.is_ascii_alphanumeric() || b"._/-".contains(&byte);
        let is_code = text.len() <= 12 && text.bytes().all(code) && forms::find(text).is_empty();
        if self.known.has_text(text) || plain::is_day(text) || plain::is_figure(text) || is_code {
            return text.to_owned();
        }
        self.sentence(text)
    }

    /// Words that the vendor uses stay, the others go.
    pub fn sentence(&mut self, text: &str) -> String {
        if self.known.has_text(text) || names::is_ours(text) {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len());
        let mut from = 0;
        for found in forms::find(text) {
            let between = self.words_of(&text[from..found.span.start]);
            out.push_str(&between);
            out.push_str(&self.stand_in(found.form, &text[found.span.clone()]));
            from = found.span.end;
        }
        out + &self.words_of(&text[from..])
    }

    fn words_of(&mut self, text: &str) -> String {
        let text = &self.without_phrases(text);
        let mut out = String::with_capacity(text.len());
        let mut rest = text.as_str();
        // Behind `Sample` a stand-in goes on.
        let mut is_ours = false;
        while let Some(start) = rest.find(char::is_alphanumeric) {
            let end = rest[start..]
                .find(|letter: char| !letter.is_alphanumeric())
                .map_or(rest.len(), |length| start + length);
            let word = &rest[start..end];
            out.push_str(&rest[..start]);
            is_ours = word.eq_ignore_ascii_case("sample") || (is_ours && names::is_word(word));
            if is_ours || self.stays(word) {
                out.push_str(word);
            } else {
                self.note(word, "a word that the pack does not know");
                out.push_str(&names::in_the_case_of(word, "Sample"));
            }
            rest = &rest[end..];
        }
        out + rest
    }

    /// Whether a word of a sentence stays.
    fn stays(&self, word: &str) -> bool {
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        let is_short = word.chars().count() <= 2;
        let is_number = digits == word.len() && digits <= 5;
        // A code such as `AUTH4033`.
        let letters = word.bytes().take_while(u8::is_ascii_uppercase).count();
        let is_code = (2..=6).contains(&letters)
            && (1..=4).contains(&digits)
            && letters + digits == word.len();
        is_short || is_number || is_code || self.known.has_word(word)
    }

    /// Originals that are known by now, replaced in the middle of a text.
    fn without_phrases(&mut self, text: &str) -> String {
        if self.phrases.is_empty() {
            return text.to_owned();
        }
        let starts: Vec<(usize, usize)> = words_with_places(text);
        let mut out = String::with_capacity(text.len());
        let mut from = 0;
        let mut at = 0;
        while at < starts.len() {
            let upper = |(start, end): (usize, usize)| text[start..end].to_uppercase();
            let longest = self.phrases.get(&upper(starts[at])).and_then(|phrases| {
                let fitting = phrases.iter().filter(|words| {
                    starts.len() - at >= words.len()
                        && words
                            .iter()
                            .zip(&starts[at..])
                            .all(|(word, place)| upper(*place) == *word)
                });
                fitting.map(Vec::len).max()
            });
            match longest {
                Some(words) => {
                    let (start, end) = (starts[at].0, starts[at + words - 1].1);
                    out.push_str(&text[from..start]);
                    let original = text[start..end].to_owned();
                    self.note(&original, "a name that was said before");
                    let known = self.told.get(&("name", normal(&original)));
                    let new = known.map_or("Sample", String::as_str);
                    out.push_str(&names::in_the_case_of(&original, new));
                    from = end;
                    at += words;
                }
                None => at += 1,
            }
        }
        out.push_str(&text[from..]);
        out
    }

    /// A text of which nobody knows what it tells: it goes, unless it says nothing by its form.
    fn unknown(&mut self, text: &str) -> String {
        let says_nothing = text.chars().count() <= 2
            || self.known.has_text(text)
            || names::is_state(text)
            || plain::is_day(text)
            || plain::is_figure(text)
            || plain::is_year(text);
        if says_nothing {
            return text.to_owned();
        }
        if let Some(form) = forms::of(text) {
            return self.stand_in(form, text);
        }
        if let Ok(address) = text.parse::<std::net::Ipv4Addr>() {
            if numbers::is_internet_of_ours(address) {
                return text.to_owned();
            }
            return self.keep("internet", text, "an address of a machine", |dice, _| {
                numbers::internet(dice)
            });
        }
        if text.starts_with("http://") || text.starts_with("https://") {
            return self.link(text);
        }
        if numbers::is_pin(text) {
            return self.pin(text);
        }
        let has_blank = text.contains(char::is_whitespace);
        if !has_blank && text.len() >= 4 && text.bytes().any(|byte| byte.is_ascii_digit()) {
            return self.token(text);
        }
        // A sentence of the vendor's own words is no name.
        let all_known = split(text).count() > 1
            && forms::find(text).is_empty()
            && split(text).all(|word| self.known.has_word(word));
        if all_known {
            return self.sentence(text);
        }
        self.name(PersonalKind::Message, text)
    }

    /// A whole number in the place of this one.
    pub fn number(&mut self, kind: Option<PersonalKind>, is_known: bool, number: i64) -> i64 {
        let text = number.unsigned_abs().to_string();
        let is_phone = forms::of(&text) == Some(Form::Phone);
        let personal = kind.is_some_and(|kind| kind > PersonalKind::Message);
        let stays =
            !personal && (is_known || text.len() <= 5 || (!is_phone && plain::is_epoch(number)));
        if stays || number == 0 || numbers::is_whole_of_ours(number) {
            return number;
        }
        if numbers::is_pin(&text) && kind.is_none_or(|kind| kind == PersonalKind::Pin) {
            return self.pin(&text).parse().unwrap_or_default();
        }
        let new = self.keep("number", &text, "a number", |dice, _| {
            numbers::whole(text.len(), dice).to_string()
        });
        new.parse().unwrap_or_default()
    }
}

/// Whether a whole text is a stand-in, whatever it stands for.
fn is_stand_in(text: &str) -> bool {
    let is_calling = |byte: u8| byte.is_ascii_digit() || b"+- ()".contains(&byte);
    names::is_ours(text)
        || tokens::is_ours(text)
        || numbers::is_document_of_ours(text)
        || names::is_office_code_of_ours(text)
        || standin::is_link_of_ours(text)
        || is_user_of_ours(text)
        || is_nothing(text)
        || (text.bytes().all(is_calling) && standin::is_ours(Form::Phone, text))
        || forms::of(text).is_some_and(|form| standin::is_ours(form, text))
}

fn user(dice: &mut Dice) -> String {
    format!("SAMPLE_{}", tokens::fill(dice, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 6))
}

fn is_user_of_ours(text: &str) -> bool {
    text.strip_prefix("SAMPLE_").is_some_and(|rest| {
        rest.len() == 6
            && rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    })
}

/// `SAMPLE` and zeros: what stands for a number that is none; zeros and `X`s: for another one.
fn is_nothing(text: &str) -> bool {
    let rest = text.strip_prefix("SAMPLE").unwrap_or(text);
    text.len() > 3 && rest.bytes().all(|byte| b"0X+- ".contains(&byte))
}

/// A text without what does not tell it from another.
fn normal(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase()
}

fn words_with_places(text: &str) -> Vec<(usize, usize)> {
    split(text)
        .map(|word| {
            let start = word.as_ptr() as usize - text.as_ptr() as usize;
            (start, start + word.len())
        })
        .collect()
}

#[cfg(test)]
mod tests;
