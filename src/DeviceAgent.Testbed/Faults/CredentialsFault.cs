using System.Text.Json.Serialization;

namespace DeviceAgent.Testbed.Faults;

/// <summary>The faults of the credentials provider. They combine: first the delay, then the reset or the answer.</summary>
internal sealed record CredentialsFault : ICountedFault<CredentialsFault>
{
    /// <summary>400..599: an error answer with this status instead of the credentials.</summary>
    public int? Status { get; init; }

    /// <summary>The message of the error answer; AWS's own text for the status when left out.</summary>
    public string? Message { get; init; }

    /// <summary>The <c>x-amzn-ErrorType</c> of the error answer.</summary>
    public string? ErrorType { get; init; }

    /// <summary>The <c>Retry-After</c> of the error answer, in seconds.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>How long the answer takes.</summary>
    public int DelayMilliseconds { get; init; }

    /// <summary>What an answer with status 200 holds.</summary>
    public CredentialsBody Body { get; init; }

    /// <summary>The connection is torn down instead of an answer.</summary>
    public bool Reset { get; init; }

    /// <summary>How many requests are hit before the fault clears itself; null is for ever.</summary>
    public int? Count { get; init; }

    [JsonIgnore]
    public TimeSpan Delay => TimeSpan.FromMilliseconds(DelayMilliseconds);

    public CredentialsFault WithCount(int count) => this with { Count = count };
}

/// <summary>What stands in a 200 answer of the credentials provider.</summary>
internal enum CredentialsBody
{
    Good,

    /// <summary>Text that is not JSON to its end.</summary>
    Malformed,

    /// <summary>Good credentials in more than the 2048 bytes that AWS's own client reads.</summary>
    Oversize,

    /// <summary>Credentials that have expired already.</summary>
    Expired,
}
