using System.Runtime.InteropServices;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed.Demo;

namespace DeviceAgent.IntegrationTests.Documentation;

/// <summary>
/// A shell with nothing of whoever runs the tests: bash with the system's programs, the AWS CLI, the agent and device-fleet. What runs until Ctrl-C goes on beside it, as in
/// a shell of its own, and is ended in the end.
/// </summary>
internal static class ReadersShell
{
    /// <summary>Waits until the reading that the pages hand in stands in the table; <c>upload.maxDelaySeconds</c> is 5.</summary>
    public const string Arrived =
        """until aws dynamodb query --table-name thermostat-01 --key-condition-expression 'serial_number = :s' --expression-attribute-values '{":s":{"S":"meter-7"}}' | grep -q 412.5; do :; done""";

    private const string Functions =
        """
        set -euo pipefail
        names=() pids=()
        # beside NAME LOG LINE COMMAND...: starts the command, and returns when the line stands in the log.
        beside() {
          local name=$1 log=$2 line=$3
          shift 3
          "$@" >"$HOME/$name.log" 2>&1 &
          names+=("$name") pids+=($!)
          written "$log" "$line" || { echo "$name did not say '$line':"; cat "$HOME/$name.log"; return 1; } >&2
        }
        written() { grep -q -m 1 -- "$2" < <(timeout 60 tail -n +1 -F "$1" 2>/dev/null); }
        end() {
          local code=$? n
          trap - EXIT
          unsubscribe
          for n in "${!pids[@]}"; do kill -TERM "${pids[n]}" 2>/dev/null || true; done
          for n in "${!pids[@]}"; do
            wait "${pids[n]}" || { echo "${names[n]} ended with $?"; code=1; } >&2
          done
          if [ "$code" -ne 0 ]; then tail -n 40 "$HOME"/*.log "$OWN_TESTBED"/things/*/agent.log >&2 2>/dev/null || true; fi
          exit "$code"
        }
        trap end EXIT
        # The port is a free one, and the folder known: others run beside it.
        dotnet() {
          [ "$1 $2 $3" = 'run --project src/DeviceAgent.Testbed' ] || { echo "a block that builds must be marked: dotnet $*" >&2; return 1; }
          ls "$3"/*.csproj >/dev/null
          beside testbed "$HOME/testbed.log" 'Ctrl-C ends it' "$DOTNET" "$TESTBED" --port-base 0 --state "$OWN_TESTBED" "${@:5}"
          written "$OWN_TESTBED/things/thermostat-01/agent.log" 'Local programs are answered on'
        }
        device-agent() {
          if [ "$1" = run ]; then beside device-agent "$HOME/device-agent.log" 'Local programs are answered on' device-agent-program "$@"; else device-agent-program "$@"; fi
        }
        mosquitto_sub() {
          # One client id, one client. It ends by itself when the broker closes its connection.
          unsubscribe
          local log
          log=$(mktemp)
          stdbuf -oL mosquitto_sub -d "$@" >"$log" 2>&1 &
          subscriber=$!
          written "$log" 'Subscribed (mid: 1): [01]' || { cat "$log"; return 1; } >&2
        }
        unsubscribe() { if [ -n "${subscriber:-}" ]; then kill "$subscriber" 2>/dev/null || true; wait "$subscriber" || true; fi; }
        curl() { command curl --fail-with-body -sS "$@"; }

        """;

    public static async Task<CommandResult> RunAsync(string script, Page page)
    {
        var programs = Directory.CreateDirectory(Path.Combine(page.Home, ".programs")).FullName;
        var agent = AgentProcess.StartInfo();
        await WriteAsync("device-agent-program", $"exec {string.Join(' ', agent.ArgumentList.Prepend(agent.FileName).Select(Quoted))} \"$@\"");

        await WriteAsync("device-fleet", $"exec \"$DOTNET\" {Quoted(Path.Combine(AppContext.BaseDirectory, "device-fleet.dll"))} \"$@\"");

        // As TestCloud.ShellAsync has it, for the versions that do not know the variables.
        await WriteAsync(
            "aws",
            $$"""
            door=${1//-/_}
            [[ $1 != *-data ]] || door+=_plane
            door=AWS_ENDPOINT_URL_${door^^}
            if [[ $1 == -* || -z ${!door:-} ]]; then exec {{Quoted(AwsCli())}} "$@"; fi
            exec {{Quoted(AwsCli())}} --endpoint-url "${!door}" "$@"
            """);

        // The pages say what CLI 2 wants besides.
        Directory.CreateDirectory(Path.Combine(page.Home, ".aws"));
        await File.WriteAllTextAsync(Path.Combine(page.Home, ".aws", "config"), "[default]\ncli_binary_format = raw-in-base64-out\n");
        var file = Path.Combine(page.Home, ".script");
        await File.WriteAllTextAsync(file, $"{Functions}{script}\n");
        string[] variables =
        [
            $"PATH={programs}:/usr/local/bin:/usr/bin:/bin",
            $"HOME={page.Home}",
            $"TMPDIR={page.Home}",
            "LC_ALL=C.UTF-8",
            $"DOTNET={Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"))}",
            $"TESTBED={DemonstrationTests.Testbed}",
            $"OWN_TESTBED={page.OwnTestbed}",
            $"{AgentProcess.CommandVariable}={Environment.GetEnvironmentVariable(AgentProcess.CommandVariable)}",
        ];

        // One that does not end can still say what the programs beside it have logged.
        return await Command.RunAsync("timeout", ["240", "env", "-i", .. variables, "bash", "--noprofile", "--norc", file], folder: page.Folder, patience: TimeSpan.FromMinutes(5));

        async Task WriteAsync(string name, string text)
        {
            var path = Path.Combine(programs, name);
            await File.WriteAllTextAsync(path, $"#!/bin/bash\n{text}\n");
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static string AwsCli() =>
        Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(f => Path.Combine(f, "aws")).First(File.Exists);

    private static string Quoted(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
