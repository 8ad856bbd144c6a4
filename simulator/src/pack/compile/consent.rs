//! Sessions by consent, and books: names of fields resolved, every refusal given its reply.

use ahash::AHashMap;

use super::Compiler;
use crate::{
    books::ReturnKind,
    memory::consents::Policy,
    pack::{
        BooksPlan, ConsentKind, ConsentStep, Replies,
        file::{ConsentFile, ConsentStepFile, EndpointFile, Name, ReturnFile, StepFile},
        located::Located,
    },
    render::expression::closest,
};

/// The outcomes by which each step may refuse.
const fn refusals(step: StepFile) -> &'static [&'static str] {
    match step {
        StepFile::RequestOtp => {
            &["api-access-off", "key-missing", "key-undecipherable", "key-unusable"]
        }
        StepFile::Open => &[
            "api-access-off",
            "key-changed",
            "key-missing",
            "key-undecipherable",
            "key-unusable",
            "otp-expired",
            "otp-not-requested",
            "otp-tries-exceeded",
            "otp-undecipherable",
            "otp-used",
            "otp-wrong",
            "too-many-sessions",
        ],
        StepFile::Refresh => &[
            "consent-over",
            "key-missing",
            "key-undecipherable",
            "key-unusable",
            "session-expired",
            "session-of-another-state",
            "session-of-another-user",
            "session-unknown",
        ],
        StepFile::Close => {
            &["session-of-another-state", "session-of-another-user", "session-unknown"]
        }
        StepFile::Use => &[
            "consent-over",
            "session-expired",
            "session-of-another-gstin",
            "session-of-another-state",
            "session-of-another-user",
            "session-unknown",
        ],
    }
}

/// And those of a step that brings sealed data.
const PAYLOAD: &[&str] = &["payload-tampered", "payload-undecipherable"];

impl Compiler<'_> {
    pub(super) fn consent_kind(&self, name: &str, file: &ConsentFile) -> ConsentKind {
        let fixed = file.otp.value != "random";
        if fixed && (file.otp.is_empty() || !file.otp.bytes().all(|byte| byte.is_ascii_digit())) {
            self.find_in_vendor(
                format!("`{}` is no one-time password", file.otp.value),
                &file.otp.span,
                "digits, or `random` for a new one each time",
            );
        }
        ConsentKind {
            name: name.to_owned(),
            policy: Policy {
                fixed_otp: fixed.then(|| file.otp.value.clone()),
                otp_life_ms: file.otp_life_s.saturating_mul(1000),
                otp_late_ms: 0,
                otp_lost: false,
                otp_tries: file.otp_tries,
                token_life_ms: file.token_life_s.saturating_mul(1000),
                refresh_ms: file.refresh_s.saturating_mul(1000),
                window_min: file.window_min,
                most: file.most,
                any_case: file.any_case,
            },
            refresh_keys: file.refresh_keys.clone(),
        }
    }

    pub(super) fn consent_step(
        &self,
        endpoint: &EndpointFile,
        file: &ConsentStepFile,
        replies: &Replies,
    ) -> Option<ConsentStep> {
        let Some(kind) = self.file.consents.get_index_of(&file.of.value) else {
            let names: Vec<_> = self.file.consents.keys().cloned().collect();
            self.find_in_vendor(
                format!("there is no kind of session `{}`", file.of),
                &file.of.span,
                format!("declare `[consents.{}]`; {}", file.of, closest(&file.of, &names)),
            );
            return None;
        };
        let needed: &[(&str, &Option<Name>)] = match file.step {
            StepFile::RequestOtp => &[("app-key", &file.app_key)],
            StepFile::Open => &[("app-key", &file.app_key), ("otp", &file.otp)],
            StepFile::Refresh => &[("app-key", &file.app_key), ("token", &file.token)],
            StepFile::Close | StepFile::Use => &[("token", &file.token)],
        };
        for (key, _) in needed.iter().filter(|(_, name)| name.is_none()) {
            self.find_in_vendor(
                format!("this step of a session needs `{key}`"),
                &file.of.span,
                format!("`{key} = \"…\"`, with the name of the field that brings it"),
            );
        }
        let data: &[&str] = if file.data.is_some() { PAYLOAD } else { &[] };
        let refusals: AHashMap<_, _> = refusals(file.step)
            .iter()
            .chain(data)
            .filter_map(|outcome| {
                let wish = Located { value: (*outcome).to_owned(), span: file.of.span.clone() };
                Some((*outcome, self.reply(replies, &wish, &self.vendor_source)?))
            })
            .collect();
        let index = |name: &Option<Name>| self.field_index(endpoint, name.as_ref()?);
        Some(ConsentStep {
            kind,
            step: file.step,
            user: self.field_index(endpoint, &file.user)?,
            state: self.field_index(endpoint, &file.state)?,
            app_key: index(&file.app_key),
            otp: index(&file.otp),
            token: index(&file.token),
            gstin: index(&file.gstin),
            data: index(&file.data),
            hmac: index(&file.hmac),
            refusals,
        })
    }

    pub(super) fn books(&self, endpoint: &EndpointFile) -> Option<BooksPlan> {
        let file = endpoint.books.as_ref()?;
        let index = |name: &Option<Name>| self.field_index(endpoint, name.as_ref()?);
        if endpoint.lookup.as_ref().is_none_or(|lookup| lookup.gstin.is_none()) {
            self.find_in_vendor(
                format!("endpoint `{}` opens books, but asks about nobody", endpoint.name),
                &file.period.span,
                "add `lookup = { gstin = \"…\" }`",
            );
        }
        let sections = file.sections.as_ref().and_then(|name| {
            let map = self.lexicon.maps.get(&name.value).cloned();
            if map.is_none() {
                let names: Vec<_> = self.lexicon.maps.keys().cloned().collect();
                self.find_in_vendor(
                    format!("there is no map `{name}`"),
                    &name.span,
                    format!("declare it as `[maps.{name}]`; {}", closest(name, &names)),
                );
            }
            map
        });
        Some(BooksPlan {
            of: match file.of {
                ReturnFile::Gstr1 => ReturnKind::Gstr1,
                ReturnFile::Gstr2a => ReturnKind::Gstr2a,
                ReturnFile::Gstr3b => ReturnKind::Gstr3b,
                ReturnFile::Cmp08 => ReturnKind::Cmp08,
                ReturnFile::Gstr4 => ReturnKind::Gstr4,
            },
            period: self.field_index(endpoint, &file.period)?,
            section: index(&file.section),
            sections,
            party: index(&file.party),
            place: index(&file.place),
            since: index(&file.since),
            action_required: index(&file.action_required),
        })
    }
}
