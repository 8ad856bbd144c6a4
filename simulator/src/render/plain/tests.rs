use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method};
use serde_json::json;

use crate::{
    model::call::Call,
    pack::Pack,
    render::{
        datum::{uuid, uuid_hex},
        expression::{Expression, Lexicon, Locals, Scope},
        jinja,
        names::Known,
        scene::Scene,
    },
    world::{Ingredients, World},
};

/// 2026-01-15 in India.
const AT_MS: i64 = 1_768_456_800_000;

/// A call about somebody, with a token that claims something.
fn scene(world: &World, gstin: &str) -> Arc<Scene> {
    let call = Call {
        number: 1,
        at_ms: AT_MS,
        method: Method::GET,
        path: "/".into(),
        query: None,
        headers: HeaderMap::new(),
        body: Bytes::new(),
        ended: None,
    };
    let pack: Arc<Pack> = Arc::clone(world.packs.first().expect("a vendor"));
    let mut scene = Scene::new(pack, Arc::clone(&world.register), 1, call);
    scene.query = [("year", "2024-25"), ("word", "one"), ("none", ""), ("wrong", "20")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    let on = crate::model::period::ist_date(AT_MS);
    scene.taxpayer = world.register.recall(gstin, on);
    scene.claims = Some(Arc::new(json!({ "orgs": [{ "id": "one" }, "two", 3], "flag": true })));
    scene.account = Some(0);
    Arc::new(scene)
}

/// What both ways make of an expression, and whether it was plain.
fn both(scene: &Arc<Scene>, source: &str) -> (String, String, bool) {
    let lexicon = Lexicon::new(scene.pack.maps.clone(), scene.pack.settings.clone());
    let settings = scene.pack.settings.as_object();
    let known = Known {
        fields: Vec::new(),
        settings: settings.into_iter().flat_map(|all| all.keys().map(String::as_str)).collect(),
        bound: Vec::new(),
    };
    let (expression, _) = Expression::compile(source, &lexicon, &known).expect("it compiles");
    let filled = expression
        .fill(Scope { scene, locals: &Locals::Empty })
        .map(|filled| filled.to_value(scene))
        .map_err(|error| error.kind());
    let interpreted = jinja::ENVIRONMENT
        .compile_expression(source)
        .expect("it compiles")
        .eval(jinja::context(scene, Vec::new()))
        .map_err(|error| error.kind());
    (format!("{filled:?}"), format!("{interpreted:?}"), expression.is_plain())
}

#[test]
fn plain_expressions_come_to_what_the_interpreter_makes_of_them() {
    let world = World::load(&Ingredients::default()).expect("the fixtures are right");
    let somebody: Vec<_> = world.register.population(40, None).collect();
    let personas = world.register.personas().map(|persona| persona.gstin.clone());
    let gstins: Vec<String> =
        somebody.iter().map(ToString::to_string).chain(personas).chain([String::new()]).collect();
    for gstin in &gstins {
        let scene = scene(&world, gstin);
        for source in [
            "taxpayer.legal_name",
            "taxpayer.trade_name or 'nothing'",
            "taxpayer.trade_name or none",
            "taxpayer.updated_on | date('DD/MM/YYYY')",
            "taxpayer.cancelled_on | date('DD-MM-YYYY') or ''",
            "taxpayer.cancelled_on | date('DD-MM-YYYY') | default(none)",
            "taxpayer.updated_on | date('MM-DD-YYYY' if request.query.none else 'DD')",
            "taxpayer.principal_place.city or taxpayer.principal_place.district",
            "[taxpayer.principal_place.floor, taxpayer.principal_place.building_name] | select | join(', ')",
            "taxpayer.natures | join('; ')",
            "taxpayer.natures | length > 1",
            "taxpayer.last_filing.return_type",
            "taxpayer.last_filing.filed_on | date('YYYY-MM-DD') | default(none)",
            "taxpayer.last_filing.arn == request.query.word",
            "taxpayer.einvoice and request.query.word == 'one'",
            "not taxpayer.active or request.query.word != 'one'",
            "request.query.word == 'one' if taxpayer.active else 'inactive'",
            "request.query.word in (claims.orgs | pluck('id'))",
            "'two' in (claims.orgs | pluck('id'))",
            "'four' in ((claims.orgs or []) | pluck('id'))",
            "request.query.word in ((claims.nothing or []) | pluck('id'))",
            "claims.nothing",
            "claims.flag == 'one'",
            "claims.flag",
            "now | date('YYYY-MM-DD HH:mm:ss')",
            "now | epoch_s",
            "today",
            "financial_year()",
            "request.query.none or financial_year()",
        ] {
            let (plain, interpreted, _) = both(&scene, source);
            assert_eq!(plain, interpreted, "`{source}` of `{gstin}`");
        }
    }
}

#[test]
fn filings_come_to_what_the_interpreter_makes_of_them() {
    let world = World::load(&Ingredients::default()).expect("the fixtures are right");
    for gstin in world.register.population(20, None) {
        let scene = scene(&world, gstin.as_str());
        for source in [
            "taxpayer.filings_in(request.query.year, 'period')",
            "taxpayer.filings_in(request.query.year, 'filing_date')",
            "taxpayer.filings_in(request.query.year) | length > 0",
            "taxpayer.filings_in(request.query.none or financial_year(), 'period') | length",
            "taxpayer.filings_in(request.query.wrong, 'period')",
        ] {
            let (plain, interpreted, is_plain) = both(&scene, source);
            assert_eq!(plain, interpreted, "`{source}` of `{gstin}`");
            assert!(is_plain, "{source}");
        }
    }
}

#[test]
fn what_is_not_plain_is_left_to_the_interpreter() {
    let lexicon = Lexicon::default();
    for source in [
        "taxpayer.natures[0]",
        "taxpayer.natures | first",
        "taxpayer.legal_name ~ '!'",
        "1 + 1",
        "a < b",
        "'a\\n'",
        "taxpayer.legal_name.upper()",
        "a in (b in (c | pluck('d')))",
        "a is defined",
        "a or",
        "a | date(b)",
    ] {
        assert!(super::Plain::read(source, &lexicon).is_none(), "{source}");
    }
}

#[test]
fn uuids_are_of_version_4_with_and_without_dashes() {
    let mut dice = crate::model::dice::Dice::new(1, 2, b"uuid");
    let (with, without) = (uuid(&mut dice), uuid_hex(&mut dice));
    let places: Vec<usize> = with.match_indices('-').map(|(at, _)| at).collect();
    assert_eq!((with.len(), places), (36, vec![8, 13, 18, 23]));
    assert_eq!((with.as_bytes()[14], without.len(), without.as_bytes()[12]), (b'4', 32, b'4'));
    assert!(matches!(without.as_bytes()[16], b'8' | b'9' | b'a' | b'b'), "{without}");
}
