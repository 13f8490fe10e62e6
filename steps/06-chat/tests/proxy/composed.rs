//! What `compose.yaml` starts: the same flags, and the same configuration of nginx.

use testkit::{Redis, ReverseProxy, Wire, upgrade_request};

use crate::compose::{PROCESSES, nginx, services, words};
use crate::process::process_with;
use crate::support::Member;

/// The address that `compose.yaml` publishes, as a browser sends it.
const HOST: &str = "localhost:8080";

/// Two people talk at the address of `compose.yaml`, in two processes. A page of another site is refused,
/// and counts are not for visitors.
#[test]
#[ignore = "needs nginx, haproxy, caddy and redis-server: just setup"]
fn people_talk_in_the_composed_chat() {
    let redis = Redis::start();
    let services = services();
    let processes = PROCESSES.map(|process| {
        let command = words(&services[process]["command"]);
        // The address is the test's.
        let flags = command[1..].iter().map(|word| match word.as_str() {
            "redis://redis:6379" => redis.url(),
            word => word.to_owned(),
        });
        let flags: Vec<String> = flags.collect();
        process_with(&flags.iter().map(String::as_str).collect::<Vec<_>>())
    });
    let proxy = ReverseProxy::nginx(&nginx([processes[0].address(), processes[1].address()]));
    let opens = |target: &str, origin: &str| {
        let mut wire = Wire::connect(proxy.http());
        wire.sends_text(&upgrade_request(HOST, target, &[("Origin", origin)]));
        let status = wire.expects_response().status;
        (status, Member { wire })
    };
    let gets = |path: &str| {
        let mut wire = Wire::connect(proxy.http());
        let request = format!("GET {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n");
        wire.sends_text(&request).expects_response().status
    };
    let own = format!("http://{HOST}");
    // nginx sends a connection to the process that has fewer.
    let [mut ada, mut bob] = ["Ada", "Bob"].map(|name| {
        let (status, mut member) = opens(&format!("/ws/tea/{name}"), &own);
        assert_eq!(status, 101);
        assert_eq!(member.hears()["type"], "welcome");
        member
    });
    ada.says("hello");
    assert_eq!(bob.hears_of("message")["msg"], "hello");
    assert_eq!(opens("/echo", "http://evil.example").0, 403);
    assert_eq!(["/", "/vote", "/metrics"].map(gets), [200, 200, 404]);
}
