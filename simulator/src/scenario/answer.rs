//! Answers: which one a call gets, where a rule has several.

use std::sync::Arc;

use super::{
    Asking,
    file::{AtEnd, Per},
    progress::{Count, RuleProgress},
};

/// What leaves the answer as the call causes it.
pub const AS_EVER: &str = "as-ever";

/// What a call is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// What it causes.
    AsEver,
    /// An outcome or a code.
    Word(Arc<str>),
}

/// What a rule answers.
#[derive(Debug, PartialEq)]
pub(super) enum Answers {
    /// Always the same.
    One(Answer),
    /// One call after the other.
    Sequence(Vec<Answer>, AtEnd),
    /// By chance, each with the sum of its weight and those before it.
    Weighted(Vec<(usize, Answer)>),
}

impl Answers {
    /// A word of a file.
    pub(super) fn word(text: &str) -> Answer {
        if text == AS_EVER { Answer::AsEver } else { Answer::Word(text.into()) }
    }

    /// The answer to this call; `None` where the rule is over.
    pub(super) fn choose(
        &self,
        asked: &Asking<'_>,
        progress: &RuleProgress,
        per: Per,
    ) -> Option<Answer> {
        match self {
            Self::One(answer) => Some(answer.clone()),
            Self::Sequence(list, at_end) => {
                let number = progress.count(Count::Decided, per, asked.key(per));
                let at = usize::try_from(number - 1).unwrap_or(usize::MAX);
                let at = match at_end {
                    AtEnd::Stay => at.min(list.len() - 1),
                    AtEnd::Again => at % list.len(),
                    AtEnd::Over => at,
                };
                list.get(at).cloned()
            }
            Self::Weighted(list) => {
                let all = list.last().map_or(0, |(sum, _)| *sum);
                let thrown = asked.scene.roll(|dice| dice.below(all));
                list.iter().find(|(sum, _)| thrown < *sum).map(|(_, answer)| answer.clone())
            }
        }
    }
}
