//! A build of the local program, started for the load and stopped after it.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Fault;
use crate::client::{Asked, Connection};

/// Limits are not what is measured.
const OUT_OF_THE_WAY: [(&str, &str); 4] = [
    ("RATE_LIMIT_PER_MINUTE", "1000000"),
    ("RATE_LIMIT_AUTH_PER_MINUTE", "1000000"),
    ("PENDING_BOOKINGS_PER_EXPERT", "10000"),
    ("PENDING_BOOKINGS_PER_PERSON", "10000"),
];
const LONGEST_START: Duration = Duration::from_secs(60);

pub(crate) struct Program {
    pub port: u16,
    /// From its start to its first answer.
    pub started: Duration,
    child: Child,
    data: PathBuf,
}

impl Program {
    pub(crate) async fn start(path: &Path) -> Result<Self, Fault> {
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let data = std::env::temp_dir().join(format!("bench-{}-{port}", std::process::id()));
        fs::create_dir(&data)?;
        let begun = Instant::now();
        let child = Command::new(path)
            .args(["--port", &port.to_string(), "--data"])
            .arg(&data)
            .envs(OUT_OF_THE_WAY)
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| format!("{}: {error}", path.display()))?;
        let mut program = Self { port, started: Duration::ZERO, child, data };
        while begun.elapsed() < LONGEST_START {
            if let Ok(mut connection) = Connection::open(port).await
                && connection.must(Asked::get("/api/health/", "")).await.is_ok()
            {
                program.started = begun.elapsed();
                return Ok(program);
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Err(format!("{} does not answer", path.display()).into())
    }

    /// How much of its memory is in use.
    pub(crate) fn resident_mb(&self) -> Result<f64, Fault> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kilobytes / 1024.0)
    }

    pub(crate) fn data_mb(&self) -> Result<f64, Fault> {
        let mut bytes = 0;
        for entry in fs::read_dir(&self.data)? {
            let told = entry?.metadata()?;
            bytes += if told.is_file() { told.len() } else { 0 };
        }
        Ok(bytes as f64 / 1_000_000.0)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // What cannot be removed is in the system's temporary directory.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.data);
    }
}
