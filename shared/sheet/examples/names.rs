//! Writes a table of many rows, as CSV where the file is called so, else as a PDF: how long it takes, and how much memory it
//! takes at the most, the table's own included.

use sheet::{Heading, pdf};

/// As `edge::csv` does it, which is not depended on for the sake of what stands above it.
fn csv(columns: &[&str], rows: &[Vec<String>]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(columns).expect("a header");
    // Each cell is looked at anew for what a spreadsheet would compute, and copied.
    rows.iter().for_each(|row| writer.write_record(row.clone()).expect("a row"));
    writer.into_inner().expect("a file")
}

/// The most memory this process has had, as Linux counts it.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.map_or_else(|| "unknown".to_owned(), |peak| peak.trim().to_owned())
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (path, count) = (arguments.next().expect("where to"), arguments.next().expect("how many rows"));
    let count: usize = count.parse().expect("a number");
    let names = ["Renée Dubois", "Ἀλέξανδρος Παπαδόπουλος", "Николай Ёлкин", "कृष्ण शर्मा", "山田太郎", "Ana-María Ñúñez"];
    let columns = [
        "id",
        "created_at",
        "student",
        "expert",
        "course",
        "slot_start",
        "slot_end",
        "status",
        "currency",
        "amount",
        "platform_fee",
        "earnings",
    ];
    let rows: Vec<Vec<String>> = (0..count)
        .map(|n| {
            let name = names[n % names.len()];
            let row = [
                &format!("{}", 172_963_943_268_789 + n),
                "2026-11-30T09:15:00Z",
                &format!("student{n}@example.org"),
                &format!("a.rather.long.address.of.somebody{}@mail.example.org", n % 50),
                name,
                "2026-12-01T09:15:00Z",
                "2026-12-01T10:15:00Z",
                "completed",
                "EUR",
                "25.00",
                "3.75",
                "21.25",
            ];
            row.iter().map(|cell| (*cell).to_owned()).collect()
        })
        .collect();
    let before = peak_memory();
    let begun = std::time::Instant::now();
    let bytes = match path.ends_with(".csv") {
        true => csv(&columns, &rows),
        false => {
            pdf(Heading { title: "Bookings", remark: "2026-11-01 to 2026-11-30" }, &columns, &rows).expect("a PDF")
        }
    };
    let took = begun.elapsed().as_secs_f64() * 1000.0;
    println!(
        "{count} rows: {took:.1} ms, {} bytes, at most {} of memory ({before} before)",
        bytes.len(),
        peak_memory()
    );
    std::fs::write(path, bytes).expect("it writes");
}
