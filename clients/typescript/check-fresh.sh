#!/usr/bin/env bash
# The committed client is what the committed document makes. Generates beside it and compares.
set -euo pipefail
cd "$(dirname "$0")"
# Within this directory, because relative paths and the compiler's settings are looked up from it.
fresh=$(mktemp -d build-XXXXXX)
trap 'rm -rf "$fresh"' EXIT
OUTPUT=$fresh npm run --silent generate >"$fresh.log" 2>&1 || { cat "$fresh.log"; rm -f "$fresh.log"; exit 1; }
rm -f "$fresh.log"
diff -r "$fresh" src && exit
echo 'clients/typescript/src is stale: npm run generate, in clients/typescript' >&2
exit 1
