//! People in different processes talk, and all of them see the same messages in the same order.

use testkit::Redis;

use crate::page::{Page, numbers};
use crate::process::process;

#[test]
#[ignore = "needs redis-server: just setup"]
fn people_in_two_processes_talk_in_one_order() {
    const COUNT: usize = 200;
    let redis = Redis::start();
    let (left, right) = (process(&redis), process(&redis));
    let mut ada = Page::enters(&left, "tea", "Ada");
    let mut bob = Page::enters(&right, "tea", "Bob");
    // They send at the same time.
    for number in 0..COUNT {
        ada.sends(&number.to_string());
        bob.sends(&number.to_string());
    }
    for page in [&mut ada, &mut bob] {
        page.receives_until(|page| page.seen.len() == 2 * COUNT);
    }
    assert_eq!(ada.seen, bob.seen);
    for name in ["Ada", "Bob"] {
        let own = ada.seen.iter().filter(|seen| seen.starts_with(name));
        assert_eq!(own.cloned().collect::<Vec<_>>(), numbers(name, 0, COUNT));
    }
    // Those who come now see the same, in either process.
    for server in [&left, &right] {
        let mut cy = Page::new("tea", "Cy");
        cy.has_seen("0-0").is_admitted(server);
        cy.receives_until(|page| page.seen.len() == 2 * COUNT);
        assert_eq!(cy.seen, ada.seen);
        cy.leaves();
    }
}
