using System.Text;
using DeviceAgent.Testbed.Faults;
using DeviceAgent.Testbed.Signing;
using DeviceAgent.Testbed.Tests.Signing;

namespace DeviceAgent.Testbed.Tests.DynamoDb;

public sealed class FaultyBackendTests : IAsyncLifetime
{
    private const string Put = """{"TableName":"boiler-07","Item":{}}""";

    private DynamoDbApiWorld _world = null!;

    public async Task InitializeAsync() => _world = await DynamoDbApiWorld.StartAsync();

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task Throttle_Counted_ClearsItself()
    {
        Set(new DynamoDbFaults { Throttle = new() { Count = 2 } });

        var types = new List<string>();
        for (var i = 0; i < 3; i++) types.Add((await _world.SendAsync(Sign("PutItem", Put))).Json.ToString());

        const string Throttled = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException";
        Assert.Equal([true, true, false], types.Select(text => text.Contains(Throttled, StringComparison.Ordinal)));
        Assert.Single(_world.Calls);
        Assert.Null(_world.Faults.Current.DynamoDb.Throttle);
    }

    [Fact]
    public async Task ServerError_Set_AnswersWith500AndDoesNothing()
    {
        Set(new DynamoDbFaults { ServerError = new() });
        var (response, json) = await _world.SendAsync(Sign("PutItem", Put));

        Assert.Equal((500, "com.amazonaws.dynamodb.v20120810#InternalServerError"), ((int)response.StatusCode, json.GetProperty("__type").GetString()));
        Assert.Empty(_world.Calls);
    }

    [Fact]
    public async Task Delay_Set_AnswersAfterIt()
    {
        Set(new DynamoDbFaults { Delay = new() { Milliseconds = 2000 } });
        var sending = _world.SendAsync(Sign("PutItem", Put));

        await _world.World.Time.WaitForTimersAsync(1);
        Assert.Empty(_world.Calls);
        _world.World.Time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(200, (int)(await sending).Response.StatusCode);
    }

    [Fact]
    public async Task DropAnswer_Set_DoesTheWorkAndBreaksTheConnection()
    {
        Set(new DynamoDbFaults { DropAnswer = new() { Count = 1 } });

        await Assert.ThrowsAsync<HttpRequestException>(() => _world.SendAsync(Sign("PutItem", Put)));
        Assert.Single(_world.Calls);
    }

    [Fact]
    public async Task Unprocessed_PartOfTheBatch_IsHandedBack()
    {
        Set(new DynamoDbFaults { Unprocessed = new() { Probability = 0.5, Count = 1 } });
        _world.Answer = """{"UnprocessedItems":{"b":[{"DeleteRequest":{"Key":{"k":{"S":"upstream"}}}}]},"ConsumedCapacity":[]}""";
        var writes = Enumerable.Range(0, 20).Select(i => "{\"PutRequest\":{\"Item\":{\"k\":{\"S\":\"" + i + "\"}}}}").ToList();
        var body = $$"""{"RequestItems":{"a":[{{string.Join(',', writes)}}]},"ReturnConsumedCapacity":"TOTAL"}""";

        var (response, json) = await _world.SendAsync(Sign("BatchWriteItem", body));
        var handedBack = json.GetProperty("UnprocessedItems").GetProperty("a").EnumerateArray().Select(write => write.GetRawText()).ToList();
        var done = Encoding.UTF8.GetString(Assert.Single(_world.Calls).Body.Span);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.InRange(handedBack.Count, 1, 19);
        Assert.All(writes, write => Assert.True(done.Contains(write, StringComparison.Ordinal) != handedBack.Contains(write), write));
        Assert.Contains("\"ReturnConsumedCapacity\":\"TOTAL\"", done, StringComparison.Ordinal);
        Assert.Contains("upstream", json.GetProperty("UnprocessedItems").GetProperty("b").GetRawText(), StringComparison.Ordinal);
        Assert.Equal("[]", json.GetProperty("ConsumedCapacity").GetRawText());
    }

    [Fact]
    public async Task Unprocessed_WholeBatch_IsThrottled()
    {
        Set(new DynamoDbFaults { Unprocessed = new() });
        var (_, json) = await _world.SendAsync(Sign("BatchWriteItem", """{"RequestItems":{"a":[{"PutRequest":{"Item":{}}}]}}"""));

        Assert.EndsWith("#ProvisionedThroughputExceededException", json.GetProperty("__type").GetString());
        Assert.Empty(_world.Calls);
    }

    [Theory]
    [InlineData("""{"RequestItems":{"a":[]}}""")]
    [InlineData("""{"RequestItems":{"a":{}}}""")]
    public async Task Unprocessed_NothingToHoldBack_LeavesTheRequestAlone(string body)
    {
        Set(new DynamoDbFaults { Unprocessed = new() });
        await _world.SendAsync(Sign("BatchWriteItem", body));

        Assert.Equal(body, Encoding.UTF8.GetString(Assert.Single(_world.Calls).Body.Span));
    }

    [Fact]
    public async Task AnyFault_RequestWithBadSignature_IsNotCounted()
    {
        Set(new DynamoDbFaults { Throttle = new() { Count = 1 } });
        await _world.SendAsync(_world.Sign(TestSigner.With(_world.World.Operator) with { Secret = "wrong" }, "PutItem", Put));

        Assert.Equal(1, _world.Faults.Current.DynamoDb.Throttle?.Count);
    }

    private RawRequest Sign(string operation, string body) => _world.Sign(TestSigner.With(_world.World.Operator), operation, body);

    private void Set(DynamoDbFaults faults) => _world.Faults.Update(settings => settings with { DynamoDb = faults });
}
