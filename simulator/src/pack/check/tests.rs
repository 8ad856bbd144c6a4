use super::check;
use crate::world::Ingredients;

#[test]
fn what_is_compiled_in_has_no_findings() {
    let drawn: Vec<_> =
        check(&Ingredients::default()).iter().map(|finding| finding.draw(false)).collect();
    assert!(drawn.is_empty(), "{}", drawn.join("\n\n"));
}
