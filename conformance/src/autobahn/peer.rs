//! The servers and clients to judge: steps, or those that a person names.

use testkit::{Profile, Server, build_one};

use crate::program::ProgramLine;
use crate::subject::{ALL_GROUPS, SUBJECTS, Subject};
use crate::target::Target;

/// The label of the step that has a client, its package, and the example that the client is.
const CLIENT: (&str, &str, &str) = ("5", "echo", "autobahn_client");
/// The steps that are judged unless something else is named.
const WHOLE: [&str; 2] = ["5", "6"];
/// An example of this package: an echo server on another library.
const REFERENCE: (&str, &str) = ("tungstenite", "tungstenite_echo");

/// How to reach a peer.
pub(crate) enum Contact {
    /// A server at this address.
    Server(Target),
    /// A client, which is started by this command line.
    Client(ProgramLine),
}

/// A server or client to judge.
pub(crate) struct Peer {
    /// Its name in tables: `step 5, server`.
    pub(crate) name: String,
    pub(crate) contact: Contact,
    /// The groups of cases in which it is judged.
    pub(crate) groups: &'static [u8],
    /// Whether NON-STRICT and UNIMPLEMENTED count as failures, as they do for our own programs.
    pub(crate) is_strict: bool,
    /// The server, if it was started for this run. It stops when this value is dropped.
    pub(crate) server: Option<Server>,
}

impl Peer {
    /// The server of a step, which is built and started.
    fn step(subject: &Subject) -> Result<Self, String> {
        let server = subject.start(subject.flags)?;
        Ok(Self {
            name: format!("step {}, server", subject.label),
            contact: Contact::Server(server.ws_url(subject.path).parse()?),
            groups: subject.groups,
            is_strict: subject.passes,
            server: Some(server),
        })
    }

    /// The client of a step, which is built.
    fn client() -> Result<Self, String> {
        let (label, package, example) = CLIENT;
        let program = build_one(package, "--example", example, Profile::Release)?;
        let line = ProgramLine::new(&program);
        Ok(Self {
            is_strict: true,
            ..Self::other(&format!("step {label}, client"), Contact::Client(line))
        })
    }

    /// The echo server on another library, which is built and started. It does not compress.
    fn reference() -> Result<Self, String> {
        let (name, example) = REFERENCE;
        let program = build_one(env!("CARGO_PKG_NAME"), "--example", example, Profile::Release)?;
        let mut command = std::process::Command::new(program);
        command.arg(Server::ANY_PORT);
        let server = Server::launch(command)?;
        let contact = Contact::Server(server.ws_url("/").parse()?);
        Ok(Self { server: Some(server), ..Self::other(name, contact) })
    }

    /// A server or client that was named by a person.
    pub(crate) fn other(name: &str, contact: Contact) -> Self {
        Self { name: name.to_owned(), contact, groups: ALL_GROUPS, is_strict: false, server: None }
    }

    /// What a person names: a client by its command line, a server by its address, or a step by its
    /// label; without anything, all programs that must pass all cases. `read` reads an address.
    ///
    /// # Errors
    /// As [`Self::steps`], or a sentence about what is not an address or a command line.
    pub(crate) fn chosen(
        target: Option<&str>,
        client: Option<&str>,
        read: impl Fn(&str) -> Result<Target, String>,
    ) -> Result<Vec<Self>, String> {
        match (client, target) {
            (Some(line), _) => Ok(vec![Self::other("client", Contact::Client(line.parse()?))]),
            (None, Some(url)) if url.contains([':', '/']) => {
                Ok(vec![Self::other("server", Contact::Server(read(url)?))])
            }
            (None, label) => Self::steps(label),
        }
    }

    /// The server of the step with this label, and its client if it has one; without a label, all
    /// programs that must pass all cases.
    ///
    /// # Errors
    /// A sentence, if there is no such step, or if it does not build or start.
    pub(crate) fn steps(label: Option<&str>) -> Result<Vec<Self>, String> {
        let labels = label.map_or(WHOLE.to_vec(), |label| vec![label]);
        let mut peers = Vec::new();
        for label in labels {
            let subject = Subject::labelled(label)?;
            peers.push(Self::step(subject)?);
            if subject.label == CLIENT.0 {
                peers.push(Self::client()?);
            }
        }
        Ok(peers)
    }

    /// The servers on the scorecard: every step that can answer an opening handshake, and the
    /// reference.
    ///
    /// # Errors
    /// A sentence, if one does not build or start.
    pub(crate) fn scorecard() -> Result<Vec<Self>, String> {
        let subjects = SUBJECTS.iter().filter(|subject| !subject.groups.is_empty());
        let mut peers: Vec<Self> = subjects.map(Self::step).collect::<Result<_, _>>()?;
        peers.push(Self::reference()?);
        Ok(peers)
    }
}
