//! Registration, login, the own profile.
