#!/usr/bin/env bash
# Plays three people from a clean Debian 12 to their goal, with the commands of README and docs, and prints each command with what it said.
#
#   scripts/first-hour.sh [--write] [owner|operator|developer]...
#
#   owner      of a Raspberry Pi, without an AWS account: the testbed, a reading of their own, the package on a device
#   operator   of a fleet: docs/operators-guide.md from its first command to its last, a role that is refused, one that is rolled back
#   developer  a program in .NET with the library, one in Python with the agent's credentials
#
# Without a name all three. The exit code is 0 when every command did what its person expects. --write makes docs/first-hour.md of it; of a person who is
# not played it takes what was played last (artifacts/first-hour/pages).
# Each gets a copy of a Debian made once (artifacts/first-hour), with this machine's .NET SDK. Needs root, the network, the ports 8440 to 8449
# and 8555; all mounts and processes are in namespaces of their own and end with it.
# shellcheck disable=SC2016 # Commands are given unexpanded to the shell of the person.
set -euo pipefail
if [[ ${1:-} =~ ^(-h|--help)$ ]]; then sed -n '2,/^# shellcheck/{/^# shellcheck/!s/^# \{0,1\}//p}' "$0"; exit 0; fi
write=0 people=() times=()
for argument in "$@"; do
  case $argument in
    --write) write=1 ;;
    owner | operator | developer) people+=("$argument") ;;
    *) sed -n '2,/^# shellcheck/{/^# shellcheck/!s/^# \{0,1\}//p}' "$0" >&2; exit 2 ;;
  esac
done
[ ${#people[@]} -gt 0 ] || people=(owner operator developer)
[ "$(id -u)" -eq 0 ] || { echo "first-hour: needs root (chroot, mounts)" >&2; exit 2; }
cd "$(dirname "$0")/.."
. scripts/lib.sh
fail() { echo "first-hour: $*" >&2; exit 1; }

suite=bookworm
image=$PWD/artifacts/first-hour/$suite
pages=${image%/*}/pages
if [ -z "${FIRST_HOUR_WORK:-}" ]; then
  need 'mmdebstrap --version' mmdebstrap
  need 'test -e /usr/share/keyrings/debian-archive-keyring.gpg' debian-archive-keyring
  need 'unshare --version && mount --version' util-linux mount
  [ -z "$(git status --porcelain)" ] || echo "first-hour: what is not committed takes no part" >&2
  # What a Debian has, and sudo.
  if [ ! -d "$image" ]; then
    step "Debian $suite"
    mkdir -p "${image%/*}"
    rm -rf --one-file-system "$image.part"
    # The machine's own sources where it is this Debian, so that a mirror of one's own is used; else mmdebstrap's default.
    sources=()
    if grep -qs "^VERSION_CODENAME=$suite\$" /etc/os-release; then
      for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.sources; do
        if grep -qsE "(Suites: |^deb .* )$suite( |\$)" "$file"; then sources+=("$file"); fi
      done
    fi
    mmdebstrap --quiet --mode=root --variant=important --include=sudo "$suite" "$image.part" "${sources[@]}"
    mv "$image.part" "$image"
  fi
  work=$(mktemp -d "${image%/*}/run.XXXXXX")
  chmod 755 "$work"
  # Killed, it takes along all that it has started, and its mounts; asked politely it would stay, as the first process of its namespace.
  FIRST_HOUR_WORK=$work env --default-signal=INT unshare --mount --propagation private --pid --fork --kill-child --mount-proc "$0" "$@" &
  child=$!
  # shellcheck disable=SC2317 # By the trap.
  clean_up() {
    if kill -KILL "$child" 2>/dev/null; then wait "$child" 2>/dev/null || true; fi
    if grep -q " $work" /proc/self/mounts; then echo "first-hour: mounts are left under $work; it is not removed" >&2; return; fi
    # The last of the killed may still write.
    for _ in {1..10}; do if rm -rf --one-file-system "$work" 2>/dev/null; then break; else sleep 1; fi; done
  }
  trap clean_up EXIT
  trap 'exit 130' INT TERM
  wait "$child"
  if [ "$write" -eq 1 ]; then
    cat "$pages"/{beginning,owner,operator,developer}.md >"$work/page.md"
    install -m 644 "$work/page.md" docs/first-hour.md
  fi
  exit
fi
work=$FIRST_HOUR_WORK
sdk=$(dirname "$(readlink -f "$(command -v dotnet)")")
# Debian 12's AWS CLI is too old, and pip's registry is not everywhere: this machine's stands in for what pip installs.
python=$(python3 -c 'import awscli, boto3, os; print(os.path.dirname(os.path.dirname(awscli.__file__)))') || fail "needs the AWS CLI and boto3 in this machine's Python: pip install awscli boto3"
[ "$(aws --version | sed -E 's#^aws-cli/([0-9]+)\.([0-9]+).*#\1 \2#; s/^1 (29|[3-9][0-9])$/new/')" = new ] || fail "needs an AWS CLI of 1.29 or newer: pip install awscli"
for port in {8440..8449} 8555; do
  if (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then fail "another program listens on port $port, which the pages name"; fi
done

# What the machine needs to reach its package registries goes into the others, too.
inherited=()
while IFS= read -r name; do inherited+=("$name=${!name}"); done < <(compgen -e | grep -E '^(https?_proxy|no_proxy|HTTPS?_PROXY|NO_PROXY|NUGET_[A-Z_]*|SSL_CERT_(FILE|DIR))$')

# machine NAME: a clean one, in $root. Its only user is `you`, who may use sudo.
machine() {
  name=$1 root=$work/$1/root
  mkdir -p "$work/$name"/{root,upper,overlay}
  mount -t overlay overlay -o "lowerdir=$image,upperdir=$work/$name/upper,workdir=$work/$name/overlay" "$root"
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
    cp -r /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/"
  if [ -d /usr/local/share/ca-certificates ]; then cp -r /usr/local/share/ca-certificates "$root/usr/local/share/"; fi
  cp /etc/resolv.conf /etc/hosts "$root/etc/"
  # No service is to start in a chroot.
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod 755 "$root/usr/sbin/policy-rc.d"
  chroot "$root" useradd --create-home --shell /bin/bash you
  printf 'you ALL=(ALL) NOPASSWD: ALL\nDefaults !use_pty, env_keep += "DEBIAN_FRONTEND %s"\n' "${inherited[*]%%=*}" >"$root/etc/sudoers.d/you"
  quietly apt-get update -qq
  open_shell
}
# computer NAME: with the .NET 10 SDK and the libraries that its package depends on, as README asks, and the project to be cloned.
computer() {
  machine "$1"
  quietly apt-get install -y -qq --no-install-recommends ca-certificates libicu72 libssl3 libstdc++6 zlib1g tzdata
  mkdir -p "$root/usr/share/dotnet" "$root/srv"
  mount --bind "$sdk" "$root/usr/share/dotnet"
  mount -o remount,ro,bind "$root/usr/share/dotnet"
  ln -s ../share/dotnet/dotnet "$root/usr/bin/dotnet"
  mkdir -p "$root/opt/aws" "$root/usr/local/lib/python3.11/dist-packages"
  mount --bind "$python" "$root/opt/aws"
  mount -o remount,ro,bind "$root/opt/aws"
  echo /opt/aws >"$root/usr/local/lib/python3.11/dist-packages/aws.pth"
  printf '#!/bin/sh\nexec python3 -m awscli "$@"\n' >"$root/usr/local/bin/aws"
  chmod 755 "$root/usr/local/bin/aws"
  if [ -f ~/.nuget/NuGet/NuGet.Config ]; then install -D -m 644 ~/.nuget/NuGet/NuGet.Config "$root/home/you/.nuget/NuGet/NuGet.Config"; fi
  git clone -q --bare . "$root/srv/device-agent.git"
  chroot "$root" chown -R you: /home/you /srv/device-agent.git
}
environment() { printf '%s\0' -i -C / PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive DOTNET_NOLOGO=1 DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE=true DOTNET_CLI_TELEMETRY_OPTOUT=1 "${inherited[@]}"; }
quietly() {
  local set=()
  mapfile -d '' -t set < <(environment)
  chroot "$root" env "${set[@]}" HOME=/root "$@" >"$work/quietly" 2>&1 || { cat "$work/quietly"; fail "$*"; }
}
as_you() {
  local set=()
  mapfile -d '' -t set < <(environment)
  exec chroot --userspec=you:you --groups=you "$root" env "${set[@]}" HOME=/home/you USER=you "$@"
}

# A shell of `you` that keeps its variables and folder from command to command; a command that fails ends it.
open_shell() {
  if [ -n "${SHELL_PID:-}" ]; then close_shell; fi
  # shellcheck disable=SC2016
  coproc SHELL { as_you bash -c 'cd; while IFS= read -r -d "" command; do set -eo pipefail; eval "$command" </dev/null >/tmp/said 2>&1; set +e; printf "0\0"; done'; } 2>/dev/null
}
close_shell() {
  local pid=$SHELL_PID input=${SHELL[1]}
  exec {input}>&-
  wait "$pid" || true
}
# at NAME: a new terminal on a machine that is there.
at() {
  name=$1 root=$work/$1/root
  open_shell
}
# told COMMAND: false when it fails; what it says is in $said.
told() {
  local answer=""
  printf '%s\0' "$1" >&"${SHELL[1]}" || return 1
  IFS= read -r -d '' answer <&"${SHELL[0]}" || true
  said=$(tr -d '\0' <"$root/tmp/said")
  [ "$answer" = 0 ]
}

# What a page shows: not what the SDK says of a folder that is read-only, and no times, names of folders, ids and keys that the next run would have otherwise; $lines lines.
tidy() {
  sed -E '/verifying workloads/d; s#/tmp/device-agent-testbed-[A-Za-z0-9]+#DIR#g; s/\b([0-9a-f]{8})[0-9a-f]{32,}\b/0123abcd.../g; s/\b(AKIA|ASIA)[A-Z0-9]{12,}/\1.../g
    s/\b20[2-9][0-9]-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9.]+(Z|\+00:00)/2026-01-01T12:00:00Z/g; s/^[0-9]{2}:[0-9]{2}:[0-9]{2} /12:00:00 /; s#//[a-z0-9.-]+\.(com|org|dev)[^ ]*#//...#g
    s/\b[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}\b/01234567-.../g; s/^(.{170}).+/\1.../; s/\s+$//' |
    awk -v most="${lines:-12}" 'NR <= most { print } NR == most + 1 { print "..." }'
}
mkdir -p "$pages"
page=$work/beginning.md
emit() { printf '%s\n' "$@" | tee -a "$page"; }
# show COMMAND: it and $said, as a block of the page.
show() {
  emit '```console' "$(lines=${commands:-99} tidy <<<"$ ${1//$'\n'/$'\n> '}")"
  [ -z "$said" ] || tidy <<<"$said" | tee -a "$page"
  emit '```' ''
}
person() {
  page=$work/person.md
  : >"$page"
  began=$SECONDS
  emit "## $1" '' "Goal: $2" ''
}
reached() {
  emit "It took $(((SECONDS - began + 59) / 60)) minutes." ''
  times+=("$1: $((SECONDS - began)) s")
  install -m 644 "$page" "$pages/$1.md"
}
say() { emit "$*" ''; }
expect() {
  local pattern
  for pattern in "$@"; do grep -Eq -- "$pattern" <<<"$said" || { tail -40 <<<"$said"; fail "does not say: $pattern"; }; done
}
# run SENTENCE COMMAND [PATTERN...]: it must succeed and say all that.
run() {
  local sentence=$1 command=$2
  shift 2
  say "$sentence"
  told "$command" || { printf '$ %s\n' "$command"; tail -60 <<<"$said"; fail "failed: $command"; }
  show "$command"
  expect "$@"
}
# refused SENTENCE COMMAND PATTERN...: it must fail and say all that.
refused() {
  local sentence=$1 command=$2
  shift 2
  say "$sentence"
  if ! told "if { $command; }; then false; fi"; then tail -20 <<<"$said"; fail "succeeded: $command"; fi
  show "$command"
  expect "$@"
}
# again SENTENCE COMMAND PATTERN...: it says all that within four minutes. Only the last answer is shown.
again() {
  local sentence=$1 command=$2 pattern until=$((SECONDS + 240)) missing
  shift 2
  while :; do
    told "$command" || { tail -40 <<<"$said"; fail "failed: $command"; }
    missing=""
    for pattern in "$@"; do grep -Eq -- "$pattern" <<<"$said" || missing=$pattern; done
    [ -n "$missing" ] || break
    [ "$SECONDS" -lt "$until" ] || { tail -40 <<<"$said"; fail "does not say within four minutes: $missing"; }
    sleep 1
  done
  say "$sentence"
  show "$command"
}

# start SENTENCE COMMAND SECONDS PATTERN: in a terminal of its own, until it says that.
declare -A terminals=()
start() {
  local sentence=$1 command=$2 until=$((SECONDS + $3)) pattern=$4 log=$work/$name.terminal
  say "$sentence"
  set -m
  (as_you bash -c "cd ~/device-agent 2>/dev/null || cd; exec $command") >"$log" 2>&1 &
  terminals[$name]=$!
  set +m
  until grep -Eq -- "$pattern" "$log"; do
    kill -0 "${terminals[$name]}" 2>/dev/null || { cat "$log"; fail "has ended: $command"; }
    [ "$SECONDS" -lt "$until" ] || { cat "$log"; fail "does not say in time: $pattern"; }
    sleep 1
  done
  said=$(cat "$log")
  show "$command"
}
# stop NAME: Ctrl-C in that terminal; it must end well.
stop() {
  local name=$1 status=0 from
  from=$(wc -l <"$work/$name.terminal")
  kill -INT -- "-${terminals[$name]}"
  wait "${terminals[$name]}" || status=$?
  said=$(tail -n "+$((from + 1))" "$work/$name.terminal")
  [ "$status" -eq 0 ] || { tail -20 <<<"$said"; fail "ends with $status after Ctrl-C"; }
}

clone() {
  run "Besides the .NET 10 SDK and an AWS CLI, which this machine lends, a clean Debian lacks git, curl and Python 3." \
    'sudo apt-get install -y -qq git curl python3 >/dev/null'
  run "The project; here from a folder that holds this commit." 'git clone -q /srv/device-agent.git
cd device-agent'
}
testbed() {
  lines=22 start "$1" "dotnet run --project src/DeviceAgent.Testbed${2:+ -- $2}" 900 "${3:-thermostat-01: [1-9][0-9]* rows}"
  directory=$(grep -om1 '/tmp/device-agent-testbed-[A-Za-z0-9]*' "$work/$name.terminal")
}

owner() {
  person "A Raspberry Pi's owner, without an AWS account" "to see readings arrive, and then those of a device of their own. What is followed: [getting-started.md](getting-started.md)."
  computer computer
  clone
  testbed "The testbed, in a terminal of its own; it builds first."
  run "In another terminal: what has arrived." ". $directory/env.sh
aws dynamodb scan --table-name thermostat-01 --max-items 1" '"Temperature"'
  run "A reading of one's own, by the agent's socket." "curl -sS --unix-socket $directory/things/thermostat-01/state/device-agent.sock http://localhost/v1/readings \\
  -H 'Content-Type: application/json' -d '{\"serial_number\":\"meter-7\",\"power\":412.5}'" '.'
  lines=20 again "It is in the table." "aws dynamodb query --table-name thermostat-01 --key-condition-expression 'serial_number = :s' \\
  --expression-attribute-values '{\":s\":{\"S\":\"meter-7\"}}'" '412\.5'
  run "The package, for this machine's processor; without \`amd64\` it makes the one for the Raspberry Pi, too, which is tried elsewhere on an emulated machine ([arm64.md](arm64.md)). It installs what it needs, and compiles." \
    'scripts/package-deb.sh amd64 2>&1 | tail -1' 'device-agent_.*_amd64\.deb'
  cp "$root"/home/you/device-agent/artifacts/device-agent_*_amd64.deb "$work/"
  run "The device gets a thing, a certificate and a table at the testbed, as it would in an account." 'scripts/aws-setup.sh kitchen --source linux' 'Copy .* to the device'
  run "At the testbed it needs its CA besides ([testbed.md](testbed.md#an-agent-of-your-own))." 'cp "$IOT_SERVER_CA" kitchen/ca.pem && ls kitchen' private.key

  local computer=$root
  machine pi
  cp "$work"/device-agent_*_amd64.deb "$root/home/you/"
  cp -r "$computer/home/you/device-agent/kitchen" "$root/home/you/"
  mkdir -p "$root/sys/class/thermal/thermal_zone0"
  echo cpu-thermal >"$root/sys/class/thermal/thermal_zone0/type"
  echo 47212 >"$root/sys/class/thermal/thermal_zone0/temp"
  chroot "$root" chown -R you: /home/you
  run "Another clean Debian plays the Pi (a chroot: no systemd runs in it, and \`/sys\` holds one thermal zone, as a Pi's does). The package and the folder have been copied there." \
    'sudo apt-get install -y -qq ./device-agent_*_amd64.deb 2>&1 | grep "^Setting up device-agent"' 'device-agent'
  run "Which sensors it would read." 'device-agent sensors' 'cpu'
  lines=40 run "Certificate, key and configuration into their places; then the doctor looks." 'sudo device-agent init --from kitchen --yes' kitchen 'All is well|warning'
  run "Without systemd, which would hand the key to the agent in memory, the agent's user must be able to read it." 'sudo chown device-agent /etc/device-agent/private.key'
  lines=8 start "The agent as its own user; on a Pi: \`sudo systemctl enable --now device-agent\`." 'sudo runuser -u device-agent -- device-agent run' 60 'tarted|upload|redentials'
  at computer
  told "cd device-agent && . $directory/env.sh" || fail "no env.sh"
  again "On the computer: the Pi's temperature is in its table." 'aws dynamodb scan --table-name kitchen --max-items 1 --query "Items[0].[serial_number.S,cpu_thermal.N]"' '47\.212'
  at pi
  lines=16 run "On the Pi: what the agent does." 'sudo device-agent status' '^healthy' kitchen
  stop pi
  stop computer
  reached owner
}

# guide PATTERN: the first block of commands of the operator's guide that holds it.
guide() {
  awk -v pattern="$1" '/^```sh$/ { inside = 1; block = ""; next } /^```$/ && inside { inside = 0; if (index(block, pattern)) { printf "%s", block; exit } } inside { block = block $0 "\n" }' docs/operators-guide.md
}

operator() {
  person "An operator of a fleet" "to give five devices another role alias, first to canaries, and to see a wrong one refused. What is followed: [operators-guide.md](operators-guide.md); the blocks are its own, word for word, where the page does not say otherwise."
  computer office
  clone
  testbed "The testbed with five devices, in a terminal of its own; a reading every ten seconds leaves time to see what a device does." '--devices 5 --rate 0.1' 'thermostat-05: [1-9][0-9]* rows'
  told ". $directory/env.sh" || fail "no env.sh"
  commands=4 lines=3 run "A new role and its alias." "$(guide 'aws iam create-role ')" device-agent-v2
  lines=4 run "All devices may use it." "$(guide create-policy-version)" assume-device-agent
  lines=4 run "One device first." "$(guide 'update-thing-shadow')" device-agent-v2
  again "How it went, some seconds later." "$(guide 'get-thing-shadow --thing-name thermostat-01')" "device-agent-v2 None .*'outcome': 'applied'"
  lines=6 run "Two canaries." "$(guide device-agent-v2-canaries)" job
  again "Until it is completed." "aws iot describe-job --job-id device-agent-v2-canaries --query 'job.[status,jobProcessDetails.numberOfSucceededThings]' --output text" 'COMPLETED.*2'
  lines=8 run "Each of them." "$(guide list-job-executions-for-job)" 'thermostat-01.SUCCEEDED' 'thermostat-02.SUCCEEDED'
  lines=1 run "The same with an alias whose role may not write (the testbed has one); this block is not the guide's." "aws iot create-job --job-id wrong --targets \"\$GROUP_ARN\" \\
  --document '{\"operation\":\"rotate-role-alias\",\"roleAlias\":\"device-agent-readonly\"}' --query jobId --output text" wrong
  again "Both refuse it, with the reason, and stay where they are." "aws iot describe-job-execution --job-id wrong --thing-name thermostat-01 --query 'execution.[status,statusDetails.detailsMap]'" FAILED writesDenied
  lines=1 run "The fleet's group." "$(guide '--thing-group-name fleet')"
  lines=4 run "The job for all." "$(guide '--job-executions-rollout-config')" device-agent-v2
  again "How far it is." "$(guide 'cancel-job' | sed -n 1p)" COMPLETED '"numberOfSucceededThings": 5'
  again "What each of them reports." "$(guide '.get("health")')" 'thermostat-01 device-agent-v2 ok' 'thermostat-05 device-agent-v2 ok'
  run "Rolled back: one device gets another good alias, and while it is on probation somebody takes the role's rights. These two blocks are not the guide's." \
    "aws iot-data update-thing-shadow --thing-name thermostat-03 --shadow-name device-agent \\
  --payload '{\"state\":{\"desired\":{\"roleAlias\":\"device-agent-next\"}}}' /dev/stdout >/dev/null
ROLE=\$(aws iot describe-role-alias --role-alias device-agent-next --query roleAliasDescription.roleArn --output text)
until curl -sS --unix-socket $directory/things/thermostat-03/state/device-agent.sock http://localhost/v1/status | grep -q '\"probation\"'; do sleep 0.2; done
aws iam put-role-policy --role-name \"\${ROLE##*/}\" --policy-name frozen \\
  --policy-document '{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Action\":\"dynamodb:*\",\"Resource\":\"*\"}]}'"
  again "The device went back by itself." "aws iot-data get-thing-shadow --thing-name thermostat-03 --shadow-name device-agent /dev/stdout |
  python3 -c 'import json,sys; r=json.load(sys.stdin)[\"state\"][\"reported\"]; print(r[\"roleAlias\"], r.get(\"lastChange\"))'" "device-agent-v2 .*rolledBack"
  run "The old alias goes." "$(guide delete-role-alias)"
  stop office
  reached operator
}

developer() {
  person "A developer" "to write to a device's table from a program in .NET and from one in Python. What is followed: [the library's README](../src/DeviceAgent.Credentials/README.md) and [local-credentials.md](local-credentials.md)."
  computer desk
  clone
  testbed "The testbed, in a terminal of its own."
  told ". $directory/env.sh" || fail "no env.sh"
  run "The package of the library." 'scripts/pack.sh ~/packages' nupkg
  run "A program of one's own with it." 'dotnet new console -o ~/hello >/dev/null
cd ~/hello
dotnet nuget add source ~/packages >/dev/null
dotnet add package DeviceAgent.Credentials | tail -1
dotnet add package AWSSDK.DynamoDBv2 | tail -1
dotnet list package | grep ">"' '> DeviceAgent\.Credentials'
  { sed -n '/^```csharp$/,/^```$/{/^```/d; p}' src/DeviceAgent.Credentials/README.md | sed '/^using var dynamoDb/q'
    printf '%s\n' 'await dynamoDb.PutItemAsync("thermostat-01", new() { ["serial_number"] = new("hello"), ["timestamp"] = new("2026-01-01T12:00:00Z"), ["temperature"] = new() { N = "21.5" } });' \
      'Console.WriteLine("Written");'
  } | sed "s#\"certificate.pem\"#\"$directory/things/thermostat-01/certificate.pem\"#; s#\"private.key\"#\"$directory/things/thermostat-01/private.key\"#
      s#Endpoint = \"[^\"]*\",.*#Endpoint = \"localhost:8440\", CaPath = \"$directory/ca.pem\",#" >"$root/home/you/hello/Program.cs"
  lines=30 run "Program.cs is the README's with this device's values, the testbed's CA, and one write." 'cat Program.cs' CaPath
  run "It has no AWS keys: the two variables of the operator are taken from it." 'env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY dotnet run' '^Written$'
  run "Its item." 'aws dynamodb query --table-name thermostat-01 --key-condition-expression "serial_number = :s" \
  --expression-attribute-values '"'"'{":s":{"S":"hello"}}'"'"' --query "Items[].temperature.N" --output text' '21\.5'

  if ! compgen -G "$work/device-agent_*_amd64.deb" >/dev/null; then
    told 'cd ~/device-agent && scripts/package-deb.sh amd64' || { echo "$said"; fail "no package"; }
    cp "$root"/home/you/device-agent/artifacts/device-agent_*_amd64.deb "$work/"
  fi
  cp "$work"/device-agent_*_amd64.deb "$root/home/you/"
  run "For Python: the agent on this machine, with a thing of its own that takes what others write." 'cd ~/device-agent
sudo apt-get install -y -qq ~/device-agent_*_amd64.deb >/dev/null 2>&1
scripts/aws-setup.sh greenhouse | tail -2' 'hand in readings'
  run "Its credentials get a port, and the tokens a folder that other users can pass." "cd greenhouse
sudo install -m 644 certificate.pem \"\$IOT_SERVER_CA\" /etc/device-agent/
sudo install -m 600 -o device-agent private.key /etc/device-agent/
sed 's|\"stateDirectory\": \"state\"|\"stateDirectory\": \"/var/lib/device-agent\"|; s|\"caPath\": \".*\"|\"caPath\": \"ca.pem\"|
  1s|^{|{ \"credentials\": { \"port\": 8555, \"clientsDirectory\": \"/var/lib/device-agent-clients\" },|' agent.json | sudo tee /etc/device-agent/agent.json >/dev/null
sudo device-agent check"
  name=agent
  lines=8 start "The agent as its own user, for there is no systemd here." 'sudo runuser -u device-agent -- device-agent run' 60 'upload|redentials'
  name=desk
  run "A token for the program, which its group may read." 'sudo device-agent clients add telemetry --group you' AWS_CONTAINER_CREDENTIALS_FULL_URI
  cat >"$root/home/you/hello.py" <<'PYTHON'
import boto3

table = boto3.resource("dynamodb").Table("greenhouse")
table.put_item(Item={"serial_number": "hello", "timestamp": "2026-01-01T12:00:00Z", "temperature": "21.5"})
print("Written with", boto3.Session().get_credentials().method)
PYTHON
  run "The program." 'cat ~/hello.py'
  run "With these lines in its environment, and without the operator's keys." 'env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY $(sudo device-agent clients add again --group you | grep ^AWS_) python3 ~/hello.py' 'container-role'
  run "Its item." 'aws dynamodb scan --table-name greenhouse --query "Items[].[serial_number.S,temperature.S]" --output text' 'hello.21\.5'
  stop agent
  stop desk
  reached developer
}

emit '# The first hour' '' "Three people who have never seen the project, each on a clean Debian 12 (a chroot with what debootstrap installs, \`sudo\`, and one user), from the clone to their goal.
\`sudo scripts/first-hour.sh --write\` has played them and made this page of what the commands said, with other folders, ids and times in it; it fails when one of them does
not do what its person expects. Lent by the machine that plays them, of two processors: the .NET 10 SDK, and AWS CLI and boto3, as \`pip\` installs them. Nothing here is hardware, and
no systemd runs in a chroot. \`...\` stands for the rest." ''
install -m 644 "$page" "$pages/beginning.md"
for person in "${people[@]}"; do "$person"; done
printf '%s\n' "${times[@]}"
