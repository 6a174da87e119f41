//! How fast the engine is: `cargo run --release -p engine --example rates [-- seconds of overwrites]`.
//!
//! A table of 20,000 items of 340 to 1,540 bytes, as the bake-off of `docs/decisions` had them; one thread and sixteen, in memory
//! and in a file; then overwrites for a minute, and the file's bytes beside those of what lives in it.

use std::hint::black_box;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use engine::{Durability, Engine, Given};
use table::{Index, Item, Key, Range, Returning, Select, Update, Value, Write, absent, exists};
use tokio::runtime::{Builder, Runtime};

const ITEMS: u64 = 20_000;
const LISTS: u64 = 200;
const MEASURED: Duration = Duration::from_secs(3);

fn text(text: impl Into<String>) -> Value {
    Value::S(text.into())
}

fn key(number: u64) -> Key {
    Key { pk: format!("BOOKING#{:020}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15)), sk: format!("ITEM#{number:08}") }
}

/// A different number each time, and the same in every run.
fn scattered(step: u64) -> u64 {
    let mixed = u128::from(step ^ 0x9e37_79b9_7f4a_7c15) * 0xa076_1d64_78bd_642f;
    (mixed as u64) ^ ((mixed >> 64) as u64)
}

fn item(number: u64, version: u64) -> Item {
    let chance = scattered(number);
    let mut item = key(number).item();
    item.insert("la".to_owned(), text(format!("LIST#{}", number % LISTS)));
    item.insert("rank".to_owned(), text(format!("{:016x}", scattered(number.wrapping_add(version << 40)))));
    item.insert("version".to_owned(), Value::N(version.to_string()));
    item.insert("created_at".to_owned(), text("2026-11-29T12:00:00.000Z"));
    for part in 0..10 {
        let length = usize::try_from(20 + (chance >> (part * 4)) % 120).unwrap_or_default();
        item.insert(format!("attribute_{part}"), text("lorem ipsum ".repeat(12)[..length].to_owned()));
    }
    item
}

/// Nine items read under their conditions and written; six of them move in their index.
fn transaction(step: u64) -> Vec<Write> {
    let legs = (0..9).map(|leg| {
        let number = scattered(step * 9 + leg) % (ITEMS / 9) * 9 + leg;
        if leg < 6 {
            return Write::Put { item: item(number, step + 1), condition: Some(exists("pk")) };
        }
        let change = Update::of(key(number)).set("changed", text(format!("{step:020}")));
        Write::Update(change.add("version", Value::N("1".to_owned())).when(exists("pk").and(absent("gone"))))
    });
    legs.collect()
}

fn runtime() -> Runtime {
    Builder::new_current_thread().build().expect("a runtime can be had")
}

/// Of this process, in hundredths of a second.
fn processor_time() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    stat.split(' ').skip(13).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum()
}

/// Asks again and again on so many threads, and prints the rate and the middle of the times.
fn measure<F: Future<Output = bool>>(what: &str, threads: usize, ask: impl Fn(u64) -> F + Clone + Send) {
    let steps = Arc::new(AtomicU64::new(0));
    let (begun, processor) = (Instant::now(), processor_time());
    let mut times: Vec<Duration> = Vec::new();
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..threads)
            .map(|_| {
                let (steps, ask) = (steps.clone(), ask.clone());
                scope.spawn(move || {
                    let (runtime, mut times) = (runtime(), Vec::new());
                    runtime.block_on(async {
                        while begun.elapsed() < MEASURED {
                            let asked = Instant::now();
                            let is_done = ask(steps.fetch_add(1, Ordering::Relaxed)).await;
                            // What met another was refused, and is no work done.
                            if is_done {
                                times.push(asked.elapsed());
                            }
                        }
                    });
                    times
                })
            })
            .collect();
        times.extend(all.into_iter().flat_map(|thread| thread.join().expect("nobody panics")));
    });
    let seconds = begun.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |part: f64| times.get((times.len() as f64 * part) as usize).copied().unwrap_or_default().as_micros();
    let refused = steps.load(Ordering::Relaxed) - times.len() as u64;
    let rate = times.len() as f64 / seconds;
    let (processor, count) = (processor_time() - processor, times.len().max(1) as u64);
    let each = processor * 10_000 / count;
    let (half, most) = (at(0.5), at(0.99));
    println!(
        "{what:<38} {threads:>3} {rate:>9.0}/s p50 {half:>6} µs p99 {most:>6} µs CPU {each:>5} µs {refused:>5} met"
    );
}

fn all_of(engine: &Engine, name: &str, base: u64) {
    for threads in [1, 16] {
        let ask = |step| {
            let found = engine.get(&key(scattered(step) % ITEMS)).expect("it can be read");
            std::future::ready(black_box(found).answer.is_some())
        };
        measure(&format!("{name}: get"), threads, ask);
        let ask = |step| {
            let partition = format!("LIST#{}", scattered(step) % LISTS);
            let range =
                Range { index: Some(Index::ByA), partition, descending: true, limit: Some(10), ..Range::default() };
            let found = engine.query(&range, None, Select::Items).expect("it can be read");
            std::future::ready(black_box(found).answer.count == 10)
        };
        measure(&format!("{name}: newest 10 of an index"), threads, ask);
        let ask = |step| async move {
            let change = Update::of(key(scattered(step) % ITEMS)).set("rank", text(format!("{step:020}")));
            let done = engine.update(&change.when(exists("pk")), Returning::Nothing).await;
            engine.trim(*engine.news().borrow());
            done.is_ok()
        };
        measure(&format!("{name}: update that moves an entry"), threads, ask);
        let ask = |step: u64| async move {
            let step = base + threads as u64 * 100_000_000 + step;
            let done = engine.transact(&transaction(step), &format!("{step:016x}")).await;
            engine.trim(*engine.news().borrow());
            done.is_ok()
        };
        measure(&format!("{name}: transaction of 9 items"), threads, ask);
    }
}

/// Reads while another thread writes without a pause.
fn beside_a_writer(engine: &Engine, name: &str) {
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            runtime().block_on(async {
                let mut step = 700_000_000_000_u64;
                while !is_over.load(Ordering::Relaxed) {
                    engine.transact(&transaction(step), &format!("{step:016x}")).await.expect("nobody else writes");
                    engine.trim(*engine.news().borrow());
                    step += 1;
                }
            });
        });
        let ask = |step| {
            let found = engine.get(&key(scattered(step) % ITEMS)).expect("it can be read");
            std::future::ready(black_box(found).answer.is_some())
        };
        measure(&format!("{name}: get beside a writer"), 1, ask);
        is_over.store(true, Ordering::Relaxed);
    });
}

fn given() -> Given {
    let started = Instant::now();
    Given::clock(move || u64::try_from(started.elapsed().as_millis()).unwrap_or_default())
}

async fn fill(engine: &Engine) {
    for start in (0..ITEMS).step_by(1000) {
        let items: Vec<Item> = (start..start + 1000).map(|number| item(number, 0)).collect();
        engine.fill(&items).await.expect("it can be filled");
    }
}

fn live_bytes(engine: &Engine) -> u64 {
    let mut bytes = 0;
    let size = |value: &Value| value.as_s().map_or(8, String::len);
    engine
        .each(|item| bytes += item.iter().map(|(name, value)| (name.len() + size(value)) as u64).sum::<u64>())
        .expect("it can be read");
    bytes
}

fn resident_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap_or_default() / 1024
}

fn overwrite(path: &Path, engine: &Engine, seconds: u64) {
    let (begun, processor, filled) = (Instant::now(), processor_time(), resident_mb());
    let (mut step, mut tens) = (900_000_000_000_u64, Vec::new());
    runtime().block_on(async {
        while begun.elapsed().as_secs() < seconds {
            engine.transact(&transaction(step), &format!("{step:016x}")).await.expect("nobody else writes");
            engine.trim(*engine.news().borrow());
            let ten = usize::try_from(begun.elapsed().as_secs() / 10).unwrap_or_default();
            tens.resize(tens.len().max(ten + 1), 0);
            tens[ten] += 1;
            step += 1;
        }
    });
    // redb doubles a file that is full; what was never written takes no room on the disk.
    let (length, file) = std::fs::metadata(path).map_or((0, 0), |file| (file.len(), file.blocks() * 512));
    let live = live_bytes(engine);
    let each = (processor_time() - processor) * 10_000 / tens.iter().sum::<u64>().max(1);
    println!("transactions of 9 items in each ten seconds: {tens:?}; CPU of one {each} µs");
    println!("file {file} bytes (length {length}), living items {live}: {:.2}", file as f64 / live as f64);
    println!("{filled} MB resident before, {} MB behind", resident_mb());
}

fn main() {
    let seconds = std::env::args().nth(1).and_then(|seconds| seconds.parse().ok()).unwrap_or(60);
    let directory = std::env::temp_dir().join(format!("engine-rates-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory can be made");
    println!("on so many threads; {} MB resident", resident_mb());
    let path = directory.join("overwritten");
    let engine = Engine::open(&path, Durability::Process, given()).expect("a file can be made");
    runtime().block_on(fill(&engine));
    overwrite(&path, &engine, seconds);
    drop(engine);
    let engine = Engine::memory(given()).expect("memory can be had");
    runtime().block_on(fill(&engine));
    all_of(&engine, "memory", 0);
    drop(engine);
    for (durability, name) in [(Durability::Power, "file, synced"), (Durability::Process, "file")] {
        let path = directory.join(name);
        let engine = Engine::open(&path, durability, given()).expect("a file can be made");
        runtime().block_on(fill(&engine));
        all_of(&engine, name, 1 << 40);
        beside_a_writer(&engine, name);
    }
    let _ = std::fs::remove_dir_all(&directory);
}
