//! A server for the tests of testkit, with no more to it than they need.
//!
//! `--rude` makes it print something else than its address, `--brief` end once the first client
//! has come, and `--reset` drop that client with bytes still unread.

use std::env;
use std::error::Error;
use std::io::Read as _;
use std::net::TcpListener;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    if has("--rude") {
        println!("go away");
        eprintln!("I am not well");
        return Ok(());
    }
    let address = arguments.first().ok_or("an address is needed")?;
    let listener = TcpListener::bind(address)?;
    println!("listening on http://{}", listener.local_addr()?);
    for stream in listener.incoming() {
        let mut stream = stream?;
        eprintln!("a client came");
        if has("--brief") {
            return Ok(());
        }
        let mut bytes = [0; 1];
        while stream.read(&mut bytes)? > 0 {
            println!("byte {:02x}", bytes[0]);
            if has("--reset") {
                break;
            }
        }
    }
    Ok(())
}
