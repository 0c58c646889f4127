using System.Text.Json;
using DeviceAgent.Testbed.DynamoDb.Wire;

namespace DeviceAgent.Testbed.DynamoDb.Operations;

/// <summary>What CreateTable can ask for on AWS and the testbed does not do: refused by name, never ignored.</summary>
internal static class UnsupportedFeatures
{
    private static readonly string[] Unsupported = ["ResourcePolicy", "OnDemandThroughput", "WarmThroughput", "GlobalTableSourceArn", "GlobalTableSettingsReplicationMode"];

    public static void Refuse(JsonElement request)
    {
        foreach (var indexes in (string[])["LocalSecondaryIndexes", "GlobalSecondaryIndexes"])
        {
            if (request.ListMember(indexes) is not { } list) continue;
            throw list.Count == 0
                ? DynamoDbException.Validation($"One or more parameter values were invalid: List of {indexes} is empty")
                : NotSupported(indexes, "create the table without them and query by its primary key");
        }

        if (request.StructureMember("StreamSpecification", "StreamSpecification")?.BooleanMember("StreamEnabled") == true)
            throw NotSupported("StreamSpecification", "create the table without a stream");

        foreach (var name in Unsupported)
        {
            if (request.Member(name) is not null) throw NotSupported(name, "leave it out");
        }
    }

    private static DynamoDbException NotSupported(string what, string remedy) =>
        DynamoDbException.Validation($"The testbed does not support {what}: {remedy}");
}
