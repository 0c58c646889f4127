using DeviceAgent.Clock;
using DeviceAgent.Credentials;
using DeviceAgent.Spool;
using DeviceAgent.Upload;

namespace DeviceAgent.Control.Shadow;

/// <summary>What is wrong with the device, in words that stay the same while it is the same.</summary>
internal sealed class Health(CredentialCache credentials, UploadState upload, ISpool spool, DeviceIdentitySource identity, DeviceClock clock)
{
    public const string Good = "ok";
    private const int Longest = 500;

    /// <summary>Shorter troubles of the upload pass by themselves.</summary>
    private static readonly TimeSpan WorthTelling = TimeSpan.FromMinutes(1);

    public string Now
    {
        get
        {
            var problems = Problems().ToList();
            return problems.Count == 0 ? Good : Changes.Printable(string.Join("; ", problems), Longest)!;
        }
    }

    private IEnumerable<string> Problems()
    {
        if (credentials.Status is { HasValidCredentials: false, LastFailure: { } failure }) yield return $"credentials: {failure.Cause}: {failure.Message}";
        var sending = upload.Status;
        if (sending.Mode == UploadMode.Parked || (sending.Mode == UploadMode.BackingOff && !(sending.SinceLastSuccess < WorthTelling))) yield return $"upload: {sending.Reason}";
        if (spool.Status is { OnDisk: false } memory) yield return $"spool: readings are held in memory: {memory.MemoryReason}";
        foreach (var warning in clock.IsTrusted ? identity.Current.WarningsAt(clock.GetUtcNow()) : []) yield return $"certificate: {warning.What}";
    }
}
