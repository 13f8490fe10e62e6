//! Runs the original Autobahn.
