#!/usr/bin/env python3
"""Figures of the Lambda binaries: stripped size, time from exec to the first poll of the Runtime API, resident memory.

    infra/figures/lambda.py target/lambda/*/bootstrap

The binaries must be built for this machine, as infra/second-opinion/run leaves them. A stand-in on loopback answers for
the Runtime API, the secret and the table; nothing else is needed.
"""

import http.server
import json
import os
import statistics
import subprocess
import sys
import threading
import time

RUNS = 9


class StandIn(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    polled = threading.Event()
    polled_at = 0.0

    def do_GET(self):  # the Runtime API: the first poll is what we wait for, and it is never answered
        StandIn.polled_at = time.perf_counter()
        StandIn.polled.set()
        time.sleep(60)

    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        target = self.headers.get("x-amz-target", "")
        secret = {"ARN": "arn", "Name": "n", "SecretString": json.dumps({"token_key": "k" * 64})}
        body = json.dumps(secret if target.endswith("GetSecretValue") else {}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/x-amz-json-1.1")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def resident_mb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        kb = next(line.split()[1] for line in status if line.startswith("VmRSS:"))
    return int(kb) / 1024


def run(binary, port):
    environment = {
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{port}", "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b",
        "AWS_LAMBDA_FUNCTION_NAME": "f", "AWS_LAMBDA_FUNCTION_VERSION": "1", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_LOG_GROUP_NAME": "g", "AWS_LAMBDA_LOG_STREAM_NAME": "s", "SECRETS_ARN": "arn", "TABLE_NAME": "t",
        "FILES_BUCKET": "b", "LOG_LEVEL": "error",
    }
    StandIn.polled.clear()
    begin = time.perf_counter()
    process = subprocess.Popen([binary], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        if not StandIn.polled.wait(10):
            process.kill()
            sys.exit(f"{binary} never polled: {process.stderr.read().decode(errors='replace')[-500:]}")
        return (StandIn.polled_at - begin) * 1000, resident_mb(process.pid)
    finally:
        process.kill()
        process.wait()


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), StandIn)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"{'binary':<12} {'size MB':>8} {'to first poll ms':>17} {'resident MB':>12}   median of {RUNS}")
    for binary in sys.argv[1:]:
        runs = [run(os.path.abspath(binary), server.server_port) for _ in range(RUNS)]
        name = os.path.basename(os.path.dirname(os.path.abspath(binary)))
        size = os.path.getsize(binary) / 1e6
        poll, resident = (statistics.median(column) for column in zip(*runs))
        print(f"{name:<12} {size:>8.1f} {poll:>17.1f} {resident:>12.1f}")


if __name__ == "__main__":
    main()
