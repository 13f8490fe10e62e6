//! The baseline for broadcasts: sends every byte that it receives to all other connections, and
//! does not know what a message is.

use std::cell::RefCell;
use std::convert::Infallible;
use std::io;
use std::rc::Rc;

use tokio::io::AsyncReadExt;
use tokio::net::tcp::OwnedWriteHalf;

use crate::serve::serve;

const BUFFER: usize = 64 * 1024;

pub(crate) fn run() -> io::Result<Infallible> {
    // No connection leaves before the end, so an index into this list stays valid.
    let everyone: Rc<RefCell<Vec<OwnedWriteHalf>>> = Rc::default();
    serve(move |stream| {
        let everyone = Rc::clone(&everyone);
        async move {
            let (mut reader, writer) = stream.into_split();
            let own = everyone.borrow().len();
            everyone.borrow_mut().push(writer);
            let mut buffer = Vec::with_capacity(BUFFER);
            while let Ok(1..) = reader.read_buf(&mut buffer).await {
                for (number, writer) in everyone.borrow().iter().enumerate() {
                    // If the buffer of a receiver is full, the rest is dropped. The load notices
                    // the missing bytes and reports a failure.
                    if number != own {
                        let _ = writer.try_write(&buffer);
                    }
                }
                buffer.clear();
            }
        }
    })
}
