using System.Text.Json.Nodes;
using DeviceAgent.Control.Cloud;
using DeviceAgent.Mqtt;
using DeviceAgent.TestSupport;

namespace DeviceAgent.Tests.Control.Cloud;

public sealed class TopicRequestsTests : IDisposable
{
    private const string Get = FakeCloud.Prefix + "/shadow/name/device-agent/get";

    private readonly ManualTimeProvider _time = new();
    private readonly FakeCloud _cloud = new();
    private readonly FakeMqttClient _client;
    private readonly TopicRequests _requests;

    public TopicRequestsTests()
    {
        _client = _cloud.Connect();
        _requests = new TopicRequests(_client, _time, new Random(1));
    }

    public void Dispose()
    {
        _requests.Dispose();
        _client.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    [Fact]
    public async Task Ask_Accepted_GivesTheAnswer()
    {
        await _client.ConnectAsync();
        _cloud.Shadow.Desire("""{"a":1}""");
        var answer = Assert.IsType<TopicResponse.Accepted>(await AskAsync());
        Assert.Equal(1, answer.Payload.GetProperty("state").GetProperty("desired").GetProperty("a").GetInt32());
        Assert.True(_requests.IsOwn(answer.Payload));
    }

    [Fact]
    public async Task Ask_Rejected_GivesCodeAndWords()
    {
        await _client.ConnectAsync();
        var answer = Assert.IsType<TopicResponse.Rejected>(await AskAsync());
        Assert.Equal(("404", "No shadow exists with name: 'device-agent'"), (answer.Code, answer.Message));
    }

    [Fact]
    public async Task Ask_Twice_SubscribesOnceInASession()
    {
        await _client.ConnectAsync();
        await AskAsync();
        await AskAsync();
        Assert.Equal([$"{Get}/accepted", $"{Get}/rejected"], _client.Subscribes);
        await _client.GoDownAsync(MqttDisconnectReason.ConnectionLost);
        await _client.ComeUpAsync(sessionPresent: true);
        await AskAsync();
        Assert.Equal(2, _client.Subscribes.Count);
        await _client.GoDownAsync(MqttDisconnectReason.ConnectionLost);
        await _client.ComeUpAsync(sessionPresent: false);
        await AskAsync();
        Assert.Equal(4, _client.Subscribes.Count);
    }

    [Fact]
    public async Task Ask_AnswerToAnotherToken_IsNotTaken()
    {
        await _client.ConnectAsync();
        await AskAsync();
        _cloud.OnMessage = (_, _) => false;
        var asked = AskAsync();
        _client.Deliver($"{Get}/accepted", """{"clientToken":"somebody else's"}""");
        _client.Deliver($"{Get}/accepted", "not JSON");
        await _time.WaitForTimersAsync(1);
        Assert.False(asked.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal(NoResponse.Lost, Assert.IsType<TopicResponse.Missing>(await asked).Reason);
    }

    [Fact]
    public async Task Ask_WithoutToken_TakesTheFirstAnswerAndAddsNothing()
    {
        await _client.ConnectAsync();
        string? sent = null;
        _cloud.OnMessage = (topic, payload) =>
        {
            sent = payload;
            _client.Deliver($"{topic}/rejected", """{"statusCode":403,"errorCode":"AccessDenied","errorMessage":"no"}""");
            return false;
        };
        var answer = Assert.IsType<TopicResponse.Rejected>(await _requests.AskAsync("$aws/certificates/create-from-csr/json", new JsonObject { ["a"] = 1 }, CancellationToken.None, correlate: false));
        Assert.Equal(("403", "AccessDenied: no", """{"a":1}"""), (answer.Code, answer.Message, sent));
    }

    [Fact]
    public async Task Ask_ConnectionLostOnTheWay_SaysSoAtOnce()
    {
        await _client.ConnectAsync();
        _cloud.OnMessage = (_, _) => false;
        var asked = AskAsync();
        await _time.WaitForTimersAsync(1);
        await _client.GoDownAsync(MqttDisconnectReason.KeepAliveTimeout);
        Assert.Equal(NoResponse.Lost, Assert.IsType<TopicResponse.Missing>(await asked).Reason);
        Assert.Equal(NoResponse.NotConnected, Assert.IsType<TopicResponse.Missing>(await AskAsync()).Reason);
    }

    [Fact]
    public async Task Ask_NotAllowed_NamesThePermission()
    {
        await _client.ConnectAsync();
        _cloud.RefusedPublishes.Add(Get);
        var publish = Assert.IsType<TopicResponse.Missing>(await AskAsync());
        Assert.Equal(NoResponse.NotAllowed, publish.Reason);
        Assert.Contains($"iot:Publish on topic/{Get}", publish.Message);
    }

    [Fact]
    public async Task Ask_Cancelled_TheNextOneIsAnswered()
    {
        await _client.ConnectAsync();
        _cloud.OnMessage = (_, _) => false;
        using var cancellation = new CancellationTokenSource();
        var asked = _requests.AskAsync(Get, [], cancellation.Token);
        await _time.WaitForTimersAsync(1);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        _cloud.OnMessage = (_, _) => true;
        Assert.IsType<TopicResponse.Rejected>(await AskAsync());
    }

    [Fact]
    public async Task Ask_ConnectionEndsRightAfterTheSamePublish_ThePolicyIsNamedAndItIsNotSentAgainForAWhile()
    {
        await _client.ConnectAsync();
        await AskAsync();
        _cloud.FatalPublishes.Add(Get);
        for (var i = 0; i < 3; i++) Assert.Equal(NoResponse.Lost, Assert.IsType<TopicResponse.Missing>(await AskAsync()).Reason);
        for (var i = 0; i < 3; i++)
        {
            var denied = Assert.IsType<TopicResponse.Missing>(await AskAsync());
            Assert.Equal((NoResponse.NotAllowed, $"The connection to AWS IoT was ended right after the message on {Get}, 3 times in a row: most likely the certificate's IoT policy does not allow it. It must allow iot:Publish on topic/{Get}."), (denied.Reason, denied.Message));
        }

        Assert.Equal(3, _client.FatalSends);
        _time.Advance(TimeSpan.FromMinutes(10));
        await AskAsync();
        Assert.Equal(4, _client.FatalSends);
        Assert.Equal(NoResponse.NotAllowed, Assert.IsType<TopicResponse.Missing>(await AskAsync()).Reason);
        Assert.Equal(4, _client.FatalSends);

        // The policy is mended.
        _cloud.FatalPublishes.Clear();
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.IsType<TopicResponse.Rejected>(await AskAsync());
        Assert.IsType<TopicResponse.Rejected>(await AskAsync());
    }

    [Fact]
    public async Task Ask_ConnectionEndsRightAfterTheSameSubscription_ThePolicyIsNamed()
    {
        await _client.ConnectAsync();
        _cloud.FatalFilters.Add($"{Get}/accepted");
        for (var i = 0; i < 3; i++) Assert.Equal(NoResponse.NotConnected, Assert.IsType<TopicResponse.Missing>(await AskAsync()).Reason);
        var denied = Assert.IsType<TopicResponse.Missing>(await AskAsync());
        Assert.Equal(NoResponse.NotAllowed, denied.Reason);
        Assert.Contains($"iot:Subscribe on topicfilter/{Get}/accepted", denied.Message);
        Assert.Equal(3, _client.FatalSends);
    }

    [Fact]
    public async Task Ask_ServerSaysNotAuthorizedAndEnds_ThePolicyIsNamedAtOnce()
    {
        await _client.ConnectAsync();
        _cloud.FatalPublishes.Add(Get);
        _client.FatalEnd = new MqttDisconnected(MqttDisconnectReason.ServerDisconnected, "The server said NotAuthorized (0x87).") { ReasonCode = MqttReasonCode.NotAuthorized };
        await AskAsync();
        Assert.Contains("with 'not authorized': most likely", Assert.IsType<TopicResponse.Missing>(await AskAsync()).Message);
        Assert.Equal(1, _client.FatalSends);
    }

    [Fact]
    public async Task Ask_ConnectionThatAlsoEndsByItself_ThePolicyIsNotBlamed()
    {
        await _client.ConnectAsync();
        await AskAsync();
        _cloud.FatalPublishes.Add(Get);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(NoResponse.Lost, Assert.IsType<TopicResponse.Missing>(await AskAsync()).Reason);
            await _client.GoDownAsync(MqttDisconnectReason.ConnectionLost);
            await _client.ComeUpAsync(sessionPresent: true);
        }

        Assert.Equal(5, _client.FatalSends);
    }

    [Fact]
    public async Task Ask_AnswersThatMayNotBeReceived_ThePolicyIsNamedAfterThreeInARow()
    {
        await _client.ConnectAsync();
        await AskAsync();
        _cloud.OnAnswer = _ => false;
        for (var i = 1; i <= 3; i++)
        {
            var asked = AskAsync();
            await _time.WaitForTimersAsync(1);
            _time.Advance(TimeSpan.FromSeconds(15));
            var missing = Assert.IsType<TopicResponse.Missing>(await asked);
            Assert.Equal(i < 3 ? NoResponse.Lost : NoResponse.NotAllowed, missing.Reason);
            if (i == 3) Assert.Contains($"It must allow iot:Receive on topic/{Get}/accepted and topic/{Get}/rejected.", missing.Message);
        }
    }

    [Fact]
    public async Task Ask_RefusedWithAReasonCode_NamesIt()
    {
        await _client.ConnectAsync();
        await AskAsync();
        _client.Verdict = MqttReasonCode.QuotaExceeded;
        Assert.Contains("QuotaExceeded (0x97)", Assert.IsType<TopicResponse.Missing>(await AskAsync()).Message);
    }

    private Task<TopicResponse> AskAsync() => _requests.AskAsync(Get, [], CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
}
