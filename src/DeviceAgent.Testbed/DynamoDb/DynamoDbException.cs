using System.Text.Json;
using DeviceAgent.Testbed.DynamoDb.Wire;

namespace DeviceAgent.Testbed.DynamoDb;

/// <summary>A refusal in DynamoDB's own words.</summary>
internal sealed class DynamoDbException(string type, string? message, int status = 400) : Exception(message ?? type)
{
    private const string Service = "com.amazonaws.dynamodb.v20120810#";
    private const string Coral = "com.amazon.coral.service#";

    /// <summary>E.g. <c>com.amazonaws.dynamodb.v20120810#ResourceNotFoundException</c>.</summary>
    public string Type { get; } = type;

    public int Status { get; } = status;

    /// <summary>Writes further members of the error's JSON.</summary>
    public Action<Utf8JsonWriter>? Details { get; init; }

    /// <summary>The service spells the member <c>Message</c> in some errors and <c>message</c> in the others.</summary>
    private bool CapitalMessage { get; init; } = type is Coral + "SerializationException" or Coral + "AccessDeniedException";

    public static DynamoDbException Validation(string message) => new("com.amazon.coral.validate#ValidationException", message);

    /// <summary>A body whose JSON or whose types are wrong; malformed JSON has no message.</summary>
    public static DynamoDbException Serialization(string? message = null) => new(Coral + "SerializationException", message);

    public static DynamoDbException UnknownOperation() => new(Coral + "UnknownOperationException", null);

    public static DynamoDbException TableNotFound() => new(Service + "ResourceNotFoundException", "Requested resource not found");

    public static DynamoDbException TableNotFound(string tableName) =>
        new(Service + "ResourceNotFoundException", $"Requested resource not found: Table: {tableName} not found");

    public static DynamoDbException InUse(string message) => new(Service + "ResourceInUseException", message);

    public static DynamoDbException InternalServerError() => new(Service + "InternalServerError", "Internal server error", 500);

    /// <param name="item">Writes the item that did not meet the condition, when the request asked for it.</param>
    public static DynamoDbException ConditionFailed(Action<Utf8JsonWriter>? item) =>
        new(Service + "ConditionalCheckFailedException", "The conditional request failed") { Details = item, CapitalMessage = item is not null };

    public DynamoDbResponse ToResponse()
    {
        var text = message;
        return new DynamoDbResponse(Status, WireJson.Write(writer =>
        {
            writer.WriteString("__type", Type);
            if (text is not null) writer.WriteString(CapitalMessage ? "Message" : "message", text);
            Details?.Invoke(writer);
        }));
    }
}
