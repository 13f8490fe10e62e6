//! How many connections one address may have.

use std::thread::yield_now;
use std::time::Instant;

use testkit::PATIENCE;

use crate::configuration::Make;
use crate::deployment::Deployment;
use crate::visitor::Visitor;

/// The chat has no such limit, so the proxy has one. Caddy has none either.
#[test]
#[ignore = "needs nginx, haproxy, caddy and redis-server: just setup"]
fn one_address_has_a_limit() {
    for (make, change, refusal) in [
        (Make::Nginx, ("limit_conn addresses 100", "limit_conn addresses 3"), 503),
        (Make::Haproxy, ("sc0_conn_cur gt 100", "sc0_conn_cur gt 3"), 0),
    ] {
        let deployment = Deployment::start_with(make, &[], &[change]);
        let mut open: Vec<Visitor> = (0..3).map(|_| opens_soon(&deployment)).collect();
        let url = "wss://chat.example.com/echo";
        let refused = deployment.opens(url, None).err().map(|refused| refused.status);
        assert_eq!(refused, Some(refusal), "{make:?}");
        open.pop().unwrap().leaves();
        opens_soon(&deployment);
    }
}

/// Opens a WebSocket once the proxy has noticed that an earlier connection has ended.
#[track_caller]
fn opens_soon(deployment: &Deployment) -> Visitor {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let refused = match deployment.opens("wss://chat.example.com/echo", None) {
            Ok(visitor) => return visitor,
            Err(refused) => refused,
        };
        assert!(Instant::now() < deadline, "{:?}: {refused:?}", deployment.make);
        yield_now();
    }
}
