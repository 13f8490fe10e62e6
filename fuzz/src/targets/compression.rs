//! Messages through every agreement of permessage-deflate, in both directions: they arrive as sent

use arbitrary::{Arbitrary, Result, Unstructured};
use echo::{Encoded, Endpoint, Limits, Message, Progress, Role};

use crate::check::{Setup, frames, written};
use crate::settings::agreement;

/// The most bytes that a payload is repeated to. It is more than the largest window.
const REPEATED_MAX: usize = 70_000;

/// The most bytes that the slow decompressor of the model decodes, roughly.
const PLAIN_MAX: usize = 200_000;

#[derive(Arbitrary, Debug)]
struct Input {
    steps: Vec<Step>,
}

/// A message.
#[derive(Arbitrary, Debug)]
struct Step {
    is_from_server: bool,
    is_text: bool,
    /// Whether it is encoded for many connections.
    is_shared: bool,
    /// The size of the pieces in which it arrives.
    cut: u8,
    content: String,
    /// How often the content is repeated.
    times: u16,
}

/// The input: two bytes for the agreement, and a structure of messages.
pub(crate) fn run(bytes: &[u8]) -> Result<()> {
    let mut input = Unstructured::new(bytes);
    let agreed = agreement(&mut input)?;
    let Input { steps } = Input::arbitrary_take_rest(input)?;
    let limits = Limits::default();
    let new =
        |role| (Setup { role, agreed, limits }, Endpoint::new(role, limits, Vec::new(), agreed));
    let (mut server, mut client) = (new(Role::Server), new(Role::Client));
    let mut sent_by = [Vec::new(), Vec::new()];
    let mut contents_of = [Vec::new(), Vec::new()];
    for Step { is_from_server, is_text, is_shared, cut, content, times } in steps {
        let most = REPEATED_MAX / content.len().max(1);
        let payload = content.repeat(usize::from(times).min(most));
        let payload = payload.as_bytes();
        let message = if is_text { Message::Text(payload) } else { Message::Binary(payload) };
        let ends =
            if is_from_server { (&mut server, &mut client) } else { (&mut client, &mut server) };
        let ((_, from), (_, to)) = ends;
        if is_shared {
            from.outbound().encoded(&Encoded::new(message));
        } else {
            from.outbound().message(message);
        }
        let sent = written(from.outbound());
        let mut delivered = Vec::new();
        for piece in sent.chunks(usize::from(cut) * 64 + 1) {
            to.receive(piece);
            while to.advance() == Ok(Progress::Message) {
                let (message, _) = to.message();
                delivered.push((matches!(message, Message::Text(_)), message.payload().to_vec()));
            }
        }
        assert_eq!(delivered, [(is_text, payload.to_vec())]);
        sent_by[usize::from(is_from_server)].extend(sent);
        contents_of[usize::from(is_from_server)].push(payload.to_vec());
    }
    // A decompressor that is not ours agrees, and sees no reference beyond the window. It begins again
    // for each message, so this is done with short conversations only.
    for ((setup, _), sender) in [(client, 0), (server, 1)] {
        let contents = &contents_of[sender];
        let length: usize = contents.iter().map(Vec::len).sum();
        if length * contents.len() <= PLAIN_MAX {
            let frames = frames(setup, &sent_by[sender]);
            let payloads: Vec<_> = frames.into_iter().map(|frame| frame.payload).collect();
            assert!(payloads == *contents, "{setup:?}");
        }
    }
    Ok(())
}
