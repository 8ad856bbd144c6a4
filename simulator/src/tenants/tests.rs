use super::*;
use crate::tenant::Beginning;

fn tenants(habits: Habits) -> Tenants {
    let default = Tenant::new(DEFAULT, Clock::Frozen(0), Bounds::default());
    Tenants::new(Arc::new(default), habits)
}

fn begin(tenants: &Tenants, name: &str) -> Result<Arc<Tenant>, NotBegun> {
    tenants.begin(Some(name), |name, begun| {
        let Habits { ttl, clock, journal, .. } = Habits::default();
        Tenant::begin(
            name,
            begun,
            Beginning { clock, journal, seed: None, ttl, scenarios: Vec::new() },
        )
    })
}

#[test]
fn a_name_is_taken_until_its_tenant_ends() {
    let tenants = tenants(Habits::default());
    let first = begin(&tenants, "blue").expect("the name is free");
    assert_eq!(begin(&tenants, "blue").err(), Some(NotBegun::Taken("blue".to_owned())));
    assert!(tenants.end("blue", End::Deleted));
    assert!(!tenants.end("blue", End::Deleted), "it is no more");
    let none = tenants.find("blue").expect_err("it has ended");
    assert_eq!(none.ended, Some(End::Deleted));
    let second = begin(&tenants, "blue").expect("the name is free again");
    assert!(!Arc::ptr_eq(&first, &second));
    assert!(tenants.find("blue").is_ok_and(|found| Arc::ptr_eq(&found, &second)));
}

#[test]
fn there_are_never_more_than_the_limit() {
    let tenants = tenants(Habits { limit: 5, ..Habits::default() });
    for number in 0..50 {
        begin(&tenants, &format!("worker-{number}")).expect("the name is free");
        assert!(tenants.count() <= 5);
    }
    assert_eq!(tenants.all().len(), 6, "the default one is always there");
    assert!(tenants.find("worker-49").is_ok());
}

#[test]
fn whoever_was_not_called_for_its_life_ends() {
    let tenants = tenants(Habits::default());
    let blue = begin(&tenants, "blue").expect("the name is free");
    blue.touch(Clock::Wall.now_ms() - 3_600_000);
    tenants.tend();
    assert_eq!(tenants.count(), 0);
    assert_eq!(tenants.find("blue").expect_err("it is over").ended, Some(End::Idle));

    let green = begin(&tenants, "green").expect("the name is free");
    green.touch(Clock::Wall.now_ms() - 3_600_000);
    assert!(begin(&tenants, "green").is_ok(), "one that is over holds no name");
}
