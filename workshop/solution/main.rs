//! A WebSocket server, built stage by stage. `just next` says what to do.

//[ 9
mod connection;
//]
//[ 17
mod deflate;
//]
//[ 6
mod frame;
//]
//[ 2
mod handshake;
//]
//[ 18
mod room;
//]
//[ 12
mod utf8;
//]
//[ 2

//]
use std::env;
//[ 18
use std::future;
//]
//[ 0-0
use std::io;
use std::net::TcpListener;
//]
//[ 1-1
use std::io::{self, Read};
//]
//[ 2-2
use std::io::{self, Read, Write};
//]
//[ 3-14
use std::io::{self, ErrorKind, Read, Write};
//]
//[ 15
use std::io::{self, ErrorKind};
//]
//[ 1-12
use std::net::{TcpListener, TcpStream};
//]
//[ 13-14
use std::net::{Shutdown, TcpListener, TcpStream};
//]
//[ 14
use std::sync::Arc;
//]
//[ 1-14
use std::thread;
//]
//[ 13-13
use std::time::Duration;
//]
//[ 14-14
use std::time::{Duration, Instant};
//]
//[ 15
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy, sink};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
//]
//[ 15-17
use tokio::time::{sleep, timeout};
//]
//[ 18
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio::{select, task};
//]
//[ 8-8

use frame::{BINARY, CLOSE, TEXT};
//]
//[ 9-17

use connection::Connection;
//]
//[ 18

use connection::{Connection, Message};
//]
//[ 14-17
use frame::PING;
//]
//[ 18
use frame::{PING, TEXT};
//]
//[ 14
use handshake::BLOCK_MAX;
//]
//[ 18
use room::{Place, Rooms, Seat};
//]
//[ 14

/// The most clients that are served at the same time.
//]
//[ 14-14
const THREADS_MAX: usize = 256;
//]
//[ 15
const CLIENTS_MAX: usize = 10_000;
//]
//[ 18
/// The longest message in a room, in bytes.
const WORDS_MAX: usize = 16 * 1024;
//]

//[ 0-14
fn main() -> io::Result<()> {
//]
//[ 15
#[tokio::main]
async fn main() -> io::Result<()> {
//]
    let address = env::args().nth(1).unwrap_or("127.0.0.1:9100".to_string());
    //[ 14
    // How long we wait for a client, in seconds.
    let seconds = env::args().nth(2).and_then(|seconds| seconds.parse().ok()).unwrap_or(30);
    let patience = Duration::from_secs(seconds);
    //]
    //[ 0-14
    let listener = TcpListener::bind(address)?;
    //]
    //[ 15
    let listener = TcpListener::bind(address).await?;
    //]
    println!("listening on http://{}", listener.local_addr()?);
    //[ 0-14
    //[ 14
    // Each thread holds a clone until it ends, so the number of clones is the number of threads.
    let threads = Arc::new(());
    //]
    for stream in listener.incoming() {
        //[ 0-0
        // Stage 1 begins here. For now every client is dropped at once.
        drop(stream);
        //]
        //[ 1
        // An error here is about one client. `?` would end the server for everybody.
        let Ok(stream) = stream else { continue };
        //[ 14
        if Arc::strong_count(&threads) > THREADS_MAX {
            continue;
        }
        let place = Arc::clone(&threads);
        //]
        // Each client has a thread of its own, so that no client waits for another one.
        //[ 1-13
        let started = thread::Builder::new().spawn(|| {
            if let Err(error) = serve(stream) {
        //]
        //[ 14
        let started = thread::Builder::new().spawn(move || {
            let _place = place;
            if let Err(error) = serve(stream, patience) {
        //]
                println!("a connection has ended: {error}");
            }
        });
        if let Err(error) = started {
            println!("a client is not served: {error}");
        }
        //]
    }
    Ok(())
    //]
    //[ 15
    // A semaphore has a number of permits. Each client takes one until it has gone.
    let places = Arc::new(Semaphore::new(CLIENTS_MAX));
    //[ 18
    let rooms = Arc::new(Rooms::default());
    //]
    loop {
        // An error here is about one client. `?` would end the server for everybody.
        let Ok((stream, _)) = listener.accept().await else {
            // If we have too many open files, the next attempt would fail at once, too.
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
        //[ 18
        let rooms = Arc::clone(&rooms);
        //]
        // Each client has a task of its own. A task that waits leaves its thread to other tasks, so
        // that a few threads, one for each core, serve all clients.
        tokio::spawn(async move {
            // Dropped at the end of the task, which gives the permit back.
            let _place = place;
            //[ 15-17
            if let Err(error) = serve(stream, patience).await {
            //]
            //[ 18
            if let Err(error) = serve(stream, &rooms, patience).await {
            //]
                println!("a connection has ended: {error}");
            }
        });
    }
    //]
}
//[ 0-14
//[ 1

/// Serves one client until its connection ends.
//]
//[ 1-13
fn serve(mut stream: TcpStream) -> io::Result<()> {
//]
//[ 14
///
/// `patience` is how long it may take for its request, be silent, and keep us from writing.
fn serve(mut stream: TcpStream, patience: Duration) -> io::Result<()> {
    stream.set_write_timeout(Some(patience))?;
//]
//[ 1
    //[ 1-2
    let mut buffer = [0; 4096];
    //[ 2-2
    // This takes one segment for the whole request. Stage 3 is about that.
    //]
    let count = stream.read(&mut buffer)?;
    //]
    //[ 1-1
    // Escaped, because a stranger chose these bytes, and a terminal obeys some of them.
    println!("{}", buffer[..count].escape_ascii());
    Ok(())
    //]
    //[ 2-2
    let request = String::from_utf8_lossy(&buffer[..count]);
    println!("{request:?}");
    stream.write_all(handshake::answer(&request).as_bytes())
    //]
    //[ 3-8
    let request = read_request(&mut stream)?;
    //]
    //[ 9-13
    let (request, rest) = read_request(&mut stream)?;
    //]
    //[ 14
    let (request, rest) = read_request(&mut stream, Instant::now() + patience)?;
    //]
    //[ 3-5
    println!("{request:?}");
    //]
    //[ 3-3
    if let Some(answer) = handshake::answer(&request) {
        stream.write_all(answer.as_bytes())?;
    }
    Ok(())
    //]
    //[ 4-4
    match handshake::answer(&request) {
    //]
    //[ 5
    match handshake::answer(&request, stream.local_addr()?) {
    //]
    //[ 4
        Ok(answer) => stream.write_all(answer.as_bytes())?,
        //]
        //[ 4-12
        // The client learns why, and the connection ends.
        Err(refusal) => return stream.write_all(refusal.as_bytes()),
        //]
        //[ 13
        Err(refusal) => {
            stream.write_all(refusal.as_bytes())?;
            //]
            //[ 13-13
            return hang_up(stream);
            //]
            //[ 14
            return hang_up(stream, Instant::now() + patience);
            //]
            //[ 13
        }
        //]
    //[ 4
    }
    //]
    //[ 4-5
    Ok(())
    //]
    //[ 6-8
    loop {
        let header = frame::read_header(&mut stream)?;
    //]
    //[ 6-6
        let payload = frame::read_payload(&mut stream, header.length)?;
        println!("{} bytes, masked with {:02x?}", payload.len(), header.masking_key);
    //]
    //[ 7-8
        let mut payload = frame::read_payload(&mut stream, header.length)?;
        frame::unmask(&mut payload, header.masking_key);
    //]
    //[ 7-7
        println!("{}", payload.escape_ascii());
    //]
    //[ 8-8
        match header.opcode {
            TEXT | BINARY => stream.write_all(&frame::encode(header.opcode, &payload))?,
            CLOSE => return Ok(()),
            // The other opcodes are for later stages.
            _ => {}
        }
    //]
    //[ 6-8
    }
    //]
    //[ 9
    let mut connection = Connection::default();
    connection.receive(&rest);
    let mut buffer = [0; 16 * 1024];
    //]
    //[ 14
    let mut is_pinged = false;
    //]
    //[ 9
    loop {
        while let Some(message) = connection.next_message() {
            connection.send(message.opcode, &message.payload);
        }
        stream.write_all(&connection.take_outgoing())?;
        if connection.is_over() {
            //]
            //[ 9-12
            return Ok(());
            //]
            //[ 13-13
            return hang_up(stream);
            //]
            //[ 14
            return hang_up(stream, Instant::now() + patience);
            //]
        //[ 9
        }
        //]
        //[ 9-13
        let count = stream.read(&mut buffer)?;
        //]
        //[ 14
        let count = match read_before(Instant::now() + patience, &mut stream, &mut buffer) {
            // Only an answer shows that a silent client is still there.
            Err(error) if is_timeout(&error) && !is_pinged => {
                connection.send(PING, b"");
                is_pinged = true;
                continue;
            }
            read => read?,
        };
        is_pinged = false;
        //]
        //[ 9
        if count == 0 {
            return Ok(());
        }
        connection.receive(&buffer[..count]);
    }
    //]
}
//]
//[ 3

//]
//[ 3-8
/// Reads a request up to its blank line. TCP may deliver it in any number of segments.
fn read_request(stream: &mut TcpStream) -> io::Result<String> {
//]
//[ 9
/// Reads a request up to its blank line. TCP may deliver it in any number of segments, and the
/// last one may contain bytes of the first frames: they are returned, too.
//]
//[ 9-13
fn read_request(stream: &mut TcpStream) -> io::Result<(String, Vec<u8>)> {
//]
//[ 14
fn read_request(stream: &mut TcpStream, deadline: Instant) -> io::Result<(String, Vec<u8>)> {
//]
//[ 3
    let mut received = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some(end) = received.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            // What is not UTF-8 is replaced by U+FFFD, which no header that matters here contains.
            //[ 3-8
            return Ok(String::from_utf8_lossy(&received[..end]).to_string());
            //]
            //[ 9
            let rest = received.split_off(end + 4);
            return Ok((String::from_utf8_lossy(&received[..end]).to_string(), rest));
            //]
        }
        //[ 14
        // `handshake::answer` refuses a request of this length, and need not see the rest.
        if received.len() > BLOCK_MAX {
            return Ok((String::from_utf8_lossy(&received).to_string(), Vec::new()));
        }
        //]
        //[ 3-13
        let count = stream.read(&mut buffer)?;
        //]
        //[ 14
        let count = read_before(deadline, stream, &mut buffer)?;
        //]
        if count == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        received.extend_from_slice(&buffer[..count]);
    }
}
//]
//[ 13

/// Ends a connection so that our last bytes arrive: ends our direction, and reads until the client
/// has ended the other one. If we dropped the stream while bytes of the client are unread, TCP
/// would reset the connection, and a reset can overtake our close frame.
//]
//[ 13-13
///
/// A client that sends nothing for a second is dropped. Stage 14 limits the whole time.
fn hang_up(mut stream: TcpStream) -> io::Result<()> {
//]
//[ 14
fn hang_up(mut stream: TcpStream, deadline: Instant) -> io::Result<()> {
//]
//[ 13
    stream.shutdown(Shutdown::Write)?;
    let mut buffer = [0; 4096];
    //]
    //[ 13-13
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    while stream.read(&mut buffer)? > 0 {}
    //]
    //[ 14
    while read_before(deadline, &mut stream, &mut buffer)? > 0 {}
    //]
    //[ 13
    Ok(())
}
//]
//[ 14

/// Reads what arrives before the deadline.
fn read_before(deadline: Instant, stream: &mut TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(ErrorKind::TimedOut.into());
    }
    stream.set_read_timeout(Some(left))?;
    stream.read(buffer)
}

/// Whether a read failed because its time was up. The kind of this error differs between systems.
fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
//]
//]
//[ 15

/// Serves one client until its connection ends.
///
/// `patience` is how long it may take for its request, be silent, and keep us from writing.
//]
//[ 15-17
async fn serve(mut stream: TcpStream, patience: Duration) -> io::Result<()> {
//]
//[ 18
async fn serve(mut stream: TcpStream, rooms: &Rooms, patience: Duration) -> io::Result<()> {
//]
//[ 15
    // The first `?` is for an error of `timeout`: the time is up. The second is for one of
    // `read_request`.
    let (request, rest) = timeout(patience, read_request(&mut stream)).await??;
    //[ 15-16
    match handshake::answer(&request, stream.local_addr()?) {
        Ok(answer) => write(&mut stream, answer.as_bytes(), patience).await?,
    //]
    //[ 17
    let opened = match handshake::answer(&request, stream.local_addr()?) {
        Ok(opened) => opened,
    //]
        Err(refusal) => {
            write(&mut stream, refusal.as_bytes(), patience).await?;
            return hang_up(stream, patience).await;
        }
    //[ 15-16
    }
    let mut connection = Connection::default();
    //]
    //[ 17
    };
    write(&mut stream, opened.answer.as_bytes(), patience).await?;
    let mut connection = Connection::new(opened.agreement);
    //]
    connection.receive(&rest);
    //[ 15-17
    // On the heap: an array would make the task itself as large.
    let mut buffer = vec![0; 16 * 1024];
    let mut is_pinged = false;
    loop {
        while let Some(message) = connection.next_message() {
            connection.send(message.opcode, &message.payload);
        }
        // We read again only when all is written. So a client that does not read our answers cannot
        // make us collect them: it must wait, too.
        write(&mut stream, &connection.take_outgoing(), patience).await?;
        if connection.is_over() {
            return hang_up(stream, patience).await;
        }
        let count = match timeout(patience, stream.read(&mut buffer)).await {
            // Only an answer shows that a silent client is still there.
            Err(_) if !is_pinged => {
                connection.send(PING, b"");
                is_pinged = true;
                continue;
            }
            read => read??,
        };
        is_pinged = false;
        if count == 0 {
            return Ok(());
        }
        connection.receive(&buffer[..count]);
    }
    //]
    //[ 18
    let mut seat = None;
    if let Some(place) = Place::parse(&opened.target) {
        match rooms.enter(place) {
            Ok((entered, texts)) => {
                texts.iter().for_each(|text| connection.send(TEXT, text.as_bytes()));
                seat = Some(entered);
            }
            Err(reason) => connection.fail(1008, reason),
        }
    }
    let ended = converse(&mut stream, &mut connection, rooms, &mut seat, patience).await;
    // However it has ended, the others receive `left` at once.
    if let Some(seat) = &seat {
        rooms.leave(seat);
    }
    ended?;
    hang_up(stream, patience).await
    //]
}
//[ 18

/// Exchanges messages with a client until its connection is over: in a room if it has a seat, and
/// otherwise each message is sent back.
async fn converse(
    stream: &mut TcpStream,
    connection: &mut Connection,
    rooms: &Rooms,
    seat: &mut Option<Seat>,
    patience: Duration,
) -> io::Result<()> {
    // On the heap: an array would make the task itself as large.
    let mut buffer = vec![0; 16 * 1024];
    let mut is_pinged = false;
    let mut deadline = Instant::now() + patience;
    loop {
        while let Some(message) = connection.next_message() {
            match seat {
                Some(seat) => take(&message, connection, rooms, seat).await,
                None => connection.send(message.opcode, &message.payload),
            }
        }
        // We read again only when all is written. So a client that does not read our answers cannot
        // make us collect them: it must wait, too.
        write(stream, &connection.take_outgoing(), patience).await?;
        if connection.is_over() {
            return Ok(());
        }
        // `select!` waits for all three at the same time, runs the arm of the first one that is ready,
        // and drops the other two. Nothing is lost: a read or a queue that is dropped has not returned
        // anything yet.
        select! {
            read = stream.read(&mut buffer) => {
                let count = read?;
                if count == 0 {
                    return Ok(());
                }
                connection.receive(&buffer[..count]);
                is_pinged = false;
                deadline = Instant::now() + patience;
            }
            text = next_text(seat) => match text {
                Some(text) => connection.send(TEXT, text.as_bytes()),
                None => connection.fail(1013, "you do not read fast enough"),
            },
            () = sleep_until(deadline) => {
                // Only an answer shows that a silent client is still there.
                if is_pinged {
                    return Err(ErrorKind::TimedOut.into());
                }
                connection.send(PING, b"");
                is_pinged = true;
                deadline = Instant::now() + patience;
            }
        }
    }
}

/// Handles a message from a member of a room.
async fn take(message: &Message, connection: &mut Connection, rooms: &Rooms, seat: &mut Seat) {
    if message.opcode != TEXT {
        return connection.fail(1003, "a room takes only texts");
    }
    if message.payload.len() > WORDS_MAX {
        return connection.fail(1009, "a message that is too long for a room");
    }
    rooms.say(seat, &String::from_utf8_lossy(&message.payload));
    // Many messages may have arrived at once. After each of them the other tasks run, and we empty our
    // own queue, so that no queue becomes full.
    task::yield_now().await;
    while let Some(text) = seat.waiting_text() {
        connection.send(TEXT, text.as_bytes());
    }
}

/// Waits for the next text from a room. Without a seat, waits for ever.
async fn next_text(seat: &mut Option<Seat>) -> Option<Arc<str>> {
    match seat {
        Some(seat) => seat.next_text().await,
        None => future::pending().await,
    }
}
//]

/// Reads a request up to its blank line. TCP may deliver it in any number of segments, and bytes
/// of the first frames together with it: they are returned, too.
async fn read_request(stream: &mut TcpStream) -> io::Result<(String, Vec<u8>)> {
    let mut received = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some(end) = received.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            // What is not UTF-8 is replaced by U+FFFD, which no header that matters here contains.
            let rest = received.split_off(end + 4);
            return Ok((String::from_utf8_lossy(&received[..end]).to_string(), rest));
        }
        // `handshake::answer` refuses a request of this length, and need not see the rest.
        if received.len() > BLOCK_MAX {
            return Ok((String::from_utf8_lossy(&received).to_string(), Vec::new()));
        }
        let count = stream.read(&mut buffer).await?;
        if count == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        received.extend_from_slice(&buffer[..count]);
    }
}

/// Writes all of these bytes. `patience` is how long the client may take none of them.
async fn write(stream: &mut TcpStream, mut bytes: &[u8], patience: Duration) -> io::Result<()> {
    while !bytes.is_empty() {
        let count = timeout(patience, stream.write(bytes)).await??;
        bytes = &bytes[count..];
    }
    Ok(())
}

/// Ends a connection so that our last bytes arrive: first our side of it, and the other side once
/// the client has ended that. If we ended both while bytes of the client are unread, TCP would
/// reset the connection, and the client might not see our close frame.
async fn hang_up(mut stream: TcpStream, patience: Duration) -> io::Result<()> {
    stream.shutdown().await?;
    timeout(patience, copy(&mut stream, &mut sink())).await??;
    Ok(())
}
//]
