using System.Text;
using DeviceAgent.Credentials;
using DeviceAgent.Diagnostics;
using DeviceAgent.History;
using DeviceAgent.Readings;
using DeviceAgent.Tests.Local;
using DeviceAgent.Upload.DynamoDb;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Tests.History;

public sealed class HistorySamplerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddAgentMetrics().BuildServiceProvider();

    /// <summary>Counts of the minute, not since the start; values of readings that have come, and not once more.</summary>
    [Fact]
    public void Take_TwoMinutes_HasWhatIsNewInEach()
    {
        var timestamps = new LiveTimestamps(TimeProvider.System);
        timestamps.Open(_ => DateTimeOffset.MinValue);
        var ingest = new Ingest(new ItemLimits(new HashSet<string>(), overheadBytes: 0), timestamps, "SN1");
        var metrics = _services.GetRequiredService<AgentMetrics>();
        var cache = new CredentialCache(
            _ => Task.FromResult<FetchResult>(new FetchResult.Failure(new CredentialFailure(CredentialFailureKind.ConnectionRefused, "nobody there", "network", "look at it", 503))),
            new CredentialCacheOptions(), TimeProvider.System, new Random(1), NullLogger.Instance);
        var history = new DayHistory(_folder.Path, NullLogger<DayHistory>.Instance);
        var sampler = new HistorySampler("SN1", history, new HeldSpool(), cache, _services.GetRequiredService<MetricsCollector>(), ingest);

        Hand("""{"temperature":21.5,"door":"open","count":1e100}""");
        Hand("""{"serial_number":"m-7","power":40}""");
        metrics.Uploaded.Add(5);
        sampler.Take(DateTimeOffset.UnixEpoch.AddMinutes(100));
        Hand("""{"temperature":22}""");
        metrics.Uploaded.Add(2);
        sampler.Take(DateTimeOffset.UnixEpoch.AddMinutes(101));

        var (series, samples) = history.Read();
        var (temperature, power) = (series.ToList().IndexOf("temperature"), series.ToList().IndexOf("m-7 power"));
        Assert.Equal(2, series.Count);
        Assert.Equal([(100, 5, 21.5f, 40f), (101, 2, 22f, float.NaN)], samples.Select(s => (s.Minute, s.Uploaded, s.Values[temperature], s.Values[power])));
        Assert.All(samples, s => Assert.Equal(HistorySample.None, s.CredentialAge));

        void Hand(string json) => Assert.NotNull(ingest.TryAccept(ReadingJson.TryReadStored(Encoding.UTF8.GetBytes(json), out _)!, out _));
    }

    public void Dispose()
    {
        _services.Dispose();
        _folder.Dispose();
    }
}
