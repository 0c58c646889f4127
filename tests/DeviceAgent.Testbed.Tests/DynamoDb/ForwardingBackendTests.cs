using System.Net;
using System.Net.Sockets;
using DeviceAgent.Testbed.DynamoDb;
using DeviceAgent.Testbed.Tests.Signing;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Testbed.Tests.DynamoDb;

public sealed class ForwardingBackendTests
{
    private const string Put = """{"TableName":"boiler-07","Item":{}}""";

    [Fact]
    public async Task Execute_Request_ArrivesAsItIsAndTheAnswerComesBackAsItWas()
    {
        (string Body, HeaderDictionary Headers) seen = ("", []);
        await using var upstream = await LoopbackServer.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            seen = (await reader.ReadToEndAsync(), new HeaderDictionary(context.Request.Headers.ToDictionary()));
            context.Response.StatusCode = 400;
            context.Response.Headers["x-amz-crc32"] = "42";
            await context.Response.WriteAsync("{\"from\":\"upstream\"}");
        });
        using var backend = new ForwardingBackend(upstream.Address);
        await using var world = await DynamoDbApiWorld.StartAsync(backend: backend);

        var signed = world.Sign(TestSigner.With(world.World.Operator), "PutItem", Put, ("X-Custom", "a"));
        var (response, json) = await world.SendAsync(signed);

        Assert.Equal(Put, seen.Body);
        Assert.Equal(upstream.Address.Authority, seen.Headers["Host"].ToString());
        foreach (var name in new[] { "X-Amz-Target", "X-Amz-Date", "Authorization", "Content-Type", "X-Custom" }) Assert.Equal(signed.Header(name), seen.Headers[name].ToString());
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("upstream", json.GetProperty("from").GetString());
        Assert.Equal("42", Assert.Single(response.Headers.GetValues("x-amz-crc32")));
    }

    [Fact]
    public async Task Execute_NobodyListens_SaysSo()
    {
        using var taken = new Socket(SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var address = new Uri($"http://127.0.0.1:{((IPEndPoint)taken.LocalEndPoint!).Port}/");
        using var backend = new ForwardingBackend(address);
        await using var world = await DynamoDbApiWorld.StartAsync(backend: backend);

        var (response, json) = await world.SendAsync(world.Sign(TestSigner.With(world.World.Operator), "PutItem", Put));

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal("com.amazonaws.dynamodb.v20120810#InternalServerError", json.GetProperty("__type").GetString());
        Assert.StartsWith($"The DynamoDB at {address} that this testbed forwards to cannot be reached: ", json.GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
