# bash completion for device-fleet

_device_fleet() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local common='--profile --region --endpoint-url --help' command='' i offered
  for ((i = 1; i < COMP_CWORD; i++)); do
    case $command/${COMP_WORDS[i]} in
      /status | /check | /rotate | /watch | /pause | /resume | /abort | /rollback | /set | /certificates | /logs | /decommission) command=${COMP_WORDS[i]} ;;
    esac
  done

  COMPREPLY=()
  case $previous in
    --profile)
      mapfile -t COMPREPLY < <(compgen -W "$(sed -n 's/^\[\(profile \)\{0,1\}\(.*\)\]$/\2/p' ~/.aws/config ~/.aws/credentials 2>/dev/null)" -- "$current")
      return
      ;;
    --sort)
      mapfile -t COMPREPLY < <(compgen -W 'thing alias desired change credentials certificate reported written waiting version health behind silent' -- "$current")
      return
      ;;
    --region | --endpoint-url | -g | -f | --abort | --canary | --canary-timeout | --expires | --expiring | --filter | --group | --probation | --rate | --reset | --things | --to | --wait | --job) return ;;
  esac

  case $command in
    '') offered='status check rotate watch pause resume abort rollback set certificates logs decommission --help --version' ;;
    status) offered="--group --behind --silent --sort --filter --json --csv --watch $common" ;;
    check) offered="--group --things $common" ;;
    rotate) offered="--group --things --canary --rate --abort --probation --canary-timeout --expires --watch --detach --dry-run --yes --no-check $common" ;;
    watch) offered="$common" ;;
    pause) offered="$common" ;;
    resume) offered="--detach $common" ;;
    abort) offered="$common" ;;
    rollback) offered="--to --yes --detach $common" ;;
    set) offered="--reset --group --things --rate --abort --detach --yes $common" ;;
    certificates) offered="--group --things --expiring --rotate --rate --detach --yes $common" ;;
    logs) offered="--wait --job $common" ;;
    decommission) offered="--dry-run --yes $common" ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$offered" -- "$current")
}

complete -F _device_fleet device-fleet
