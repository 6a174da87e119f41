//! What has been written, carried out to sockets, queues and the search index.
