//! Health, the API reference, and what matches no route.
