//! What holds of every body, whoever is asked about.

use std::convert::Infallible;
use std::sync::{Arc, LazyLock};

use jiff::civil::Date;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    datum::Datum,
    expression::{Expression, Filled, Lexicon, Locals, Scope},
    filters::{DateForm, beginning_of, in_india},
    json::{write_json, write_text},
    names::Known,
    scene::{Issued, Scene, Words},
    template::{Cut, Template, cut},
    tree::{Tree, Workshop},
};
use crate::{
    model::{call::Call, gstin::Gstin, period},
    pack::{Body, Endpoint, HeaderText, Pack},
    world::{Ingredients, World},
};

/// So many items of a list are walked: the interpreter copies the whole list for each hole.
const ITEMS: usize = 3;

static WORLD: LazyLock<World> =
    LazyLock::new(|| World::load(&Ingredients::default()).expect("what ships can be loaded"));

/// 21 November 2026, 10:00 in India.
const NOW: i64 = 1_795_235_400_000;

/// A call about this number, with all that a body may ask for.
fn scene(pack: &Arc<Pack>, endpoint: usize, gstin: &str, note: &str) -> Arc<Scene> {
    let call = Call { number: 7, at_ms: NOW, path: "/x".to_owned(), ..Call::default() };
    let mut scene = Scene::new(Arc::clone(pack), Arc::clone(&WORLD.register), 1, call);
    let today = period::ist_date(NOW);
    scene.endpoint = Some(endpoint);
    let values =
        [Value::from(note), gstin.into(), "R1".into(), "2025-26".into(), true.into(), Value::Null];
    scene.fields = (0..pack.endpoints[endpoint].fields.len())
        .map(|at| values.get((at + note.len()) % (values.len() + 1)).cloned())
        .collect();
    // Books are opened at a period that is over, without a filter.
    if let Some(plan) = &pack.endpoints[endpoint].books {
        let period = if note.len().is_multiple_of(2) { "092026" } else { "032026" };
        scene.fields[plan.period] = Some(period.into());
        let filters = [plan.section, plan.party, plan.place, plan.since, plan.action_required];
        filters.into_iter().flatten().for_each(|field| scene.fields[field] = None);
    }
    scene.taxpayer = Some(Arc::new(WORLD.register.stand_in(gstin, today)));
    scene.taxpayers = WORLD.register.of_pan(gstin.get(2..12).unwrap_or_default(), today);
    scene.account = Some(0);
    scene.claims = Some(Arc::new(json!({ "orgs": [{ "id": note }] })));
    scene.session = Some(Issued { token: note.to_owned(), life_s: 60, expires_at_ms: NOW });
    scene.body = Some(json!({ "gstin": gstin, "note": note }));
    scene.query = vec![("action".to_owned(), note.to_owned())];
    scene.words = Words {
        code: "101".to_owned(),
        message: note.to_owned(),
        reason: (!note.is_empty()).then(|| note.to_owned()),
        status: 200,
        outcome: "found".to_owned(),
    };
    Arc::new(scene)
}

/// Calls `see` with every expression of a tree and the scope it is evaluated in; true: as a text.
fn walk(tree: &Tree, scope: Scope<'_>, see: &mut dyn FnMut(&Expression, Scope<'_>, bool)) {
    match tree {
        Tree::Nothing | Tree::Static(_) => {}
        Tree::Hole(expression) => see(expression, scope, false),
        Tree::Direct(direct, expression) => {
            see(expression, scope, false);
            let mut short = Vec::new();
            if let Some(has_value) = direct.write(scope, &mut short) {
                let long = expression.interpreted(scope).expect("it can be worked out");
                let long = written(&Filled::Value(long), scope, false);
                let short = String::from_utf8(short).expect("JSON is UTF-8");
                assert_eq!(
                    has_value.then_some(short),
                    long,
                    "`{}` written directly",
                    expression.source()
                );
            }
        }
        Tree::Mixed(template) => template.holes().for_each(|hole| see(hole, scope, true)),
        Tree::Object(object) => object.trees().for_each(|tree| walk(tree, scope, see)),
        Tree::List(items) => items.iter().for_each(|tree| walk(tree, scope, see)),
        Tree::For { name, list, item } => {
            see_unless_things(list, scope, see);
            let list = list.fill(scope).expect("it can be worked out");
            let mut left = ITEMS;
            let walked: Result<bool, Infallible> = list.each(|value| {
                if left == 0 {
                    return Ok(());
                }
                left -= 1;
                let locals = Locals::Bound { name, value, outer: scope.locals };
                walk(item, Scope { scene: scope.scene, locals: &locals }, see);
                Ok(())
            });
            walked.expect("walking does not fail");
        }
        Tree::If { condition, then, otherwise } => {
            see(condition, scope, false);
            walk(then, scope, see);
            if let Some(tree) = otherwise {
                walk(tree, scope, see);
            }
        }
        Tree::With { name, value, tree } => {
            see_unless_things(value, scope, see);
            let value = value.fill(scope).expect("it can be worked out");
            let locals = Locals::Bound { name, value: &value, outer: scope.locals };
            walk(tree, Scope { scene: scope.scene, locals: &locals }, see);
        }
        Tree::Match { value, arms, otherwise } => {
            see(value, scope, true);
            arms.values().chain(otherwise.as_deref()).for_each(|tree| walk(tree, scope, see));
        }
        Tree::Encoded(_, tree) => walk(tree, scope, see),
        Tree::Recalled(recalled) => walk(recalled.tree(), scope, see),
    }
}

/// Things are gone through, never written whole, so only their parts are compared.
fn see_unless_things(
    expression: &Expression,
    scope: Scope<'_>,
    see: &mut dyn FnMut(&Expression, Scope<'_>, bool),
) {
    let filled = expression.fill(scope).expect("it can be worked out");
    if !matches!(filled, Filled::Datum(Datum::Thing(_) | Datum::List(_))) {
        see(expression, scope, false);
    }
}

/// All expressions an endpoint's replies are made of.
fn walk_endpoint(
    endpoint: &Endpoint,
    scope: Scope<'_>,
    see: &mut dyn FnMut(&Expression, Scope<'_>, bool),
) {
    for plan in &endpoint.replies.all {
        match &*plan.body {
            Body::Empty | Body::FilePart => {}
            Body::Json(tree) => walk(tree, scope, see),
            Body::Text(template, _) => template.holes().for_each(|hole| see(hole, scope, true)),
        }
        for (_, text) in plan.headers.iter() {
            if let HeaderText::Template(template) = text {
                template.holes().for_each(|hole| see(hole, scope, true));
            }
        }
        plan.reason.iter().flat_map(|text| text.holes()).for_each(|hole| see(hole, scope, true));
    }
}

/// How a value is written: `None` where its key is left out.
fn written(filled: &Filled<'_>, scope: Scope<'_>, as_text: bool) -> Option<String> {
    if as_text {
        let mut out = String::new();
        write_text(filled, &mut out);
        return Some(out);
    }
    let mut out = Vec::new();
    write_json(filled, scope, &mut out);
    (!filled.is_missing()).then(|| String::from_utf8(out).expect("JSON is UTF-8"))
}

fn gstin() -> impl Strategy<Value = String> {
    let states =
        prop::sample::select(vec!["01", "07", "09", "18", "24", "27", "29", "33", "36", "38"]);
    (states, "[A-Z]{3}[PCHFATBLJG][A-Z][0-9]{4}[A-Z][1-9]Z").prop_map(|(state, rest)| {
        Gstin::complete(&format!("{state}{rest}")).expect("it is well formed").to_string()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_short_cut_and_the_interpreter_agree(gstin in gstin(), note in "[ -~]{0,6}|é|😀\\PC") {
        let mut compared = 0;
        for pack in &WORLD.packs {
            for (at, endpoint) in pack.endpoints.iter().enumerate() {
                let scene = scene(pack, at, &gstin, &note);
                let scope = Scope { scene: &scene, locals: &Locals::Empty };
                walk_endpoint(endpoint, scope, &mut |expression, scope, as_text| {
                    // Each asks the dice anew, so they never agree.
                    if !expression.is_plain() || expression.source().contains("random") {
                        return;
                    }
                    compared += 1;
                    let short = expression.fill(scope).expect("a path can be walked");
                    let long = expression.interpreted(scope).unwrap_or_else(|error| {
                        panic!("{}: `{}`: {error}", pack.name, expression.source())
                    });
                    let short = written(&short, scope, as_text);
                    let long = written(&Filled::Value(long), scope, as_text);
                    assert!(
                        short == long,
                        "{}: `{}`: {:.300} or {:.300}",
                        pack.name, expression.source(), format!("{short:?}"), format!("{long:?}"),
                    );
                });
            }
        }
        prop_assert!(compared > 200, "{} paths", compared);
    }

    #[test]
    fn every_body_is_json_whoever_is_asked_about(gstin in gstin(), note in "\\PC{0,6}|[\\x00-\\x1f\"\\\\]{1,4}") {
        for pack in &WORLD.packs {
            for (at, endpoint) in pack.endpoints.iter().enumerate() {
                let scene = scene(pack, at, &gstin, &note);
                let scope = Scope { scene: &scene, locals: &Locals::Empty };
                for plan in &endpoint.replies.all {
                    let Body::Json(tree) = &*plan.body else { continue };
                    let mut out = Vec::new();
                    tree.write(scope, &mut out).expect("it can be rendered");
                    let read: Value = serde_json::from_slice(&out).unwrap_or_else(|error| {
                        panic!("{}: {error}: {}", endpoint.name, String::from_utf8_lossy(&out))
                    });
                    // Written again it is the same: keys in order, nothing odd in between.
                    prop_assert_eq!(read.to_string(), String::from_utf8(out).expect("it is UTF-8"));
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn what_is_recalled_is_what_is_written_anew(
        gstin in gstin(), notes in ["[ -~]{0,6}", "\\PC{0,70}", "Y|YES|v1|R1|ALL-RTRN"],
    ) {
        let taxpayer = Arc::new(WORLD.register.stand_in(&gstin, period::ist_date(NOW)));
        for pack in &WORLD.packs {
            for (at, endpoint) in pack.endpoints.iter().enumerate() {
                for (plan, note) in endpoint.replies.all.iter().zip(notes.iter().cycle()) {
                    let Body::Json(tree) = &*plan.body else { continue };
                    let mut scene = scene(pack, at, &gstin, note);
                    let mut write = |known: bool| {
                        let scene_to_be = Arc::get_mut(&mut scene).expect("nobody else has it");
                        scene_to_be.taxpayer = Some(Arc::clone(&taxpayer));
                        let words = scene_to_be.words.clone();
                        scene_to_be.rewind();
                        let outcome = plan.outcome.as_str().to_owned();
                        scene_to_be.words = Words { outcome, ..words };
                        scene_to_be.recalled = known;
                        let scope = Scope { scene: &scene, locals: &Locals::Empty };
                        let mut out = Vec::new();
                        let written = tree.write(scope, &mut out).expect("it can be written");
                        (written, String::from_utf8(out).expect("JSON is UTF-8"))
                    };
                    let anew = write(false);
                    prop_assert_eq!(&write(true), &anew, "noted: {}", endpoint.name);
                    prop_assert_eq!(&write(true), &anew, "read: {}", endpoint.name);
                }
            }
        }
    }
}

#[test]
fn most_of_what_is_told_of_a_taxpayer_is_recalled() {
    let told_of_one = |endpoint: &&Endpoint| {
        endpoint.lookup.is_some_and(|lookup| lookup.gstin_field().is_some())
            && endpoint.consent.is_none()
    };
    for pack in &WORLD.packs {
        for endpoint in pack.endpoints.iter().filter(told_of_one) {
            let body = &endpoint.replies.all[endpoint.success].body;
            let is_recalled = format!("{body:?}").contains("Recalled");
            assert!(is_recalled, "{}::{}", pack.name, endpoint.name);
        }
    }
}

/// Any JSON without holes, with odd keys and texts.
fn any_json() -> impl Strategy<Value = Value> {
    let text = "[^{}]{0,8}|[\\x00-\\x1f\"\\\\/]{1,4}";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec(("[^{}%]{0,6}", inner), 0..5)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn a_body_without_holes_is_written_as_it_stands(json in any_json()) {
        let lexicon = Lexicon::default();
        let workshop = Workshop { lexicon: &lexicon, include: &|_| None, depth: 1 };
        let tree = Tree::compile(&json, &workshop, &Known::default()).expect("there is nothing wrong");
        let scene = scene(&WORLD.packs[0], 0, "27AAACS0000A1ZG", "");
        let mut out = Vec::new();
        tree.write(Scope { scene: &scene, locals: &Locals::Empty }, &mut out).expect("it can be");
        prop_assert_eq!(String::from_utf8(out).expect("it is UTF-8"), json.to_string());
    }

    #[test]
    fn a_value_of_the_request_comes_back_as_it_was(json in any_json()) {
        let body = json!({ "seen": "{{ request.body }}", "said": "{{ request.body | default(none) }}" });
        let lexicon = Lexicon::default();
        let workshop = Workshop { lexicon: &lexicon, include: &|_| None, depth: 1 };
        let tree = Tree::compile(&body, &workshop, &Known::default()).expect("there is nothing wrong");
        let mut scene = scene(&WORLD.packs[0], 0, "27AAACS0000A1ZG", "");
        Arc::get_mut(&mut scene).expect("nobody else has it").body = Some(json.clone());
        let mut out = Vec::new();
        tree.write(Scope { scene: &scene, locals: &Locals::Empty }, &mut out).expect("it can be");
        let expected = json!({ "seen": json, "said": json }).to_string();
        prop_assert_eq!(String::from_utf8(out).expect("it is UTF-8"), expected);
    }

    #[test]
    fn cutting_loses_nothing(pieces in prop::collection::vec(("[^{}]{0,6}", "[a-z]{1,5}|'[^'{]{0,4}'"), 0..5), end in "[^{}]{0,6}") {
        let mut source = String::new();
        let mut wanted = Vec::new();
        for (text, hole) in &pieces {
            source.extend([text, "{{ ", hole, " }}"]);
            if !text.is_empty() {
                wanted.push(Cut::Text(text));
            }
            wanted.push(Cut::Hole(hole.trim()));
        }
        source.push_str(&end);
        if !end.is_empty() {
            wanted.push(Cut::Text(&end));
        }
        prop_assert_eq!(cut(&source).expect("every hole ends"), wanted);
    }

    #[test]
    fn any_text_is_cut_or_refused_without_a_panic(text in "[{}'\"a %é]{0,30}") {
        if let Ok(pieces) = cut(&text) {
            let kept: usize = pieces
                .iter()
                .map(|piece| match piece { Cut::Text(text) | Cut::Hole(text) => text.len() })
                .sum();
            prop_assert!(kept <= text.len());
        }
        let _ = Template::compile(&text, &Lexicon::default(), &Known::default());
    }

    #[test]
    fn a_day_can_be_read_back_from_any_form(days in 0_i32..40_000, hours in 0_i64..24) {
        let day: Date = jiff::civil::date(1990, 1, 1) + jiff::Span::new().days(days);
        let write = |form: &str| {
            let mut out = String::new();
            DateForm::new(form).write_day(day, &mut out);
            out
        };
        prop_assert_eq!(write("YYYY-MM-DD"), day.to_string());
        for (form, format) in [
            ("DD-MM-YYYY", "%d-%m-%Y"), ("MM/DD/YYYY", "%m/%d/%Y"), ("DD-Mon-YYYY", "%d-%b-%Y"),
            ("YYYYMMDD", "%Y%m%d"), ("DD Mon YYYY, HH:mm:ss.SSS", "%d %b %Y, 00:00:00.000"),
        ] {
            prop_assert_eq!(write(form), day.strftime(format).to_string());
        }
        let moment = beginning_of(day) + hours * 3_600_000;
        let mut out = String::new();
        DateForm::new("YYYY-MM-DD hh A").write_moment(moment, &mut out);
        prop_assert_eq!(in_india(moment).date(), day, "the whole day is that day");
        prop_assert_eq!(out, in_india(moment).strftime("%Y-%m-%d %I %p").to_string());
    }

    #[test]
    fn any_form_is_written_without_a_panic(form in "\\PC{0,12}|[DMYHhmsSAon]{0,12}", moment: i64) {
        let mut out = String::new();
        DateForm::new(&form).write_moment(moment, &mut out);
        DateForm::new(&form).write_day(Date::MIN, &mut out);
        let _ = beginning_of(Date::MAX) + beginning_of(Date::MIN);
    }
}
