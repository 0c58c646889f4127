namespace DeviceAgent.Local;

/// <summary>Who asks for credentials, as far as it is known.</summary>
/// <param name="Way">By which way.</param>
/// <param name="Client">The client whose token came along.</param>
/// <param name="User">The numeric user id of the process, as the kernel tells it.</param>
/// <param name="Process">The process id, as the kernel tells it.</param>
internal sealed record LocalCaller(string Way, string? Client = null, uint? User = null, int? Process = null)
{
    public const string Socket = "socket";
    public const string Container = "container";
    public const string Imds = "imds";

    /// <summary>Whose requests are counted together.</summary>
    public string Name => Client is not null ? $"client '{Client}'" : User is { } user ? $"user {user} ({Way})" : $"all others ({Way})";
}
