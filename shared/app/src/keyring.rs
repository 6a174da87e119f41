//! Secrets shared with others: whoever serves the video, takes the money, or vouches for people.

/// None is there unless it was configured. Read under the names a laptop's environment has; on AWS they are members of
/// the secret, in small letters.
#[derive(Clone, Default)]
pub struct Keyring {
    /// Signs the tokens of video rooms.
    pub jitsi: Option<String>,
    /// Calls Stripe.
    pub stripe: Option<String>,
    pub stripe_webhook: Option<String>,
    pub paypal_webhook: Option<String>,
    pub wise_webhook: Option<String>,
    pub simulated_webhook: Option<String>,
    /// As whom Razorpay knows us, and what both sign a checkout with.
    pub razorpay_key_id: Option<String>,
    pub razorpay_key_secret: Option<String>,
    pub razorpay_webhook: Option<String>,
    /// Signs what is sent again after the secret was replaced.
    pub razorpay_webhook_previous: Option<String>,
    /// As whom Google knows us.
    pub google: Option<String>,
}

impl Keyring {
    /// Empty counts as absent.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let find = |name: &str| lookup(name).filter(|value| !value.trim().is_empty());
        Self {
            jitsi: find("JITSI_SECRET"),
            stripe: find("STRIPE_SECRET_KEY"),
            stripe_webhook: find("STRIPE_WEBHOOK_SECRET"),
            paypal_webhook: find("PAYPAL_WEBHOOK_SECRET"),
            wise_webhook: find("WISE_WEBHOOK_SECRET"),
            simulated_webhook: find("SIMULATED_WEBHOOK_SECRET"),
            razorpay_key_id: find("RAZORPAY_KEY_ID"),
            razorpay_key_secret: find("RAZORPAY_KEY_SECRET"),
            razorpay_webhook: find("RAZORPAY_WEBHOOK_SECRET"),
            razorpay_webhook_previous: find("RAZORPAY_WEBHOOK_SECRET_PREVIOUS"),
            google: find("GOOGLE_CLIENT_SECRET"),
        }
    }
}
