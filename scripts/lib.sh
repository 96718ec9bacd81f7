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

# Whether an address (IPv4, IPv6) is private or loopback, as the server means it.
private_address() {
  case $1 in
    10.* | 127.* | 192.168.* | 192.0.0.* | 198.18.* | 198.19.* | ::1 | [Ff][CcDd]??:*) return 0 ;;
    172.1[6-9].* | 172.2[0-9].* | 172.3[01].*) return 0 ;;
    100.6[4-9].* | 100.[7-9][0-9].* | 100.1[01][0-9].* | 100.12[0-7].*) return 0 ;;
  esac
  return 1
}

# Whether the host of a URL is a private address, or a name that has one on this machine.
leads_inside() {
  local host=${1#*://} address
  host=${host%%/*}
  host=${host##*@}
  if [[ $host == \[* ]]; then
    host=${host#\[}
    host=${host%%\]*}
  else
    host=${host%%:*}
  fi
  case $host in localhost | *.localhost) return 0 ;; esac
  private_address "$host" && return 0
  command -v getent >/dev/null || return 1
  while read -r address _; do
    private_address "$address" && return 0
  done < <(getent ahosts "$host" || true)
  return 1
}

# allow_private NAME SETTING URL...: ',"allow_private":true' where the setting (auto, true, false) and the URLs want it.
allow_private() {
  local name=$1 setting=$2 url
  shift 2
  [[ $setting =~ ^(auto|true|false)$ ]] || fail "$name is auto, true or false"
  if [ "$setting" = auto ]; then
    for url in "$@"; do
      leads_inside "$url" || continue
      echo "note $url is inside your network: allow_private is set ($name=false keeps it off)" >&2
      setting=true
    done
  fi
  [ "$setting" != true ] || printf ',"allow_private":true'
}

# test_event TARGET: sends one marked event, and ends unless the receiver took it.
test_event() {
  ask POST /v1/outputs/test "{\"target\":\"$1\"}"
  expect 200 'POST /v1/outputs/test'
  echo "$body"
  [[ $body == *'"status":"ok"'* ]] || fail "$1 is configured, and did not take the test event"
}
