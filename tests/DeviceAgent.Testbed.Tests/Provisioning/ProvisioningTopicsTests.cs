using System.Formats.Cbor;
using System.Text;
using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Broker;
using DeviceAgent.Testbed.Provisioning;

namespace DeviceAgent.Testbed.Tests.Provisioning;

public sealed class ProvisioningTopicsTests : IAsyncDisposable
{
    private const string Register = "$aws/provisioning-templates/device-agent/provision/";

    private readonly ProvisioningWorld _world = new();
    private readonly List<(string Topic, byte[] Payload)> _replies = [];

    [Fact]
    public void Json_CsrThenRegister_IsAnsweredToTheSender()
    {
        Send("$aws/certificates/create-from-csr/json", new JsonObject { ["certificateSigningRequest"] = ProvisioningWorld.SigningRequest() }.ToJsonString());
        var created = Json("$aws/certificates/create-from-csr/json/accepted");
        Assert.Equal(["certificateOwnershipToken", "certificateId", "certificatePem"], created.Select(p => p.Key));

        Send(Register + "json", new JsonObject { ["certificateOwnershipToken"] = (string)created["certificateOwnershipToken"]!, ["parameters"] = new JsonObject { ["ThingName"] = "boiler-07" } }.ToJsonString());

        Assert.Equal("""{"deviceConfiguration":{"powerReturnSpreadSeconds":"1200","roleAlias":"device-agent"},"thingName":"boiler-07"}""", Json(Register + "json/accepted").ToJsonString());
        Assert.True(_world.Registry.IsAttached("boiler-07", (string)created["certificateId"]!));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    public void Json_CreateKeys_TakesAnEmptyPayload(string payload)
    {
        Send("$aws/certificates/create/json", payload);

        Assert.Contains("PRIVATE KEY", (string?)Json("$aws/certificates/create/json/accepted")["privateKey"]);
    }

    [Theory]
    [InlineData(Register + "json", "{}", """{"statusCode":400,"errorCode":"InvalidCertificateOwnershipToken","errorMessage":"Certificate ownership token cannot be empty."}""")]
    [InlineData(Register + "json", "nonsense", """{"statusCode":400,"errorCode":"InvalidPayload","errorMessage":"The payload is not an object in JSON."}""")]
    [InlineData("$aws/certificates/create-from-csr/json", "[]", """{"statusCode":400,"errorCode":"InvalidPayload","errorMessage":"The payload is not an object in JSON."}""")]
    [InlineData("$aws/certificates/create-from-csr/json", "", """{"statusCode":400,"errorCode":"InvalidRequest","errorMessage":"certificateSigningRequest is needed."}""")]
    public void Json_Refusal_HasStatusCodeAndMessage(string topic, string payload, string rejected)
    {
        Send(topic, payload);

        Assert.Equal(rejected, Json(topic + "/rejected").ToJsonString());
    }

    /// <summary>Bytes as RFC 8949 has them, not as our writer makes them.</summary>
    [Fact]
    public void Cbor_HandMadeRequest_IsUnderstood()
    {
        var (_, token) = _world.NewCertificate();
        // {"certificateOwnershipToken": token, "parameters": {"ThingName": "b-1"}} with an indefinite-length map inside.
        byte[] request = [0xA2, 0x78, 25, .. "certificateOwnershipToken"u8, 0x78, 64, .. Encoding.ASCII.GetBytes(token), 0x6A, .. "parameters"u8, 0xBF, 0x69, .. "ThingName"u8, 0x63, .. "b-1"u8, 0xFF];

        Send(Register + "cbor", request);

        byte[] expected = [0xA2, 0x73, .. "deviceConfiguration"u8, 0xA2, 0x78, 24, .. "powerReturnSpreadSeconds"u8, 0x64, .. "1200"u8, 0x69, .. "roleAlias"u8, 0x6C, .. "device-agent"u8, 0x69, .. "thingName"u8, 0x63, .. "b-1"u8];
        Assert.Equal((Register + "cbor/accepted", Convert.ToHexString(expected)), (_replies.Single().Topic, Convert.ToHexString(_replies.Single().Payload)));
    }

    [Theory]
    [InlineData("A1")]
    [InlineData("80")]
    [InlineData("F6")]
    [InlineData("A10102")]
    [InlineData("A2616100616100")]
    [InlineData("A16161C100")]
    [InlineData("A161611BFFFFFFFFFFFFFFFF")]
    [InlineData("A1616162FFFF")]
    [InlineData("A000")]
    [InlineData("A161618181818181818181818181818181818181818181818181818180")]
    public void Cbor_BadPayload_IsRefusedInCbor(string payload)
    {
        Send("$aws/certificates/create-from-csr/cbor", Convert.FromHexString(payload));

        var (topic, answer) = _replies.Single();
        var reader = new CborReader(answer);
        Assert.Equal("$aws/certificates/create-from-csr/cbor/rejected", topic);
        reader.ReadStartMap();
        Assert.Equal(("statusCode", 400), (reader.ReadTextString(), reader.ReadInt32()));
        Assert.Equal(("errorCode", "InvalidPayload"), (reader.ReadTextString(), reader.ReadTextString()));
    }

    [Fact]
    public void Cbor_CreateKeys_AnswersInCbor()
    {
        Send("$aws/certificates/create/cbor", []);

        var reader = new CborReader(_replies.Single().Payload);
        Assert.Equal(4, reader.ReadStartMap());
        Assert.Equal("certificateId", reader.ReadTextString());
        Assert.Equal(64, reader.ReadTextString().Length);
    }

    [Theory]
    [InlineData("$aws/certificates/create/xml")]
    [InlineData("$aws/certificates/create/json/accepted")]
    [InlineData("$aws/certificates/create")]
    [InlineData("$aws/provisioning-templates/device-agent/provision")]
    [InlineData("$aws/provisioning-templates/device-agent/other/json")]
    [InlineData("certificates/create/json")]
    public void OtherTopics_AreNotTaken(string topic)
    {
        Assert.False(new ProvisioningTopics(_world.Service).TryHandle(new TopicRequest(topic, new byte[] { 1 }, "c", "id", (_, _) => { })));
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    private void Send(string topic, string payload) => Send(topic, Encoding.UTF8.GetBytes(payload));

    private void Send(string topic, byte[] payload)
    {
        _replies.Clear();
        Assert.True(new ProvisioningTopics(_world.Service).TryHandle(new TopicRequest(topic, payload, "c", "id", (to, answer) => _replies.Add((to, answer.ToArray())))));
    }

    private JsonObject Json(string topic)
    {
        Assert.Equal(topic, _replies.Single().Topic);
        return JsonNode.Parse(_replies.Single().Payload)!.AsObject();
    }
}
