using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Jobs.Model;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Registry.Rest;

namespace DeviceAgent.Testbed.Jobs.Rest;

/// <summary>The members that a device's requests may have, over MQTT as over REST.</summary>
internal sealed record JobsDataRequest
{
    private readonly JsonObject _body;

    private JobsDataRequest(JsonObject body) => _body = body;

    public IReadOnlyDictionary<string, string>? Details { get; private init; }

    /// <summary>Minutes; -1 stops the timer.</summary>
    public long? StepTimeout { get; private init; }

    public long? Number { get; private init; }

    public bool IncludeState { get; private init; }

    public bool? IncludeDocument { get; private init; }

    /// <summary>There is no timer to stop before an execution began.</summary>
    public long? FirstStepTimeout => JobRules.InRange("stepTimeoutInMinutes", StepTimeout, 1, JobRules.MaximumTimeoutMinutes);

    public ExecutionUpdate Update => new(Status, Details, StepTimeout, ExpectedVersion, Number);

    private string Status => JobRules.OneOf(
        "status", RestRequest.Value<string>(_body, "status", "a string") ?? throw RegistryException.InvalidRequest("status is needed."), ExecutionStatus.All);

    /// <summary>The guide's examples over MQTT have text here, the service model a number.</summary>
    private long? ExpectedVersion => _body["expectedVersion"] is JsonValue value && value.TryGetValue<string>(out var text)
        ? long.TryParse(text, out var number) ? number : throw RegistryException.InvalidRequest($"expectedVersion must be a whole number; got '{text}'.")
        : RestRequest.Value<long?>(_body, "expectedVersion", "a whole number");

    public static JobsDataRequest Of(JsonObject body)
    {
        var timeout = RestRequest.Value<long?>(body, "stepTimeoutInMinutes", "a whole number");
        return new JobsDataRequest(body)
        {
            Details = JobRules.Details(RestRequest.Map(body, "statusDetails")),
            StepTimeout = timeout == -1 ? timeout : JobRules.InRange("stepTimeoutInMinutes", timeout, 1, JobRules.MaximumTimeoutMinutes),
            Number = RestRequest.Value<long?>(body, "executionNumber", "a whole number"),
            IncludeState = RestRequest.Value<bool?>(body, "includeJobExecutionState", "true or false") ?? false,
            IncludeDocument = RestRequest.Value<bool?>(body, "includeJobDocument", "true or false"),
        };
    }
}
