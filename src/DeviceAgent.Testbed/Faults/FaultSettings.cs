using System.Text.Json.Serialization;

namespace DeviceAgent.Testbed.Faults;

/// <summary>Everything that can be set wrong in the cloud, and the switches for what AWS's sources disagree about.</summary>
/// <param name="Credentials">What the credentials provider does wrong; null is nothing.</param>
/// <param name="UnregisteredCertificate">What a certificate meets there that is not registered and active.</param>
/// <param name="ThingVariables">Whether IoT policies there see <c>iot:Connection.Thing.*</c>.</param>
/// <param name="CredentialsQuota">Requests a second that it answers for the whole account.</param>
/// <param name="ClockSkewSeconds">How far the cloud's clock is ahead of this machine's; negative is behind.</param>
/// <param name="DynamoDb">The faults of DynamoDB; null is none.</param>
/// <param name="Things">What goes wrong for single things, by name; null is nothing.</param>
internal sealed record FaultSettings(
    CredentialsFault? Credentials = null,
    UnregisteredCertificate UnregisteredCertificate = UnregisteredCertificate.Forbidden,
    bool ThingVariables = true,
    int CredentialsQuota = 50,
    int ClockSkewSeconds = 0,
    DynamoDbFaults? DynamoDb = null,
    IReadOnlyDictionary<string, ThingFaults>? Things = null)
{
    private static readonly Dictionary<string, ThingFaults> Nothing = [];

    public DynamoDbFaults DynamoDb { get; init; } = DynamoDb ?? new();

    public IReadOnlyDictionary<string, ThingFaults> Things { get; init; } = Things ?? Nothing;

    [JsonIgnore]
    public TimeSpan ClockSkew => TimeSpan.FromSeconds(ClockSkewSeconds);

    /// <summary>A null name is a caller that did not say which thing it is: nothing is wrong for it.</summary>
    public ThingFaults Of(string? thing) => thing is not null && Things.TryGetValue(thing, out var faults) ? faults : ThingFaults.None;

    public FaultSettings With(string thing, ThingFaults faults)
    {
        var things = Things.Where(t => t.Key != thing).ToDictionary();
        if (faults != ThingFaults.None) things[thing] = faults;
        return this with { Things = things };
    }
}

/// <summary>The faults of one thing.</summary>
/// <param name="Network">Every connection of the thing is torn down, at every listener.</param>
/// <param name="Throttle">DynamoDB throttles its writes.</param>
internal sealed record ThingFaults(bool Network = false, bool Throttle = false)
{
    public static ThingFaults None { get; } = new();
}

/// <summary>A fault that may clear itself after a number of hits.</summary>
internal interface ICountedFault<TSelf> where TSelf : class, ICountedFault<TSelf>
{
    int? Count { get; }

    TSelf WithCount(int count);

    /// <summary>The fault after one more hit; null when that was the last one.</summary>
    sealed TSelf? AfterHit() => Count switch
    {
        null => (TSelf)this,
        <= 1 => null,
        { } count => WithCount(count - 1),
    };
}

/// <summary>What a certificate that is not registered and active meets at the credentials provider; nobody has measured which of the two AWS does.</summary>
internal enum UnregisteredCertificate
{
    /// <summary>403 with <c>Certificate is invalid on this endpoint</c>.</summary>
    Forbidden,

    /// <summary>The TLS handshake fails.</summary>
    Tls,
}
