//! How a name gets two holders, if a process asks and then acts. `book/src/scaling-decisions.md` shows it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::collections::HashMap;
use std::sync::Mutex;

use tokio::task::yield_now;

/// A store that several processes share. Each answer takes some time.
#[derive(Default)]
struct Store {
    holders: Mutex<HashMap<String, u32>>,
    transcript: Mutex<String>,
}

impl Store {
    async fn holder(&self, name: &str, process: u32) -> Option<u32> {
        let holder = self.holders.lock().unwrap().get(name).copied();
        let answer = if holder.is_some() { "it is taken" } else { "it is free" };
        self.note(&format!("process {process} asks for {name}: {answer}"));
        yield_now().await;
        holder
    }

    async fn set_holder(&self, name: &str, process: u32) {
        self.holders.lock().unwrap().insert(name.to_owned(), process);
        self.note(&format!("process {process} takes {name}"));
        yield_now().await;
    }

    fn note(&self, line: &str) {
        let mut transcript = self.transcript.lock().unwrap();
        transcript.push_str(line);
        transcript.push('\n');
    }
}

// ANCHOR: faulty
/// Lets a member in, unless the name is taken. This is wrong.
async fn enter(store: &Store, name: &str, process: u32) -> bool {
    if store.holder(name, process).await.is_some() {
        return false;
    }
    store.set_holder(name, process).await;
    true
}
// ANCHOR_END: faulty

#[tokio::test]
async fn a_name_has_two_holders_if_there_is_an_await_between_the_check_and_the_action() {
    let store = Store::default();
    let (first, second) = tokio::join!(enter(&store, "Ada", 1), enter(&store, "Ada", 2));
    for (process, is_in) in [(1, first), (2, second)] {
        let outcome = if is_in { "lets Ada in" } else { "refuses Ada" };
        store.note(&format!("process {process} {outcome}"));
    }
    insta::assert_snapshot!("race", store.transcript.lock().unwrap());
}
