#!/usr/bin/env bash
# Checks a Debian package of the agent: lintian, the unit, reproducibility, and in a Debian of its own (chroot) install, upgrade with
# readings waiting, a supervisor's protocol, removal, purge.
#
#   scripts/check-deb.sh [DEB]
#
# DEB is for this machine's architecture, by default the one in artifacts. Prints a line for each check; the exit code is 0 when all are ok.
# Needs root. The Debian is made once (artifacts/check-deb, about 15 s); what is missing is installed by apt.
set -euo pipefail
if [[ ${1:-} =~ ^(-h|--help)$ ]]; then sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; exit 0; fi
cd "$(dirname "$0")/.."
repository=$PWD
. scripts/lib.sh

suite=bookworm
if [ $# -gt 1 ] || [[ ${1:-} == -* ]]; then
  sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0" >&2
  exit 2
fi
[ "$(id -u)" -eq 0 ] || { echo "check-deb: needs root" >&2; exit 2; }
architecture=$(dpkg --print-architecture)
if [ $# -eq 1 ]; then
  deb=$(realpath "$1")
else
  deb=$(find artifacts -maxdepth 1 -name "device-agent_*_$architecture.deb" -printf '%p\n' | sort -V | tail -1)
  [ -n "$deb" ] || { echo "check-deb: no package in artifacts; make one: scripts/package-deb.sh $architecture" >&2; exit 2; }
  deb=$repository/$deb
fi

need 'mmdebstrap --version' mmdebstrap
need 'test -e /usr/share/keyrings/debian-archive-keyring.gpg' debian-archive-keyring
need 'lintian --version' lintian
need 'systemd-analyze --version' systemd
need 'python3 --version' python3
need 'mandoc -Tlint /dev/null || command -v mandoc' mandoc
need 'openssl version' openssl
need 'strip --version' binutils

failed=0
# check NAME COMMAND...: what the command prints is shown when it fails.
check() {
  local name=$1 log
  shift
  if log=$("$@" 2>&1); then
    printf 'ok      %s\n' "$name"
  else
    failed=$((failed + 1))
    printf 'FAILED  %s\n' "$name"
    sed 's/^/        /' <<<"$log" | tail -20
  fi
}

base=artifacts/check-deb/$suite-$architecture.tar
if [ ! -f "$base" ]; then
  step "Debian $suite $architecture"
  mkdir -p artifacts/check-deb
  # The machine's own sources where it is this Debian, so that a mirror of one's own is used; else mmdebstrap's default.
  sources=()
  if grep -qs "^VERSION_CODENAME=$suite\$" /etc/os-release; then
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.sources; do
      if grep -qsE "(Suites: |^deb .* )$suite( |\$)" "$file"; then sources+=("$file"); fi
    done
  fi
  mmdebstrap --quiet --mode=root --variant=apt --include=systemd,adduser,ca-certificates,libssl3,procps "$suite" "${base%.tar}.part.tar" "${sources[@]}"
  mv "${base%.tar}.part.tar" "$base"
fi

work=$(mktemp -d "$PWD/artifacts/check-deb/run.XXXXXX")
trap 'rm -rf "$work"' EXIT
root=$work/root
new_root() {
  rm -rf "$root"
  mkdir "$root"
  tar -C "$root" -xf "$base"
  # No service is to start in a chroot.
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod 755 "$root/usr/sbin/policy-rc.d"
}
# Runs a command in the chroot, with process numbers and a /proc of its own; whatever it leaves running ends with it.
in_root() {
  unshare --mount --pid --fork --kill-child sh -c 'mount -t proc proc "$1/proc" && exec chroot "$@"' sh "$root" env DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@"
}
as_agent() { in_root setpriv --reuid device-agent --regid device-agent --init-groups "$@"; }
mode_of() { chroot "$root" stat -c '%A %U:%G' "$1"; }
has_mode() { local found; found=$(mode_of "$1") && [ "$found" = "$2" ] || { echo "$1: $found, expected $2"; return 1; }; }
install_deb() { cp "$1" "$root/tmp/" && in_root apt-get install -y -qq --no-install-recommends --allow-downgrades --reinstall "/tmp/$(basename "$1")"; }
is_absent() { [ ! -e "$root$1" ] && [ ! -L "$root$1" ] || { echo "$1 is there"; return 1; }; }
contains() { grep -qF -- "$2" <<<"$1" || { printf '%s\n' "$1" "does not contain: $2"; return 1; }; }


unit_is_sound() {
  local unit=$work/device-agent.service problems score
  # The program is not installed on this machine; the two keys are of systemd 254.
  sed 's:^ExecStart=[^ ]*:ExecStart=/bin/true:; /^Documentation=/d' packaging/systemd/device-agent.service >"$unit"
  cp packaging/systemd/device-agent-credentials.socket "$work/"
  problems=$(systemd-analyze verify "$unit" "$work/device-agent-credentials.socket" 2>&1 | grep -F "$work/device-agent" | grep -vE "Unknown key( name)? '(RestartSteps|RestartMaxDelaySec|PollLimitIntervalSec|PollLimitBurst)'" || true)
  [ -z "$problems" ] || { echo "$problems"; return 1; }
  score=$(systemd-analyze security --offline=true "$unit" 2>/dev/null | sed -n 's/.*exposure level.*: \([0-9.]*\) .*/\1/p')
  awk -v score="${score:-10}" 'BEGIN { exit score > 1.3 }' || { echo "exposure level: $score"; return 1; }
}

is_reproducible() {
  local folder=$work/published
  mkdir -p "$folder" "$work/first" "$work/second"
  dpkg-deb -x "$deb" "$work/content"
  cp -r "$work/content/usr/lib/device-agent/." "$folder/"
  cp "$work/content/usr/share/doc/device-agent"/{sbom.cdx.json,NOTICE} "$folder/" || return 1
  # The package's own time: the checkout may belong to another user, and git then says nothing.
  local SOURCE_DATE_EPOCH
  SOURCE_DATE_EPOCH=$(date -d "$(zcat "$work/content/usr/share/doc/device-agent/changelog.gz" | sed -n 's/^ -- .*>  //p')" +%s)
  export SOURCE_DATE_EPOCH
  # Compressed little, which takes less time; everything else is as it is in the package.
  (umask 077 && TZ=Asia/Tokyo DEB_COMPRESSION=1 scripts/package-deb.sh --published "$folder" --output "$work/first" "$architecture") || return 1
  (umask 000 && LC_ALL=C.UTF-8 DEB_COMPRESSION=1 scripts/package-deb.sh --published "$folder" --output "$work/second" "$architecture") || return 1
  cmp "$work/first/$(basename "$deb")" "$work/second/$(basename "$deb")" || return 1
  cmp <(dpkg-deb --fsys-tarfile "$deb") <(dpkg-deb --fsys-tarfile "$work/first/$(basename "$deb")")
}

has_known_files() {
  local unknown
  unknown=$(dpkg-deb -c "$deb" | awk '{ print $6 }' | grep -v '/$' | grep -vE \
    '^\./usr/(bin/device-agent|lib/device-agent/(device-agent|libe_sqlite3\.so|Data/[A-Za-z.]+)|lib/(systemd/system|sysusers\.d|tmpfiles\.d)/device-agent(-credentials)?\.[a-z]+|share/(device-agent|doc/device-agent|man/man1|bash-completion/completions|zsh/vendor-completions|fish/vendor_completions\.d|lintian/overrides)/.*)$' || true)
  [ -z "$unknown" ] || { echo "$unknown"; return 1; }
  dpkg-deb -c "$deb" | awk '$2 != "root/root" { print; bad = 1 } END { exit bad }'
}

has_layout() {
  has_mode /usr/lib/device-agent/device-agent '-rwxr-xr-x root:root' && has_mode /usr/lib/device-agent/libe_sqlite3.so '-rw-r--r-- root:root' &&
    has_mode /etc/device-agent 'drwxr-x--- root:device-agent' && has_mode /etc/device-agent/agent.json '-rw-r----- root:device-agent' &&
    has_mode /var/lib/device-agent 'drwx------ device-agent:device-agent' && [ "$(readlink "$root/usr/bin/device-agent")" = ../lib/device-agent/device-agent ]
}

has_user() {
  local entry
  entry=$(chroot "$root" getent passwd device-agent) && [[ $entry =~ ^device-agent:[^:]*:([0-9]+):.*:/var/lib/device-agent:/usr/sbin/nologin$ ]] && [ "${BASH_REMATCH[1]}" -lt 1000 ] || { echo "$entry"; return 1; }
}

says_what_to_edit() {
  local said
  said=$(in_root device-agent check --config /etc/device-agent/agent.json 2>&1) && { echo "accepted: $said"; return 1; }
  for key in thingName credentialsEndpoint mqttEndpoint region certificatePath privateKeyPath; do contains "$said" "$key = " || return 1; done
}

# What a device's owner does, with a certificate of its own.
configure() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=thermostat-01 -days 3650 \
    -keyout "$root/etc/device-agent/private.key" -out "$root/etc/device-agent/certificate.pem" 2>/dev/null || return 1
  chmod 600 "$root/etc/device-agent/private.key"
  chmod 644 "$root/etc/device-agent/certificate.pem"
  # Nobody answers on port 1.
  sed -i -e 's/<THING>/thermostat-01/; s/<REGION>/eu-central-1/; s/"<PREFIX>.credentials[^"]*"/"127.0.0.1:1"/; s/"<PREFIX>-ats[^"]*"/"127.0.0.1:1"/' \
    "$root/etc/device-agent/agent.json"
  in_root device-agent check --config /etc/device-agent/agent.json
}

# Runs the agent for a moment, as systemd does: its user, its folders, the key as a credential. Nothing of it gets away.
collect_readings() {
  chroot "$root" install -d -o device-agent -g device-agent -m 0750 /run/device-agent || return 1
  chroot "$root" install -d -o device-agent -g device-agent -m 0700 /run/credentials || return 1
  chroot "$root" install -o device-agent -g device-agent -m 0400 /etc/device-agent/private.key /run/credentials/private.key || return 1
  as_agent env CREDENTIALS_DIRECTORY=/run/credentials timeout --preserve-status --signal TERM 3 \
    device-agent run --config /etc/device-agent/agent.json --set source.kind=simulated --set source.intervalSeconds=0.05
}
# How many readings wait, asked of the file: no agent runs.
waiting() { as_agent device-agent spool status --json --config /etc/device-agent/agent.json | python3 -c 'import json, sys; print(json.load(sys.stdin)["count"])'; }

older_deb() {
  dpkg-deb -R "$deb" "$work/older"
  sed -i 's/^Version: .*/Version: 0.0.1/' "$work/older/DEBIAN/control"
  dpkg-deb --root-owner-group -Zxz -z0 -b "$work/older" "$work/device-agent_0.0.1_$architecture.deb" >/dev/null
}

upgrade_keeps_everything() {
  local before after config
  before=$(waiting)
  [ "$before" -ge 20 ] || { echo "$before readings wait, expected 20 or more"; return 1; }
  config=$(sha256sum "$root/etc/device-agent/agent.json" "$root/etc/device-agent/private.key")
  install_deb "$deb" || return 1
  after=$(waiting)
  [ "$before" = "$after" ] || { echo "$before readings waited, now $after"; return 1; }
  [ "$config" = "$(sha256sum "$root/etc/device-agent/agent.json" "$root/etc/device-agent/private.key")" ] || { echo "the configuration was changed"; return 1; }
  [ "$(chroot "$root" dpkg-query -W -f '${Version}' device-agent)" = "$(dpkg-deb -f "$deb" Version)" ]
}

supervised() { unshare --mount sh -c 'mount -t proc proc "$1/proc" && exec python3 scripts/check-deb-supervisor.py "$1"' sh "$root"; }

is_enabled() { [ -L "$root/etc/systemd/system/multi-user.target.wants/device-agent.service" ]; }
enable_unit() { in_root systemctl enable device-agent && is_enabled; }
upgrade_keeps_enabled() { install_deb "$deb" && is_enabled; }
is_socket_enabled() { [ -L "$root/etc/systemd/system/sockets.target.wants/device-agent-credentials.socket" ]; }
set_port() { sed -i -e '/^  "credentials": /d' -e "s|^  \"stateDirectory\": .*|&\n  \"credentials\": { \"port\": $1 },|" "$root/etc/device-agent/agent.json"; }
# systemd holds the port where the agent uses it, and nowhere else; whoever has disabled that is not overruled.
socket_follows_the_port() {
  local said
  is_absent /etc/systemd/system/sockets.target.wants/device-agent-credentials.socket || return 1
  set_port 8556 && said=$(install_deb "$deb" 2>&1) && contains "$said" "credentials.port is 8556" && ! is_socket_enabled || { echo "$said"; return 1; }
  set_port 8555 && install_deb "$deb" && is_socket_enabled || return 1
  in_root systemctl disable device-agent-credentials.socket && install_deb "$deb" && ! is_socket_enabled || return 1
  in_root systemctl enable device-agent-credentials.socket && install_deb "$deb" && is_socket_enabled
}
remove_keeps_data() {
  rm -r "$root/run/credentials" "$root/run/notify" || return 1
  in_root apt-get remove -y -qq device-agent || return 1
  is_absent /usr/bin/device-agent && is_absent /usr/lib/device-agent && is_absent /etc/systemd/system/multi-user.target.wants/device-agent.service &&
    is_absent /etc/systemd/system/sockets.target.wants/device-agent-credentials.socket &&
    [ -s "$root/etc/device-agent/agent.json" ] && [ -s "$root/etc/device-agent/private.key" ] && [ -s "$root/var/lib/device-agent/spool.db" ]
}
# Everything but the user goes. Files that are not the agent's stay.
purge_leaves_nothing() {
  local left
  in_root apt-get purge -y -qq device-agent || return 1
  left=$(find "$root" -xdev \( -path "$root/tmp" -o -path "$root/var/lib/apt" -o -path "$root/var/cache" \) -prune -o -newer "$work/installed" -type f -print -o -iname '*device-agent*' -print |
    sed "s:^$root::" | grep -vE '^/(var/log/(dpkg|apt/[a-z]+|alternatives)\.?(log)?(\.xz)?|var/lib/dpkg/(status|lock|lock-frontend|available|diversions|statoverride|triggers/.*)(-old)?|etc/(passwd|group|shadow|gshadow|subuid|subgid)-?|var/log/[a-z.]*)$' || true)
  [ -z "$left" ] || { echo "$left"; return 1; }
  has_user
}
purge_spares_others() {
  install_deb "$deb" >/dev/null && echo other >"$root/etc/device-agent/other.conf" && in_root apt-get purge -y -qq device-agent || return 1
  [ -s "$root/etc/device-agent/other.conf" ] && is_absent /etc/device-agent/agent.json
}
# A link to another file system in the place of /etc/device-agent, and one mounted on /var/lib/device-agent.
removal_spares_links() {
  mkdir "$root/srv/config" && ln -s ../srv/config "$root/etc/device-agent" && install_deb "$deb" >/dev/null && echo mine >"$root/etc/device-agent/agent.json" || return 1
  in_root apt-get remove -y -qq device-agent && [ -L "$root/etc/device-agent" ] && install_deb "$deb" >/dev/null && grep -qx mine "$root/etc/device-agent/agent.json"
}
purges_mount_points() {
  echo key >"$root/etc/device-agent/private.key"
  in_root sh -c 'mount -t tmpfs tmpfs /var/lib/device-agent && touch /var/lib/device-agent/spool.db && apt-get purge -y -qq device-agent && [ -z "$(ls -A /var/lib/device-agent)" ]' &&
    is_absent /srv/config/private.key && rm -r "$root/etc/device-agent" "$root/srv/config"
}

# The sources' part that install.sh needs, and a published folder, in the chroot's /tmp/source.
bring_sources() {
  mkdir -p "$root/tmp/source/scripts"
  cp -r packaging "$root/tmp/source/"
  cp scripts/install.sh "$root/tmp/source/scripts/"
  cp -r "$work/published" "$root/tmp/source/published"
}
install_sh() { in_root sh /tmp/source/scripts/install.sh "$@"; }
dry_run_does_nothing() {
  install_sh --dry-run /tmp/source/published && is_absent /usr/bin/device-agent && is_absent /etc/device-agent && ! chroot "$root" getent passwd device-agent
}
installs_twice() {
  local said
  install_sh /tmp/source/published || return 1
  echo '// mine' >>"$root/etc/device-agent/agent.json"
  said=$(install_sh /tmp/source/published) || return 1
  contains "$said" "systemd does not run here" && contains "$said" "with your service manager" && tail -1 "$root/etc/device-agent/agent.json" | grep -qx '// mine'
}
# The same files in the same places, whichever way they came.
installs_what_the_package_does() {
  local files='/etc/device-agent|/usr/(bin|lib|share)/.*device-agent'
  diff <(dpkg-deb -c "$deb" | awk '{ print $6 }' | sed 's/^\.//; s:/$::' | grep -E "$files" | grep -vE 'copyright|changelog|CHANGELOG|lintian|agent.json.example$' | sort) \
    <(cd "$root" && find usr etc | sed 's:^:/:' | grep -E "$files" | grep -vE '/LICENSE$|/etc/device-agent$|/agent.json(.example)?$' | sort)
}
refuses() {
  local said
  said=$(install_sh "$1" 2>&1) && { echo "accepted: $said"; return 1; }
  contains "$said" "$2"
}
uninstalls() {
  enable_unit && install_sh --uninstall && is_absent /etc/systemd/system/multi-user.target.wants/device-agent.service && is_absent /usr/bin/device-agent && is_absent /usr/lib/device-agent && [ -s "$root/etc/device-agent/agent.json" ] || return 1
  install_sh --uninstall --purge && is_absent /etc/device-agent && is_absent /var/lib/device-agent
}
opens_own_folder() {
  install -d -m 700 "$root/etc/device-agent"
  install_sh /tmp/source/published && has_mode /etc/device-agent 'drwxr-x--- root:device-agent' && install_sh --uninstall --purge
}
# Removed and not purged, then installed from a folder: twice, for the two ways of removal.
folder_after_package() { install_deb "$deb" && in_root apt-get remove -y -qq device-agent && install_sh /tmp/source/published; }
purge_spares_folder() {
  folder_after_package && echo reading >"$root/var/lib/device-agent/spool.db" && in_root dpkg --purge device-agent || return 1
  [ -s "$root/var/lib/device-agent/spool.db" ] && [ -s "$root/etc/device-agent/agent.json" ] && install_sh --uninstall --purge
}
uninstalls_folder() { folder_after_package && install_sh --uninstall --purge && is_absent /usr/bin/device-agent && is_absent /usr/lib/device-agent && is_absent /var/lib/device-agent; }
takes_relative_path() {
  cp "$deb" "$root/tmp/source/agent.deb"
  in_root sh -c 'cd /tmp && sh source/scripts/install.sh source/agent.deb' && install_sh --uninstall --purge
}
takes_newest() {
  local version said
  mkdir -p "$work/named/DEBIAN"
  for version in 0.10.0 0.9.0; do
    printf 'Package: device-agent\nVersion: %s\nArchitecture: %s\nMaintainer: x <x@example.com>\nDescription: x\n' "$version" "$architecture" >"$work/named/DEBIAN/control"
    dpkg-deb -b "$work/named" "$root/tmp/source/scripts/device-agent_${version}_$architecture.deb" >/dev/null
  done
  said=$(install_sh --dry-run) && rm "$root"/tmp/source/scripts/*.deb && contains "$said" "Installing /tmp/source/scripts/device-agent_0.10.0_"
}

step "the package"
check "lintian: no error" lintian --fail-on error --allow-root "$deb"
check "the unit is valid, and its exposure is at most 1.3" unit_is_sound
check "the man page is valid" mandoc -Tlint -W warning packaging/device-agent.1
check "two builds have the same bytes, and this package's" is_reproducible
check "nothing in it but what is documented, all root's" has_known_files

step "install in a chroot: systemd is there and does not run"
new_root
touch "$work/installed"
older_deb
check "installs (version 0.0.1)" install_deb "$work/device-agent_0.0.1_$architecture.deb"
check "layout, modes and owners" has_layout
check "user and group" has_user
check "device-agent --version" in_root device-agent --version
check "manual, example and completions are there" in_root test -s /usr/share/man/man1/device-agent.1.gz -a -s /usr/share/device-agent/agent.json.example -a -s /usr/share/bash-completion/completions/device-agent
check "not enabled before its owner says so" is_absent /etc/systemd/system/multi-user.target.wants/device-agent.service
check "check names each line of the example that must be edited" says_what_to_edit
check "the edited example is accepted" configure
check "readings are collected without a cloud" collect_readings
check "enabled by its owner" enable_unit

step "upgrade, supervise"
check "upgrade keeps configuration, key and readings" upgrade_keeps_everything
check "upgrade keeps it enabled" upgrade_keeps_enabled
check "READY, STATUS, WATCHDOG, RELOADING, STOPPING to a supervisor" supervised
check "the port for credentials is held by systemd where it is used, and only there" socket_follows_the_port
check "downgrade" install_deb "$work/device-agent_0.0.1_$architecture.deb"

step "remove, purge"
check "removal disables it and keeps configuration, key and readings" remove_keeps_data
check "purge leaves the user and nothing else" purge_leaves_nothing
check "purge spares files that are not the agent's" purge_spares_others
rm -rf "$root/etc/device-agent"
check "removal keeps a link in the place of /etc/device-agent" removal_spares_links
check "purge empties a mount point, and takes the key" purges_mount_points

step "install where systemd-sysusers is not there"
new_root
rm "$root/usr/bin/systemd-sysusers"
check "installs" install_deb "$deb"
check "layout, modes and owners" has_layout
check "user and group" has_user
check "purge" in_root apt-get purge -y -qq device-agent

step "install.sh"
new_root
bring_sources
check "--dry-run does nothing" dry_run_does_nothing
check "installs a folder, and again, and keeps the configuration" installs_twice
check "layout, modes and owners" has_layout
check "the same files as the package" installs_what_the_package_does
check "the program runs" in_root device-agent --version
check "--uninstall, --purge" uninstalls
check "lets the agent into a folder that its owner has made" opens_own_folder
check "a purge of an earlier package spares what a folder installed" purge_spares_folder
check "--uninstall --purge after an earlier package removes the folder's" uninstalls_folder
check "a package by a relative path" takes_relative_path
check "of two packages beside it, the newer" takes_newest
check "a folder that is none is refused" refuses /tmp/source/packaging "holds no device-agent"
check "a file that is not there is refused" refuses /tmp/none.deb "is not there"
cp "$deb" "$root/tmp/source/scripts/"
check "installs the package beside it" install_sh
check "beside the package, a folder is refused" refuses /tmp/source/published "is installed"
check "--uninstall removes the package" install_sh --uninstall --purge

printf '\n%d failed\n' "$failed"
[ "$failed" -eq 0 ]
