//! Students and mentors, by the real use-cases.

use app::{Error, people, serials};
use domain::lifecycle::Seat;

use super::Stage;
use super::words::refused;
use crate::command::{Answer, Heard};
use crate::mentorship::Act;

impl Stage {
    pub(super) async fn mentorship(&self, act: &Act) -> Heard {
        let Act::Number { by, as_mentor } = *act;
        let role = if as_mentor { Seat::Expert } else { Seat::Learner };
        let numbered = async {
            let user = people::me(self.app(), self.caller(by)).await?;
            user.has_role(role).map_err(Error::from)?;
            serials::ensure(self.app(), user, role).await
        };
        numbered.await.map(|(_, serial)| Answer::Made(serial.get().into())).map_err(refused)
    }
}
