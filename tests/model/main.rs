//! probe
use std::time::Instant;
use app::caller::Caller;
use app::tokens::Claims;
use app::Keep;
use domain::ids::{SessionId, UserId};
use tests::{Setup, World};

#[test]
fn probe() {
    let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    rt.block_on(async {
        let t = Instant::now();
        let world = World::with(Setup { seed: Some(1), ..Setup::default() }).await;
        println!("world {:?}", t.elapsed());
        let t = Instant::now();
        let a = world.register("ada").await;
        let b = world.register("bob").await;
        println!("register 2 {:?}", t.elapsed());
        let (ai, bi) = (UserId::new(a.id).unwrap(), UserId::new(b.id).unwrap());
        let ca = Caller::presumed(&Claims { user: ai, session: SessionId::new(5).unwrap() });
        let t = Instant::now();
        for _ in 0..300 {
            app::wallet::balance(&world.app, ca).await.unwrap();
        }
        println!("balance x300 {:?}", t.elapsed());
        app::wallet::purchase(&world.app, ca, domain::payment::Method::PayPal, 500, Keep::nothing()).await.unwrap();
        let t = Instant::now();
        let mut ids = vec![];
        for n in 0..300 {
            let start = tests::minute(60 + n * 30);
            let r = app::bookings::Request { expert: bi, title: "x".into(), description: String::new(), category: None, times: domain::booking::Times { start, end: start + chrono::TimeDelta::minutes(30) } };
            ids.push(app::bookings::request(&world.app, ca, r, Keep::nothing()).await.unwrap().id);
        }
        println!("request x300 {:?}", t.elapsed());
        let t = Instant::now();
        for id in &ids {
            app::bookings::step(&world.app, ca, *id, domain::booking::Step::Cancel).await.unwrap();
        }
        println!("cancel x300 {:?}", t.elapsed());
        let t = Instant::now();
        for id in &ids {
            app::bookings::find(&world.app, ca, *id).await.unwrap();
        }
        println!("find x300 {:?}", t.elapsed());
        let t = Instant::now();
        for n in 0..300 {
            let start = tests::minute(60 + n * 30);
            world.app.store.busy(&[ai, bi], domain::interval::Interval::new(start, start + chrono::TimeDelta::minutes(30)).unwrap()).await.unwrap();
        }
        println!("busy x300 {:?}", t.elapsed());
        let t = Instant::now();
        world.app.store.stock().await.unwrap();
        println!("stock {:?}", t.elapsed());
        let t = Instant::now();
        let n = world.table.items().len();
        println!("items {n} {:?}", t.elapsed());
    });
}
