using System.Globalization;
using DeviceAgent.Control;
using DeviceAgent.Control.Cloud;
using DeviceAgent.Credentials;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Local;
using DeviceAgent.Spool;
using DeviceAgent.Upload;

namespace DeviceAgent.Supervision;

/// <summary>What goes on, in a line for <c>systemctl status</c>. No secrets.</summary>
internal sealed class ServiceStatus(UploadState upload, ISpool spool, CredentialCache credentials, ControlStatus control, ListenerStates listeners)
{
    public string Text => TextOf(upload.Status, spool.Status, credentials.Status, control.Connection.State, listeners.Problem);

    public static string TextOf(UploadStatus upload, SpoolStatus spool, CredentialCacheStatus credentials, ConnectionState connection, string? listeners = null)
    {
        List<string> parts = [credentials.StartDelay is null ? Upload(upload, spool) : $"No upload before {Clock(credentials.NextRefresh)}: {credentials.StartDelayReason}, {Waiting(spool)}"];
        if (spool.UnknownTime > 0) parts.Add($"{Count(spool.UnknownTime)} have no timestamp until the clock is known");
        if (!spool.OnDisk) parts.Add($"NOT ON DISK: {Counted.Of(spool.InMemory, "reading", "N0")} {(spool.InMemory == 1 ? "is" : "are")} in memory only ({WithoutStop(spool.MemoryReason)})");
        if (listeners is not null) parts.Add(listeners);
        parts.Add(credentials is { HasValidCredentials: true, Expiration: { } end }
            ? $"credentials valid until {Clock(end)}"
            : "no valid credentials");
        if (connection == ConnectionState.Connected) parts.Add("connected to AWS IoT");
        if (connection == ConnectionState.Connecting) parts.Add("no connection to AWS IoT");
        return string.Join(", ", parts);
    }

    private static string Upload(UploadStatus upload, SpoolStatus spool) => upload.Mode switch
    {
        UploadMode.BackingOff => $"No upload now: {WithoutStop(upload.Reason)}, {Waiting(spool)}",
        UploadMode.Parked => $"NO UPLOAD until somebody repairs it: {WithoutStop(upload.Reason)}, {Waiting(spool)}",
        UploadMode.Draining => $"Uploading: {Count(spool.Count)} waiting",
        _ => spool.Count == 0 ? "Idle: everything is uploaded" : $"Collecting: {Count(spool.Count)} waiting",
    };

    private static string Clock(DateTimeOffset? time) => string.Create(CultureInfo.InvariantCulture, $"{time?.UtcDateTime:HH:mm} UTC");

    private static string Waiting(SpoolStatus spool) => $"{Counted.Of(spool.Count, "reading", "N0")} {(spool.Count == 1 ? "waits" : "wait")}";

    private static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string? WithoutStop(string? sentence) => sentence?.TrimEnd(' ', '.');
}
