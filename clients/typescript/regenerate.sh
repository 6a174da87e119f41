#!/usr/bin/env bash
# Writes the document from the routes and the client from the document, and says what is wrong with either.
set -euo pipefail
cd "$(dirname "$0")/../.."
UPDATE_OPENAPI=1 cargo test -p tests --test house openapi
cd clients/typescript
[ -x node_modules/.bin/openapi-ts ] || npm ci --ignore-scripts
npm run generate
npm run check
npm run lint-document
