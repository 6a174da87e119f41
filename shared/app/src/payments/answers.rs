//! What whoever takes the money answers.

/// What a provider makes of an intent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    pub reference: String,
    /// What the payer's client shows the provider, where it shows more than the reference.
    pub client_secret: Option<String>,
    pub is_processing: bool,
}

/// What a provider says to giving money back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returned {
    Now,
    /// It has agreed to, and will tell.
    Asked,
}
