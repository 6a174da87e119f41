//! What is due, found by the minute.
