//! What every façade says alike (`design.md` §3): who is not let in, lost races, limits, machinery. It is all that may be
//! said before a façade is known, so the layers around a service say nothing else.

use app::Common;
use app::error::Quota;

use crate::auth::add_quota;
use crate::problem::Problem;

impl From<Common> for Problem {
    fn from(common: Common) -> Self {
        let sentence = common.to_string();
        match common {
            Common::NotFound => Self::not_found(),
            Common::Forbidden => Self::forbidden(sentence),
            Common::NotAuthenticated => Self::not_authenticated(),
            Common::TokenInvalid => Self::token_invalid(),
            Common::TokenExpired => Self::token_expired(),
            Common::TokenReused => Self::unauthenticated("token_reused", sentence),
            Common::InvalidCredentials => Self::invalid_credentials(),
            Common::OtpRequired => Self::otp_required(),
            Common::OtpInvalid => Self::otp_invalid(),
            Common::AccountSuspended => Self::account_suspended(),
            Common::RateLimited(quota) => rate_limited(&quota),
            Common::InFlight => Self::conflict("in_flight", sentence).with_retry_after(1),
            Common::KeyReused => Self::idempotency_mismatch(),
            Common::Stale | Common::Contended | Common::Held => {
                Self::conflict("conflict", Common::Contended.to_string()).with_retry_after(1)
            }
            Common::Maintenance(_) => Self::unavailable("maintenance", sentence, 60),
            Common::Unavailable => Self::unavailable("unavailable", sentence, 2),
            Common::ProviderUnavailable => Self::unavailable("provider_unavailable", sentence, 5),
            Common::Fault(_) | Common::Broken { .. } => {
                tracing::error!(error = sentence, "a request failed");
                Self::internal()
            }
        }
    }
}

fn rate_limited(quota: &Quota) -> Problem {
    let mut headers = http::HeaderMap::new();
    add_quota(&mut headers, quota);
    let wait = u64::try_from(quota.retry_after).unwrap_or(1);
    headers
        .into_iter()
        .filter_map(|(name, value)| Some((name?, value)))
        .fold(Problem::rate_limited().with_retry_after(wait), |problem, (name, value)| problem.with_header(name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_alike_has_one_status_and_code_each() {
        let quota = Quota { limit: 60, remaining: 0, resets_at: 120, retry_after: 7 };
        for (common, status, code) in [
            (Common::NotFound, 404, "not_found"),
            (Common::Forbidden, 403, "forbidden"),
            (Common::NotAuthenticated, 401, "not_authenticated"),
            (Common::TokenInvalid, 401, "token_invalid"),
            (Common::TokenExpired, 401, "token_expired"),
            (Common::TokenReused, 401, "token_reused"),
            (Common::InvalidCredentials, 401, "invalid_credentials"),
            (Common::OtpRequired, 401, "otp_required"),
            (Common::OtpInvalid, 401, "otp_invalid"),
            (Common::AccountSuspended, 403, "account_suspended"),
            (Common::RateLimited(quota), 429, "rate_limited"),
            (Common::InFlight, 409, "in_flight"),
            (Common::KeyReused, 422, "idempotency_mismatch"),
            (Common::Stale, 409, "conflict"),
            (Common::Contended, 409, "conflict"),
            (Common::Held, 409, "conflict"),
            (Common::Unavailable, 503, "unavailable"),
            (Common::Maintenance(String::new()), 503, "maintenance"),
            (Common::ProviderUnavailable, 503, "provider_unavailable"),
            (Common::Broken { what: "a", detail: "secret".to_owned() }, 500, "internal"),
        ] {
            let problem = Problem::from(common);
            assert_eq!((problem.status().as_u16(), problem.code()), (status, code));
            assert!(!problem.sentence().contains("secret"));
        }
    }
}
