using DeviceAgent.Testbed.Signing;

namespace DeviceAgent.Testbed.DynamoDb;

/// <summary>What goes back to the client.</summary>
/// <param name="StatusCode">HTTP status.</param>
/// <param name="Body">As it is sent.</param>
/// <param name="Crc32">Its checksum as another server sent it; null has the API compute it.</param>
internal sealed record DynamoDbAnswer(int StatusCode, byte[] Body, string? Crc32 = null)
{
    private const string CoralNamespace = "com.amazon.coral.service#";
    private const string ServiceNamespace = "com.amazonaws.dynamodb.v20120810#";

    /// <summary>The work is done, but the connection breaks before the answer.</summary>
    public bool IsLost { get; init; }

    /// <summary>An error of the common layer in front of every service.</summary>
    public static DynamoDbAnswer Coral(string type, string? message = null) => Error(400, CoralNamespace + type, "message", message);

    /// <summary>An error of DynamoDB itself.</summary>
    public static DynamoDbAnswer Service(int status, string type, string message) => Error(status, ServiceNamespace + type, "message", message);

    /// <summary>The one whose message is spelt with a capital letter.</summary>
    public static DynamoDbAnswer AccessDenied(string message) => Error(400, CoralNamespace + "AccessDeniedException", "Message", message);

    private static DynamoDbAnswer Error(int status, string type, string messageKey, string? message) => new(status, JsonBytes.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("__type", type);
        if (message is not null) json.WriteString(messageKey, message);
        json.WriteEndObject();
    }));
}
