//! The admin API's verdicts: expectations in, what came of them out.

use axum::Json;

use super::{Asked, Body, Brought, Problem, Route};
use crate::verify::{Expectations, Findings, Wrong};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/__sim/verify", verify)
            .about("Says whether what was received is what is expected")
            .takes::<Expectations>()
            .json::<Findings>("A verdict on each expectation"),
    ]
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
