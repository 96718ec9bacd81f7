#!/usr/bin/env bash
# Sends one record, plain and gzipped, looks it up, and checks that bad requests are refused.
# Usage: VEDETTE_KEY=... scripts/test-ingest.sh
set -euo pipefail
. "$(dirname "$0")/lib.sh"
need_key "ingest and read"

record="{\"ts\":$(date +%s),\"src_ip\":\"192.0.2.10\",\"dst_ip\":\"198.51.100.20\",\"src_port\":51000,\"dst_port\":443,\"proto\":\"tcp\",\"bytes\":1200,\"packets\":9,\"app\":\"test-ingest\"}"

ask POST /v1/ingest "{\"collector_id\":\"test-ingest\",\"format\":\"flows.v1\",\"records\":[$record]}"
expect 202 'POST /v1/ingest'

answer=$(
  printf '%s\n' "$record" | gzip |
    curl --silent --show-error --max-time 30 --output /dev/null --write-out '%{http_code}' \
      --header @<(printf 'Authorization: Bearer %s\n' "$key") --header 'Content-Type: application/x-ndjson' \
      --header 'Content-Encoding: gzip' --data-binary @- "$server/v1/ingest"
) || fail "no answer from $server"
[ "$answer" = 202 ] || fail "POST /v1/ingest with gzip answered $answer, not 202"
echo "ok   POST /v1/ingest, gzipped NDJSON (202)"

ask POST /v1/ingest '[]'
expect 400 'POST /v1/ingest without a record'
ask POST /v1/lookup '{"ip":"192.0.2.10"}'
expect 200 'POST /v1/lookup'
ask POST /v1/lookup '{"ip":"192.0.2"}'
expect 400 'POST /v1/lookup of no address'
