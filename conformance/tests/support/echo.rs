//! The echo: messages, closing, UTF-8 and limits.

use std::cell::{Cell, RefCell};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use super::deflate::Inflater;
use super::flaw::Flaw;
use super::frames::{Frame, Over, Wire};
use super::limits::MESSAGE_MAX;
use super::opening::{Opened, hang_up};
use super::quirk::Quirk;
use super::shared::Shared;

/// The most fragments in a message.
const FRAGMENTS_MAX: usize = 100_000;

/// How long a server that copies takes for 64 copies of 4 KiB.
const COPY_TIME: Duration = Duration::from_micros(20);

/// A message that has begun.
#[derive(Default)]
struct Message {
    opcode: u8,
    compressed: bool,
    fragments: usize,
    payload: Vec<u8>,
}

/// Echoes until it is over.
pub(crate) fn serve(stream: &TcpStream, shared: &Shared, opened: Opened) {
    let Opened { rest, compressed, .. } = opened;
    let mut wire = Wire {
        stream,
        shared,
        unread: rest,
        used: 0,
        compressed,
        count: 0,
        key: Cell::default(),
        done: Arc::default(),
        kept: RefCell::default(),
    };
    let mut echo = Echo {
        message: None,
        inflater: Inflater::new(),
        pongs: Vec::new(),
        closed_empty: false,
        last: 0,
    };
    greet(&wire);
    let over = loop {
        match wire.next().and_then(|frame| echo.hear(&wire, frame)) {
            Ok(()) => {}
            Err(over) => break over,
        }
    };
    *wire.done.lock().unwrap() = true;
    let does = |quirk| shared.does(quirk);
    if let Over::Broke(code) = over
        && code != 0
        && !does(Quirk::FailsWithoutCloseFrame)
    {
        let fixed = [(Quirk::FailsWith1002, 1002), (Quirk::FailsWith1007, 1007)];
        let fixed = fixed.iter().find(|(quirk, _)| code != 1009 && does(*quirk));
        let code = fixed.map_or(code, |(_, code)| *code).to_be_bytes();
        let body = match () {
            () if does(Quirk::FailsWithoutCode) => Vec::new(),
            () if shared.has(Flaw::RefusesAtLength) => [&code[..], &[b'x'; 200]].concat(),
            () if shared.has(Flaw::RefusesWithBadReason) => [&code[..], &[0xff]].concat(),
            () => code.to_vec(),
        };
        let _ = wire.send(8, &body);
    }
    let _ = wire.flush();
    if does(Quirk::EndsTcpAtOnce) {
        return;
    }
    if does(Quirk::WaitsASecondForTcp) {
        let _ = stream.set_read_timeout(Some(Duration::from_secs(1)));
        let mut stream = stream;
        while matches!(stream.read(&mut [0; 1024]), Ok(1..)) {}
    }
    if shared.has(Flaw::PongAfterClose) {
        while let Ok(frame) = wire.parse_rest() {
            let _ = (frame.opcode == 9).then(|| wire.send(10, &frame.payload));
        }
    }
    if shared.has(Flaw::EchoesAfterClose) {
        while let Ok(frame) = wire.parse_rest() {
            let _ = wire.send(frame.opcode, &frame.payload);
        }
    }
    let failed = matches!(over, Over::Broke(1..));
    let keeps = shared.has(Flaw::KeepsTcpOpen) && matches!(over, Over::Broke(0))
        || shared.has(Flaw::KeepsTcpAfterEmptyClose) && echo.closed_empty
        || shared.has(Flaw::KeepsTcpAfterFailure) && failed;
    let waits = shared.has(Flaw::WaitsForClose) && failed;
    if keeps || waits {
        return wire.waits(waits);
    }
    hang_up(stream);
}

/// What an unusual server sends at the opening and from then on.
fn greet(wire: &Wire) {
    let does = |quirk| wire.shared.does(quirk);
    let (opcode, count) = match () {
        () if does(Quirk::Greets) || does(Quirk::GreetsAndIsSilent) => (1, 1),
        () if does(Quirk::GreetsThrice) => (1, 3),
        () if does(Quirk::PingAtOpening) || does(Quirk::PingsAllTheTime) => (9, 1),
        () if does(Quirk::PongAtOpening) || does(Quirk::PongsAllTheTime) => (10, 1),
        () => return,
    };
    for _ in 0..count {
        let _ = wire.send(opcode, b"hello");
    }
    if does(Quirk::PingsAllTheTime) || does(Quirk::PongsAllTheTime) {
        let mut stream = wire.stream.try_clone().unwrap();
        let ping = if opcode == 9 { b"\x89\x02hi" } else { b"\x8a\x02hi" };
        let done = Arc::clone(&wire.done);
        thread::spawn(move || {
            loop {
                let done = done.lock().unwrap();
                if *done || stream.write_all(ping).is_err() {
                    return;
                }
                drop(done);
                thread::sleep(Duration::from_millis(20));
            }
        });
    }
}

struct Echo {
    message: Option<Message>,
    inflater: Inflater,
    /// Pongs that are held back, by a server with that flaw.
    pongs: Vec<Vec<u8>>,
    closed_empty: bool,
    /// The last message that was complete, for a server that continues it.
    last: u8,
}

impl Echo {
    fn hear(&mut self, wire: &Wire, frame: Frame) -> Result<(), Over> {
        let has = |flaw| wire.shared.has(flaw);
        match frame.opcode {
            8 if has(Flaw::CloseWaits) && self.message.is_some() => Ok(()),
            8 => {
                *wire.done.lock().unwrap() = true;
                self.closed_empty = frame.payload.is_empty();
                close(wire, &frame.payload)
            }
            9 if wire.shared.does(Quirk::AnswersTheLastPing) && wire.has_another_ping() => Ok(()),
            9 if has(Flaw::NoPong) => Ok(()),
            9 if has(Flaw::PongAfterTheMessage) && self.message.is_some() => {
                self.pongs.push(frame.payload);
                Ok(())
            }
            9 if has(Flaw::EmptyPong) => wire.send(10, b""),
            9 if has(Flaw::NoPongForEmpty) && frame.payload.is_empty() => Ok(()),
            9 if has(Flaw::CutsPong) => {
                wire.send(10, &frame.payload[..frame.payload.len().min(124)])
            }
            9 if has(Flaw::PongIsText) => {
                let text = String::from_utf8_lossy(&frame.payload).into_owned();
                wire.send(10, &text.as_bytes()[..text.len().min(125)])
            }
            9 if has(Flaw::LosesMessageAtPing) && frame.payload == b"you" => {
                self.message =
                    self.message.take().map(|message| Message { payload: Vec::new(), ..message });
                wire.send(10, &frame.payload)
            }
            9 => wire.send(10, &frame.payload),
            10 if has(Flaw::AnswersPong) => wire.send(10, &frame.payload),
            10 => Ok(()),
            _ => self.data(wire, &frame),
        }
    }

    fn data(&mut self, wire: &Wire, frame: &Frame) -> Result<(), Over> {
        let has = |flaw| wire.shared.has(flaw);
        let is_start = frame.opcode != 0;
        let begun = self.message.as_ref();
        let takes_start = has(Flaw::TakesNewStart)
            || (has(Flaw::TakesStartAfterEmpty) && begun.is_some_and(|it| it.payload.is_empty()))
            || (has(Flaw::TakesBinaryStart) && frame.opcode == 2);
        if is_start && begun.is_some() && !takes_start {
            return Err(Over::Broke(1002));
        }
        if is_start {
            let (opcode, compressed) = (frame.opcode, wire.compressed && frame.rsv & 4 != 0);
            self.message = Some(Message { opcode, compressed, ..Message::default() });
        } else if self.message.is_none() && (has(Flaw::TakesNoStart) || has(Flaw::OverlooksFin)) {
            self.message = Some(Message { opcode: 1, ..Message::default() });
        }
        if self.message.is_none()
            && (has(Flaw::TakesEmptyContinuation) && frame.payload.is_empty()
                || has(Flaw::ContinuesTheLast) && self.last != 0)
        {
            return Ok(());
        }
        self.last = self.last.max(frame.opcode);
        let Some(message) = &mut self.message else { return Err(Over::Broke(1002)) };
        if has(Flaw::ChecksEachFragment)
            && message.opcode == 1
            && std::str::from_utf8(&frame.payload).is_err()
        {
            return Err(Over::Broke(1007));
        }
        message.fragments += 1;
        if message.fragments > FRAGMENTS_MAX && !has(Flaw::AnyFragments) {
            return Err(Over::Broke(1008));
        }
        if message.payload.len() + frame.payload.len() > MESSAGE_MAX && !has(Flaw::LimitsFramesOnly)
        {
            return Err(Over::Broke(1009));
        }
        message.payload.extend_from_slice(&frame.payload);
        if has(Flaw::CopiesEachTime) && message.fragments.is_multiple_of(64) {
            // What copying costs, without keeping the machine from other tests.
            thread::sleep(COPY_TIME * u32::try_from(message.payload.len() / 4096).unwrap());
        }
        let lenient = [Flaw::ChecksLate, Flaw::ChecksWholeFramesOnly];
        let checks_early = message.opcode == 1 && !message.compressed && !frame.fin;
        if checks_early
            && !lenient.into_iter().any(has)
            && std::str::from_utf8(&message.payload).is_err_and(|error| error.error_len().is_some())
        {
            return Err(Over::Broke(1007));
        }
        if wire.shared.does(Quirk::EchoesEachFragment) && !frame.fin {
            return wire.send_frame(frame.opcode, &frame.payload, false);
        }
        let ends = frame.fin
            || has(Flaw::OverlooksFin)
            || (has(Flaw::EmptyIsTheEnd) && frame.payload.is_empty());
        if !ends {
            return Ok(());
        }
        let message = self.message.take().unwrap_or_default();
        self.answer(wire, message, &frame.payload)?;
        for pong in self.pongs.drain(..) {
            wire.send(10, &pong)?;
        }
        Ok(())
    }

    fn answer(&mut self, wire: &Wire, mut message: Message, last: &[u8]) -> Result<(), Over> {
        let does = |quirk| wire.shared.does(quirk);
        let has = |flaw| wire.shared.has(flaw);
        if message.compressed {
            message.payload =
                self.inflater.inflate(&message.payload, wire.shared).map_err(Over::Broke)?;
            if has(Flaw::Garbles) {
                message.payload.reverse();
            }
        } else {
            self.inflater.plain(wire.shared);
        }
        let mut opcode = message.opcode;
        if opcode != 2 {
            opcode = 1;
            let whole = message.fragments == 1 || !has(Flaw::ChecksWholeFramesOnly);
            if whole && !is_text(&message.payload, message.fragments, wire.shared) {
                if has(Flaw::DiesOfBadText) {
                    wire.shared.dead.store(true, Ordering::SeqCst);
                }
                return Err(Over::Broke(1007));
            }
        } else if has(Flaw::BinaryAsText) || (has(Flaw::FragmentsAsText) && message.fragments > 1) {
            opcode = 1;
        }
        if does(Quirk::EchoesEachFragment) && message.fragments > 1 {
            return wire.send_frame(0, last, true);
        }
        if does(Quirk::EchoesInBinary) {
            opcode = 2;
        }
        if does(Quirk::GreetsAndIsSilent)
            || has(Flaw::Mute)
            || (has(Flaw::OverlooksEmpty) && message.payload.is_empty())
            || (has(Flaw::OverlooksEmptyBinary) && message.payload.is_empty() && opcode == 2)
        {
            return Ok(());
        }
        if opcode == 1 {
            message.payload = changed(message.payload, wire.shared);
        }
        wire.send(opcode, &message.payload)
    }
}

/// The text that a server with a flaw sends back for this one.
fn changed(payload: Vec<u8>, shared: &Shared) -> Vec<u8> {
    let has = |flaw| shared.has(flaw);
    let Ok(text) = std::str::from_utf8(&payload) else { return payload };
    let does = |quirk| shared.does(quirk);
    let changed = if does(Quirk::EchoesWithPrefix) {
        format!("You said: {text}")
    } else if does(Quirk::EchoesInJson) {
        format!("{{\"echo\": \"{text}\"}}\n")
    } else if does(Quirk::EchoesInUpperCase) {
        text.to_uppercase()
    } else if has(Flaw::Trims) {
        text.trim().to_owned()
    } else if has(Flaw::TrimsLineEnd) {
        text.trim_end_matches(['\r', '\n']).to_owned()
    } else if has(Flaw::DropsBom) {
        text.trim_start_matches('\u{feff}').to_owned()
    } else if has(Flaw::UnixLineEnds) {
        text.replace("\r\n", "\n")
    } else if has(Flaw::EndsAtNul) {
        text.split('\0').next().unwrap_or_default().to_owned()
    } else if has(Flaw::LosesAstral) {
        text.replace(|letter| letter > '\u{ffff}', "?")
    } else if has(Flaw::EscapesText) {
        text.replace('<', "&lt;")
    } else if has(Flaw::Composes) {
        text.replace("e\u{301}", "\u{e9}")
    } else {
        return payload;
    };
    changed.into_bytes()
}

/// Whether this is UTF-8, or near enough for a server with a flaw.
fn is_text(bytes: &[u8], fragments: usize, shared: &Shared) -> bool {
    let lenient: &[(Flaw, &[u8])] = &[
        (Flaw::TakesFf, &[0xff]),
        (Flaw::TakesOverlong, &[0xc0, 0xaf]),
        (Flaw::TakesSurrogates, &[0xed, 0xa0, 0x80]),
        (Flaw::TakesBeyond, &[0xf4, 0x90, 0x80, 0x80]),
        (Flaw::TakesIncomplete, &[0xe2, 0x82]),
        (Flaw::TakesLone80, &[0x80]),
        (Flaw::TakesC080, &[0xc0, 0x80]),
    ];
    let is_taken = |(flaw, end): &(Flaw, &[u8])| {
        let start = bytes.len().saturating_sub(end.len());
        shared.has(*flaw)
            && fragments == 1
            && bytes.ends_with(end)
            && std::str::from_utf8(&bytes[..start]).is_ok()
    };
    let holds = |word: &str| bytes.windows(word.len()).any(|part| part == word.as_bytes());
    if shared.has(Flaw::RefusesNul) && bytes.contains(&0)
        || shared.has(Flaw::RefusesReplacement) && holds("\u{fffd}")
    {
        return false;
    }
    if shared.has(Flaw::ChecksShortTexts) && bytes.len() > 200 {
        return true;
    }
    lenient.iter().any(is_taken) || std::str::from_utf8(bytes).is_ok()
}

/// Answers a close frame. The end of the conversation is an `Err` with no code.
fn close(wire: &Wire, payload: &[u8]) -> Result<(), Over> {
    let has = |flaw| wire.shared.has(flaw);
    let done = Err(Over::Broke(0));
    if has(Flaw::NoCloseFrame) {
        return Err(Over::Gone);
    }
    let does = |quirk| wire.shared.does(quirk);
    let own: Option<&[u8]> = match () {
        () if does(Quirk::ClosesWith1000) => Some(&[3, 0xe8]),
        () if does(Quirk::ClosesWithOwnCode) => Some(&[0x0f, 0xa1]),
        () if does(Quirk::ClosesWithReason) => Some(b"\x03\xe8goodbye \xe2\x82\xac"),
        () if does(Quirk::ClosesWithoutCode) => Some(b""),
        () => None,
    };
    match payload {
        [] if own.is_some() => wire.send(8, own.unwrap_or_default())?,
        [] => wire.send(8, if has(Flaw::Sends1005) { &[3, 0xed] } else { &[] })?,
        [_] if has(Flaw::WrongCodeForOneByte) => return Err(Over::Broke(1000)),
        [_] if has(Flaw::TakesOneByte) => wire.send(8, payload)?,
        [_] => return Err(Over::Broke(1002)),
        [high, low, reason @ ..] => {
            let code = u16::from_be_bytes([*high, *low]);
            let is_good = match code {
                1001 => !has(Flaw::Refuses1001),
                1000..=1003 | 1007..=1014 => true,
                3000..=4999 => !has(Flaw::OnlyStandardCodes),
                0 if has(Flaw::TakesCode0) => true,
                1004 if has(Flaw::TakesCode1004) => true,
                1016..=2999 if has(Flaw::TakesReservedCodes) => true,
                5000.. if has(Flaw::TakesHighCodes) => true,
                _ if has(Flaw::InvalidCodeIsNormal) => return Err(Over::Broke(1000)),
                _ => has(Flaw::AnyCode),
            };
            if !is_good {
                return Err(Over::Broke(1002));
            }
            if (has(Flaw::RefusesReasons) && !reason.is_empty())
                || (has(Flaw::RefusesLongReasons) && reason.len() > 100)
            {
                return Err(Over::Broke(1002));
            }
            let is_cut = |error: std::str::Utf8Error| error.error_len().is_none();
            let takes = has(Flaw::AnyReason)
                || (has(Flaw::ReasonMayBeCut) && std::str::from_utf8(reason).is_err_and(is_cut));
            if std::str::from_utf8(reason).is_err() && !takes {
                return Err(Over::Broke(1007));
            }
            wire.send(8, own.unwrap_or(&payload[..2]))?;
        }
    }
    done
}
