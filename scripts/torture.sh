#!/usr/bin/env bash
# Tortures the agent against the testbed's cloud and judges the table: nothing acknowledged may be lost, nothing may be changed or made up.
# Runs all of it by default; with options, only what is named. The test suite has a short version of each.
#
#   --kills [N]         SIGKILL at N random moments (1000), network and cloud faulty
#   --commands [N]      SIGKILL at N random moments (30) of spool requeue and spool export, and of an agent that drops readings because its spool is full
#   --power-cuts [N]    N power cuts (20): only what reached the block device survives; needs root
#   --sweep [STEP]      an upload reset after every STEP-th byte (1) of the request, then of the answer
#   --disk-full [S]     the disk is full for S seconds (60); needs root
#   --troubles [S]      S seconds (120) of random faults of network and cloud, without kills
#   --drain [N]         a backlog of N readings (100000) goes to a table that throttles a fifth of the requests
#   --wear [S]          what reaches the flash for each reading, measured for S seconds (180); needs root
#   --hostile [S]       S seconds (600) of 10,000 connections of others, wrong tokens and half requests, beside a good client; needs root
#   --seed N            chooses moments and faults; each run prints its own
#
# Needs the .NET 10 SDK; for the disks also mount and losetup (Debian: mount), mkfs.ext4 (e2fsprogs), findmnt (util-linux), and loop devices.
set -euo pipefail
cd "$(dirname "$0")/.."

declare -A chosen=()
seed=()
while [ $# -gt 0 ]; do
  option=$1
  shift
  value=
  if [ $# -gt 0 ] && [[ $1 =~ ^[0-9]+$ ]]; then
    value=$1
    shift
  fi
  case $option in
    --kills) chosen[kill]=${value:-1000} ;;
    --commands) chosen[commands]=${value:-30} ;;
    --power-cuts) chosen[power-cuts]=${value:-20} ;;
    --sweep) chosen[sweep]=${value:-1} ;;
    --disk-full) chosen[disk-full]=${value:-60} ;;
    --troubles) chosen[troubles]=${value:-120} ;;
    --drain) chosen[drain]=${value:-100000} ;;
    --hostile) chosen[hostile]=${value:-600} ;;
    --wear) chosen[wear]=${value:-180} ;;
    --seed) seed=(--seed "${value:?torture.sh: --seed needs a number}") ;;
    -h | --help) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    *) echo "torture.sh: unknown option '$option'; see --help" >&2; exit 2 ;;
  esac
done
if [ ${#chosen[@]} -eq 0 ]; then
  chosen=([kill]=1000 [commands]=30 [power-cuts]=20 [sweep]=1 [disk-full]=60 [troubles]=120 [drain]=100000 [wear]=180 [hostile]=600)
fi

for rig in power-cuts disk-full wear hostile; do
  if [ -n "${chosen[$rig]:-}" ] && [ "$(id -u)" -ne 0 ]; then
    echo "torture.sh: --$rig mounts file systems or looks into the agent, and needs root; run it with sudo, or name what shall run instead" >&2
    exit 2
  fi
done

dotnet build tests/DeviceAgent.Rigs --nologo -v quiet -clp:NoSummary
rigs=tests/DeviceAgent.Rigs/bin/Debug/net10.0/DeviceAgent.Rigs.dll

status=0
run() {
  local rig=$1
  shift
  [ -n "${chosen[$rig]:-}" ] || return 0
  printf '\n== %s %s\n' "$rig" "${chosen[$rig]}"
  dotnet "$rigs" "$rig" "$@" || { status=1; printf '%s FAILED\n' "$rig"; }
}
run sweep --step "${chosen[sweep]:-}"
run power-cuts --cuts "${chosen[power-cuts]:-}" "${seed[@]}"
run disk-full --seconds "${chosen[disk-full]:-}"
run troubles --seconds "${chosen[troubles]:-}" "${seed[@]}"
run kill --kills "${chosen[kill]:-}" "${seed[@]}"
run commands --kills "${chosen[commands]:-}" "${seed[@]}"
run drain --readings "${chosen[drain]:-}"
run wear --seconds "${chosen[wear]:-}"
run hostile --seconds "${chosen[hostile]:-}" "${seed[@]}"
exit $status
