using System.Text;
using DeviceAgent.Mqtt.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Mqtt.Tests.Brokers;

public class Mosquitto5Tests(Mosquitto broker) : Broker5Contract(broker), IClassFixture<Mosquitto>
{
    [Fact]
    public async Task MosquittoPub_ToThisClient()
    {
        await using var client = Client("a");
        var events = new Recorder(client);
        await client.ConnectAsync().Soon();
        await client.SubscribeAsync([new("from-pub")]).Soon();
        await using var publisher = BrokerProcess.Start(
            "mosquitto_pub", Mosquitto.Remedy, "-h", "127.0.0.1", "-p", $"{broker.Port}", "-t", "from-pub", "-m", "hello", "-q", "1");
        Assert.Equal("hello", Encoding.UTF8.GetString((await events.MessageAsync()).Payload.Span));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task MutualTls_Device_IsLetIn(string host)
    {
        await using var client = Secure(new MqttTlsOptions { Certificate = broker.Certificates.Device, Roots = [broker.Certificates.Root] }, host);
        Assert.False((await client.ConnectAsync().Soon()).SessionPresent);
        Assert.True((await client.PublishAsync(new MqttMessage("secure", new byte[100_000])).Soon()).IsSuccess);
    }

    [Fact]
    public async Task MutualTls_StrangerOrNobody_IsKeptOut()
    {
        foreach (var certificate in new[] { broker.Certificates.Stranger, null })
        {
            await using var client = Secure(new MqttTlsOptions { Certificate = certificate, Roots = [broker.Certificates.Root] });
            var e = await Assert.ThrowsAsync<MqttConnectException>(() => client.ConnectAsync().Soon());
            Assert.True(e.Failure is MqttConnectFailure.Tls or MqttConnectFailure.ClosedBeforeConnAck, e.ToString());
        }
    }

    [Fact]
    public async Task MutualTls_ServerOfAnotherRoot_IsNotTrusted()
    {
        await using var client = Secure(new MqttTlsOptions { Certificate = broker.Certificates.Device, Roots = [broker.Certificates.Stranger] });
        Assert.Equal(MqttConnectFailure.Tls, (await Assert.ThrowsAsync<MqttConnectException>(() => client.ConnectAsync().Soon())).Failure);
        await using var wrongName = Secure(new MqttTlsOptions { Certificate = broker.Certificates.Device, Roots = [broker.Certificates.Root], ServerName = "other.test" });
        Assert.Equal(MqttConnectFailure.Tls, (await Assert.ThrowsAsync<MqttConnectException>(() => wrongName.ConnectAsync().Soon())).Failure);
    }

    private MqttClient Secure(MqttTlsOptions tls, string host = "127.0.0.1") => new(
        new MqttClientOptions { Host = host, Port = broker.TlsPort, ClientId = $"tls-{Guid.NewGuid():N}", Tls = tls },
        TimeProvider.System, NullLogger<MqttClient>.Instance);
}
