//! Whoever takes the money. None can be run here, so beside the real one there is one that asks nobody.

use domain::payment::{Intent, Provider};

use super::stripe::{Made, Stripe};
use crate::settings::{self, BadSetting, Settings};
use crate::{Common, Error, Keyring, Result};

/// By which way providers are asked.
#[derive(Clone)]
pub enum Gateway {
    /// Nobody is asked: intents of all providers are made here, and wait for an event that anybody can sign who knows
    /// the provider's secret.
    Local,
    Stripe(Stripe),
}

impl Gateway {
    pub fn of(settings: &Settings, keyring: &Keyring) -> Result<Self, BadSetting> {
        match (settings.payment_provider, &keyring.stripe) {
            (settings::Provider::Simulated, _) => Ok(Gateway::Local),
            (settings::Provider::Stripe, Some(key)) => Ok(Gateway::Stripe(Stripe::live(key))),
            (settings::Provider::Stripe, None) => Err(BadSetting {
                name: "PAYMENT_PROVIDER",
                problem: "stripe takes no money without STRIPE_SECRET_KEY".to_owned(),
            }),
        }
    }

    /// Whether money can be taken by way of `provider`. Where real money is, nothing is paid by wishing.
    pub(crate) fn serves(&self, provider: Provider) -> bool {
        match self {
            Gateway::Local => true,
            Gateway::Stripe(_) => provider == Provider::Stripe,
        }
    }

    pub(crate) async fn make(&self, intent: &Intent) -> Result<Made> {
        match self {
            Gateway::Stripe(stripe) => stripe.make(intent).await,
            // It was left unfinished while another provider was configured.
            Gateway::Local => Err(Error::Common(Common::ProviderUnavailable)),
        }
    }

    /// Sees to it that the money has gone back.
    pub(crate) async fn refund(&self, intent: &Intent) -> Result<()> {
        match (self, &intent.reference) {
            _ if intent.is_local() => Ok(()),
            (Gateway::Stripe(stripe), Some(reference)) if intent.provider == Provider::Stripe => {
                stripe.refund(intent, reference).await
            }
            _ => Err(Error::Common(Common::ProviderUnavailable)),
        }
    }
}
