#!/usr/bin/env bash
# Makes a certificate authority and a device certificate: make-certs.sh [THING] [ec|rsa] [FOLDER]
# e.g. `certs-sample/make-certs.sh boiler-07` or `certs-sample/make-certs.sh boiler-07 rsa /tmp/certs`.
# The authority in FOLDER (default: ./certs) is made once and used for every further device. Keys are readable by you alone.
set -euo pipefail
if [[ ${1:-} =~ ^(-h|--help)$ ]]; then sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; exit 0; fi
umask 077
thing=${1:-thermostat-01}
kind=${2:-ec}
folder=${3:-./certs}
[[ $thing =~ ^[a-zA-Z0-9_-]{3,128}$ ]] || { echo "make-certs: '$thing' cannot name both a thing and a table: use 3 to 128 of a-z A-Z 0-9 _ -" >&2; exit 2; }
mkdir -p "$folder/$thing"

new_key() {
  case $kind in
    ec) openssl ecparam -name prime256v1 -genkey -noout ;;
    rsa) openssl genrsa 2048 2>/dev/null ;;
    *) echo "make-certs: '$kind' is neither ec nor rsa" >&2; exit 2 ;;
  esac >"$1"
}

if [ ! -s "$folder/ca.key" ]; then
  new_key "$folder/ca.key"
  openssl req -x509 -new -key "$folder/ca.key" -sha256 -days 3650 -subj "/CN=$(basename "$(cd "$folder" && pwd)") device CA" -out "$folder/ca.pem"
fi

new_key "$folder/$thing/private.key"
openssl req -new -key "$folder/$thing/private.key" -subj "/CN=$thing" -out "$folder/$thing/request.csr"
printf 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\n' >"$folder/extensions.cnf"
openssl x509 -req -in "$folder/$thing/request.csr" -CA "$folder/ca.pem" -CAkey "$folder/ca.key" -CAcreateserial \
  -days 825 -sha256 -extfile "$folder/extensions.cnf" -out "$folder/$thing/certificate.pem" 2>/dev/null
rm "$folder/$thing/request.csr" "$folder/extensions.cnf"
chmod 644 "$folder/ca.pem" "$folder/$thing/certificate.pem"
echo "$folder/$thing/certificate.pem and private.key ($kind), signed by $folder/ca.pem"
