//! The log in a file: what is stored survives the end of the process, a `kill -9` and a power cut.
//!
//! The file is a database of [`redb`]. Each [`store`](file_log::FileLog::store) is one transaction
//! with `Durability::Immediate`: `redb` writes the pages with their checksums and asks the system
//! to sync the file before the call returns. That is `fdatasync` on Linux, `fcntl(F_FULLFSYNC)` on
//! macOS and `FlushFileBuffers` on Windows. Each of them asks the disk to empty its own cache too.
//! A disk that does not do so may still lose data when the power fails.
//!
//! When the file is opened, the transaction that was interrupted is undone, and the checksum of
//! each page is verified.

pub mod amount;
pub mod error;
#[cfg(test)]
pub(crate) mod fake_disk;
pub mod file_log;
mod folder;
mod tables;
