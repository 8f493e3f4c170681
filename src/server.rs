//! The HTTP server and the command line around the services.

mod boot;
pub mod cli;
pub mod http;
mod middleware;
