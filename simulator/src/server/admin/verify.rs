//! The admin API's verdicts: expectations in, what came of them out.

use std::sync::Arc;

use axum::{Json, Router, routing::post};

use super::{App, Asked, Body, Brought, Problem};
use crate::verify::{Expectations, Findings, Wrong};

pub(super) fn router() -> Router<Arc<App>> {
    Router::new().route("/__sim/verify", post(verify))
}

impl Brought for Expectations {
    const LIKE: &'static str = r#"{"vendor": "NAME", "status": "5xx", "exactly": 2}, or a list of such; docs/journal.md has them all"#;
    const MAY_BE_LIST: bool = true;
}

impl From<Wrong> for Problem {
    fn from(Wrong { field, detail, hint }: Wrong) -> Self {
        if field == "." { Self::bad(detail, hint) } else { Self::field(field, detail, hint) }
    }
}

async fn verify(
    asked: Asked,
    Body(expected): Body<Expectations>,
) -> Result<Json<Findings>, Problem> {
    expected.check()?;
    expected.check_names(&asked.world)?;
    Ok(Json(expected.verify(&asked.tenant.journal, 0)))
}
