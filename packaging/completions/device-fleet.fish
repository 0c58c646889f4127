# fish completion for device-fleet

# Whether this is the command on the line so far.
function __device_fleet_at
    set -l command ''
    for word in (commandline --tokenize --cut-at-cursor --current-process)[2..]
        switch "$command/$word"
            case /status /check /rotate /watch /pause /resume /abort /rollback /set /certificates /logs /decommission
                set command $word
        end
    end
    test "$command" = "$argv"
end

complete -c device-fleet -f
complete -c device-fleet -s h -l help -d 'Show help'
complete -c device-fleet -n 'not __device_fleet_at' -l profile -x -d 'A profile of ~/.aws/config'
complete -c device-fleet -n 'not __device_fleet_at' -l region -x -d 'The AWS region'
complete -c device-fleet -n 'not __device_fleet_at' -l endpoint-url -x -d 'Ask this address instead of AWS'

complete -c device-fleet -n '__device_fleet_at' -l version -d 'Show the version'
complete -c device-fleet -n '__device_fleet_at' -a status -d 'Show how the things are'
complete -c device-fleet -n '__device_fleet_at' -a check -d 'Look whether things could use a role alias'
complete -c device-fleet -n '__device_fleet_at' -a rotate -d 'Rotate things to another role alias'
complete -c device-fleet -n '__device_fleet_at' -a watch -d 'Go on with a rotation'
complete -c device-fleet -n '__device_fleet_at' -a pause -d 'Ask no further thing for now'
complete -c device-fleet -n '__device_fleet_at' -a resume -d 'Go on with a rotation that was stopped'
complete -c device-fleet -n '__device_fleet_at' -a abort -d 'Ask no further thing'
complete -c device-fleet -n '__device_fleet_at' -a rollback -d 'Give the old alias back'
complete -c device-fleet -n '__device_fleet_at' -a set -d 'Change settings by a job'
complete -c device-fleet -n '__device_fleet_at' -a certificates -d 'Show and rotate certificates'
complete -c device-fleet -n '__device_fleet_at' -a logs -d 'Show what a doctor finds, and the last log lines'
complete -c device-fleet -n '__device_fleet_at' -a decommission -d 'Take things out of service'

complete -c device-fleet -n '__device_fleet_at status' -s g -l group -x -d 'The things of this thing group'
complete -c device-fleet -n '__device_fleet_at status' -l behind -d 'Only things that have another alias'
complete -c device-fleet -n '__device_fleet_at status' -l silent -d 'Only things that have not reported for so long'
complete -c device-fleet -n '__device_fleet_at status' -l sort -x -a 'thing alias desired change credentials certificate reported written waiting version health behind silent' -d 'The column to sort by'
complete -c device-fleet -n '__device_fleet_at status' -s f -l filter -x -d 'Only things for which this holds'
complete -c device-fleet -n '__device_fleet_at status' -l json -d 'Print JSON'
complete -c device-fleet -n '__device_fleet_at status' -l csv -d 'Print CSV'
complete -c device-fleet -n '__device_fleet_at status' -s w -l watch -d 'Stay with it'

complete -c device-fleet -n '__device_fleet_at check' -s g -l group -x -d 'The things of this thing group'
complete -c device-fleet -n '__device_fleet_at check' -l things -x -d 'These things'

complete -c device-fleet -n '__device_fleet_at rotate' -s g -l group -x -d 'The things of this thing group'
complete -c device-fleet -n '__device_fleet_at rotate' -l things -x -d 'These things'
complete -c device-fleet -n '__device_fleet_at rotate' -l canary -x -d 'Who goes first'
complete -c device-fleet -n '__device_fleet_at rotate' -l rate -x -d 'Things a minute'
complete -c device-fleet -n '__device_fleet_at rotate' -l abort -x -d 'The share of failures that stops it'
complete -c device-fleet -n '__device_fleet_at rotate' -l probation -x -d 'How long the canaries are watched'
complete -c device-fleet -n '__device_fleet_at rotate' -l canary-timeout -x -d 'For so long a canary may not begin'
complete -c device-fleet -n '__device_fleet_at rotate' -l expires -x -d 'A device that finds the job later rejects it'
complete -c device-fleet -n '__device_fleet_at rotate' -s w -l watch -d 'Stay with it'
complete -c device-fleet -n '__device_fleet_at rotate' -l detach -d 'Start and leave'
complete -c device-fleet -n '__device_fleet_at rotate' -l dry-run -d 'Say what would be done'
complete -c device-fleet -n '__device_fleet_at rotate' -s y -l yes -d 'Do not ask'
complete -c device-fleet -n '__device_fleet_at rotate' -l no-check -d 'Do not check before'

complete -c device-fleet -n '__device_fleet_at resume' -l detach -d 'Start and leave'

complete -c device-fleet -n '__device_fleet_at rollback' -l to -x -d 'The alias to go back to'
complete -c device-fleet -n '__device_fleet_at rollback' -s y -l yes -d 'Do not ask'
complete -c device-fleet -n '__device_fleet_at rollback' -l detach -d 'Start and leave'

complete -c device-fleet -n '__device_fleet_at set' -l reset -x -d 'Go back to what is configured'
complete -c device-fleet -n '__device_fleet_at set' -s g -l group -x -d 'The things of this thing group'
complete -c device-fleet -n '__device_fleet_at set' -l things -x -d 'These things'
complete -c device-fleet -n '__device_fleet_at set' -l rate -x -d 'Things a minute'
complete -c device-fleet -n '__device_fleet_at set' -l abort -x -d 'The share of failures that stops it'
complete -c device-fleet -n '__device_fleet_at set' -l detach -d 'Start and leave'
complete -c device-fleet -n '__device_fleet_at set' -s y -l yes -d 'Do not ask'

complete -c device-fleet -n '__device_fleet_at certificates' -s g -l group -x -d 'The things of this thing group'
complete -c device-fleet -n '__device_fleet_at certificates' -l things -x -d 'These things'
complete -c device-fleet -n '__device_fleet_at certificates' -l expiring -x -d 'Only those that end within this time'
complete -c device-fleet -n '__device_fleet_at certificates' -l rotate -d 'Have them replaced'
complete -c device-fleet -n '__device_fleet_at certificates' -l rate -x -d 'Things a minute'
complete -c device-fleet -n '__device_fleet_at certificates' -l detach -d 'Start and leave'
complete -c device-fleet -n '__device_fleet_at certificates' -s y -l yes -d 'Do not ask'

complete -c device-fleet -n '__device_fleet_at logs' -l wait -x -d 'How long to wait for the answer'
complete -c device-fleet -n '__device_fleet_at logs' -l job -x -d 'Read the answer to an earlier request'

complete -c device-fleet -n '__device_fleet_at decommission' -l dry-run -d 'Say what would be done'
complete -c device-fleet -n '__device_fleet_at decommission' -s y -l yes -d 'Do not ask'
