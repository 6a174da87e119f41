//! One fact in two places: one test that reads both.

mod house {
    mod openapi;
}
