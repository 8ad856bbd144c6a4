//! The scene of one call: all that an expression may ask for.

use std::{
    borrow::Cow,
    ops::Range,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use jiff::civil::Date;
use serde_json::Value;

use crate::{
    auth::Carried,
    books::{Books, Opened as Opening, Query},
    bulk::{
        job::{self, Job},
        seen,
    },
    gstn::Key,
    model::{
        call::Call,
        dice::Dice,
        period::{self, FinancialYear},
        taxpayer::{Filing, Taxpayer},
    },
    pack::{Endpoint, Pack},
    render::{
        edit::{self, Edits},
        limited::Limited,
    },
    taxpayers::Register,
};

/// What is known of a call so far, from its request to the reply that was decided on.
#[derive(Debug)]
pub struct Scene {
    /// The vendor.
    pub pack: Arc<Pack>,
    /// The nation.
    pub register: Arc<Register>,
    /// Seed of everything random.
    pub seed: u64,
    /// The tenant that calls; `None`: the default one.
    pub tenant: Option<Arc<str>>,
    /// The request.
    pub call: Call,
    /// Index of the endpoint, where one took the call.
    pub endpoint: Option<usize>,
    /// Parts of the path by name, decoded.
    pub path_parameters: Vec<(String, String)>,
    /// The query, decoded, in order.
    pub query: Vec<(String, String)>,
    /// The body, where it was read.
    pub body: Option<Value>,
    /// The endpoint's fields, in its order.
    pub fields: Vec<Option<Value>>,
    /// Index of the account that calls.
    pub account: Option<usize>,
    /// What its token claims.
    pub claims: Option<Arc<Value>>,
    /// The token this call was given.
    pub session: Option<Issued>,
    /// Who is asked about.
    pub taxpayer: Option<Arc<Taxpayer>>,
    /// Whether they were asked about lately, so that what was written of them may be known.
    pub recalled: bool,
    /// Who was found.
    pub taxpayers: Vec<Taxpayer>,
    /// The reply decided on.
    pub words: Words,
    /// The call's dice, thrown first when first asked for.
    pub dice: Mutex<Option<Dice>>,
    /// The filings that were asked for first: rules ask and bodies ask again.
    filings: OnceLock<(FinancialYear, bool, Vec<Filing>)>,
    /// The last filing, once it was asked for.
    last_filing: OnceLock<Option<Filing>>,
    /// The session with a taxpayer's consent that the call belongs to, or that it opened.
    pub consent: Option<Consent>,
    /// The limit that refused the call, or of which least is left to it.
    pub limit: Option<Limited>,
    /// What the request's sealed data says, once it was opened.
    pub payload: Option<Value>,
    /// What the sealed part of the body came with, once it was written.
    pub seal: OnceLock<Seal>,
    /// What the sealed parts of request and reply say when opened, and why one could not be.
    pub opened: Mutex<Opened>,
    /// Only these records of the section, counted from 0: a part of a large answer.
    pub window: Option<Range<u64>>,
    /// The large answer that the call asks for or about.
    pub file: Option<seen::File>,
    /// The part of it that is spoken of.
    pub part: Option<seen::Part>,
    /// The part that is sent.
    pub fetched: Option<(Arc<Job>, job::Part)>,
    /// The books of the taxpayer, once they were asked for.
    books: OnceLock<Option<Books>>,
    /// What stories change about the reply's JSON.
    pub edits: Vec<Arc<Edits>>,
    /// What of it could not be changed, in words; set once the changes were made.
    pub unedited: OnceLock<String>,
}

/// A session that a taxpayer opened, as a call sees it.
#[derive(Clone, Debug)]
pub struct Consent {
    /// The user's name.
    pub user: String,
    /// Minutes for which the taxpayer allows it.
    pub window_min: i64,
    /// The session key.
    pub session_key: Key,
    /// The session key, encrypted for the client, in base64; empty but where it is handed over.
    pub wrapped_key: String,
    /// 1, and one more with each refresh.
    pub generation: i64,
    /// Calls made under this generation, this one included.
    pub calls: i64,
}

/// What goes with sealed data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// The key of this reply, encrypted under the session's, in base64.
    pub key: String,
    /// The HMAC, in base64.
    pub hmac: String,
}

/// Sealed parts, opened for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// What the request says.
    pub request: String,
    /// What the reply says.
    pub reply: String,
    /// Why a part could not be opened, in words.
    pub why: String,
}

/// What the reply is called.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// The vendor's code; empty where the answer has none.
    pub code: String,
    /// The vendor's wording.
    pub message: String,
    /// A detail.
    pub reason: Option<String>,
    /// HTTP status.
    pub status: u16,
    /// Our name.
    pub outcome: String,
}

/// A token that a login endpoint gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// The token.
    pub token: String,
    /// Its life in seconds.
    pub life_s: i64,
    /// When it ends, in epoch milliseconds.
    pub expires_at_ms: i64,
}

/// What the dice of a call are for, so that no two uses share a stream.
const CALL: u64 = 0xCA11;

/// And what those are for whose numbers no other tenant may have.
const OWN: u64 = 0x0E11;

impl Scene {
    /// A scene with nothing but the request.
    #[must_use]
    pub fn new(pack: Arc<Pack>, register: Arc<Register>, seed: u64, call: Call) -> Self {
        Self {
            pack,
            register,
            seed,
            tenant: None,
            call,
            endpoint: None,
            path_parameters: Vec::new(),
            query: Vec::new(),
            body: None,
            fields: Vec::new(),
            account: None,
            claims: None,
            session: None,
            taxpayer: None,
            recalled: false,
            taxpayers: Vec::new(),
            words: Words::default(),
            dice: Mutex::new(None),
            filings: OnceLock::new(),
            last_filing: OnceLock::new(),
            consent: None,
            limit: None,
            payload: None,
            seal: OnceLock::new(),
            opened: Mutex::default(),
            window: None,
            file: None,
            part: None,
            fetched: None,
            books: OnceLock::new(),
            edits: Vec::new(),
            unedited: OnceLock::new(),
        }
    }

    /// The same call looked at anew, later: nothing is worked out, and no dice were thrown. Headers
    /// and body have been dropped; what fields brought is there.
    #[must_use]
    pub fn again(&self) -> Self {
        let call = Call {
            number: self.call.number,
            at_ms: self.call.at_ms,
            method: self.call.method.clone(),
            path: self.call.path.clone(),
            query: self.call.query.clone(),
            ..Call::default()
        };
        Self {
            tenant: self.tenant.clone(),
            endpoint: self.endpoint,
            path_parameters: self.path_parameters.clone(),
            query: self.query.clone(),
            fields: self.fields.clone(),
            account: self.account,
            taxpayer: self.taxpayer.clone(),
            taxpayers: self.taxpayers.clone(),
            file: self.file.clone(),
            ..Self::new(Arc::clone(&self.pack), Arc::clone(&self.register), self.seed, call)
        }
    }

    /// Forgets what was answered and drawn; what the call asked, and what was told of that, stays.
    pub(crate) fn rewind(&mut self) {
        self.session = None;
        self.consent = None;
        self.words = Words::default();
        self.dice = Mutex::default();
        self.seal = OnceLock::new();
        self.opened = Mutex::default();
    }

    /// The endpoint that took the call.
    #[must_use]
    pub fn endpoint(&self) -> Option<&Endpoint> {
        self.pack.endpoints.get(self.endpoint?)
    }

    /// A field's value, where the request brought one.
    #[must_use]
    pub fn field(&self, index: usize) -> Option<&Value> {
        self.fields.get(index)?.as_ref()
    }

    /// What the taxpayer filed for a financial year, or in it; `None` where nobody is asked about.
    #[must_use]
    pub fn filings_of_year(
        &self,
        year: FinancialYear,
        by_filing_date: bool,
    ) -> Option<Cow<'_, [Filing]>> {
        let taxpayer = self.taxpayer.as_deref()?;
        let tell = || super::datum::filings_in(self, taxpayer, year, by_filing_date);
        let (of, by, filings) = self.filings.get_or_init(|| (year, by_filing_date, tell()));
        Some(if (*of, *by) == (year, by_filing_date) {
            Cow::Borrowed(filings)
        } else {
            Cow::Owned(tell())
        })
    }

    /// The newest filing of the taxpayer.
    #[must_use]
    pub fn last_filing(&self) -> Option<&Filing> {
        let taxpayer = self.taxpayer.as_deref()?;
        let tell = || self.register.last_filing(taxpayer, period::ist_date(self.call.at_ms));
        self.last_filing.get_or_init(tell).as_ref()
    }

    /// The taxpayer's books at the period that the call names; `None` where it names none.
    #[must_use]
    pub fn books(&self) -> Option<&Books> {
        self.books.get_or_init(|| self.open_books()).as_ref()
    }

    fn open_books(&self) -> Option<Books> {
        let plan = self.endpoint()?.books.as_ref()?;
        let text = |field: Option<usize>| {
            self.field(field?).and_then(Value::as_str).filter(|text| !text.is_empty())
        };
        let section = text(plan.section).map(|name| match &plan.sections {
            Some(map) => map.get(name).cloned().unwrap_or_else(|| name.to_ascii_lowercase()),
            None => name.to_ascii_lowercase(),
        });
        Some(Books::open(Opening {
            register: Arc::clone(&self.register),
            taxpayer: Arc::clone(self.taxpayer.as_ref()?),
            period: text(Some(plan.period))?.parse().ok()?,
            on: period::ist_date(self.call.at_ms),
            query: Query {
                of: plan.of,
                section,
                party: text(plan.party).map(str::to_owned),
                place: text(plan.place).map(str::to_owned),
                since: text(plan.since).and_then(read_day),
                action_required: text(plan.action_required).map(|flag| flag == "Y"),
                window: self.window.clone(),
            },
        }))
    }

    /// Where the call may carry credentials.
    #[must_use]
    pub fn carried(&self) -> Carried<'_> {
        Carried {
            headers: &self.call.headers,
            query: &self.query,
            path_parameters: &self.path_parameters,
            body: self.body.as_ref(),
        }
    }

    /// Throws dice for a token: those of the call, but another tenant's fall otherwise, since a
    /// token says by itself whose it is.
    pub fn roll_own<T>(&self, throw: impl FnOnce(&mut Dice) -> T) -> T {
        let Some(tenant) = &self.tenant else { return self.roll(throw) };
        let mut key = self.call.number.to_le_bytes().to_vec();
        key.extend_from_slice(tenant.as_bytes());
        throw(&mut Dice::new(self.seed, OWN, &key))
    }

    /// Makes the changes of stories, once; the JSON with them, where they change it.
    #[must_use]
    pub fn edited(&self, json: &[u8]) -> Option<Vec<u8>> {
        let edited = self.try_edits(json)?;
        let _ = self.unedited.set(edited.missed.join("; "));
        edited.json
    }

    /// The same for a part of the reply that travels encoded or sealed; where they change nothing of
    /// it, they are left for what is around it.
    #[must_use]
    pub fn edited_inside(&self, json: &[u8]) -> Option<Vec<u8>> {
        let edited = self.try_edits(json).filter(|edited| edited.json.is_some())?;
        let _ = self.unedited.set(edited.missed.join("; "));
        edited.json
    }

    fn try_edits(&self, json: &[u8]) -> Option<edit::Edited> {
        if self.edits.is_empty() || self.unedited.get().is_some() {
            return None;
        }
        let field = self.endpoint().and_then(|endpoint| endpoint.lookup?.gstin_field());
        let gstin = field.and_then(|field| self.field(field)?.as_str());
        Some(edit::apply(&self.edits, json, gstin))
    }

    /// Throws the call's dice.
    pub fn roll<T>(&self, throw: impl FnOnce(&mut Dice) -> T) -> T {
        let mut dice = self.dice.lock().unwrap_or_else(PoisonError::into_inner);
        throw(
            dice.get_or_insert_with(|| Dice::new(self.seed, CALL, &self.call.number.to_le_bytes())),
        )
    }
}

/// `DD-MM-YYYY` or `DD/MM/YYYY`.
fn read_day(text: &str) -> Option<Date> {
    let mut parts = text.split(['-', '/']);
    let mut next = || parts.next()?.parse::<i16>().ok();
    let (day, month, year) = (next()?, next()?, next()?);
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}
