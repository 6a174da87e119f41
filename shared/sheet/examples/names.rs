//! Writes a table of many rows: how long it takes and how much it needs (`/usr/bin/time -v`).

use sheet::{Heading, pdf};

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
    let begun = std::time::Instant::now();
    let bytes = pdf(Heading { title: "Bookings", remark: "2026-11-01 to 2026-11-30" }, &columns, &rows).expect("a PDF");
    println!("{count} rows: {} ms, {} bytes", begun.elapsed().as_millis(), bytes.len());
    std::fs::write(path, bytes).expect("it writes");
}
