//! Search, public profiles, skills, weekly hours, free slots.
