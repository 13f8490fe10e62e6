//! The floor of a broadcast: hands every byte on to everyone else, and knows nothing of messages.

use std::cell::RefCell;
use std::convert::Infallible;
use std::io;
use std::rc::Rc;

use tokio::io::AsyncReadExt;
use tokio::net::tcp::OwnedWriteHalf;

use crate::serve::serve;

const BUFFER: usize = 64 * 1024;

pub(crate) fn run() -> io::Result<Infallible> {
    // Nobody leaves before the end, so a place in it is a number for ever.
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
                    // Who has fallen so far behind that nothing fits is of no use to the bench, and
                    // is told by the hole in what they hear.
                    if number != own {
                        let _ = writer.try_write(&buffer);
                    }
                }
                buffer.clear();
            }
        }
    })
}
