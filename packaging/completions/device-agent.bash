# bash completion for device-agent

_device_agent() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local common='--config --set --help' command='' i offered
  for ((i = 1; i < COMP_CWORD; i++)); do
    case $command/${COMP_WORDS[i]} in
      /run | /init | /check | /doctor | /provision | /status | /page | /sensors | /spool | /credentials | /clients) command=${COMP_WORDS[i]} ;;
      spool/status | spool/dead-letters | spool/export | spool/requeue | credentials/refresh | clients/add | clients/list | clients/revoke | clients/rotate)
        command="$command ${COMP_WORDS[i]}"
        ;;
    esac
  done

  COMPREPLY=()
  case $previous in
    -c | --config | --claim-certificate | --claim-key | -o | --output | --certificate | --private-key | --ca)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    --from | --state-directory)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    --source)
      mapfile -t COMPREPLY < <(compgen -W 'linux none stdin replay: simulated' -- "$current")
      return
      ;;
    --group)
      mapfile -t COMPREPLY < <(compgen -g -- "$current")
      return
      ;;
    --user)
      mapfile -t COMPREPLY < <(compgen -u -- "$current")
      return
      ;;
    --set | --template | -p | --parameter | --thing | --region | --endpoint | --mqtt-endpoint | --role-alias | -n | --interval) return ;;
  esac

  case $command in
    '') offered='run init check doctor provision status page sensors spool credentials clients --help --version' ;;
    run) offered="$common" ;;
    init) offered='--from --output --thing --region --endpoint --mqtt-endpoint --role-alias --certificate --private-key --ca --source --state-directory --set --yes --force --no-doctor --help' ;;
    check) offered="$common" ;;
    doctor) offered="--json --write $common" ;;
    provision) offered="--claim-certificate --claim-key --template --parameter --user $common" ;;
    status) offered="--json --watch --interval $common" ;;
    page) offered="$common" ;;
    sensors) offered="--json $common" ;;
    spool) offered='status dead-letters export requeue --help' ;;
    'spool status') offered="--json $common" ;;
    'spool dead-letters') offered="--json $common" ;;
    'spool export') offered="--dead-letters --output $common" ;;
    'spool requeue') offered="--all $common" ;;
    credentials) offered="refresh --user $common" ;;
    'credentials refresh') offered="$common" ;;
    clients) offered='add list revoke rotate --help' ;;
    'clients add') offered="--group --user $common" ;;
    'clients list') offered="$common" ;;
    'clients revoke') offered="$common" ;;
    'clients rotate') offered="--all $common" ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$offered" -- "$current")
}

complete -F _device_agent device-agent
