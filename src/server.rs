//! The HTTP server and the command line around the services.

mod boot;
pub mod cli;
mod dev_clock;
pub mod http;
mod middleware;
