//! Whoever takes the money. None can be run here, so beside the real ones there is one that asks nobody.

use domain::payment::{Intent, Provider};

use super::answers::{Made, Returned};
use super::razorpay::Razorpay;
use super::stripe::Stripe;
use crate::settings::{self, BadSetting, Settings};
use crate::{Common, Error, Keyring, Result};

/// By which way providers are asked.
#[derive(Clone)]
pub enum Gateway {
    /// Nobody is asked: intents of all providers are made here, and wait for an event that anybody can sign who knows
    /// the provider's secret.
    Local,
    Live(Live),
}

/// Those who take real money here.
#[derive(Clone, Default)]
pub struct Live {
    pub stripe: Option<Stripe>,
    pub razorpay: Option<Razorpay>,
}

impl From<Stripe> for Gateway {
    fn from(stripe: Stripe) -> Self {
        Self::Live(Live { stripe: Some(stripe), razorpay: None })
    }
}

impl From<Razorpay> for Gateway {
    fn from(razorpay: Razorpay) -> Self {
        Self::Live(Live { stripe: None, razorpay: Some(razorpay) })
    }
}

impl Gateway {
    pub fn of(settings: &Settings, keyring: &Keyring) -> Result<Self, BadSetting> {
        let settings::Provider::Live { stripe, razorpay } = settings.payment_provider else { return Ok(Self::Local) };
        let lacks = |problem: &str| BadSetting { name: "PAYMENT_PROVIDER", problem: problem.to_owned() };
        let stripe = match (stripe, &keyring.stripe) {
            (false, _) => None,
            (true, Some(key)) => Some(Stripe::live(key)),
            (true, None) => return Err(lacks("stripe takes no money without STRIPE_SECRET_KEY")),
        };
        let razorpay = match (razorpay, &keyring.razorpay_key_id, &keyring.razorpay_key_secret) {
            (false, ..) => None,
            (true, Some(id), Some(secret)) => Some(match &settings.razorpay_url {
                Some(url) => Razorpay::beside(url, id, secret),
                None => Razorpay::live(id, secret),
            }),
            (true, ..) => {
                return Err(lacks("razorpay takes no money without RAZORPAY_KEY_ID and RAZORPAY_KEY_SECRET"));
            }
        };
        Ok(Self::Live(Live { stripe, razorpay }))
    }

    /// Whether money can be taken by way of `provider`. Where real money is, nothing is paid by wishing.
    pub(crate) fn serves(&self, provider: Provider) -> bool {
        match (self, provider) {
            (Gateway::Local, _) => true,
            (Gateway::Live(live), Provider::Stripe) => live.stripe.is_some(),
            (Gateway::Live(live), Provider::Razorpay) => live.razorpay.is_some(),
            (Gateway::Live(_), _) => false,
        }
    }

    fn stripe(&self) -> Result<&Stripe> {
        match self {
            Gateway::Live(Live { stripe: Some(stripe), .. }) => Ok(stripe),
            // An intent was left unfinished while another provider was configured.
            _ => Err(Error::Common(Common::ProviderUnavailable)),
        }
    }

    fn razorpay(&self) -> Result<&Razorpay> {
        match self {
            Gateway::Live(Live { razorpay: Some(razorpay), .. }) => Ok(razorpay),
            _ => Err(Error::Common(Common::ProviderUnavailable)),
        }
    }

    /// Makes an intent known to its provider. `again`: it may be known there, although nobody here knows under which name.
    pub(crate) async fn make(&self, intent: &Intent, again: bool) -> Result<Made> {
        match intent.provider {
            Provider::Stripe => self.stripe()?.make(intent).await,
            Provider::Razorpay => self.razorpay()?.order(intent, again).await,
            _ => Err(Error::Common(Common::ProviderUnavailable)),
        }
    }

    /// Sees to it that a payment by this intent stays here; `false` if it never will.
    pub(crate) async fn capture(&self, intent: &Intent, payment: &str) -> Result<bool> {
        match intent.provider {
            _ if intent.is_local() => Ok(true),
            Provider::Razorpay => self.razorpay()?.capture(intent, payment).await,
            _ => Ok(true),
        }
    }

    /// Sees to it that the money goes back.
    pub(crate) async fn refund(&self, intent: &Intent) -> Result<Returned> {
        match (intent.provider, &intent.reference, &intent.transaction) {
            _ if intent.is_local() => Ok(Returned::Now),
            (Provider::Stripe, Some(reference), _) => {
                self.stripe()?.refund(intent, reference).await.map(|()| Returned::Now)
            }
            (Provider::Razorpay, _, Some(payment)) => self.razorpay()?.refund(intent, payment).await,
            _ => Err(Error::Common(Common::ProviderUnavailable)),
        }
    }
}
