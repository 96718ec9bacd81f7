#!/usr/bin/env bash
# Is the server there and well? Usage: VEDETTE_SERVER=https://vedette.example scripts/test-health.sh
set -euo pipefail
. "$(dirname "$0")/lib.sh"

for path in /v1/health /health /api/health /v1/version; do
  ask GET "$path"
  expect 200 "GET $path"
done
ask GET /v1/health
case $body in
  *'"status":"ok"'*) echo "ok   every component is well" ;;
  *) fail "not well: $body" ;;
esac
