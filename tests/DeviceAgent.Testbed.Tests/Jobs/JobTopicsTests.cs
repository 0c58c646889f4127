using System.Text;
using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Broker;
using DeviceAgent.Testbed.Jobs;
using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.Testbed.Tests.Jobs;

public sealed class JobTopicsTests : IDisposable
{
    private const string Prefix = "$aws/things/t01/jobs/";

    private readonly JobsWorld _world = new();

    private long Now => _world.Time.GetUtcNow().ToUnixTimeSeconds();

    [Fact]
    public void Get_OneOfEach_IsListedByState()
    {
        _world.Job("a");
        _world.Job("b");
        _world.Report("t01", ExecutionStatus.InProgress, "b");

        var answer = Accepted("get", """{"clientToken":"c1"}""");

        Assert.Equal(
            $$$"""
            {"inProgressJobs":[{"jobId":"b","queuedAt":{{{Now}}},"startedAt":{{{Now}}},"lastUpdatedAt":{{{Now}}},"executionNumber":1,"versionNumber":2}],"queuedJobs":[{"jobId":"a","queuedAt":{{{Now}}},"lastUpdatedAt":{{{Now}}},"executionNumber":1,"versionNumber":1}],"clientToken":"c1","timestamp":{{{Now}}}}
            """,
            answer.ToJsonString());
    }

    [Fact]
    public void StartNext_WithDetails_GivesTheDocumentAsAnObject()
    {
        _world.Job(settings: new JobSettings { InProgressTimeoutMinutes = 10 });

        var execution = Accepted("start-next", """{"statusDetails":{"step":"begin"},"stepTimeoutInMinutes":2}""")["execution"]!;

        Assert.Equal("t01", (string?)execution["thingName"]);
        Assert.Equal("""{"step":"begin"}""", execution["statusDetails"]!.ToJsonString());
        Assert.Equal(120, (long)execution["approximateSecondsBeforeTimedOut"]!);
        Assert.Equal(JobsWorld.Document, execution["jobDocument"]!.ToJsonString());
    }

    [Fact]
    public void Document_Nulls_DoNotReachTheDevice()
    {
        const string document = """{"settings":{"source":{"intervalSeconds":null},"logLevel":"debug"},"list":[{"a":null,"b":1}],"x":null}""";
        _world.Control.Create("j", document, [Thing.ArnOf("t01")], TargetSelection.Snapshot, new JobSettings(), null);

        const string arrives = """{"settings":{"source":{},"logLevel":"debug"},"list":[{"b":1}]}""";
        Assert.Equal(arrives, Accepted("start-next", "")["execution"]!["jobDocument"]!.ToJsonString());
        Assert.Equal(arrives, Accepted("j/get", "")["execution"]!["jobDocument"]!.ToJsonString());
        Assert.Equal(document, _world.Control.Get("j").Document);
    }

    [Theory]
    [InlineData("start-next")]
    [InlineData("$next/get")]
    public void Next_NothingPending_IsAcceptedWithoutExecution(string topic) => Assert.Equal($$"""{"timestamp":{{Now}}}""", Accepted(topic, "").ToJsonString());

    [Theory]
    [InlineData("$next/get", """{"includeJobDocument":false}""", false)]
    [InlineData("j/get", """{"executionNumber":1}""", true)]
    public void Describe_Document_IsThereUnlessDeclined(string topic, string payload, bool document)
    {
        _world.Job();

        Assert.Equal(document, Accepted(topic, payload)["execution"]!.AsObject().ContainsKey("jobDocument"));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("\"1\"")]
    public void Update_ExpectedVersion_IsANumberOrText(string version)
    {
        _world.Job();

        var answer = Accepted("j/update", $$"""{"status":"SUCCEEDED","expectedVersion":{{version}},"statusDetails":{"sha":"ab"},"includeJobExecutionState":true,"includeJobDocument":true}""");

        Assert.Equal("""{"status":"SUCCEEDED","statusDetails":{"sha":"ab"},"versionNumber":2}""", answer["executionState"]!.ToJsonString());
        Assert.Equal(JobsWorld.Document, answer["jobDocument"]!.ToJsonString());
    }

    [Fact]
    public void Update_NothingAsked_IsAcceptedWithTheTimeOnly()
    {
        _world.Job();

        Assert.Equal($$"""{"clientToken":"c","timestamp":{{Now}}}""", Accepted("j/update", """{"status":"IN_PROGRESS","clientToken":"c"}""").ToJsonString());
    }

    [Theory]
    [InlineData("get", "{", "InvalidJson")]
    [InlineData("get", "[]", "InvalidJson")]
    [InlineData("get", """{"clientToken":7}""", "InvalidRequest")]
    [InlineData("get/more", "{}", "InvalidTopic")]
    [InlineData("j/delete", "{}", "InvalidTopic")]
    [InlineData("none/get", "{}", "ResourceNotFound")]
    [InlineData("b@d/get", "{}", "InvalidRequest")]
    [InlineData("none/update", """{"status":"SUCCEEDED"}""", "ResourceNotFound")]
    [InlineData("j/update", "{}", "InvalidRequest")]
    [InlineData("j/update", """{"status":"DONE"}""", "InvalidRequest")]
    [InlineData("j/update", """{"status":"QUEUED"}""", "InvalidStateTransition")]
    [InlineData("j/update", """{"status":"SUCCEEDED","expectedVersion":7}""", "VersionMismatch")]
    [InlineData("j/update", """{"status":"SUCCEEDED","expectedVersion":"seven"}""", "InvalidRequest")]
    [InlineData("j/update", """{"status":"IN_PROGRESS","stepTimeoutInMinutes":0}""", "InvalidRequest")]
    [InlineData("j/update", """{"status":"IN_PROGRESS","stepTimeoutInMinutes":10081}""", "InvalidRequest")]
    [InlineData("j/update", """{"status":"IN_PROGRESS","statusDetails":{"a b":"x"}}""", "InvalidRequest")]
    [InlineData("j/update", """{"status":"IN_PROGRESS","statusDetails":{"a":""}}""", "InvalidRequest")]
    [InlineData("j/update", """{"status":"IN_PROGRESS","statusDetails":{"a":"line\nbreak"}}""", "InvalidRequest")]
    [InlineData("j/update", """{"status":"IN_PROGRESS","statusDetails":{"a":1}}""", "InvalidRequest")]
    [InlineData("start-next", """{"stepTimeoutInMinutes":-1}""", "InvalidRequest")]
    [InlineData("ended/get", "{}", "TerminalStateReached")]
    [InlineData("ended/update", """{"status":"SUCCEEDED"}""", "InvalidStateTransition")]
    public void Rejected_EachFault_HasItsCode(string topic, string payload, string code)
    {
        _world.Job("ended");
        _world.Report("t01", ExecutionStatus.Failed, "ended");
        _world.Job();

        var (answeredOn, answer) = Send(topic, payload);

        Assert.Equal($"{Prefix}{topic}/rejected", answeredOn);
        Assert.Equal(code, (string?)answer["code"]);
        Assert.NotEmpty((string)answer["message"]!);
        Assert.Equal(Now, (long)answer["timestamp"]!);
        Assert.Equal(code is "VersionMismatch" or "InvalidStateTransition", answer.ContainsKey("executionState"));
    }

    [Fact]
    public void Rejected_ClientToken_IsEchoed()
    {
        Assert.Equal("c9", (string?)Send("none/get", """{"clientToken":"c9"}""").Payload["clientToken"]);
    }

    [Fact]
    public void Details_ElevenEntries_AreTooMany()
    {
        _world.Job();
        var details = new JsonObject(Enumerable.Range(0, 11).Select(i => KeyValuePair.Create($"k{i}", (JsonNode?)"v")));

        Assert.EndsWith("/rejected", Send("j/update", new JsonObject { ["status"] = "IN_PROGRESS", ["statusDetails"] = details.DeepClone() }.ToJsonString()).Topic);
        details.Remove("k0");
        Assert.EndsWith("/accepted", Send("j/update", new JsonObject { ["status"] = "IN_PROGRESS", ["statusDetails"] = details }.ToJsonString()).Topic);
    }

    [Theory]
    [InlineData("$aws/things/t01/shadow/get")]
    [InlineData("$aws/things/t01/jobs")]
    [InlineData("$aws/things/t01/jobs/get/accepted")]
    [InlineData("$aws/things/t01/jobs/j/update/rejected")]
    [InlineData("$aws/things/t01/jobs/notify")]
    [InlineData("$aws/things/t01/jobs/notify-next")]
    [InlineData("things/t01/jobs/get")]
    public void OtherTopics_AreNotTaken(string topic) =>
        Assert.False(Topics().TryHandle(new TopicRequest(topic, default, "t01", "", (_, _) => Assert.Fail("answered"))));

    private JsonObject Accepted(string topic, string payload)
    {
        var (answeredOn, answer) = Send(topic, payload);
        Assert.True(answeredOn == $"{Prefix}{topic}/accepted", answer.ToJsonString());
        return answer;
    }

    private (string Topic, JsonObject Payload) Send(string topic, string payload)
    {
        var replies = new List<(string, JsonObject)>();
        var request = new TopicRequest(
            Prefix + topic, Encoding.UTF8.GetBytes(payload), "t01", "", (to, bytes) => replies.Add((to, JsonNode.Parse(bytes.Span)!.AsObject())));
        Assert.True(Topics().TryHandle(request));
        return Assert.Single(replies);
    }

    private JobTopics Topics() => new(_world.Devices, _world.Time);

    public void Dispose() => _world.Dispose();
}
