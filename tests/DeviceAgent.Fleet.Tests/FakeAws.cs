using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using DeviceAgent.Fleet.Commands;

namespace DeviceAgent.Fleet.Tests;

/// <summary>As much of AWS IoT as the commands ask, on the loopback: things, groups, aliases, shadows and jobs that nobody answers but the test.</summary>
internal sealed class FakeAws : IDisposable
{
    private readonly HttpListener _listener;
    private readonly Lock _gate = new();
    private readonly string _url;

    public FakeAws()
    {
        (_listener, _url) = Listen();
        _ = ServeAsync();
    }

    public Dictionary<string, string[]> Groups { get; } = [];

    public HashSet<string> Aliases { get; } = ["v1", "v2", "v3"];

    /// <summary>The alias that each thing reports, and the job that gave it.</summary>
    public Dictionary<string, (string Alias, string? Job)> Things { get; } = [];

    public Dictionary<string, FakeJob> Jobs { get; } = [];

    /// <summary>How many questions it has answered.</summary>
    public int Requests { get; private set; }

    /// <summary>Called with each job that is made, before the answer.</summary>
    public Action<string>? Made { get; set; }

    /// <summary>Called with each job that is described, before the answer.</summary>
    public Action<string>? Asked { get; set; }

    public async Task<(int Exit, string Output, string Error)> RunAsync(params string[] arguments)
    {
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "test");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "test");
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = await FleetCommand.RunAsync([.. arguments, "--endpoint-url", _url, "--region", "eu-west-1"], output, error);
        return (exit, output.ToString(), error.ToString());
    }

    public void Dispose() => _listener.Close();

    /// <summary>A port is free until another takes it: then the next.</summary>
    private static (HttpListener Listener, string Url) Listen()
    {
        for (var attempt = 1; ; attempt++)
        {
            using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            var url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/";
            probe.Stop();
            var listener = new HttpListener { Prefixes = { url } };
            try
            {
                listener.Start();
                return (listener, url);
            }
            catch (HttpListenerException) when (attempt < 10)
            {
                listener.Close();
            }
        }
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                JsonNode? body;
                using (var reader = new StreamReader(context.Request.InputStream)) body = await reader.ReadToEndAsync() is { Length: > 0 } text && text[0] == '{' ? JsonNode.Parse(text) : null;
                var (status, answer) = (404, (JsonNode?)null);
                Requests++;
                lock (_gate) (status, answer) = Answer(context.Request.HttpMethod, context.Request.Url!.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries), body);
                context.Response.StatusCode = status;
                if (status == 404) context.Response.Headers["x-amzn-ErrorType"] = "ResourceNotFoundException";
                if (status == 409) context.Response.Headers["x-amzn-ErrorType"] = "ResourceAlreadyExistsException";
                context.Response.Close(Encoding.UTF8.GetBytes(answer?.ToJsonString() ?? "{}"), willBlock: false);
            }
        }
        catch (Exception e) when (e is ObjectDisposedException or HttpListenerException)
        {
            // The test is over.
        }
    }

    private (int Status, JsonNode? Answer) Answer(string method, string[] path, JsonNode? body) => (method, path) switch
    {
        ("GET", ["things"]) => (200, new JsonObject { ["things"] = new JsonArray([.. Things.Keys.Select(t => new JsonObject { ["thingName"] = t })]) }),
        ("GET", ["things", var thing]) => Things.ContainsKey(thing) ? (200, new JsonObject { ["thingArn"] = Arn("thing", thing) }) : (404, null),
        ("GET", ["things", var thing, "shadow"]) => Things.TryGetValue(thing, out var state) ? (200, Shadow(state)) : (404, null),
        ("GET", ["things", var thing, "jobs", var job]) => Jobs.TryGetValue(job, out var found) && found.Executions.TryGetValue(thing, out var status) ? (200, new JsonObject { ["execution"] = new JsonObject { ["status"] = status } }) : (404, null),
        ("GET", ["thing-groups"]) => (200, new JsonObject { ["thingGroups"] = new JsonArray([.. Groups.Keys.Select(g => new JsonObject { ["groupName"] = g })]) }),
        ("GET", ["thing-groups", var group, "things"]) => Groups.TryGetValue(group, out var members) ? (200, new JsonObject { ["things"] = Texts(members) }) : (404, null),
        ("GET", ["thing-groups", var group]) => Groups.ContainsKey(group) ? (200, new JsonObject { ["thingGroupArn"] = Arn("thinggroup", group) }) : (404, null),
        ("GET", ["role-aliases"]) => (200, new JsonObject { ["roleAliases"] = Texts(Aliases) }),
        ("GET", ["role-aliases", var alias]) => Aliases.Contains(alias)
            ? (200, new JsonObject { ["roleAliasDescription"] = new JsonObject { ["roleAliasArn"] = Arn("rolealias", alias), ["roleArn"] = "arn:aws:iam::1:role/r" } })
            : (404, null),
        ("GET", ["jobs"]) => (200, new JsonObject { ["jobs"] = new JsonArray([.. Jobs.Values.Select(j => new JsonObject { ["jobId"] = j.Id, ["createdAt"] = Seconds(j.Created) })]) }),
        ("PUT", ["jobs", var id]) => Make(id, body!),
        ("PUT", ["jobs", var id, "cancel"]) => Cancel(Jobs[id], body!),
        ("GET", ["jobs", var id]) => Describe(id),
        ("GET", ["jobs", var id, "things"]) => Jobs.TryGetValue(id, out var job) ? (200, new JsonObject
        {
            ["executionSummaries"] = new JsonArray([.. job.Executions.Select(e => new JsonObject
            {
                ["thingArn"] = Arn("thing", e.Key),
                ["jobExecutionSummary"] = new JsonObject { ["status"] = e.Value, ["executionNumber"] = 1, ["lastUpdatedAt"] = Seconds(job.Created) },
            })]),
        }) : (404, null),
        _ => (404, null),
    };

    private (int, JsonNode?) Make(string id, JsonNode body)
    {
        if (Jobs.ContainsKey(id)) return (409, null);
        string[] targets = [.. body["targets"]!.AsArray().Select(t => t!.GetValue<string>())];
        var things = targets.SelectMany(t => t.Contains(":thinggroup/", StringComparison.Ordinal) ? Groups[Name(t)] : [Name(t)]);
        Jobs[id] = new FakeJob(id, body["description"]?.GetValue<string>() ?? "", DateTimeOffset.UtcNow) { Targets = targets, Document = body["document"]!.GetValue<string>(), Executions = things.ToDictionary(t => t, _ => "QUEUED") };
        Made?.Invoke(id);
        return (200, new JsonObject());
    }

    private static (int, JsonNode?) Cancel(FakeJob job, JsonNode body)
    {
        (job.Status, job.Reason) = ("CANCELED", body["reasonCode"]!.GetValue<string>());
        foreach (var thing in job.Executions.Where(e => e.Value == "QUEUED").Select(e => e.Key).ToList()) job.Executions[thing] = "CANCELED";
        return (200, new JsonObject());
    }

    private (int, JsonNode?) Describe(string id)
    {
        if (!Jobs.TryGetValue(id, out var job)) return (404, null);
        Asked?.Invoke(id);
        return (200, new JsonObject
        {
            ["job"] = new JsonObject
            {
                ["status"] = job.Status,
                ["description"] = job.Description,
                ["reasonCode"] = job.Reason,
                ["createdAt"] = Seconds(job.Created),
                ["targets"] = Texts(job.Targets),
                ["jobProcessDetails"] = new JsonObject
                {
                    ["numberOfQueuedThings"] = Number("QUEUED"),
                    ["numberOfInProgressThings"] = Number("IN_PROGRESS"),
                    ["numberOfSucceededThings"] = Number("SUCCEEDED"),
                    ["numberOfFailedThings"] = Number("FAILED"),
                },
            },
        });

        int Number(string status) => job.Executions.Values.Count(s => s == status);
    }

    private static JsonObject Shadow((string Alias, string? Job) state) => new()
    {
        ["state"] = new JsonObject
        {
            ["reported"] = new JsonObject
            {
                ["roleAlias"] = state.Alias,
                ["health"] = "ok",
                ["lastChange"] = state.Job is null ? null : new JsonObject { ["what"] = "rotate-role-alias", ["outcome"] = "applied", ["jobId"] = state.Job },
            },
        },
        ["metadata"] = new JsonObject { ["reported"] = new JsonObject { ["roleAlias"] = new JsonObject { ["timestamp"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1 } } },
    };

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode)t)]);

    private static double Seconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1000.0;

    private static string Arn(string kind, string name) => $"arn:aws:iot:eu-west-1:1:{kind}/{name}";

    private static string Name(string arn) => arn[(arn.LastIndexOf('/') + 1)..];
}

/// <summary>A job, and for each thing the status of its execution.</summary>
internal sealed record FakeJob(string Id, string Description, DateTimeOffset Created)
{
    public string Status { get; set; } = "IN_PROGRESS";

    public string? Reason { get; set; }

    public IReadOnlyList<string> Targets { get; init; } = [];

    public string Document { get; init; } = "{}";

    public Dictionary<string, string> Executions { get; init; } = [];
}
