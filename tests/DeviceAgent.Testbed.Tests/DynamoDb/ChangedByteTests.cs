using System.Text;
using System.Text.RegularExpressions;
using DeviceAgent.Testbed.Tests.Signing;

namespace DeviceAgent.Testbed.Tests.DynamoDb;

/// <summary>A valid request, sent once for each of its bytes with that byte changed.</summary>
public sealed partial class ChangedByteTests : IAsyncLifetime
{
    private DynamoDbApiWorld _world = null!;

    public async Task InitializeAsync() => _world = await DynamoDbApiWorld.StartAsync();

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task Request_Unchanged_IsAccepted() => Assert.StartsWith("HTTP/1.1 200 ", await SendAsync(Capture(), -1), StringComparison.Ordinal);

    /// <summary>Parts of the request, and the errors that a changed byte in it may lead to.</summary>
    [Theory]
    [InlineData("Content-Type: (application/x-amz-json-1.0)", "404")]
    [InlineData("X-Amz-Target: (DynamoDB_20120810.PutItem)", "UnknownOperationException")]
    [InlineData("\r\n(X-Amz-Target):", "UnknownOperationException")]
    [InlineData("Host: ([^\r]*)", "InvalidSignatureException")]
    [InlineData("X-Custom: ([^\r]*)", "InvalidSignatureException")]
    [InlineData("\r\n(X-Custom):", "InvalidSignatureException")]
    [InlineData("X-Amz-Date: (2026)", "InvalidSignatureException", "IncompleteSignatureException")]
    [InlineData("X-Amz-Date: 2026(0301T120000Z)", "InvalidSignatureException", "IncompleteSignatureException")]
    [InlineData("\r\n(X-Amz-Date):", "IncompleteSignatureException")]
    [InlineData("X-Amz-Security-Token: ([^\r]*)", "UnrecognizedClientException")]
    [InlineData("\r\n(X-Amz-)Security-Token:", "UnrecognizedClientException")]
    [InlineData("\r\nX-Amz-(Security-Token):", "InvalidSignatureException")]
    [InlineData("\r\n(Authorization):", "MissingAuthenticationTokenException")]
    [InlineData("Authorization: (AWS4-)", "MissingAuthenticationTokenException")]
    [InlineData("Authorization: AWS4-(HMAC-SHA256)", "IncompleteSignatureException")]
    [InlineData("Authorization: AWS4-HMAC-SHA256( )", "IncompleteSignatureException")]
    [InlineData("(Credential=)", "IncompleteSignatureException")]
    [InlineData("Credential=([^/]*)/", "UnrecognizedClientException")]
    [InlineData("Credential=[^/]*(/)", "IncompleteSignatureException")]
    [InlineData("Credential=[^/]*/([0-9]*)/", "InvalidSignatureException")]
    [InlineData("Credential=[^/]*/[0-9]*/(us-east-1)/", "InvalidSignatureException")]
    [InlineData("us-east-1/(dynamodb)/", "InvalidSignatureException")]
    [InlineData("dynamodb/(aws4_request)", "InvalidSignatureException")]
    [InlineData("(SignedHeaders=)", "IncompleteSignatureException")]
    [InlineData("SignedHeaders=([^,]*)", "InvalidSignatureException")]
    [InlineData("(Signature=)", "IncompleteSignatureException")]
    [InlineData("Signature=([0-9a-f]*)", "InvalidSignatureException")]
    [InlineData("\r\n\r\n(.*)$", "InvalidSignatureException")]
    public async Task Request_AnyByteOfThePartChanged_IsRefusedWithItsError(string part, params string[] errors)
    {
        var request = Capture();
        var group = Regex.Match(Encoding.ASCII.GetString(request), part).Groups[1];
        Assert.True(group.Length > 0, part);

        await Parallel.ForEachAsync(Enumerable.Range(group.Index, group.Length), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (index, _) =>
        {
            var answer = await SendAsync(request, index);
            var error = ErrorType().Match(answer) is { Success: true } match ? match.Groups[1].Value : answer.Split(' ')[1];
            Assert.True(errors.Contains(error), $"Byte {index - group.Index} of {part}: {answer}");
        });
        Assert.Empty(_world.Calls);
    }

    private Task<string> SendAsync(byte[] request, int index)
    {
        var changed = request.ToArray();
        if (index >= 0) changed[index] = Another(changed[index]);
        return _world.Server.SendRawAsync(changed);
    }

    /// <summary>A byte that leaves the request well-formed HTTP.</summary>
    private static byte Another(byte value) => (char)value switch
    {
        '9' => (byte)'0',
        >= '0' and < '9' => (byte)(value + 1),
        'x' or 'X' => (byte)'y',
        _ => (byte)'x',
    };

    private byte[] Capture()
    {
        var signed = _world.Sign(TestSigner.With(_world.World.Device), "PutItem", """{"TableName":"boiler-07","Item":{"a":{"S":"b"}}}""", ("X-Custom", "a b"));
        var head = new StringBuilder("POST / HTTP/1.1\r\nConnection: close\r\n");
        foreach (var (name, value) in signed.Headers) head.Append($"{name}: {value}\r\n");
        head.Append($"Content-Length: {signed.Body.Length}\r\n\r\n");
        return [.. Encoding.ASCII.GetBytes(head.ToString()), .. signed.Body.Span];
    }

    [GeneratedRegex("\"__type\":\"com.amazon.coral.service#([A-Za-z]*)\"")]
    private static partial Regex ErrorType();
}
