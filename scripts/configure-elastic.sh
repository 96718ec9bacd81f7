#!/usr/bin/env bash
# Sends enriched events to Elasticsearch or OpenSearch, and one marked event now to see that it works.
# Usage: VEDETTE_KEY=... ELASTIC_URL=https://elastic.example:9200 ELASTIC_API_KEY=... scripts/configure-elastic.sh
# Also: ELASTIC_USERNAME and ELASTIC_PASSWORD instead of the key, ELASTIC_INDEX_PREFIX (telemetry-),
# ELASTIC_VERIFY_TLS (true), ELASTIC_ALLOW_PRIVATE (auto: set where an address is a private one). Several addresses are
# separated by commas.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
need_key admin
[ -n "${ELASTIC_URL:-}" ] || fail "set ELASTIC_URL"
verify=${ELASTIC_VERIFY_TLS:-true}
[[ $verify =~ ^(true|false)$ ]] || fail "ELASTIC_VERIFY_TLS is true or false"

urls=
IFS=, read -ra addresses <<<"$ELASTIC_URL"
for address in "${addresses[@]}"; do urls+="${urls:+,}$(json "$address")"; done
request="{\"urls\":[$urls],\"index_prefix\":$(json "${ELASTIC_INDEX_PREFIX:-telemetry-}"),\"verify_tls\":$verify"
[ -z "${ELASTIC_API_KEY:-}" ] || request+=",\"api_key\":$(json "$ELASTIC_API_KEY")"
[ -z "${ELASTIC_USERNAME:-}" ] || request+=",\"username\":$(json "$ELASTIC_USERNAME")"
[ -z "${ELASTIC_PASSWORD:-}" ] || request+=",\"password\":$(json "$ELASTIC_PASSWORD")"
private=$(allow_private ELASTIC_ALLOW_PRIVATE "${ELASTIC_ALLOW_PRIVATE:-auto}" "${addresses[@]}")
request+=$private

ask POST /v1/outputs/elastic "$request}"
expect 200 'POST /v1/outputs/elastic'
test_event elastic
