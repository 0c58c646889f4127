#compdef device-fleet
# zsh completion for device-fleet

_device_fleet() {
  local command='' at=1 i
  for ((i = 2; i < CURRENT; i++)); do
    case $command/${words[i]} in
      /status | /check | /rotate | /watch | /pause | /resume | /abort | /rollback | /set | /certificates | /logs | /decommission) command=${words[i]} at=$i ;;
    esac
  done
  # What is left begins with the last command.
  shift $((at - 1)) words
  ((CURRENT -= at - 1))

  local -a help common
  help=('(- *)'{-\?,-h,--help}'[show help]')
  common=('--profile[a profile of ~/.aws/config]:profile: ' '--region[the AWS region]:region: ' '--endpoint-url[ask this address instead of AWS]:url:_urls' $help)

  case $command in
    '') _arguments $help '--version[show the version]' '1:command:((status\:"show how the things are" check\:"look whether things could use a role alias" rotate\:"rotate things to another role alias" watch\:"go on with a rotation" pause\:"ask no further thing for now" resume\:"go on with a rotation that was stopped" abort\:"ask no further thing" rollback\:"give the old alias back" set\:"change settings by a job" certificates\:"show and rotate certificates" logs\:"show what a doctor finds, and the last log lines" decommission\:"take things out of service"))' ;;
    status) _arguments $common '(-g --group)'{-g,--group}'[the things of this thing group]:group: ' '--behind[only things that have another alias]::alias: ' '--silent[only things that have not reported for so long]::time: ' '--sort[the column to sort by]:column:(thing alias desired change credentials certificate reported written waiting version health behind silent)' '*'{-f,--filter}'[only things for which this holds]:condition: ' '--json[print JSON]' '--csv[print CSV]' '(-w --watch)'{-w,--watch}'[stay with it]' '*:thing: ' ;;
    check) _arguments $common '(-g --group)'{-g,--group}'[the things of this thing group]:group: ' '--things[these things]:names: ' '1:alias: ' ;;
    rotate) _arguments $common '(-g --group)'{-g,--group}'[the things of this thing group]:group: ' '--things[these things]:names: ' '--canary[who goes first]:who: ' '--rate[things a minute]:rate: ' '--abort[the share of failures that stops it]:share: ' '--probation[how long the canaries are watched]:time: ' '--canary-timeout[for so long a canary may not begin]:time: ' '--expires[a device that finds the job later rejects it]:time: ' '(-w --watch)'{-w,--watch}'[stay with it]' '--detach[start and leave]' '--dry-run[say what would be done]' '(-y --yes)'{-y,--yes}'[do not ask]' '--no-check[do not check before]' '1:alias: ' ;;
    watch) _arguments $common '1:rotation: ' ;;
    pause) _arguments $common '1:rotation: ' ;;
    resume) _arguments $common '--detach[start and leave]' '1:rotation: ' ;;
    abort) _arguments $common '1:rotation: ' ;;
    rollback) _arguments $common '--to[the alias to go back to]:alias: ' '(-y --yes)'{-y,--yes}'[do not ask]' '--detach[start and leave]' '1:rotation: ' ;;
    set) _arguments $common '*--reset[go back to what is configured]:key: ' '(-g --group)'{-g,--group}'[the things of this thing group]:group: ' '--things[these things]:names: ' '--rate[things a minute]:rate: ' '--abort[the share of failures that stops it]:share: ' '--detach[start and leave]' '(-y --yes)'{-y,--yes}'[do not ask]' '*:key=value: ' ;;
    certificates) _arguments $common '(-g --group)'{-g,--group}'[the things of this thing group]:group: ' '--things[these things]:names: ' '--expiring[only those that end within this time]:time: ' '--rotate[have them replaced]' '--rate[things a minute]:rate: ' '--detach[start and leave]' '(-y --yes)'{-y,--yes}'[do not ask]' ;;
    logs) _arguments $common '--wait[how long to wait for the answer]:time: ' '--job[read the answer to an earlier request]:id: ' '1:thing: ' ;;
    decommission) _arguments $common '--dry-run[say what would be done]' '(-y --yes)'{-y,--yes}'[do not ask]' '*:thing: ' ;;
  esac
}

_device_fleet "$@"
