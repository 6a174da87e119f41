#!/usr/bin/env bash
# Starts a gateway that keeps nothing, and plays examples/book.ts against it. The program is an argument, or the one
# `cargo build -p local` makes.
set -euo pipefail
cd "$(dirname "$0")"
local=$(realpath "${1:-../../target/debug/local}")

rm -rf build
npm run --silent build
export ADMIN_EMAIL=admin@example.org ADMIN_PASSWORD='correct horse battery'
# Its first line, which comes once it answers, ends with its address.
coproc GATEWAY { exec "$local" --memory --port 0; }
gateway=$GATEWAY_PID
trap 'kill "$gateway" && wait "$gateway"' EXIT
read -r line <&"${GATEWAY[0]}"
BASE_URL=${line##* } node build/examples/book.js
