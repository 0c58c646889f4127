using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Broker.Codec;

namespace DeviceAgent.Testbed.Tests.Broker;

public sealed class PresenceTests : BrokerTest
{
    [Fact]
    public async Task Presence_ComesAndGoes_IsToldToWhoSubscribed()
    {
        var watcher = await World.ConnectAsync("watcher");
        await watcher.SubscribeAsync(new TopicFilter("$aws/events/presence/+/boiler-07"));

        var client = await World.ConnectAsync("boiler-07");
        var connected = await EventAsync(watcher, "connected");
        await client.DisconnectAsync();
        var disconnected = await EventAsync(watcher, "disconnected");

        Assert.Equal(World.Time.GetUtcNow().ToUnixTimeMilliseconds(), (long)connected["timestamp"]!);
        Assert.Equal((World.CertificateId, "203.0.113.9", 0), ((string)connected["principalIdentifier"]!, (string)connected["ipAddress"]!, (int)connected["versionNumber"]!));
        Assert.Equal((string)connected["sessionIdentifier"]!, (string)disconnected["sessionIdentifier"]!);
        Assert.Equal((true, "CLIENT_INITIATED_DISCONNECT"), ((bool)disconnected["clientInitiatedDisconnect"]!, (string)disconnected["disconnectReason"]!));
    }

    [Fact]
    public async Task Presence_Status_TellsSinceWhenAndWhy()
    {
        var client = await World.ConnectAsync("boiler-07", ProtocolVersion.V311);
        var connectedAt = World.Time.GetUtcNow();
        World.Pause();
        var status = World.Broker.Presence.Find("boiler-07")!;
        Assert.Equal((true, connectedAt, null, ProtocolVersion.V311), (status.IsConnected, status.Since, status.LastDisconnectReason, status.ProtocolVersion));

        await client.CutAsync();

        status = World.Broker.Presence.Find("boiler-07")!;
        Assert.Equal((false, connectedAt.AddSeconds(1), "CONNECTION_LOST"), (status.IsConnected, status.Since, status.LastDisconnectReason));
        Assert.Null(World.Broker.Presence.Find("nobody"));
        Assert.Equal("boiler-07", World.Broker.Presence.Clients.Single().ClientId);
    }

    [Theory]
    [InlineData("a+b")]
    [InlineData("a#")]
    public async Task Presence_ClientIdThatIsNoTopicLevel_IsConnectedWithoutEvents(string clientId)
    {
        var client = await World.ConnectAsync(clientId);

        await client.QuietAsync();
        Assert.True(World.Broker.Presence.Find(clientId)!.IsConnected);
    }

    private static async Task<JsonObject> EventAsync(RawClient watcher, string type)
    {
        var message = await watcher.MessageAsync();
        Assert.Equal($"$aws/events/presence/{type}/boiler-07", message.Topic);
        var body = JsonNode.Parse(message.Payload.Span)!.AsObject();
        Assert.Equal(("boiler-07", type), ((string)body["clientId"]!, (string)body["eventType"]!));
        return body;
    }
}
