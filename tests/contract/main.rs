//! What holds for every façade: its operations, who may call them, and that no input breaks them.

mod consultations {
    mod access;
    mod bad_input;
    mod operations;
}

mod meetings {
    mod access;
    mod bad_input;
    mod bodies;
    mod conventions;
    mod cors;
    mod idempotency;
    mod limits;
    mod operations;
    mod paging;
    mod refusals;
}
