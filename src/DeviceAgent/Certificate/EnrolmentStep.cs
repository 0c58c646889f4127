namespace DeviceAgent.Certificate;

/// <summary>The steps that are told while a certificate is exchanged.</summary>
internal static class EnrolmentStep
{
    public const string Requesting = "requesting";
    public const string Registering = "registering";
    public const string Fetching = "fetching";
    public const string Proving = "proving";
    public const string Connecting = "connecting";
    public const string Exchanging = "exchanging";
    public const string Committed = "committed";
}
