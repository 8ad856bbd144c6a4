use super::*;

const APP: Key = Key([1; 32]);
const HOUR: i64 = 3_600_000;

fn policy() -> Policy {
    Policy {
        fixed_otp: Some("575757".to_owned()),
        otp_life_ms: 600_000,
        otp_late_ms: 0,
        otp_lost: false,
        otp_tries: 3,
        token_life_ms: 6 * HOUR,
        refresh_ms: 18 * HOUR,
        window_min: 43_200,
        most: 2,
        any_case: false,
    }
}

fn user(name: &str) -> Holder {
    Holder { kind: "alpha/taxpayer".to_owned(), user: name.to_owned(), state: "27".to_owned() }
}

fn fresh(token: &str) -> Fresh {
    Fresh { token: token.to_owned(), session_key: Key([2; 32]) }
}

/// Asks for an OTP and opens a session with it.
fn log_in(consents: &Consents, name: &str, token: &str, at_ms: i64) -> Result<Session, Refusal> {
    consents.request(&user(name), APP, "123456".to_owned(), &policy(), at_ms)?;
    consents.open(&user(name), APP, "575757", fresh(token), &policy(), at_ms)
}

fn use_at(consents: &Consents, token: &str, at_ms: i64) -> Result<Session, Refusal> {
    consents.use_token(token, &user("anna"), Some("27AAACS0000A1ZG"), &policy(), at_ms)
}

#[test]
fn an_otp_opens_one_session_and_no_second_one() {
    let consents = Consents::default();
    assert!(log_in(&consents, "anna", "t1", 0).is_ok());

    let again = consents.open(&user("anna"), APP, "575757", fresh("t2"), &policy(), 1);
    assert_eq!(again, Err(Refusal::OtpUsed));
    assert!(consents.find("t2").is_none());
}

#[test]
fn an_otp_is_for_its_user_its_state_and_its_key() {
    let consents = Consents::default();
    consents.request(&user("anna"), APP, String::new(), &policy(), 0).expect("it is sent");
    let open = |holder: &Holder, key| {
        consents.open(holder, key, "575757", fresh("t"), &policy(), 1).expect_err("it is not hers")
    };

    assert_eq!(open(&user("bela"), APP), Refusal::OtpNotRequested);
    assert_eq!(open(&user("Anna"), APP), Refusal::OtpNotRequested, "names have a case");
    let elsewhere = Holder { state: "29".to_owned(), ..user("anna") };
    assert_eq!(open(&elsewhere, APP), Refusal::OtpNotRequested);
    assert_eq!(open(&user("anna"), Key([9; 32])), Refusal::KeyChanged);
}

#[test]
fn the_case_of_a_name_does_not_count_where_the_policy_says_so() {
    let policy = Policy { any_case: true, ..policy() };
    let consents = Consents::default();
    consents.request(&user("Anna"), APP, String::new(), &policy, 0).expect("it is sent");
    assert!(consents.open(&user("anna"), APP, "575757", fresh("t"), &policy, 1).is_ok());
}

#[test]
fn three_wrong_otps_spoil_the_right_one() {
    let consents = Consents::default();
    consents.request(&user("anna"), APP, String::new(), &policy(), 0).expect("it is sent");
    let open = |otp| consents.open(&user("anna"), APP, otp, fresh("t"), &policy(), 1);
    for _ in 0..3 {
        assert_eq!(open("000000"), Err(Refusal::OtpWrong));
    }
    assert_eq!(open("575757"), Err(Refusal::OtpTries));
}

#[test]
fn an_otp_has_a_life() {
    let consents = Consents::default();
    consents.request(&user("anna"), APP, String::new(), &policy(), 0).expect("it is sent");
    let open = |at_ms| consents.open(&user("anna"), APP, "575757", fresh("t"), &policy(), at_ms);
    assert_eq!(open(600_000), Err(Refusal::OtpExpired));
    assert!(open(599_999).is_ok());
}

#[test]
fn a_late_otp_is_shown_when_it_arrives_and_a_lost_one_never() {
    let consents = Consents::default();
    let late = Policy { otp_late_ms: 5_000, ..policy() };
    consents.request(&user("anna"), APP, String::new(), &late, 0).expect("it is sent");
    let lost = Policy { otp_lost: true, ..policy() };
    consents.request(&user("bela"), APP, String::new(), &lost, 0).expect("it is sent");

    assert_eq!(consents.arrived(4_999), []);
    let there = consents.arrived(5_000);
    assert_eq!(there.len(), 1);
    assert_eq!((&*there[0].user, &*there[0].otp), ("anna", "575757"));
}

#[test]
fn a_random_otp_is_the_one_that_was_thrown() {
    let random = Policy { fixed_otp: None, ..policy() };
    let consents = Consents::default();
    consents.request(&user("anna"), APP, "424242".to_owned(), &random, 0).expect("it is sent");
    assert_eq!(consents.arrived(0)[0].otp, "424242");
    let open = |otp| consents.open(&user("anna"), APP, otp, fresh("t"), &random, 1);
    assert_eq!(open("575757"), Err(Refusal::OtpWrong));
    assert!(open("424242").is_ok());
}

#[test]
fn a_user_has_only_so_many_live_sessions() {
    let consents = Consents::default();
    assert!(log_in(&consents, "anna", "t1", 0).is_ok());
    assert!(log_in(&consents, "anna", "t2", 1).is_ok());
    assert_eq!(log_in(&consents, "anna", "t3", 2), Err(Refusal::TooMany));
    assert!(log_in(&consents, "bela", "t4", 2).is_ok(), "another user has his own");

    consents.close("t1", &user("anna"), &policy()).expect("it is hers");
    assert!(log_in(&consents, "anna", "t3", 3).is_ok());
    assert!(log_in(&consents, "anna", "t5", 7 * HOUR).is_ok(), "those of before are over");
}

#[test]
fn a_token_works_for_its_user_and_state_and_for_one_gstin() {
    let consents = Consents::default();
    log_in(&consents, "anna", "t", 0).expect("it opens");
    let ask = |holder: &Holder, gstin| consents.use_token("t", holder, gstin, &policy(), 1);

    assert_eq!(ask(&user("bela"), None), Err(Refusal::AnotherUser));
    let elsewhere = Holder { state: "29".to_owned(), ..user("anna") };
    assert_eq!(ask(&elsewhere, None), Err(Refusal::AnotherState));
    assert!(ask(&user("anna"), Some("27AAACS0000A1ZG")).is_ok());
    assert_eq!(ask(&user("anna"), Some("27AAACT0000B1ZD")), Err(Refusal::AnotherGstin));
    assert_eq!(use_at(&consents, "u", 1), Err(Refusal::Unknown));
}

#[test]
fn a_token_is_over_after_six_hours_and_can_be_refreshed_for_eighteen_more() {
    let consents = Consents::default();
    log_in(&consents, "anna", "t", 0).expect("it opens");
    assert!(use_at(&consents, "t", 6 * HOUR - 1).is_ok());
    assert_eq!(use_at(&consents, "t", 6 * HOUR), Err(Refusal::Expired));

    let may = |at_ms| consents.may_refresh("t", &user("anna"), &policy(), at_ms).map(|_| ());
    assert_eq!(may(24 * HOUR), Err(Refusal::Expired));
    assert_eq!(may(24 * HOUR - 1), Ok(()));
}

#[test]
fn a_refresh_gives_new_keys_and_ends_the_old_token() {
    let consents = Consents::default();
    log_in(&consents, "anna", "t", 0).expect("it opens");
    let fresh = Fresh { token: "u".to_owned(), session_key: Key([4; 32]) };
    let session = consents.refresh("t", Key([3; 32]), fresh, &policy(), HOUR).expect("it is there");

    assert_eq!(session.before, Some((APP, Key([2; 32]))));
    assert_eq!((session.app_key, session.session_key), (Key([3; 32]), Key([4; 32])));
    assert_eq!(use_at(&consents, "t", HOUR), Err(Refusal::Unknown));
    assert!(use_at(&consents, "u", 7 * HOUR - 1).is_ok());
}

#[test]
fn no_refresh_reaches_beyond_the_taxpayers_consent() {
    let six_hours = Policy { window_min: 360, ..policy() };
    let consents = Consents::default();
    consents.request(&user("anna"), APP, String::new(), &six_hours, 0).expect("it is sent");
    consents.open(&user("anna"), APP, "575757", fresh("t"), &six_hours, 0).expect("it opens");
    consents.refresh("t", APP, fresh("u"), &six_hours, 5 * HOUR).expect("it is there");

    let may = consents.may_refresh("u", &user("anna"), &six_hours, 6 * HOUR).map(|_| ());
    assert_eq!(may, Err(Refusal::WindowOver));
    let used = consents.use_token("u", &user("anna"), None, &six_hours, 6 * HOUR);
    assert_eq!(used, Err(Refusal::WindowOver));
}

#[test]
fn without_the_taxpayers_leave_there_is_neither_otp_nor_session() {
    let consents = Consents::default();
    let off = Policy { window_min: 0, ..policy() };
    let sent = consents.request(&user("anna"), APP, String::new(), &off, 0);
    assert_eq!(sent, Err(Refusal::AccessOff));

    let short = Policy { window_min: 359, ..policy() };
    consents.request(&user("anna"), APP, String::new(), &short, 0).expect("it is sent");
    let opened = consents.open(&user("anna"), APP, "575757", fresh("t"), &short, 0);
    assert_eq!(opened, Err(Refusal::AccessOff));
}

#[test]
fn what_is_kept_is_bounded() {
    let consents = Consents::default();
    for number in 0..=LIMIT {
        log_in(&consents, &format!("u{number}"), &format!("t{number}"), 0).expect("it opens");
    }
    assert!(consents.find("t0").is_none());
    assert!(consents.find("t1").is_some());
    assert_eq!(consents.sessions().len(), LIMIT);
    assert_eq!(consents.arrived(0).len(), LIMIT);
}
