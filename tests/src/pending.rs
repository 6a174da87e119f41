//! What is noted of a learner's pending bookings beside what there is.

use serde_json::Value as Json;

use crate::world::World;

/// The ids noted as pending, and those of bookings that are: all of a world.
///
/// # Panics
/// If the ids in all are not those by expert.
pub fn noted_and_real(world: &World) -> (Vec<String>, Vec<String>) {
    let items = world.table.items_where(|key| ["PENDING", "BOOKING"].contains(&key.sk.as_str()));
    let set = |value: &Json| -> Vec<String> {
        let ids = value["NS"].as_array().into_iter().flatten();
        ids.map(|id| id.as_str().expect("an id").to_owned()).collect()
    };
    let lists = items.iter().filter(|item| item["sk"]["S"] == "PENDING");
    let mut noted: Vec<_> = lists.clone().flat_map(|item| set(&item["all"])).collect();
    let members = lists.flat_map(|item| item.as_object().expect("an item"));
    let mut by_expert: Vec<_> =
        members.filter(|(name, _)| name.starts_with("with_")).flat_map(|(_, value)| set(value)).collect();
    // Some products take what waits no longer off the list only when that is full.
    let is_lazy = |item: &&Json| {
        let facade = item["facade"]["S"].as_str().and_then(domain::facade::Facade::of_word);
        facade.is_some_and(|facade| facade.rules().lazy)
    };
    let pending =
        items.iter().filter(|item| item["sk"]["S"] == "BOOKING" && (item["status"]["S"] == "pending" || is_lazy(item)));
    let root = |item: &Json| item["root"]["N"].as_str().or(item["id"]["N"].as_str()).expect("an id").to_owned();
    let mut real: Vec<_> = pending.map(root).collect();
    for ids in [&mut noted, &mut by_expert, &mut real] {
        ids.sort();
    }
    assert_eq!(noted, by_expert);
    (noted, real)
}
