using DeviceAgent.Mqtt.Tests.Support;
using DeviceAgent.Mqtt.Transport;
using DeviceAgent.Testbed.Broker;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Mqtt.Tests.Brokers;

/// <summary>Counts the handles of the process, which must be its own.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = nameof(Alone);
}

/// <summary>Many clients at once on the testbed's broker. MQTT_SOAK_SECONDS makes it last; one round each by default.</summary>
[Collection(Alone.Name)]
public class TestbedSoakTests(TestbedBroker broker) : IClassFixture<TestbedBroker>
{
    private const int Clients = 50;
    private const int Messages = 10;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(int.Parse(Environment.GetEnvironmentVariable("MQTT_SOAK_SECONDS") ?? "0"));

    [Fact]
    public async Task ManyClients_ComeAndGo_AndNothingIsLeft()
    {
        // What is made once is made before the handles are counted.
        await RoundAsync(0, 0);
        await NobodyAsync();
        var handles = Handles();

        var begin = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async number =>
        {
            var round = 1;
            do await RoundAsync(number, round++);
            while (TimeProvider.System.GetElapsedTime(begin) < Duration);
        }));

        await NobodyAsync();
        Assert.Equal(0, broker.Broker.Sessions);
        Assert.DoesNotContain(broker.Broker.Presence.Clients, c => c.IsConnected || c.LastDisconnectReason == DisconnectReason.ServerError);
        // The event loop, the pools: a leak would show as one for each of hundreds of connections.
        Assert.InRange(Handles(), 0, handles + 20);
    }

    /// <summary>A client comes, hears all that it says itself, and goes: every third time without a word.</summary>
    private async Task RoundAsync(int number, int round)
    {
        var options = new MqttClientOptions
        {
            Host = broker.Host,
            Port = broker.Port,
            Tls = broker.Tls,
            ClientId = $"soak-{number}",
            ProtocolVersion = number % 2 == 0 ? MqttProtocolVersion.V5 : MqttProtocolVersion.V311,
            CleanStart = true,
            SessionExpiry = TimeSpan.Zero,
        };
        var vanish = new CutStream();
        await using var client = new MqttClient(options, TimeProvider.System, NullLogger.Instance, token => vanish.OpenAsync(options, token));
        var events = new Recorder(client);
        await client.ConnectAsync().Soon();
        await client.SubscribeAsync([new($"soak/{number}")]).Soon();
        for (var i = 0; i < Messages; i++) Assert.True((await client.PublishAsync(new MqttMessage($"soak/{number}", new byte[i * 100])).Soon()).IsSuccess);
        for (var i = 0; i < Messages; i++) Assert.Equal(i * 100, (await events.MessageAsync()).Payload.Length);
        if (round % 3 == 0) await vanish.CutAsync();
        else await client.DisconnectAsync().Soon();
        await events.DisconnectedAsync();
    }

    private async Task NobodyAsync()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (broker.Broker.Connections > 0) await poll.WaitForNextTickAsync(timeout.Token);
    }

    private static int Handles() => Directory.GetFileSystemEntries("/proc/self/fd").Length;

    /// <summary>A connection that can be torn off below the client.</summary>
    private sealed class CutStream
    {
        private Stream? _stream;

        public async Task<Stream> OpenAsync(MqttClientOptions options, CancellationToken cancellationToken) =>
            _stream = await MqttTransport.OpenAsync(options, TimeProvider.System, cancellationToken);

        public ValueTask CutAsync() => _stream!.DisposeAsync();
    }
}
