//! What is due, done; and mail, sent.
