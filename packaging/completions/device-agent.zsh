#compdef device-agent
# zsh completion for device-agent

_device_agent() {
  local command='' at=1 i
  for ((i = 2; i < CURRENT; i++)); do
    case $command/${words[i]} in
      /run | /init | /check | /doctor | /provision | /status | /page | /sensors | /spool | /credentials | /clients) command=${words[i]} at=$i ;;
      spool/status | spool/dead-letters | spool/export | spool/requeue | credentials/refresh | clients/add | clients/list | clients/revoke | clients/rotate)
        command="$command ${words[i]}" at=$i
        ;;
    esac
  done
  # What is left begins with the last command.
  shift $((at - 1)) words
  ((CURRENT -= at - 1))

  local -a help common
  help=('(- *)'{-\?,-h,--help}'[show help]')
  common=('(-c --config)'{-c,--config}'[the configuration file]:file:_files' '*--set[override a setting]:key=value: ' $help)

  case $command in
    '') _arguments $help '--version[show the version]' '1:command:((run\:"run the agent" init\:"make the configuration" check\:"check the configuration" doctor\:"find what keeps readings from arriving" provision\:"get a certificate by a claim certificate" status\:"show the state of the running agent" page\:"print the link to the page" sensors\:"list the sensors of the device" spool\:"look at what waits for upload" credentials\:"print AWS credentials" clients\:"programs that get credentials by a token"))' ;;
    run) _arguments $common ;;
    init) _arguments $help '--from[the folder with certificate and key]:folder:_directories' '(-o --output)'{-o,--output}'[write to this file]:file:_files' '--thing[the name of the thing]:name: ' '--region[the region of the table]:name: ' '--endpoint[the credentials endpoint]:host: ' '--mqtt-endpoint[the endpoint for remote control]:host: ' '--role-alias[the role alias to ask for]:name: ' '--certificate[the certificate]:file:_files' '--private-key[its private key]:file:_files' '--ca[roots of the endpoints]:file:_files' '--source[what the device reads]:kind:(linux none stdin simulated)' '--state-directory[where readings wait]:folder:_directories' '*--set[any other setting]:key=value: ' '(-y --yes)'{-y,--yes}'[take each proposal]' '--force[replace files that are there]' '--no-doctor[do not run the doctor]' ;;
    check) _arguments $common ;;
    doctor) _arguments $common '--json[print JSON]' '--write[also write an item, and delete it again]' ;;
    provision) _arguments $common '--claim-certificate[the claim certificate]:file:_files' '--claim-key[its private key]:file:_files' '--template[the provisioning template]:name: ' '*'{-p,--parameter}'[a parameter for the template]:name=value: ' '--user[for whom root makes the state directory]:user:_users' ;;
    status) _arguments $common '--json[print JSON]' '(-w --watch)'{-w,--watch}'[show it again and again]' '(-n --interval)'{-n,--interval}'[seconds between two looks]:seconds: ' ;;
    page) _arguments $common ;;
    sensors) _arguments $common '--json[print JSON]' ;;
    spool) _arguments $help '1:command:((status\:"how many readings wait" dead-letters\:"readings that DynamoDB will never accept" export\:"write what waits as NDJSON" requeue\:"put dead letters back"))' ;;
    'spool status') _arguments $common '--json[print JSON]' ;;
    'spool dead-letters') _arguments $common '--json[print one JSON object a line]' ;;
    'spool export') _arguments $common '--dead-letters[export the dead letters instead]' '(-o --output)'{-o,--output}'[write to this file]:file:_files' ;;
    'spool requeue') _arguments $common '--all[put all back]' '*:id: ' ;;
    credentials) _arguments $common '--user[for whom root makes the state directory]:user:_users' '1:command:((refresh\:"make the running agent fetch new ones"))' ;;
    'credentials refresh') _arguments $common ;;
    clients) _arguments $help '1:command:((add\:"make a token for a program" list\:"name the clients" revoke\:"remove a token" rotate\:"replace tokens"))' ;;
    'clients add') _arguments $common '--group[who can read the token file]:group:_groups' '--user[for whom root makes the state directory]:user:_users' '1:name: ' ;;
    'clients list') _arguments $common ;;
    'clients revoke') _arguments $common '1:name: ' ;;
    'clients rotate') _arguments $common '--all[the tokens of all programs]' '1:name: ' ;;
  esac
}

_device_agent "$@"
