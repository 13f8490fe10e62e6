//! A WebSocket server, built stage by stage. `just next` says what to do.

//[ 9
mod connection;
//]
//[ 6
mod frame;
//]
//[ 2
mod handshake;

//]
use std::env;
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
//[ 3
use std::io::{self, ErrorKind, Read, Write};
//]
//[ 1
use std::net::{TcpListener, TcpStream};
use std::thread;
//]
//[ 8-8

use frame::{BINARY, TEXT};
//]
//[ 9

use connection::Connection;
//]

fn main() -> io::Result<()> {
    let address = env::args().nth(1).unwrap_or("127.0.0.1:9100".to_string());
    let listener = TcpListener::bind(address)?;
    println!("listening on http://{}", listener.local_addr()?);
    for stream in listener.incoming() {
        //[ 0-0
        // Stage 1 begins here. For now every client is dropped at once.
        drop(stream);
        //]
        //[ 1
        // An error here is about one client. `?` would end the server for everybody.
        let Ok(stream) = stream else { continue };
        // Each client has a thread of its own, so that nobody waits for another client.
        thread::spawn(|| {
            if let Err(error) = serve(stream) {
                println!("a connection has ended: {error}");
            }
        });
        //]
    }
    Ok(())
}
//[ 1

/// Serves one client until its connection ends.
fn serve(mut stream: TcpStream) -> io::Result<()> {
    //[ 1-2
    let mut buffer = [0; 4096];
    let count = stream.read(&mut buffer)?;
    //]
    //[ 1-1
    println!("{}", String::from_utf8_lossy(&buffer[..count]));
    Ok(())
    //]
    //[ 2-2
    let request = String::from_utf8_lossy(&buffer[..count]);
    println!("{request}");
    stream.write_all(handshake::answer(&request).as_bytes())
    //]
    //[ 3-8
    let request = read_request(&mut stream)?;
    //]
    //[ 9
    let (request, rest) = read_request(&mut stream)?;
    //]
    //[ 3-5
    println!("{request}");
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
        // The client learns why, and the connection ends.
        Err(refusal) => return stream.write_all(refusal.as_bytes()),
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
        println!("{}", String::from_utf8_lossy(&payload));
    //]
    //[ 8-8
        // The other opcodes are for later stages.
        if header.opcode == TEXT || header.opcode == BINARY {
            stream.write_all(&frame::encode(header.opcode, &payload))?;
        }
    //]
    //[ 6-8
    }
    //]
    //[ 9
    let mut connection = Connection::new();
    connection.receive(&rest);
    let mut buffer = [0; 16 * 1024];
    loop {
        while let Some(message) = connection.next_message() {
            connection.send(message.opcode, &message.payload);
        }
        stream.write_all(&connection.take_outgoing())?;
        if connection.is_over() {
            return Ok(());
        }
        let count = stream.read(&mut buffer)?;
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
/// Reads a request up to its blank line. TCP may deliver it in any number of segments, and bytes
/// of the first frames together with it: they are returned, too.
fn read_request(stream: &mut TcpStream) -> io::Result<(String, Vec<u8>)> {
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
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        received.extend_from_slice(&buffer[..count]);
    }
}
//]
