#!/bin/sh
# Installs the agent on this device, as the Debian package lays it out: program, man page, completions, user, folders, systemd unit.
#
#   sudo sh install.sh device-agent_VERSION_arm64.deb     the package, with apt
#   sudo sh install.sh FOLDER                             what scripts/publish.sh made, with a checkout's packaging folder beside this script
#   sudo sh install.sh                                    the package beside this script
#   sudo sh install.sh --uninstall [--purge]              keeps configuration, key and readings; with --purge they go, too
#
# --dry-run says what would be done and does nothing. Run again, it updates; configuration and readings are never touched. Nothing is
# enabled or started that was not before.
set -eu
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

here=$(cd "$(dirname "$0")" && pwd)
work=
trap '[ -z "$work" ] || rm -rf "$work"' EXIT

say() { printf '%s\n' "$*"; }
warn() { printf 'install: warning: %s\n' "$*" >&2; }
die() { printf 'install: %s\n' "$*" >&2; exit 1; }
usage() { sed -n '2,/^set /s/^# \{0,1\}//p' "$0"; }

# Says what is done, and does it.
run() {
  say "  $*"
  [ -n "$dry_run" ] || "$@"
}

dry_run='' uninstall='' purge='' what=''
while [ $# -gt 0 ]; do
  case $1 in
    --dry-run) dry_run=yes ;;
    --uninstall) uninstall=yes ;;
    --purge) purge=yes ;;
    -h | --help) usage; exit 0 ;;
    -*) usage >&2; exit 2 ;;
    *) [ -z "$what" ] || { usage >&2; exit 2; }; what=$1 ;;
  esac
  shift
done
[ -z "$purge" ] || [ -n "$uninstall" ] || { usage >&2; exit 2; }
[ -n "$dry_run" ] || [ "$(id -u)" -eq 0 ] || die "must be root: sudo sh $0"

# Where systemd runs, it is asked; elsewhere files are all there is.
has_systemd() { [ -d /run/systemd/system ]; }
package_status() { if command -v dpkg-query >/dev/null; then dpkg-query -W -f '${db:Status-Status}' device-agent 2>/dev/null || true; fi; }
is_packaged() { case $(package_status) in '' | not-installed | config-files) false ;; esac; }

# Everything that is installed besides folders that others use, too.
installed_files='/usr/bin/device-agent /usr/lib/device-agent /usr/share/device-agent /usr/share/doc/device-agent
  /usr/lib/systemd/system/device-agent.service /usr/lib/systemd/system/device-agent-credentials.socket /usr/lib/sysusers.d/device-agent.conf /usr/lib/tmpfiles.d/device-agent.conf
  /usr/share/man/man1/device-agent.1.gz /usr/share/bash-completion/completions/device-agent
  /usr/share/zsh/vendor-completions/_device-agent /usr/share/fish/vendor_completions.d/device-agent.fish'

if [ -n "$uninstall" ]; then
  # A package that was removed and not purged may have been followed by a folder: that is what runs then.
  if is_packaged || { [ -n "$purge" ] && [ "$(package_status)" = config-files ] && [ ! -e /usr/lib/device-agent/device-agent ]; }; then
    say "The package is removed:"
    action=remove
    [ -z "$purge" ] || action=purge
    run apt-get "$action" -y device-agent
  else
    say "The agent is removed:"
    if has_systemd; then
      # One by one: systemctl ends at the first name that has no file, and an agent of an earlier release has no socket.
      for unit in device-agent-credentials.socket device-agent.service; do
        [ ! -e "/usr/lib/systemd/system/$unit" ] || run systemctl disable --now "$unit" || warn "$unit was not there"
      done
    elif command -v systemctl >/dev/null && [ -e /usr/lib/systemd/system/device-agent.service ]; then
      # An image that is being made: what it starts at boot is a link.
      for unit in device-agent-credentials.socket device-agent.service; do
        [ ! -e "/usr/lib/systemd/system/$unit" ] || run systemctl disable "$unit" || warn "$unit stays enabled"
      done
    fi
    for file in $installed_files; do
      if [ -e "$file" ] || [ -L "$file" ]; then run rm -rf "$file"; fi
    done
    if has_systemd; then run systemctl daemon-reload; fi
    if [ -n "$purge" ]; then
      for name in agent.json certificate.pem private.key certificate.pem.next private.key.next certificate.pem.previous private.key.previous; do
        [ ! -e "/etc/device-agent/$name" ] || run rm -f "/etc/device-agent/$name" || warn "/etc/device-agent/$name stays"
      done
      run rm -rf /var/lib/device-agent /run/device-agent || warn "/var/lib/device-agent cannot be removed (a mount point?)"
      if [ -d /etc/device-agent ]; then run rmdir /etc/device-agent || warn "/etc/device-agent holds files that are not the agent's; they stay"; fi
    fi
  fi
  [ -n "$purge" ] || say "Kept: /etc/device-agent (configuration, certificate, key) and /var/lib/device-agent (readings). With --purge they go, too."
  say "The user device-agent stays: its number must not be given to somebody else."
  exit 0
fi

# What is to be installed
if [ -z "$what" ]; then
  # The newest: as file names, 0.10.0 comes before 0.9.0.
  for file in "$here"/device-agent_*_"$(dpkg --print-architecture 2>/dev/null || echo none).deb"; do
    [ -e "$file" ] || continue
    if [ -z "$what" ] || dpkg --compare-versions "$(dpkg-deb -f "$file" Version)" gt "$(dpkg-deb -f "$what" Version)"; then what=$file; fi
  done
  if [ -z "$what" ] && [ -x "$here/device-agent" ]; then what=$here; fi
  [ -n "$what" ] || { say "install: no package of this machine's architecture is beside $0; name one" >&2; usage >&2; exit 2; }
fi
[ -e "$what" ] || die "$what is not there"

# The machine
case $(uname -m) in
  aarch64 | arm64) architecture=arm64 elf=b7 ;;
  x86_64) architecture=amd64 elf=3e ;;
  armv*) die "this is a 32-bit system, for which there is no native build. On a Raspberry Pi 3 or newer install the 64-bit Raspberry Pi OS; else use the
framework-dependent build with the ASP.NET Core runtime: scripts/publish.sh --framework-dependent linux-arm FOLDER" ;;
  *) die "there is no build for $(uname -m)" ;;
esac
# A 64-bit kernel under a 32-bit system, as Raspberry Pi OS (32 bit) has it, cannot run it either.
bits=$(getconf LONG_BIT 2>/dev/null || echo 64)
[ "$bits" = 64 ] || die "the kernel is 64-bit, the system is 32-bit: install the 64-bit Raspberry Pi OS"
say "Machine: $architecture"

# glibc and OpenSSL, as the package's dependencies say it
glibc=$(getconf GNU_LIBC_VERSION 2>/dev/null | sed 's/^glibc //')
[ -n "$glibc" ] || die "this system has no glibc (musl?): the agent needs glibc 2.34 or newer, as in Debian 12 or Ubuntu 22.04"
oldest=$(printf '2.34\n%s\n' "$glibc" | sort -t. -k1,1n -k2,2n | head -n 1)
[ "$oldest" = 2.34 ] || die "glibc $glibc is too old: 2.34 or newer is needed (Debian 12, Raspberry Pi OS of 2023-10, Ubuntu 22.04)"
say "glibc: $glibc"
if has_systemd; then say "systemd: $(systemctl --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p')"; else say "systemd does not run here"; fi

next_steps() {
  say
  if [ -n "$dry_run" ]; then say "Nothing was done (--dry-run). After it:"; else say "Installed: $(/usr/bin/device-agent --version). Next:"; fi
  say "  1. sudo device-agent init --from FOLDER, with certificate and private key in it: asks for the rest, and tries it"
  say "     Or by hand: copy certificate.pem (mode 0644) and private.key (mode 0600) into /etc/device-agent, and"
  say "  2. edit the lines marked EDIT in /etc/device-agent/agent.json; sudo device-agent sensors lists what there is to read"
  say "  3. sudo device-agent check"
  if has_systemd; then
    say "  4. sudo systemctl enable --now device-agent; journalctl -u device-agent"
  else
    say "  4. start it as the user device-agent, who must own the key then (sudo chown device-agent /etc/device-agent/private.key), with your service manager:"
    say "       install -d -m 0750 -o device-agent -g device-agent /run/device-agent"
    say "       su -s /bin/sh device-agent -c 'exec /usr/bin/device-agent run --config /etc/device-agent/agent.json'"
    say "     Exit code 78 (wrong configuration) is not to be tried again."
  fi
}

case $what in
  *.deb)
    command -v apt-get >/dev/null || die "there is no apt here; install from a folder instead"
    [ "$(dpkg-deb -f "$what" Package)" = device-agent ] || die "$what is not the agent's package"
    of=$(dpkg-deb -f "$what" Architecture)
    [ "$of" = "$architecture" ] || die "$what is for $of"
    [ "$(dpkg --print-architecture)" = "$architecture" ] || die "the system is $(dpkg --print-architecture), not $architecture: install the 64-bit Raspberry Pi OS"
    say "Installing $what:"
    # apt takes a file only with such a path; "folder/file" is a package and its release to it.
    case $what in /* | ./* | ../*) ;; *) what=./$what ;; esac
    run apt-get install -y "$what"
    next_steps
    exit 0
    ;;
esac

# From a folder
[ -d "$what" ] || die "$what is neither a package nor a folder"
if is_packaged; then die "the package device-agent is installed: install the new package, or remove it first (sudo sh $0 --uninstall)"; fi
for file in device-agent libe_sqlite3.so Data; do [ -e "$what/$file" ] || die "$what holds no $file: it is not what scripts/publish.sh makes"; done
machine=$(od -An -tx1 -j18 -N1 "$what/device-agent" | tr -d ' ')
[ "$(od -An -tx1 -j1 -N3 "$what/device-agent" | tr -d ' ')" = 454c46 ] || die "$what/device-agent is not a native program (a framework-dependent build is started by hand, with the ASP.NET Core runtime)"
[ "$machine" = "$elf" ] || die "$what/device-agent is not for $architecture"
packaging=
for folder in "$here/packaging" "$here/../packaging" "$what/packaging"; do
  if [ -f "$folder/systemd/device-agent.service" ]; then packaging=$folder; break; fi
done
[ -n "$packaging" ] || die "the folder packaging of the sources is needed beside this script (unit, man page, example)"
ldconfig=$(ldconfig -p 2>/dev/null || true)
case $ldconfig in
  *libssl.so.3*) say "OpenSSL: 3" ;;
  *) die "OpenSSL 3 (libssl.so.3) is missing: sudo apt-get install libssl3t64 || sudo apt-get install libssl3" ;;
esac
[ -s /etc/ssl/certs/ca-certificates.crt ] || [ -d /etc/ssl/certs ] || warn "no certificate authorities in /etc/ssl/certs: install ca-certificates, or set caPath"

put() { run install -D -m "$1" "$2" "$3"; }
say "Installing $what:"
# Each beside the old one, then in its place: a running agent keeps the old file until it is restarted.
run install -d -m 755 /usr/lib/device-agent /usr/lib/device-agent/Data /usr/share/doc/device-agent/examples
for file in device-agent:755 libe_sqlite3.so:644; do
  new=/usr/lib/device-agent/${file%:*}.new
  # A full disk is not to be left fuller.
  put "${file#*:}" "$what/${file%:*}" "$new" || { rm -f "$new"; die "$new cannot be written; what was installed stays as it was"; }
  run mv "$new" "/usr/lib/device-agent/${file%:*}"
done
for file in "$what"/Data/*; do put 644 "$file" "/usr/lib/device-agent/Data/$(basename "$file")"; done
run ln -sfn ../lib/device-agent/device-agent /usr/bin/device-agent
put 644 "$packaging/systemd/device-agent.service" /usr/lib/systemd/system/device-agent.service
put 644 "$packaging/systemd/device-agent-credentials.socket" /usr/lib/systemd/system/device-agent-credentials.socket
put 644 "$packaging/systemd/device-agent.sysusers" /usr/lib/sysusers.d/device-agent.conf
put 644 "$packaging/systemd/device-agent.tmpfiles" /usr/lib/tmpfiles.d/device-agent.conf
put 644 "$packaging/agent.json.example" /usr/share/device-agent/agent.json.example
put 644 "$packaging/completions/device-agent.bash" /usr/share/bash-completion/completions/device-agent
put 644 "$packaging/completions/device-agent.zsh" /usr/share/zsh/vendor-completions/_device-agent
put 644 "$packaging/completions/device-agent.fish" /usr/share/fish/vendor_completions.d/device-agent.fish
work=$(mktemp -d)
gzip -9nc "$packaging/device-agent.1" >"$work/device-agent.1.gz"
put 644 "$work/device-agent.1.gz" /usr/share/man/man1/device-agent.1.gz
for file in LICENSE NOTICE sbom.cdx.json; do
  if [ -f "$what/$file" ]; then put 644 "$what/$file" "/usr/share/doc/device-agent/$file"; fi
done
for file in "$packaging"/systemd/examples/*.conf; do put 644 "$file" "/usr/share/doc/device-agent/examples/$(basename "$file")"; done

# User, folders, a first configuration: as the package's postinst does.
if ! getent passwd device-agent >/dev/null || ! getent group device-agent >/dev/null; then
  if command -v systemd-sysusers >/dev/null; then
    run systemd-sysusers device-agent.conf
  elif command -v adduser >/dev/null && adduser --help 2>&1 | grep -q -e --system; then
    run adduser --quiet --system --group --no-create-home --home /var/lib/device-agent --gecos DeviceAgent device-agent
  else
    run useradd --system --user-group --no-create-home --home-dir /var/lib/device-agent --shell /usr/sbin/nologin device-agent
  fi
fi
# One that its owner made before, for the certificate, must let the agent in.
if [ ! -d /etc/device-agent ] || [ "$(stat -L -c %U:%G /etc/device-agent)" = root:root ]; then run install -d -m 0750 -o root -g device-agent /etc/device-agent; fi
if [ ! -d /var/lib/device-agent ]; then run install -d -m 0700 -o device-agent -g device-agent /var/lib/device-agent
elif [ "$(stat -L -c %U /var/lib/device-agent)" = root ]; then run chown device-agent:device-agent /var/lib/device-agent && run chmod 0700 /var/lib/device-agent; fi
if [ ! -e /etc/device-agent/agent.json ]; then run install -m 0640 -o root -g device-agent "$packaging/agent.json.example" /etc/device-agent/agent.json; fi

if has_systemd; then
  run systemctl daemon-reload
  run systemctl try-restart device-agent.service
fi
next_steps
