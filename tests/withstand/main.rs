//! What the system withstands: crowds, deaths at every step, a table that conflicts, throttles and loses answers.

mod calendar;
mod causes;
mod commands;
mod cost;
mod credits;
mod deaths;
mod edits;
mod expressions;
mod feeds;
mod floods;
mod gateway;
mod invitations;
mod keys;
mod legs;
mod limits;
mod meetings;
mod messages;
mod names;
mod pending;
mod reconcile;
mod refusals;
mod resumes;
mod rotation;
mod schedule;
mod sessions;
mod stalls;
