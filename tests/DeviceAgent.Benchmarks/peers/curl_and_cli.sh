#!/usr/bin/env bash
# What AWS's own walk-through of the credentials provider does, made a loop: curl with the device's certificate, then the AWS CLI.
# curl_and_cli.sh write FILE BATCH (FILE is NDJSON, - for standard input) | fetch TIMES
# The variables are those of the other peers: scripts/benchmark.sh.
set -euo pipefail

fetch() {
  curl -sS --fail --cert "$CERTIFICATE" --key "$PRIVATE_KEY" --cacert "$CA_FILE" -H "x-amzn-iot-thingname: $THING_NAME" "$CREDENTIALS_URL"
}

# items: readings on standard input, DynamoDB's items on standard output, one a line.
items() {
  jq --unbuffered -c --arg serial "$THING_NAME" '{serial_number: {S: $serial}} + map_values(if type == "number" then {N: tostring} elif type == "boolean" then {BOOL: .} else {S: .} end)'
}

if [ "$1" = fetch ]; then
  for ((n = 0; n < $2; n++)); do
    begun=$EPOCHREALTIME
    fetch >/dev/null
    ended=$EPOCHREALTIME
    printf '%d.%03d\n' "$(((${ended/./} - ${begun/./}) / 1000))" "$(((${ended/./} - ${begun/./}) % 1000))"
  done
  exit
fi

if [ -n "${CREDENTIALS_URL:-}" ]; then
  eval "$(fetch | jq -r '.credentials | @sh "export AWS_ACCESS_KEY_ID=\(.accessKeyId) AWS_SECRET_ACCESS_KEY=\(.secretAccessKey) AWS_SESSION_TOKEN=\(.sessionToken)"')"
fi

# aws 2.13 and 1.29 know AWS_ENDPOINT_URL_DYNAMODB themselves; Debian 12's does not.
dynamodb() { "${AWS_CLI:-aws}" --endpoint-url "$AWS_ENDPOINT_URL_DYNAMODB" dynamodb "$@" >/dev/null; }

if [ "$2" = - ]; then exec 3<&0; else exec 3<"$2"; fi
if [ "$3" -eq 1 ]; then
  while read -r item; do dynamodb put-item --table-name "$TABLE" --item "$item"; done < <(items <&3)
else
  while mapfile -t -n "$3" batch && [ ${#batch[@]} -gt 0 ]; do
    requests=$(printf '{"PutRequest":{"Item":%s}},' "${batch[@]}")
    dynamodb batch-write-item --request-items "{\"$TABLE\":[${requests%,}]}"
  done < <(items <&3)
fi
