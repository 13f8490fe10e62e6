//! Compares our servers with those of other libraries: the servers, the load, and the figures.

pub mod chart;
pub mod figures;
pub mod load;
pub mod machine;
pub mod measure;
pub mod peers;
pub mod plan;
pub mod results;
pub mod statistics;
pub mod terminal;
