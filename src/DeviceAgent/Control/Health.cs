using DeviceAgent.Clock;
using DeviceAgent.Credentials;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Spool;
using DeviceAgent.Upload;

namespace DeviceAgent.Control;

/// <summary>What is wrong with the device, in words that stay the same while it is the same. Thread-safe.</summary>
internal sealed class Health(CredentialCache credentials, UploadState upload, ISpool spool, DeviceIdentitySource identity, DeviceClock clock)
{
    public const string Good = "ok";
    private const int Longest = 500;

    /// <summary>Shorter troubles of the upload pass by themselves.</summary>
    private static readonly TimeSpan WorthTelling = TimeSpan.FromMinutes(1);

    /// <summary>All of it in a line; <see cref="Good"/> when nothing is wrong.</summary>
    public string Now => Said([.. Problems()]) ?? Good;

    /// <summary>The same for whoever asks now, who also wants to know why nothing is uploaded yet.</summary>
    public HealthVerdict Verdict
    {
        get
        {
            var problems = Problems().ToList();
            if (credentials.Status is { HasValidCredentials: false, LastFailure: null } held) problems.Insert(0, new HealthProblem("credentials", held.StartDelayReason ?? "there are none yet", StopsUpload: true));
            return new HealthVerdict(!problems.Exists(p => p.StopsUpload), Said(problems));
        }
    }

    private static string? Said(IReadOnlyCollection<HealthProblem> problems) =>
        problems.Count == 0 ? null : PrintableText.Of(string.Join("; ", problems.Select(p => $"{p.Part}: {p.What}")), Longest);

    private IEnumerable<HealthProblem> Problems()
    {
        if (credentials.Status is { HasValidCredentials: false, LastFailure: { } failure }) yield return new HealthProblem("credentials", $"{failure.Cause}: {failure.Message}", StopsUpload: true);
        var sending = upload.Status;
        if (sending.Mode == UploadMode.Parked || (sending.Mode == UploadMode.BackingOff && !(sending.SinceLastSuccess < WorthTelling))) yield return new HealthProblem("upload", $"{sending.Reason}", StopsUpload: true);
        if (spool.Status is { OnDisk: false } memory) yield return new HealthProblem("spool", $"readings are held in memory: {memory.MemoryReason}", StopsUpload: false);
        foreach (var warning in clock.IsTrusted ? identity.Current.WarningsAt(clock.GetUtcNow()) : []) yield return new HealthProblem("certificate", warning.What, StopsUpload: false);
    }

    private sealed record HealthProblem(string Part, string What, bool StopsUpload);
}

/// <summary>How it stands with the device.</summary>
/// <param name="Uploads">Nothing that is known keeps readings from the table.</param>
/// <param name="Problem">All that is wrong; null when nothing is.</param>
internal sealed record HealthVerdict(bool Uploads, string? Problem);
