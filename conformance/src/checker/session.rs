//! What one check works with: the server's address and manner, random values, and the time that
//! it may take.

use std::io::{self, ErrorKind};
use std::net::TcpStream;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use testkit::accept_value;

use crate::checker::options::Options;
use crate::checker::random::Random;
use crate::checker::wire::conversation::{Answer, Message, QUIET};
use crate::checker::wire::frame::{Opcode, text};
use crate::checker::wire::manner::{Echo, Manner};
use crate::checker::wire::peer::Peer;
use crate::checker::wire::record::{Mark, received, sent};
use crate::checker::wire::request::Request;
use crate::checker::wire::response::Response;
use crate::checker::wire::stop::{Judgement, Stop};
use crate::checker::wire::transport::Transport;
use crate::tls;

/// How long to wait for something that a server may send but need not.
pub(crate) const LONG_QUIET: Duration = Duration::from_millis(600);

/// The first level at which a server must send messages back.
pub(crate) const ECHO: u8 = 4;

/// The most messages that a server may send unasked.
const GREETING_MAX: usize = 8;
/// Words by which proxies can be recognised in an answer, in small letters, and the names of the
/// proxies.
const PROXIES: [(&str, &str); 12] = [
    ("server: nginx", "nginx"),
    ("server: openresty", "OpenResty"),
    ("server: caddy", "Caddy"),
    ("server: envoy", "Envoy"),
    ("server: apache", "Apache"),
    ("server: cloudflare", "Cloudflare"),
    ("server: awselb", "a load balancer of AWS"),
    ("server: haproxy", "HAProxy"),
    ("your browser sent an invalid request", "HAProxy"),
    ("x-varnish:", "Varnish"),
    ("server: squid", "Squid"),
    ("\r\nvia:", "a proxy"),
];
/// The characters of base64 without `+` and `/`, which one check tries.
pub(crate) const KEY_LETTERS: &[u8] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// One check's view of the server.
pub(crate) struct Session<'run> {
    pub(crate) options: &'run Options,
    /// The level that the server is judged at.
    pub(crate) level: u8,
    /// When this check must be done.
    pub(crate) until: Instant,
    /// The memory that the server had at the start, in bytes, if that is known.
    pub(crate) memory: Option<u64>,
    pub(crate) random: Random,
    /// How the server answers, once that is known.
    pub(crate) manner: &'run OnceLock<Manner>,
}

impl Session<'_> {
    /// A request that the server must accept.
    pub(crate) fn request(&self) -> Request {
        Request::new(&self.options.target).set("Sec-WebSocket-Key", &self.key(KEY_LETTERS))
    }

    /// A random key: 16 bytes in base64 (RFC 6455 §4.1), of these characters.
    pub(crate) fn key(&self, letters: &[u8]) -> String {
        let start: String = (0..21).map(|_| char::from(self.random.pick(letters))).collect();
        // The last character has two bits of the key only.
        format!("{start}{}==", char::from(self.random.pick(b"AQgw")))
    }

    /// Opens a TCP connection.
    ///
    /// # Errors
    /// [`Stop::Unseen`]: whether the server accepts connections at all is for another check.
    pub(crate) fn connect(&self) -> Result<Peer, Stop> {
        if Instant::now() > self.until {
            return Err(Stop::unseen("this check took too long"));
        }
        self.try_connect().map_err(|error| {
            Stop::Unseen(format!("the server accepted no further connection: {}", why(&error)))
        })
    }

    /// The same, with the system's own error.
    pub(crate) fn try_connect(&self) -> io::Result<Peer> {
        let mut last = io::Error::other("the host has no address");
        for address in &self.options.target.addresses {
            let left = self.until.saturating_duration_since(Instant::now());
            let time = self.options.answer.min(left).max(Duration::from_millis(1));
            match TcpStream::connect_timeout(address, time) {
                Ok(stream) => {
                    let tls = self.options.target.tls.as_ref();
                    let transport = Transport::new(stream, tls, Instant::now() + time)?;
                    let mut peer = Peer::new(transport, self.options.answer, self.until);
                    peer.random = Some(Random::new(self.random.next(), ""));
                    return Ok(peer);
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Opens a TCP connection and sends these bytes.
    pub(crate) fn send(&self, bytes: &[u8]) -> Result<Peer, Stop> {
        let mut peer = self.connect()?;
        peer.send(bytes);
        Ok(peer)
    }

    /// Opens a WebSocket on which messages come back.
    ///
    /// # Errors
    /// [`Stop::Unseen`] if there is no 101: that is for another check.
    pub(crate) fn open(&self) -> Result<Peer, Stop> {
        let (mut peer, _) = self.open_with(&self.request())?;
        self.greeted(&mut peer)?;
        Ok(peer)
    }

    /// Receives what the server sends before it is sent anything.
    pub(crate) fn greeted(&self, peer: &mut Peer) -> Judgement {
        let manner = self.manner();
        peer.echo = manner.echo;
        (0..manner.greeting).try_for_each(|_| peer.next_message(peer.answer_time).map(drop))
    }

    /// How the server answers messages.
    pub(crate) fn manner(&self) -> &Manner {
        self.manner.get_or_init(|| self.learn().unwrap_or_default())
    }

    /// Finds out how the server answers messages. An error is for the checks to find again.
    fn learn(&self) -> Result<Manner, Stop> {
        let word = self.random.letters(20);
        // A server that does not unmask correctly sends back bytes that are hardly ever a text.
        let draft = text(word.as_str()).masked_with([0x9d, 0xb6, 0xe3, 0xc8]);
        let is_echo = |message: &Message| {
            message.opcode == Opcode::Text && message.payload == word.as_bytes()
        };
        let silent = Manner { echo: Echo::Silent, ..Manner::default() };
        let (mut peer, _) = self.open_with(&self.request())?;
        peer.send_frame(&draft);
        match peer.next_message(self.echo_time())? {
            Some(message) if is_echo(&message) => return Ok(Manner::default()),
            Some(_) => {}
            None => return Ok(silent),
        }
        // Was that an answer, or a greeting?
        let (mut peer, _) = self.open_with(&self.request())?;
        let mut greeting = 0;
        while greeting < GREETING_MAX && peer.next_message(QUIET)?.is_some() {
            greeting += 1;
        }
        peer.send_frame(&draft);
        let manner = match peer.next_message(self.echo_time())? {
            Some(message) if is_echo(&message) => Manner::default(),
            Some(Message { opcode, payload, .. }) => {
                Manner::of_answer(&word, opcode == Opcode::Text, &payload).unwrap_or_default()
            }
            None => silent,
        };
        Ok(Manner { greeting, ..manner })
    }

    /// Opens a WebSocket by this request.
    pub(crate) fn open_with(&self, request: &Request) -> Result<(Peer, Response), Stop> {
        let mut peer = self.send(&request.bytes())?;
        let why = match peer.answer() {
            Answer::Response(response) if response.status == 101 => {
                peer.opened();
                return Ok((peer, response));
            }
            Answer::Response(response) => {
                format!("the opening handshake was answered with {}", response.status)
            }
            Answer::Broken(..) => "the answer was not HTTP".to_owned(),
            Answer::Ended(how) => format!("the server {how} instead of opening"),
            Answer::Quiet => "the opening handshake was not answered".to_owned(),
        };
        Err(Stop::Unseen(why))
    }

    /// Expects that a request which is right is answered with 101 and the accept value of its key.
    pub(crate) fn accepts(&self, request: &Request) -> Judgement {
        self.accepts_bytes(&request.bytes())
    }

    /// The same for a request that no [`Request`] can be.
    pub(crate) fn accepts_bytes(&self, bytes: &[u8]) -> Judgement {
        const ACCEPT: &str = "sec-websocket-accept";
        let mut peer = self.send(bytes)?;
        let response = peer.upgrades()?;
        let request = String::from_utf8_lossy(bytes);
        let mut headers = request.lines().filter_map(|line| line.split_once(':'));
        let key = headers.find(|(name, _)| name.eq_ignore_ascii_case("Sec-WebSocket-Key"));
        let due = accept_value(key.map_or("", |(_, key)| key.trim()));
        if response.all(ACCEPT) == [&due] {
            return Ok(());
        }
        let mark = response.offset(ACCEPT).map(|start| received(start + ACCEPT.len() as u64 + 2));
        Err(peer
            .wrong(format!("The accept value does not match the key: it should be {due}"), mark))
    }

    /// Expects that a request is answered, and not with 101. `wrong` is what is wrong in it.
    pub(crate) fn refuses(&self, request: &Request, wrong: &str) -> Judgement {
        self.refuses_bytes(&request.bytes(), wrong)
    }

    /// The same for a request that a proxy may change before the server sees it.
    pub(crate) fn refuses_itself(&self, request: &Request, wrong: &str) -> Judgement {
        self.unless_a_proxy_answers(self.refuses(request, wrong))
    }

    /// If a request was accepted that should be refused, and a proxy has accepted it: what the server
    /// does cannot be seen.
    pub(crate) fn unless_a_proxy_answers(&self, judgement: Judgement) -> Judgement {
        let Err(Stop::Failed(_)) = &judgement else { return judgement };
        let Some(proxy) = self.proxy() else { return judgement };
        Err(Stop::unseen(format!(
            "{proxy} is in front of the server, answered the request and may have changed it; \
             check the server itself"
        )))
    }

    /// Returns the name of the proxy in front of the server, if its answer to a correct or to a
    /// wrong request shows it.
    fn proxy(&self) -> Option<&'static str> {
        let wrong = b"GET / HTTP/1.1\r\nHost: a b\r\nHost: c\r\nno colon\r\n\r\n".to_vec();
        let answers = [self.request().bytes(), wrong].map(|bytes| {
            let mut peer = self.send(&bytes).ok()?;
            let until = Instant::now() + QUIET;
            while Instant::now() < until && peer.fill(until) {}
            Some(String::from_utf8_lossy(peer.incoming.bytes()).to_lowercase())
        });
        let answers: String = answers.into_iter().flatten().collect();
        PROXIES.iter().find(|(sign, _)| answers.contains(sign)).map(|(_, name)| *name)
    }

    /// The same for a request that no [`Request`] can be.
    pub(crate) fn refuses_bytes(&self, bytes: &[u8], wrong: &str) -> Judgement {
        let mut peer = self.send(bytes)?;
        match peer.answer() {
            Answer::Response(response) if response.status == 101 => {
                Err(peer.wrong("The server answered with 101", last(bytes, wrong)))
            }
            Answer::Quiet => Err(peer.wrong("The server did not answer", last(bytes, wrong))),
            // One check asks whether the answer is a good one.
            Answer::Response(_) | Answer::Broken(_) | Answer::Ended(_) => Ok(()),
        }
    }

    /// How long to wait for an echo. A server below [`ECHO`] need not send any.
    pub(crate) fn echo_time(&self) -> Duration {
        if self.level < ECHO { LONG_QUIET } else { self.options.answer }
    }

    /// The failure of a server that waits longer than it should.
    pub(crate) fn waits(&self, peer: &Peer) -> Stop {
        peer.wrong(format!("The server has waited longer than {:?}", self.options.patience), None)
    }
}

/// Says why there is no connection.
pub(crate) fn why(error: &io::Error) -> String {
    match (tls::reason(error), error.kind()) {
        (Some(reason), _) => format!("the server {reason}"),
        (None, ErrorKind::ConnectionRefused) => "nothing listens on this port".to_owned(),
        (None, ErrorKind::TimedOut | ErrorKind::WouldBlock) => "nobody answers".to_owned(),
        (None, _) => error.to_string(),
    }
}

/// A mark under the last place where `wrong` is found.
pub(crate) fn last(bytes: &[u8], wrong: &str) -> Option<Mark> {
    let found = bytes.windows(wrong.len().max(1)).rposition(|part| part == wrong.as_bytes());
    found.map(|offset| sent(offset as u64))
}
