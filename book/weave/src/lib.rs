//! What the book shows, made from the code and compared with it.
//!
//! The pages in `book/src` hold no listing, transcript or difference of their own: they include
//! them. [`generated`] makes what mdBook cannot include directly. The other modules check what a
//! page promises. Each check returns its faults as sentences that begin with the place.

pub mod around;
pub mod book;
pub mod commands;
pub mod definitions;
pub mod difference;
pub mod exercises;
pub mod files;
pub mod frames;
pub mod generated;
pub mod headings;
pub mod include;
pub mod items;
pub mod links;
pub mod listings;
pub mod live;
pub mod messages;
pub mod musts;
pub mod names;
pub mod page;
pub mod place;
pub mod po;
pub mod proof;
pub mod screens;
pub mod serve;
pub mod sizes;
pub mod stage_places;
pub mod stage_text;
pub mod svg;
pub mod tokens;
pub mod translation;
pub mod used;
pub mod ways;
