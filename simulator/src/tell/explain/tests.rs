use super::*;
use crate::{
    tell::{DEFAULT_URL, example::Examples},
    world::{Ingredients, World},
};

/// A moment at which the requests of all packs hold.
const AT_MS: i64 = 1_795_235_400_000;

#[test]
fn a_request_that_needs_nothing_before_causes_its_code() {
    let ingredients = Ingredients::default();
    let world = World::load(&ingredients).expect("the packs are right");
    let examples = Examples::read(&ingredients.fixtures);
    let teller = Teller {
        world: &world,
        examples: &examples,
        base_url: DEFAULT_URL,
        at_ms: AT_MS,
        tenant: None,
    };
    let mut tried = 0;
    for pack in &world.packs {
        for code in &pack.catalog {
            let Some(case) = examples.causing(pack, &code.code) else { continue };
            let Some((_, endpoint)) = pack.endpoint(&case.endpoint) else { continue };
            if example::before(case, endpoint).is_some() {
                continue;
            }
            let mut request = example::request(case, endpoint);
            let account = match &case.account {
                Sender::First => Some(0),
                Sender::Nobody => None,
                Sender::Account(name) => pack.accounts.iter().position(|one| one.name == *name),
            };
            if let Some(account) = account {
                let sent = credentials::sent(pack, endpoint.scheme, account, AT_MS);
                request.add_credentials(&sent);
            }
            let exchange = teller.play(pack, &request, None).expect("it can be played");
            assert_eq!(exchange.code, code.code, "{}::{}", pack.name, case.full_name());
            tried += 1;
        }
    }
    assert!(tried > 20, "{tried} codes have such a request");
}

#[test]
fn every_code_can_be_explained_and_shows_its_reply() {
    let ingredients = Ingredients::default();
    let world = World::load(&ingredients).expect("the packs are right");
    let examples = Examples::read(&ingredients.fixtures);
    let teller = Teller {
        world: &world,
        examples: &examples,
        base_url: DEFAULT_URL,
        at_ms: AT_MS,
        tenant: None,
    };
    for pack in &world.packs {
        for code in &pack.catalog {
            let told =
                explain(&teller, &code.code, Some(&pack.name)).expect("it is in the catalog");
            let reading = &told.readings[0];
            assert_eq!(reading.code.as_deref(), Some(code.code.as_str()), "{}", pack.name);
            let reply = reading.reply.as_ref().map(|reply| reply.code.as_str());
            assert_eq!(reply, Some(code.code.as_str()), "{}", pack.name);
        }
    }
}
