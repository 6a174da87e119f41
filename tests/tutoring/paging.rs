//! Lists that lead in both directions (`tutoring.md` §1).

use app::paging::{Key, Slice, Start, Wanted, cut};
use app::{Common, Error};
use tests::World;

fn page(world: &World, (rows, descending): (i64, bool), start: Start) -> Result<Slice<i64>, Error> {
    let all = (1..=rows).collect();
    // Rows with one key are told apart by their id.
    cut(&world.app, "rows", (all, descending), |row| (Key::Number(row / 3), *row), &Wanted { start, size: 5 })
}

#[tokio::test]
async fn a_list_gives_every_row_once_forth_and_back() {
    let world = World::new().await;
    for (rows, descending) in [(1, false), (5, false), (17, false), (17, true)] {
        let mut expected: Vec<_> = (1..=rows).collect();
        if descending {
            expected.reverse();
        }
        let (mut forth, mut last) = (Vec::new(), page(&world, (rows, descending), Start::Number(1)).unwrap());
        assert_eq!(last.previous, None);
        loop {
            forth.extend(last.items.clone());
            let Some(next) = last.next.clone() else { break };
            last = page(&world, (rows, descending), Start::Cursor(next)).unwrap();
        }
        assert_eq!(forth, expected);
        let mut back = last.items.clone();
        while let Some(previous) = last.previous.clone() {
            last = page(&world, (rows, descending), Start::Cursor(previous)).unwrap();
            back.splice(0..0, last.items.clone());
        }
        assert_eq!(back, expected);
    }
}

#[tokio::test]
async fn pages_have_numbers_and_a_count_that_ends_at_a_thousand() {
    let world = World::new().await;
    let third = page(&world, (12, false), Start::Number(3)).unwrap();
    assert_eq!((third.items, third.count, third.next), (vec![11, 12], 12, None));
    assert!(page(&world, (0, false), Start::Number(1)).unwrap().items.is_empty(), "of nothing");
    let beyond = page(&world, (12, false), Start::Number(4));
    assert!(matches!(beyond, Err(Error::Common(Common::NotFound))));
    assert_eq!(page(&world, (1200, false), Start::Number(1)).unwrap().count, 1000);
    let forged = page(&world, (12, false), Start::Cursor("forged".to_owned()));
    assert!(matches!(forged, Err(Error::BadCursor)));
}
