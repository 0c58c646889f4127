using System.ComponentModel;
using System.Diagnostics;

namespace DeviceAgent.Commands.Doctor;

/// <summary>What systemd says of the service.</summary>
internal static class SystemdCheck
{
    private const string Unit = "device-agent.service";

    /// <summary>There while systemd is the system's manager (sd_booted(3)).</summary>
    private const string Mark = "/run/systemd/system";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static async Task<Finding> RunAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(Mark)) return Skipped("systemd does not run here");
        var info = new ProcessStartInfo("systemctl", ["show", Unit, "--no-pager", "--property=LoadState,ActiveState,SubState,UnitFileState,Result,ExecMainStatus,NRestarts"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            using var process = Process.Start(info)!;
            process.StandardInput.Close();
            try
            {
                var output = process.StandardOutput.ReadToEndAsync(either.Token);
                var error = await process.StandardError.ReadToEndAsync(either.Token).ConfigureAwait(false);
                await process.WaitForExitAsync(either.Token).ConfigureAwait(false);
                return process.ExitCode == 0 ? Judge(await output.ConfigureAwait(false)) : Skipped($"systemctl does not tell: {error.Trim()}");
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                throw;
            }
        }
        catch (Win32Exception e)
        {
            return Skipped($"systemctl cannot be run: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Skipped($"systemctl did not answer within {Patience.TotalSeconds:0} s");
        }
    }

    /// <param name="properties">Lines of <c>Name=value</c>.</param>
    public static Finding Judge(string properties)
    {
        var values = properties.Split('\n').Select(l => l.Trim().Split('=', 2)).Where(p => p.Length == 2).ToDictionary(p => p[0], p => p[1]);
        string Value(string name) => values.GetValueOrDefault(name, "");
        if (Value("LoadState") is not "loaded") return Skipped($"there is no unit {Unit}");

        var (active, sub, starts) = (Value("ActiveState"), Value("SubState"), Value("UnitFileState") is not ("disabled" or "masked"));
        const string log = "See why: journalctl -u device-agent -n 50";
        if (active == "failed") return Finding.Failure(CheckName.Systemd, $"{Unit} has failed ({Value("Result")}, exit code {Value("ExecMainStatus")}).", $"{log}; after the repair: systemctl restart device-agent");
        if (sub == "auto-restart") return Finding.Failure(CheckName.Systemd, $"{Unit} ends again and again ({Value("Result")}, exit code {Value("ExecMainStatus")}, {Value("NRestarts")} restarts).", log);
        if (active == "inactive") return Finding.Warning(CheckName.Systemd, $"{Unit} does not run{(starts ? "" : ", nor will it after a boot")}.", starts ? "Start it: systemctl start device-agent" : "Start it, now and at each boot: systemctl enable --now device-agent");
        return starts
            ? Finding.Ok(CheckName.Systemd, $"{Unit} is {active} ({sub}), restarted {Value("NRestarts")} times")
            : Finding.Warning(CheckName.Systemd, $"{Unit} is {active}, and will not start at the next boot.", "Let it: systemctl enable device-agent");
    }

    private static Finding Skipped(string why) => Finding.Skipped(CheckName.Systemd, why);
}
