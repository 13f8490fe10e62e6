//! How long a connection may be quiet.

use std::time::Instant;

use crate::configuration::Make;
use crate::deployment::Deployment;
use crate::visitor::End;

/// The idle times of the configurations, shorter by a factor of 30. Caddy has none.
fn shorter(make: Make) -> &'static [(&'static str, &'static str)] {
    match make {
        Make::Nginx => &[("_timeout 60s", "_timeout 2s")],
        Make::Haproxy => &[("timeout tunnel 60s", "timeout tunnel 2s")],
        Make::Caddy => &[],
    }
}

/// RFC 6455 §5.5.2: a ping keeps a quiet connection open.
#[test]
#[ignore = "needs nginx, haproxy, caddy and redis-server: just setup"]
fn pings_keep_a_quiet_connection_open() {
    for make in Make::ALL {
        let flags = ["--ping-interval", "0.5", "--idle-timeout", "5"];
        let deployment = Deployment::start_with(make, &flags, shorter(make));
        let mut ada = deployment.enters("/ws/tea/Ada");
        // A pong counts as a sign of life, so there is a ping in every second interval.
        let began = Instant::now();
        ada.answers_pings(4);
        assert!(began.elapsed().as_secs() >= 3, "four pings came in {:?}", began.elapsed());
        ada.says("hello");
        ada.hears_of("sent");
    }
}

/// If the chat's pings come too late, the proxy ends the connection without a close frame.
#[test]
#[ignore = "needs nginx, haproxy, caddy and redis-server: just setup"]
fn without_a_ping_in_time_the_proxy_cuts_the_connection() {
    for make in [Make::Nginx, Make::Haproxy] {
        let deployment = Deployment::start_with(make, &[], shorter(make));
        let ada = deployment.enters("/ws/tea/Ada");
        assert_eq!(ada.ends(), End::Cut, "{make:?}");
    }
}
