//! Printing and logging must not end or delay anything, even if both outputs are closed or not
//! read.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use support::Member;
use testkit::{Frame, Wire, listening_address};

mod support;

/// What happens to both outputs of a server once it listens.
#[derive(PartialEq)]
enum Outputs {
    /// They are closed, as when the terminal is.
    Closed,
    /// They are pipes that are full, because they are not read.
    Full,
}

/// A server, killed when dropped.
struct Unread {
    child: Child,
    address: SocketAddr,
    /// Open as long as the server runs, and not read.
    _outputs: Option<(Box<dyn Read>, Box<dyn Read>)>,
}

impl Unread {
    /// Starts a server that logs everything.
    fn start(outputs: &Outputs) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chat"));
        command.args(["127.0.0.1:0", "-vv"]).env("TOKIO_WORKER_THREADS", "2");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let errors = child.stderr.take().unwrap();
        let mut output = BufReader::with_capacity(1, child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let address = listening_address(&line).unwrap();
        let open: (Box<dyn Read>, Box<dyn Read>) = (Box::new(output), Box::new(errors));
        Self { child, address, _outputs: (*outputs == Outputs::Full).then_some(open) }
    }
}

impl Drop for Unread {
    fn drop(&mut self) {
        // Either fails only if the server has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Makes the server log much more than a pipe holds (64 KiB on Linux), and expects that members who
/// were there before, and one who comes after, still talk.
fn goes_on_serving(outputs: &Outputs) {
    let server = Unread::start(outputs);
    let enters = |name: &str| {
        let mut wire = Wire::connect(server.address);
        wire.opens(&format!("/ws/tea/{name}"));
        let mut member = Member { wire };
        assert_eq!(member.hears()["type"], "welcome");
        member
    };
    let mut ada = enters("Ada");
    for _ in 0..1_000 {
        // Each of these is refused with a reason, and logged.
        let mut wire = Wire::connect(server.address);
        wire.opens("/ws/tea/Ada");
        wire.expects_close(1008);
    }
    ada.says("still here").hears_of("sent");
    let mut bob = enters("Bob");
    assert_eq!(bob.hears_until("still here"), ["still here"]);
    bob.wire.sends_frame(&Frame::close(1000, "")).expects_close(1000);
    ada.hears_names("left", &["Bob"]);
}

#[test]
fn closed_outputs_end_nothing() {
    goes_on_serving(&Outputs::Closed);
}

#[test]
fn full_outputs_delay_nothing() {
    goes_on_serving(&Outputs::Full);
}
