use super::*;

#[test]
fn a_share_is_rounded_down_so_that_only_all_is_a_hundred() {
    assert_eq!(Share { met: 199, of: 200 }.percent(), 99);
    assert_eq!(Share { met: 200, of: 200 }.percent(), 100);
    assert_eq!(Share { met: 0, of: 0 }.percent(), 100);
}
