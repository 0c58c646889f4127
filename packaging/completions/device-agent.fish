# fish completion for device-agent

# Whether these are the commands on the line so far.
function __device_agent_at
    set -l command ''
    for word in (commandline --tokenize --cut-at-cursor --current-process)[2..]
        switch "$command/$word"
            case /run /init /check /doctor /provision /status /page /sensors /spool /credentials /clients
                set command $word
            case spool/status spool/dead-letters spool/export spool/requeue credentials/refresh clients/add clients/list clients/revoke clients/rotate
                set command "$command $word"
        end
    end
    test "$command" = "$argv"
end

complete -c device-agent -f
complete -c device-agent -s h -l help -d 'Show help'
complete -c device-agent -n 'not __device_agent_at; and not __device_agent_at init; and not __device_agent_at spool; and not __device_agent_at clients' -s c -l config -r -F -d 'The configuration file'
complete -c device-agent -n 'not __device_agent_at; and not __device_agent_at spool; and not __device_agent_at clients' -l set -x -d 'Override a setting, key=value'

complete -c device-agent -n '__device_agent_at' -l version -d 'Show the version'
complete -c device-agent -n '__device_agent_at' -a run -d 'Run the agent'
complete -c device-agent -n '__device_agent_at' -a init -d 'Make the configuration'
complete -c device-agent -n '__device_agent_at' -a check -d 'Check the configuration'
complete -c device-agent -n '__device_agent_at' -a doctor -d 'Find what keeps readings from arriving'
complete -c device-agent -n '__device_agent_at' -a provision -d 'Get a certificate by a claim certificate'
complete -c device-agent -n '__device_agent_at' -a status -d 'Show the state of the running agent'
complete -c device-agent -n '__device_agent_at' -a page -d 'Print the link to the page'
complete -c device-agent -n '__device_agent_at' -a sensors -d 'List the sensors of the device'
complete -c device-agent -n '__device_agent_at' -a spool -d 'Look at what waits for upload'
complete -c device-agent -n '__device_agent_at' -a credentials -d 'Print AWS credentials'
complete -c device-agent -n '__device_agent_at' -a clients -d 'Programs that get credentials by a token'

complete -c device-agent -n '__device_agent_at provision' -l claim-certificate -r -F -d 'The claim certificate'
complete -c device-agent -n '__device_agent_at provision' -l claim-key -r -F -d 'Its private key'
complete -c device-agent -n '__device_agent_at provision' -l template -x -d 'The provisioning template'
complete -c device-agent -n '__device_agent_at provision' -s p -l parameter -x -d 'A parameter for the template, name=value'
complete -c device-agent -n '__device_agent_at provision' -l user -x -a '(__fish_complete_users)' -d 'For whom root makes the state directory'

complete -c device-agent -n '__device_agent_at init' -l from -x -a '(__fish_complete_directories)' -d 'The folder with certificate and key'
complete -c device-agent -n '__device_agent_at init' -s o -l output -r -F -d 'Write to this file'
complete -c device-agent -n '__device_agent_at init' -l thing -x -d 'The name of the thing'
complete -c device-agent -n '__device_agent_at init' -l region -x -d 'The region of the table'
complete -c device-agent -n '__device_agent_at init' -l endpoint -x -d 'The credentials endpoint'
complete -c device-agent -n '__device_agent_at init' -l mqtt-endpoint -x -d 'The endpoint for remote control'
complete -c device-agent -n '__device_agent_at init' -l role-alias -x -d 'The role alias to ask for'
complete -c device-agent -n '__device_agent_at init' -l certificate -r -F -d 'The certificate'
complete -c device-agent -n '__device_agent_at init' -l private-key -r -F -d 'Its private key'
complete -c device-agent -n '__device_agent_at init' -l ca -r -F -d 'Roots of the endpoints'
complete -c device-agent -n '__device_agent_at init' -l source -x -a 'linux none stdin simulated' -d 'What the device reads'
complete -c device-agent -n '__device_agent_at init' -l state-directory -x -a '(__fish_complete_directories)' -d 'Where readings wait'
complete -c device-agent -n '__device_agent_at init' -s y -l yes -d 'Take each proposal'
complete -c device-agent -n '__device_agent_at init' -l force -d 'Replace files that are there'
complete -c device-agent -n '__device_agent_at init' -l no-doctor -d 'Do not run the doctor'

complete -c device-agent -n '__device_agent_at doctor' -l json -d 'Print JSON'
complete -c device-agent -n '__device_agent_at doctor' -l write -d 'Also write an item, and delete it again'
complete -c device-agent -n '__device_agent_at status' -l json -d 'Print JSON'
complete -c device-agent -n '__device_agent_at status' -s w -l watch -d 'Show it again and again'
complete -c device-agent -n '__device_agent_at status' -s n -l interval -x -d 'Seconds between two looks'
complete -c device-agent -n '__device_agent_at sensors' -l json -d 'Print JSON'

complete -c device-agent -n '__device_agent_at spool' -a status -d 'How many readings wait'
complete -c device-agent -n '__device_agent_at spool' -a dead-letters -d 'Readings that DynamoDB will never accept'
complete -c device-agent -n '__device_agent_at spool' -a export -d 'Write what waits as NDJSON'
complete -c device-agent -n '__device_agent_at spool' -a requeue -d 'Put dead letters back'
complete -c device-agent -n '__device_agent_at spool status' -l json -d 'Print JSON'
complete -c device-agent -n '__device_agent_at spool dead-letters' -l json -d 'Print one JSON object a line'
complete -c device-agent -n '__device_agent_at spool export' -l dead-letters -d 'Export the dead letters instead'
complete -c device-agent -n '__device_agent_at spool export' -s o -l output -r -F -d 'Write to this file'
complete -c device-agent -n '__device_agent_at spool requeue' -l all -d 'Put all back'

complete -c device-agent -n '__device_agent_at credentials' -a refresh -d 'Make the running agent fetch new ones'
complete -c device-agent -n '__device_agent_at credentials' -l user -x -a '(__fish_complete_users)' -d 'For whom root makes the state directory'

complete -c device-agent -n '__device_agent_at clients' -a add -d 'Make a token for a program'
complete -c device-agent -n '__device_agent_at clients' -a list -d 'Name the clients'
complete -c device-agent -n '__device_agent_at clients' -a revoke -d 'Remove a token'
complete -c device-agent -n '__device_agent_at clients' -a rotate -d 'Replace tokens'
complete -c device-agent -n '__device_agent_at clients rotate' -l all -d 'The tokens of all programs'
complete -c device-agent -n '__device_agent_at clients add' -l group -x -a '(__fish_complete_groups)' -d 'Who can read the token file'
complete -c device-agent -n '__device_agent_at clients add' -l user -x -a '(__fish_complete_users)' -d 'For whom root makes the state directory'
