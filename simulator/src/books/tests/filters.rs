//! What a query leaves out, and what it cuts.

use super::{TODAY, ask, documents, open, pairs, register, sums};
use crate::books::{Query, ReturnKind, summary::NAMES};

#[test]
fn windows_put_together_are_the_whole() {
    let register = register(1);
    for (gstin, period) in pairs(&register, 150) {
        for name in NAMES {
            let query =
                |window| Query { section: Some(name.to_owned()), window, ..Query::default() };
            let Some(whole) = ask(&register, &gstin, period, query(None)) else { continue };
            let count = whole.count();
            let mut told = Vec::new();
            for start in (0..count).step_by(3) {
                let window = Some(start..start + 3);
                let part = ask(&register, &gstin, period, query(window)).expect("the same");
                assert_eq!(part.count(), count, "the window does not change the count");
                let of = documents(&part.gstr1).into_iter().filter(|(section, _)| *section == name);
                told.extend(of.map(|(_, one)| one.clone()));
            }
            let all: Vec<_> = documents(&whole.gstr1)
                .into_iter()
                .filter(|(section, _)| *section == name)
                .map(|(_, one)| one.clone())
                .collect();
            assert_eq!(told, all, "{gstin} {period} {name}");
            let rows = sums(&whole.gstr1, name).0;
            assert!(name == "documents" || rows as u64 == count, "{name}: {rows} {count}");
        }
    }
}

#[test]
fn filters_leave_what_fits() {
    let register = register(1);
    for (gstin, period) in pairs(&register, 400) {
        let Some(whole) = open(&register, &gstin, period, ReturnKind::Gstr1) else { continue };
        let Some(party) = whole.gstr1.b2b().first() else { continue };
        let query = Query { party: Some(party.gstin.clone()), ..Query::default() };
        let one = ask(&register, &gstin, period, query).expect("the same");
        assert_eq!(one.gstr1.b2b().len(), 1);
        assert_eq!(one.gstr1.b2b()[0].documents, party.documents);
        assert_eq!(one.gstr1.summary(), whole.gstr1.summary(), "a summary is whole");
        let query = Query { action_required: Some(true), ..Query::default() };
        assert!(ask(&register, &gstin, period, query).expect("the same").gstr1.b2b().is_empty());
        let query = Query { since: Some(TODAY), ..Query::default() };
        assert!(ask(&register, &gstin, period, query).expect("the same").gstr1.b2b().is_empty());
        let place = party.documents[0].place;
        let query = Query { place: Some(place.to_owned()), ..Query::default() };
        let here = ask(&register, &gstin, period, query).expect("the same");
        let all = here.gstr1.b2b().iter().flat_map(|party| &party.documents);
        assert!(all.clone().count() > 0 && all.clone().all(|one| one.place == place));
    }
}
