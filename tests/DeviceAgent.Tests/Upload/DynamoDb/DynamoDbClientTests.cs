using System.Globalization;
using System.Net;
using System.Text;
using Amazon.Runtime;
using DeviceAgent.Clock;
using DeviceAgent.TestSupport;
using DeviceAgent.Upload.DynamoDb;

namespace DeviceAgent.Tests.Upload.DynamoDb;

/// <summary>The time that requests are signed with, in what the real client sends.</summary>
public class DynamoDbClientTests
{
    private readonly ManualTimeProvider _system = new();
    private readonly DeviceClock _clock;

    public DynamoDbClientTests() => _clock = ClockOf(_system);

    [Fact]
    public async Task Send_SystemClockWrong_SignsWithTheTrueTime()
    {
        Observe(TimeSpan.FromHours(3));
        _system.Advance(TimeSpan.FromMinutes(10));
        Assert.InRange(await SignedAtAsync(_clock) - _system.GetUtcNow(), TimeSpan.FromHours(3), TimeSpan.FromHours(3) + TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Send_SystemClockSetRightMeanwhile_SignsWithTheSystemsTime()
    {
        Observe(TimeSpan.FromHours(3));
        _system.StepWallClock(TimeSpan.FromHours(3));
        Assert.InRange((await SignedAtAsync(_clock) - _system.GetUtcNow()).Duration(), TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Send_FewSecondsOff_IsWithinWhatDynamoDbTolerates()
    {
        Observe(TimeSpan.FromSeconds(-50));
        Assert.InRange((await SignedAtAsync(_clock) - _system.GetUtcNow()).Duration(), TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Send_TwoClientsWithDifferentClocks_DoNotDisturbEachOther()
    {
        var (early, late) = (new ManualTimeProvider(), new ManualTimeProvider());
        late.Advance(TimeSpan.FromDays(40));
        using var http = new Recorder();
        using var first = Client(early, http);
        using var second = Client(late, http);
        for (var i = 0; i < 3; i++)
        {
            await Task.WhenAll(first.ListTablesAsync(), second.ListTablesAsync());
            var signed = http.TakeDates();
            Assert.Equal([Seconds(early), Seconds(late)], signed.Order());
        }
    }

    private static DeviceClock ClockOf(ManualTimeProvider system) =>
        new(system, () => false, DateTimeOffset.UnixEpoch, trustSystemTime: true, new RecordingLogger<DeviceClock>());

    private void Observe(TimeSpan ahead) => _clock.Observe(_system.GetUtcNow() + ahead, _clock.Monotonic, _clock.Monotonic);

    private static async Task<DateTimeOffset> SignedAtAsync(TimeProvider clock)
    {
        using var http = new Recorder();
        using var client = Client(clock, http);
        await client.ListTablesAsync();
        return Assert.Single(http.TakeDates());
    }

    private static DynamoDbClient Client(TimeProvider clock, Recorder http) =>
        DynamoDbClient.Create(new SessionAWSCredentials("ASIA", "secret", "token"), TestItems.Table with { Endpoint = new Uri("http://dynamodb.test") }, new RecorderFactory(http), clock);

    private static DateTimeOffset Seconds(TimeProvider time) => DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());

    private sealed class RecorderFactory(Recorder http) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(http, disposeHandler: false);

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;
    }

    /// <summary>Answers well and keeps the dates of the signatures, which stand in the header and in the scope alike.</summary>
    private sealed class Recorder : HttpMessageHandler
    {
        private readonly Lock _gate = new();
        private List<DateTimeOffset> _dates = [];

        public List<DateTimeOffset> TakeDates()
        {
            lock (_gate) return Interlocked.Exchange(ref _dates, []);
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var date = Assert.Single(request.Headers.GetValues("X-Amz-Date"));
            Assert.Contains($"/{date[..8]}/us-east-1/dynamodb/", Assert.Single(request.Headers.GetValues("Authorization")), StringComparison.Ordinal);
            lock (_gate) _dates.Add(DateTimeOffset.ParseExact(date, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal));
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("{}", Encoding.UTF8, "application/x-amz-json-1.0") });
        }
    }
}
