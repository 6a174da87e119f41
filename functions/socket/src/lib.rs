//! What comes over WebSockets.
