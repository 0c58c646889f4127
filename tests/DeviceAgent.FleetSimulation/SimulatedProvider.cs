using DeviceAgent.Credentials;

namespace DeviceAgent.FleetSimulation;

/// <summary>The credentials provider: counts the requests of each ten seconds, and fails while it is told to.</summary>
internal sealed class SimulatedProvider(TimeProvider time, TimeSpan life)
{
    public static readonly TimeSpan Bin = TimeSpan.FromSeconds(10);

    private readonly int[] _bins = new int[(int)(TimeSpan.FromHours(24) / Bin)];

    /// <summary>How it fails now; null while it is well.</summary>
    public CredentialFailure? Fault { get; set; }

    /// <summary>Requests of each <see cref="Bin"/>, answered or not.</summary>
    public ReadOnlySpan<int> Bins => _bins;

    public static int BinOf(TimeSpan at) => (int)(at / Bin);

    public Task<FetchResult> AnswerAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _bins[BinOf(time.GetElapsedTime(0))]);
        return Task.FromResult<FetchResult>(Fault is { } fault ? new FetchResult.Failure(fault) : new FetchResult.Success(Issue()));
    }

    private TemporaryCredentials Issue() => new()
    {
        AccessKeyId = "ASIASIMULATED",
        SecretAccessKey = new Secret("simulated"),
        SessionToken = new Secret("simulated"),
        Expiration = time.GetUtcNow() + life,
        Lifetime = life,
        ReceivedAt = time.GetTimestamp(),
        ClockOffset = TimeSpan.Zero,
    };
}
