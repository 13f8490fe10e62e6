//! Side by side with other libraries: the servers, the load that they are put under, and the
//! figures that come of it.

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
