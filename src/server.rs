//! The HTTP server and the command line around the services.

mod boot;
pub mod cli;
mod desk;
mod dev;
mod dev_clock;
mod files;
pub mod http;
mod members;
mod middleware;
mod page;
mod rest;
mod uploads;
mod webhooks;
