# For the other scripts: `. scripts/lib.sh`. Not a program.

step() { printf '\n== %s\n' "$*" >&2; }

# need COMMAND-THAT-MUST-SUCCEED PACKAGE...: installs the packages (apt) when the command fails, and says so.
need() {
  local check=$1
  shift
  if bash -c "$check" >/dev/null 2>&1; then return; fi
  command -v apt-get >/dev/null || { echo "$0: needs $*, and there is no apt-get to install it" >&2; exit 2; }
  step "installing $*"
  local sudo=()
  [ "$(id -u)" -eq 0 ] || sudo=(sudo)
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# agent_property NAME: a property of src/DeviceAgent, e.g. Version.
agent_property() { dotnet msbuild src/DeviceAgent/DeviceAgent.csproj -getProperty:"$1"; }
