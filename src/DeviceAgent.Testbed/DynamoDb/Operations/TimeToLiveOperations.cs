using System.Text.Json;
using DeviceAgent.Testbed.DynamoDb.Tables;
using DeviceAgent.Testbed.DynamoDb.Wire;

namespace DeviceAgent.Testbed.DynamoDb.Operations;

internal sealed class DescribeTimeToLiveOperation(TableCatalog tables) : IOperation
{
    public IReadOnlyList<DynamoDbAccess> Accesses(JsonElement request) =>
        [new DynamoDbAccess("dynamodb:DescribeTimeToLive", TableName.ReadRequired(request), [])];

    public void Execute(JsonElement request, Utf8JsonWriter answer)
    {
        var setting = tables.Existing(TableName.ReadRequired(request)).Definition.TimeToLive;
        var enabled = setting is { Enabled: true };
        answer.WriteStartObject("TimeToLiveDescription");
        answer.WriteString("TimeToLiveStatus", enabled ? "ENABLED" : "DISABLED");
        if (enabled) answer.WriteString("AttributeName", setting!.AttributeName);
        answer.WriteEndObject();
    }
}

internal sealed class UpdateTimeToLiveOperation(TableCatalog tables) : IOperation
{
    private static readonly TimeSpan BetweenChanges = TimeSpan.FromHours(1);

    public IReadOnlyList<DynamoDbAccess> Accesses(JsonElement request) =>
        [new DynamoDbAccess("dynamodb:UpdateTimeToLive", TableName.ReadRequired(request), [])];

    public void Execute(JsonElement request, Utf8JsonWriter answer)
    {
        var name = TableName.ReadRequired(request);
        var specification = request.StructureMember("TimeToLiveSpecification", "TimeToLiveSpecification");
        var enabled = specification?.BooleanMember("Enabled");
        var attribute = specification?.StringMember("AttributeName");
        var constraints = new Constraints().NotNull("timeToLiveSpecification", specification);
        if (specification is not null)
        {
            constraints.NotNull("timeToLiveSpecification.enabled", enabled)
                .NotNull("timeToLiveSpecification.attributeName", attribute)
                .Length("timeToLiveSpecification.attributeName", attribute, attribute?.Length, 1, 255);
        }

        constraints.ThrowIfViolated();
        Change(name, enabled!.Value, attribute!);
        answer.WriteStartObject("TimeToLiveSpecification");
        answer.WriteBoolean("Enabled", enabled.Value);
        answer.WriteString("AttributeName", attribute);
        answer.WriteEndObject();
    }

    private void Change(string name, bool enabled, string attribute)
    {
        var table = tables.Existing(name);
        if (tables.Status(table.Definition) != TableStatus.ACTIVE)
            throw DynamoDbException.InUse($"Attempt to change a resource which is still in use: Table is not in ACTIVE state: {name}");

        var current = table.Definition.TimeToLive;
        var sinceChange = tables.Now - (current?.ChangedAt ?? DateTimeOffset.MinValue);
        if (sinceChange >= TimeSpan.Zero && sinceChange < BetweenChanges)
            throw DynamoDbException.Validation("Time to live has been modified multiple times within a fixed interval");
        if (current is { Enabled: true } && current.AttributeName != attribute)
            throw DynamoDbException.Validation($"TimeToLive is active on a different AttributeName: current AttributeName is {current.AttributeName}");
        if (enabled == (current?.Enabled ?? false))
            throw DynamoDbException.Validation($"TimeToLive is already {(enabled ? "enabled" : "disabled")}");
        tables.Update(table, table.Definition with { TimeToLive = new TimeToLive(enabled, attribute, tables.Now) });
    }
}
