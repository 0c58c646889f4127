using DeviceAgent.Testbed.Shadow;

namespace DeviceAgent.Testbed.Hosting;

/// <summary>What is wrong with a thing now. Success ends it: it is not what once was wrong.</summary>
/// <param name="Text">In words.</param>
/// <param name="Since">When it began.</param>
internal sealed record Trouble(string Text, DateTimeOffset Since)
{
    /// <summary>Parts of the device's own complaint that a write refutes; it is taken back only with the device's next report.</summary>
    private static readonly string[] OfWrites = ["upload:", "credentials:"];

    /// <summary>The same again keeps its beginning.</summary>
    public static Trouble GoesOn(Trouble? before, string text, DateTimeOffset now) => before?.Text == text ? before : new Trouble(text, now);

    /// <summary>The thing's present trouble, the plainest one where there are several; null when all is well.</summary>
    /// <param name="activity">The cloud's view of the thing.</param>
    /// <param name="logged">The last complaint in the agent's log; null when there is none, or no log.</param>
    /// <param name="reported">What the agent reports of itself; null while it is not connected, when that may be long past.</param>
    public static Trouble? Of(ThingActivity activity, Trouble? logged, ReportedShadow? reported)
    {
        if ((activity.WriteTrouble ?? activity.CredentialsTrouble) is { } refused) return refused;
        if (logged is not null && !(logged.Since <= activity.LastWrittenAt)) return logged;
        if (reported?.Complaint is not { } complaint) return null;
        var isRefuted = OfWrites.Any(p => complaint.StartsWith(p, StringComparison.Ordinal)) && reported.ComplaintSince <= activity.LastWrittenAt;
        return isRefuted ? null : new Trouble(complaint, reported.ComplaintSince);
    }
}
