# Sourced by the scripts beside it: where the server is, with which key, and how to ask it.
# VEDETTE_SERVER (http://127.0.0.1:8080) and VEDETTE_KEY or API_KEY; the key never becomes an argument of a program,
# where every user of the machine could read it.

server="${VEDETTE_SERVER:-http://127.0.0.1:8080}"
server="${server%/}"
key="${VEDETTE_KEY:-${API_KEY:-}}"

fail() {
  echo "error: $*" >&2
  exit 1
}

need_key() {
  [ -n "$key" ] || fail "set VEDETTE_KEY to an API key with the scope $1"
}

# Text as a JSON string.
json() {
  local text=$1
  text=${text//\\/\\\\}
  text=${text//\"/\\\"}
  text=${text//$'\t'/\\t}
  text=${text//$'\r'/\\r}
  text=${text//$'\n'/\\n}
  printf '"%s"' "$text"
}

# ask METHOD PATH [BODY] [HEADER]: sets $status and $body.
ask() {
  local answer arguments=(--silent --show-error --max-time 30 --request "$1" --write-out '\n%{http_code}')
  [ $# -gt 3 ] && arguments+=(--header "$4")
  if [ $# -gt 2 ]; then
    arguments+=(--header 'Content-Type: application/json' --data-binary @-)
  fi
  answer=$(
    printf '%s' "${3:-}" |
      curl "${arguments[@]}" --header @<([ -z "$key" ] || printf 'Authorization: Bearer %s\n' "$key") "$server$2"
  ) || fail "no answer from $server"
  status=${answer##*$'\n'}
  body=${answer%$'\n'*}
}

# expect STATUS WHAT: ends with the answer when the last one had another status.
expect() {
  [ "$status" = "$1" ] || fail "$2 answered $status, not $1: $body"
  echo "ok   $2 ($status)"
}
