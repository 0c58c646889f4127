using System.Text.Json;

namespace DeviceAgent.Testbed.DynamoDb.Operations;

/// <summary>One API operation. Both methods run inside a transaction of the database and throw <see cref="DynamoDbException"/>.</summary>
internal interface IOperation
{
    /// <summary>What the request wants to touch, for the authorisation that comes before the execution.</summary>
    IReadOnlyList<DynamoDbAccess> Accesses(JsonElement request);

    /// <summary>Does it and writes the members of the answer.</summary>
    void Execute(JsonElement request, Utf8JsonWriter answer);
}
