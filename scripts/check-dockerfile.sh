#!/usr/bin/env bash
# Tries Dockerfile.arm64 where there is no Docker: check-dockerfile.sh [--published FOLDER]
# Runs the commands of its stages in folders that stand for the images (a Debian 12 by mmdebstrap with this machine's .NET SDK for
# ubuntu:24.04 with Ubuntu's), then starts the result as process 1 on a read-only root, by qemu: the version, the health check's exit
# codes with and without an agent, its user, SIGTERM. With --published the native build is not done once more. Needs root; not part of CI.
set -euo pipefail
if [[ ${1:-} =~ ^(-h|--help)$ ]]; then sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; exit 0; fi
published=
if [ "${1:-}" = --published ]; then
  published=$(cd "$2" && pwd)
  shift 2
fi
[ $# -eq 0 ] || { echo "usage: $0 [--published FOLDER]" >&2; exit 2; }
[ "$(id -u)" -eq 0 ] || { echo "check-dockerfile.sh: needs root (chroot, mounts)" >&2; exit 2; }
if [ -z "${CHECK_DOCKERFILE_WORK:-}" ]; then
  # All mounts are made in a namespace of their own and are gone with it: what is removed here, outside of it, holds no mount of this
  # machine's folders. Nothing is ever removed inside.
  work=$(mktemp -d)
  chmod 755 "$work"
  status=0
  CHECK_DOCKERFILE_WORK=$work unshare --mount --propagation private --pid --fork --kill-child --mount-proc "$0" ${published:+--published "$published"} || status=$?
  if grep -q " $work" /proc/self/mounts; then
    echo "check-dockerfile.sh: mounts are left under $work; it is not removed" >&2
    exit 1
  fi
  rm -rf --one-file-system "$work"
  exit "$status"
fi
work=$CHECK_DOCKERFILE_WORK
cd "$(dirname "$0")/.."
. scripts/lib.sh
fail() { echo "check-dockerfile.sh: $*" >&2; exit 1; }
need 'mmdebstrap --version' mmdebstrap
need 'qemu-aarch64-static --version' qemu-user-static
need 'openssl version' openssl
# What the file's instructions say; the last stage's are those of the image.
stage= workdir=/ user= entrypoint= cmd= health= stop=
declare -A roots=() defaults=()
words() { sed 's/^\[//; s/\]$//; s/"//g; s/,/ /g' <<<"$1"; }

base() {
  local image=$1
  mkdir -p "$stage"
  case $image in
    scratch) return ;;
    ubuntu:24.04 | ubuntu:24.04@sha256:*) ;;
    *) fail "no stand-in for the image $image" ;;
  esac
  mmdebstrap --quiet --variant=minbase --include=git,libicu72,libssl3 bookworm "$stage" /etc/apt/sources.list.d/debian.sources
  cp -r /etc/apt/apt.conf.d/. "$stage/etc/apt/apt.conf.d/"
  cp /etc/resolv.conf /etc/hosts "$stage/etc/" 2>/dev/null || true
  mount --rbind /proc "$stage/proc"
  mount --rbind /dev "$stage/dev"
  if [ -z "$published" ]; then
    mkdir -p "$stage/usr/lib/dotnet"
    ln -s ../lib/dotnet/dotnet "$stage/usr/bin/dotnet"
    mount --bind "$(dirname "$(readlink -f "$(command -v dotnet)")")" "$stage/usr/lib/dotnet"
    mount -o remount,ro,bind "$stage/usr/lib/dotnet"
  fi
}

run() {
  local command=$1
  # Ubuntu's SDK is this machine's here.
  command=${command//dotnet-sdk-10.0/}
  if [ -n "$published" ] && [[ $command = 'scripts/publish.sh linux-arm64 '* ]]; then
    echo "(published already: $published)"
    mkdir -p "$stage${command##* }"
    cp -a "$published/." "$stage${command##* }/"
    scripts/arm64-sysroot.sh
    mkdir -p "$stage$workdir/artifacts"
    cp -a artifacts/sysroot-arm64 "$stage$workdir/artifacts/"
    return
  fi
  chroot "$stage" /usr/bin/env HOME=/root DOTNET_NOLOGO=1 "BASE_IMAGE=${BASE_IMAGE:-${defaults[BASE_IMAGE]:-}}" "REQUIRE_DIGEST=${REQUIRE_DIGEST:-}" /bin/sh -c "cd '$workdir' && $command"
}

copy() {
  local from=. owner=root:root
  while [[ $1 = --* ]]; do
    case $1 in
      --from=*) from=${roots[${1#--from=}]} ;;
      --chown=*) owner=${1#--chown=} ;;
      *) fail "COPY $1 is not known here" ;;
    esac
    shift
  done
  [ $# -eq 2 ] || fail "COPY of several sources is not known here"
  local to=$2
  [[ $to = /* ]] || to=$workdir/$to
  mkdir -p "$stage$to"
  if [ "$from" = . ]; then
    # As .dockerignore would have it, near enough: what git knows, without docs and tests.
    git ls-files -z -- . ':!docs' ':!tests' ':!.github' | tar --null -T - -c | tar -x -C "$stage$to" --no-same-owner
  else
    cp -a "$from$1/." "$stage$to/"
    chown "$owner" "$stage$to"
  fi
}

while read -r instruction rest; do
  echo "== $instruction ${rest:0:120}"
  case $instruction in
    FROM)
      read -ra from <<<"$rest"
      [[ ${from[0]} != --platform=* ]] || from=("${from[@]:1}")
      name=${from[2]:-image}
      stage=$work/$name
      roots[$name]=$stage
      workdir=/
      [[ ${from[0]} != '${BASE_IMAGE}' ]] || from[0]=${BASE_IMAGE:-${defaults[BASE_IMAGE]}}
      base "${from[0]}"
      ;;
    ARG) [[ $rest != *=* ]] || defaults[${rest%%=*}]=${rest#*=} ;;
    RUN) run "$rest" ;;
    WORKDIR) workdir=$rest; mkdir -p "$stage$rest" ;;
    COPY) read -ra arguments <<<"$rest"; copy "${arguments[@]}" ;;
    USER) user=$rest ;;
    VOLUME) volume=$rest; [ -d "$stage$rest" ] || fail "there is no folder $rest" ;;
    STOPSIGNAL) stop=$rest ;;
    HEALTHCHECK) health=$(words "${rest#*CMD }") ;;
    ENTRYPOINT) entrypoint=$(words "$rest") ;;
    CMD) cmd=$(words "$rest") ;;
    *) fail "$instruction is not known here" ;;
  esac
done < <(sed '/^#/d; /^$/d' Dockerfile.arm64 | sed ':a; /\\$/{N; s/\\\n */ /; ba}')

image=$work/image
[[ $user =~ ^[1-9][0-9]*:[1-9][0-9]*$ ]] || fail "the user '$user' is not a number other than 0"
if [ -e "$image/bin/sh" ] || [ -e "$image/usr/bin/sh" ]; then fail "there is a shell"; fi
step "the image: $(du -sh "$image" | cut -f1)"
(cd "$image" && find . -type f -o -type l | sort | head -40)

# A configuration whose cloud is unreachable: the agent runs all the same.
install -d -o "${user%:*}" -g "${user#*:}" -m 700 "$work/etc" "$work/state"
(umask 077 && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=thermostat-01 -keyout "$work/etc/private.key" -out "$work/etc/certificate.pem" 2>/dev/null)
cat >"$work/etc/agent.json" <<JSON
{"thingName":"thermostat-01","roleAlias":"device-agent","region":"eu-central-1","credentialsEndpoint":"localhost:9","mqttEndpoint":"localhost:9",
 "certificatePath":"certificate.pem","privateKeyPath":"private.key","stateDirectory":"$volume","source":{"kind":"simulated"}}
JSON
chown "$user" "$work/etc"/*

root=$work/root
mkdir "$root"
qemu=$(readlink -f "$(command -v qemu-aarch64-static)")
# Where an engine would mount.
mkdir -p "$image/proc" "$image/dev"
install -m 755 "$qemu" "$image/.qemu"
mount --bind "$image" "$root"
mount -o remount,ro,bind "$root"
mount --bind "$work/etc" "$root/etc/device-agent"
mount --bind "$work/state" "$root$volume"
mount --bind /dev "$root/dev"
# Its process 1 is the child of unshare.
start() { exec unshare --pid --fork --kill-child --mount --propagation private bash -c 'mount -t proc proc "$0/proc" && exec chroot --userspec="$1" "$0" /.qemu "${@:2}"' "$root" "$user" "$@"; }

step "--version"
# shellcheck disable=SC2086
(start $entrypoint --version)
step "health check without an agent"
code=0
# shellcheck disable=SC2086
(start $health) || code=$?
[ "$code" -eq 1 ] || fail "the health check ends with $code where no agent runs"

step "the agent as process 1, on a read-only root"
# shellcheck disable=SC2086
start $entrypoint $cmd >"$work/log" 2>&1 &
outer=$!
inner=
for _ in $(seq 120); do
  if inner=$(pgrep -P "$outer") && [ -S "$work/state/device-agent.sock" ]; then break; fi
  kill -0 "$outer" 2>/dev/null || { cat "$work/log"; fail "the agent has ended"; }
  sleep 0.5
done
grep -E '^(NSpid|Uid)' "/proc/$inner/status"
[ "$(awk '/^NSpid/ { print $NF }' "/proc/$inner/status")" = 1 ] || fail "it is not process 1"
[ "$(awk '/^Uid/ { print $2 }' "/proc/$inner/status")" = "${user%:*}" ] || fail "it is another user"
step "health check beside the agent"
# shellcheck disable=SC2086
nsenter --target "$inner" --pid --mount chroot --userspec="$user" "$root" /.qemu $health || fail "the health check ends with $? beside an agent"
step "$stop"
kill -s "$stop" "$inner"
code=0
wait "$outer" || code=$?
tail -3 "$work/log"
[ "$code" -eq 0 ] || fail "the agent ends with $code"
step "Dockerfile.arm64 holds: non-root, no shell, read-only root, health check 1 and 0, exit code 0 at $stop as process 1"
