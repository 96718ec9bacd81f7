#!/usr/bin/env bash
# Sends enriched events to Splunk, and one marked event now to see that it works.
# Usage: VEDETTE_KEY=... SPLUNK_HEC_URL=https://splunk.example:8088 SPLUNK_HEC_TOKEN=... scripts/configure-splunk.sh
# Also: SPLUNK_INDEX (telemetry), SPLUNK_SOURCETYPE (telemetry:event), SPLUNK_VERIFY_TLS (true), SPLUNK_ALLOW_PRIVATE
# (auto: set where the address is a private one).
set -euo pipefail
. "$(dirname "$0")/lib.sh"
need_key admin
[ -n "${SPLUNK_HEC_URL:-}" ] || fail "set SPLUNK_HEC_URL"
[ -n "${SPLUNK_HEC_TOKEN:-}" ] || fail "set SPLUNK_HEC_TOKEN"
verify=${SPLUNK_VERIFY_TLS:-true}
[[ $verify =~ ^(true|false)$ ]] || fail "SPLUNK_VERIFY_TLS is true or false"

private=$(allow_private SPLUNK_ALLOW_PRIVATE "${SPLUNK_ALLOW_PRIVATE:-auto}" "$SPLUNK_HEC_URL")
ask POST /v1/outputs/splunk "{\"hec_url\":$(json "$SPLUNK_HEC_URL"),\"token\":$(json "$SPLUNK_HEC_TOKEN"),\"index\":$(json "${SPLUNK_INDEX:-telemetry}"),\"sourcetype\":$(json "${SPLUNK_SOURCETYPE:-telemetry:event}"),\"verify_tls\":$verify$private}"
expect 200 'POST /v1/outputs/splunk'
test_event splunk
