# shellcheck shell=bash
# What the set-up scripts share, for them to source: the AWS CLI, and the account, region and partition that it is set to.
# They bring die().

policies=$(cd "$(dirname "$0")/policies" && pwd)
command -v aws >/dev/null || die "the AWS CLI is missing (Debian: apt install awscli)"
command -v openssl >/dev/null || die "openssl is missing"

# AWS_ENDPOINT_URL_<SERVICE> is honoured by AWS CLI 2.13 and newer; this makes older ones honour it too.
aws() {
  local endpoint="AWS_ENDPOINT_URL_${1^^}"
  if [ -n "${!endpoint:-}" ]; then command aws --endpoint-url "${!endpoint}" "$@"; else command aws "$@"; fi
}
text() { aws "$@" --output text; }
say() { printf '%-14s %s\n' "$1" "$2"; }

region=${AWS_REGION:-${AWS_DEFAULT_REGION:-$(command aws configure get region || true)}}
[ -n "$region" ] || die "no region: set AWS_REGION"
export AWS_DEFAULT_REGION=$region
caller=$(text sts get-caller-identity --query Arn) || die "the AWS CLI has no valid credentials"
partition=$(cut -d: -f2 <<<"$caller")
account=$(cut -d: -f5 <<<"$caller")
