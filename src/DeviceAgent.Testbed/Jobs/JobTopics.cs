using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Broker;
using DeviceAgent.Testbed.Jobs.Rest;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Registry.Rest;

namespace DeviceAgent.Testbed.Jobs;

/// <summary>The jobs data plane over MQTT: <c>$aws/things/THING/jobs/...</c>. Only the requester gets the answer.</summary>
internal sealed class JobTopics(DeviceJobs jobs, TimeProvider time) : ITopicService
{
    private const int MaximumClientTokenLength = 64;

    public bool TryHandle(TopicRequest request)
    {
        if (request.Topic.Split('/') is not ["$aws", "things", var thing, "jobs", .. var rest] || rest.Length == 0) return false;
        if (rest[^1] is "accepted" or "rejected" or "notify" or "notify-next") return false;

        string? clientToken = null;
        try
        {
            var body = Parse(request.Payload);
            clientToken = RestRequest.Value<string>(body, "clientToken", "a string");
            if (clientToken?.Length > MaximumClientTokenLength) throw RegistryException.InvalidRequest($"clientToken has at most {MaximumClientTokenLength} characters.");
            Reply(request, "accepted", Answer(request.Topic, thing, rest, body), clientToken);
        }
        catch (RegistryException e)
        {
            var refusal = new JsonObject { ["code"] = JobRefusal.CodeOf(e), ["message"] = e.Message };
            Reply(request, "rejected", refusal.With("executionState", e is JobRefusal { Execution: { } state } ? ExecutionShapes.State(state) : null), clientToken);
        }

        return true;
    }

    private JsonObject Answer(string topic, string thing, string[] rest, JsonObject body)
    {
        var data = JobsDataRequest.Of(body);
        return rest switch
        {
            ["get"] => Pending(thing),
            ["start-next"] => Execution(jobs.StartNext(thing, data.Details, data.FirstStepTimeout), includeDocument: true),
            [var jobId, "get"] => Execution(jobs.Describe(thing, jobId, data.Number), data.IncludeDocument ?? true),
            [var jobId, "update"] => Updated(jobs.Update(thing, jobId, data.Update), data),
            _ => throw JobRefusal.Topic(topic),
        };
    }

    private JsonObject Pending(string thing) => JobsDataOperations.Pending(jobs.Pending(thing));

    private JsonObject Execution(AssignedExecution? found, bool includeDocument) => new JsonObject().With(
        "execution", found is (var execution, var job) ? ExecutionShapes.Whole(execution, includeDocument ? job.DocumentForDevices : null, time.GetUtcNow()) : null);

    private static JsonObject Updated(AssignedExecution updated, JobsDataRequest data) => new JsonObject()
        .With("executionState", data.IncludeState ? ExecutionShapes.State(updated.Execution) : null)
        .With("jobDocument", data.IncludeDocument == true ? updated.Job.DocumentForDevices : null);

    private void Reply(TopicRequest request, string outcome, JsonObject answer, string? clientToken)
    {
        answer.With("clientToken", clientToken)["timestamp"] = time.GetUtcNow().ToUnixTimeSeconds();
        request.Reply($"{request.Topic}/{outcome}", Encoding.UTF8.GetBytes(answer.ToJsonString()));
    }

    /// <summary>Nothing stands for an empty request.</summary>
    private static JsonObject Parse(ReadOnlyMemory<byte> payload)
    {
        if (payload.IsEmpty) return [];
        try
        {
            return JsonNode.Parse(payload.Span, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject
                ?? throw JobRefusal.Json("The payload must be a JSON object.");
        }
        catch (JsonException e)
        {
            throw JobRefusal.Json($"The payload is not JSON: {e.Message}");
        }
    }
}
