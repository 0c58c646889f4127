using DeviceAgent.Testbed.Broker.Codec;
using DeviceAgent.Mqtt.Tests.Support;
using DeviceAgent.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Mqtt.Tests.Reconnect;

/// <summary>An hour of virtual time with real chance: how often a device knocks at a broker that is not there, or does not keep it.</summary>
public class LongOutageTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly MqttReconnectOptions Constants = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task BrokerDownForAnHour_AttemptsFollowTheConstants(int seed)
    {
        var (time, server) = (new ManualTimeProvider(), new FakeServer { Unreachable = new MqttConnectException(MqttConnectFailure.Network, "unreachable", "none") });
        await using var client = Client(server, time, seed);
        var events = new Recorder(client);
        var connecting = client.ConnectAsync();
        var begin = time.GetTimestamp();
        var failures = 0;
        while (time.GetElapsedTime(begin) < Hour)
        {
            var wait = (await events.DisconnectedAsync()).RetryIn!.Value;
            var ceiling = Math.Min(Constants.BaseDelay.TotalSeconds * Math.Pow(2, failures++), Constants.MaximumDelay.TotalSeconds);
            Assert.InRange(wait.TotalSeconds, Constants.ConnectSpacing.TotalSeconds, Math.Max(ceiling, Constants.ConnectSpacing.TotalSeconds));
            if (time.GetElapsedTime(begin) + wait >= Hour) server.Unreachable = null;
            time.Advance(wait);
        }

        await server.AcceptAsync(new ConnAckPacket());
        await connecting.Soon();
        // Nine to get to the ceiling, and then one in 150 s on average: 33 in an hour, and no storm.
        Assert.InRange(failures, 16, 70);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ConnectionCutAtOnceForAnHour_NeverTwoConnectsInASecondAndLessAndLess(bool takenOver)
    {
        var (time, server) = (new ManualTimeProvider(), new FakeServer());
        await using var client = Client(server, time, seed: 4);
        var events = new Recorder(client);
        var connecting = client.ConnectAsync();
        var begin = time.GetTimestamp();
        var connects = 0;
        while (time.GetElapsedTime(begin) < Hour)
        {
            await using var connection = await server.AcceptAsync(new ConnAckPacket { SessionPresent = connects++ > 0 });
            await events.ConnectedAsync();
            if (takenOver) await connection.SendAsync(new DisconnectPacket { ReasonCode = ReasonCode.SessionTakenOver });
            await connection.CloseAsync();
            var wait = (await events.DisconnectedAsync()).RetryIn!.Value;
            Assert.InRange(wait, takenOver ? Constants.TakenOverDelay : Constants.ConnectSpacing, Constants.MaximumDelay);
            time.Advance(wait);
        }

        await connecting.Soon();
        Assert.InRange(connects, 10, takenOver ? 60 : 70);
    }

    private static ReconnectingMqttClient Client(FakeServer server, TimeProvider time, int seed) =>
        new(ClientFixture.Options(), Constants, time, new SeededRandom(seed), NullLogger.Instance, server.OpenAsync);

    private sealed class SeededRandom(int seed) : Random(seed);
}
