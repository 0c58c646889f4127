using System.Globalization;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Hosting;
using DeviceAgent.Testbed.Signing;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Testbed.DynamoDb;

/// <summary>DynamoDB over HTTP: checks form, signature and permission, and sends the answers of the backend.</summary>
internal sealed class DynamoDbApi(SigV4Verifier verifier, DynamoDbGuard guard, DynamoDbOperations operations, IDynamoDbBackend backend, Activity activity, TimeProvider time)
{
    public const int MaxBodyBytes = 16 * 1024 * 1024;

    private const string TargetPrefix = "DynamoDB_20120810.";
    private const string RequestIdCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    private static readonly HashSet<string> Services = ["dynamodb"];
    private static readonly HashSet<string> Writes = ["PutItem", "BatchWriteItem"];
    private static readonly HashSet<string> ContentTypes = ["application/x-amz-json-1.0", "application/json"];
    private static readonly byte[] Healthy = [.. "healthy: dynamodb.us-east-1.amazonaws.com "u8];
    private static readonly byte[] UnknownOperation = [.. "<UnknownOperationException/>\n"u8];

    public async Task HandleAsync(HttpContext context)
    {
        context.Response.Headers["x-amzn-RequestId"] = RandomNumberGenerator.GetString(RequestIdCharacters, 52);
        context.Response.Headers.Date = time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        if (HttpMethods.IsGet(context.Request.Method))
        {
            await WriteAsync(context, null, new DynamoDbAnswer(200, Healthy));
            return;
        }

        var contentType = (context.Request.ContentType ?? "").Split(';')[0].Trim();
        if (!HttpMethods.IsPost(context.Request.Method) || !ContentTypes.Contains(contentType))
        {
            await WriteAsync(context, null, new DynamoDbAnswer(404, UnknownOperation));
            return;
        }

        if (await BoundedBody.ReadAsync(context.Request, MaxBodyBytes, context.RequestAborted) is not { } body)
        {
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            return;
        }

        await WriteAsync(context, contentType, await AnswerAsync(context, RawRequest.From(context, body)));
    }

    private async Task<DynamoDbAnswer> AnswerAsync(HttpContext context, RawRequest request)
    {
        var target = request.Header("x-amz-target") ?? "";
        var operation = target.StartsWith(TargetPrefix, StringComparison.Ordinal) ? target[TargetPrefix.Length..] : "";
        if (!operations.Knows(operation))
            return DynamoDbAnswer.Coral("UnknownOperationException", operation.Length == 0 ? null : $"The testbed does not play the operation {operation} of DynamoDB.");

        var result = verifier.Verify(request, Services);
        if (!result.IsGood)
        {
            activity.SignatureRefused(result.Failure.Type);
            return DynamoDbAnswer.Coral(result.Failure.Type, result.Failure.Message);
        }

        var thing = result.Caller.ContextKeys.GetValueOrDefault("credentials-iot:ThingName");
        try
        {
            var accesses = operations.Accesses(operation, request.Body);
            if (guard.Refusal(context, result.Caller, accesses) is { } refusal)
            {
                activity.WriteFailed(thing, $"DynamoDB denies {operation}: no policy of the role allows it", isRefusal: true);
                return refusal;
            }
        }
        catch (DynamoDbException unreadable)
        {
            var response = unreadable.ToResponse();
            return new DynamoDbAnswer(response.StatusCode, response.Body);
        }

        var answer = await backend.ExecuteAsync(new DynamoDbCall(operation, request.Body, request, thing), context.RequestAborted);
        if (thing is not null && Writes.Contains(operation)) Note(thing, operation, answer);
        return answer;
    }

    private void Note(string thing, string operation, DynamoDbAnswer answer)
    {
        if (answer.IsLost) activity.WriteFailed(thing, $"The connection breaks at {operation}", isRefusal: false);
        else if (answer.StatusCode == StatusCodes.Status200OK) activity.Written(thing);
        else activity.WriteFailed(thing, $"DynamoDB answers {operation} with {answer.ErrorType}", isRefusal: false);
    }

    private static async Task WriteAsync(HttpContext context, string? contentType, DynamoDbAnswer answer)
    {
        if (answer.IsLost)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = answer.StatusCode;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = answer.Body.Length;
        context.Response.Headers["x-amz-crc32"] = answer.Crc32 ?? Crc32.HashToUInt32(answer.Body).ToString(CultureInfo.InvariantCulture);
        await context.Response.Body.WriteAsync(answer.Body, context.RequestAborted);
    }
}

/// <summary>What the API must know of DynamoDB's operations, whatever the backend.</summary>
/// <param name="Knows">Whether there is an operation of this name.</param>
/// <param name="Accesses">What a request touches; throws <see cref="DynamoDbException"/> when its body can't be read.</param>
internal sealed record DynamoDbOperations(Func<string, bool> Knows, Func<string, ReadOnlyMemory<byte>, IReadOnlyList<DynamoDbAccess>> Accesses);

/// <summary>A request that may be carried out.</summary>
/// <param name="Operation">E.g. <c>PutItem</c>.</param>
/// <param name="Body">Its JSON.</param>
/// <param name="Request">As it was received.</param>
/// <param name="Thing">The thing whose temporary credentials it is signed with; null for anybody else.</param>
internal sealed record DynamoDbCall(string Operation, ReadOnlyMemory<byte> Body, RawRequest Request, string? Thing = null);

/// <summary>What goes back to the client.</summary>
/// <param name="StatusCode">HTTP status.</param>
/// <param name="Body">As it is sent.</param>
/// <param name="Crc32">Its checksum as another server sent it; null has the API compute it.</param>
internal sealed record DynamoDbAnswer(int StatusCode, byte[] Body, string? Crc32 = null)
{
    private const string CoralNamespace = "com.amazon.coral.service#";
    private const string ServiceNamespace = "com.amazonaws.dynamodb.v20120810#";

    /// <summary>E.g. <c>ProvisionedThroughputExceededException</c>; the status code where the body names none.</summary>
    public string ErrorType
    {
        get
        {
            try
            {
                var type = (string?)JsonNode.Parse(Body)?["__type"];
                return type is null ? $"HTTP {StatusCode}" : type[(type.IndexOf('#', StringComparison.Ordinal) + 1)..];
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
            {
                return $"HTTP {StatusCode}";
            }
        }
    }

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
