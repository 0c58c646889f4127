using System.Buffers;
using System.Globalization;
using System.IO.Hashing;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Auth;
using DeviceAgent.Credentials;
using DeviceAgent.Diagnostics;

namespace DeviceAgent.Upload.DynamoDb;

/// <summary>
/// Sends BatchWriteItem: the one call that a device makes all day, so it goes without the SDK's object model and pipeline (docs/decisions/0014-batch-write.md).
/// The SDK's signer signs it.
/// </summary>
/// <param name="http">Keeps the connections.</param>
/// <param name="endpoint">DynamoDB's.</param>
/// <param name="table">The table and the region.</param>
/// <param name="clock">What requests are signed with.</param>
internal sealed class BatchWriteClient(HttpClient http, Uri endpoint, TableOptions table, TimeProvider clock)
{
    /// <summary>Each level of a reading, of which it has 32 at most, is two in an item.</summary>
    private const int DeepestAnswer = 128;

    private const string Service = "dynamodb";
    private const string ContentType = "application/x-amz-json-1.0";
    private const string Target = "DynamoDB_20120810.BatchWriteItem";
    private const string SignedHeaders = "content-type;host;x-amz-date;x-amz-security-token;x-amz-target";

    private static readonly MediaTypeHeaderValue ContentTypeHeader = new(ContentType);
    private static readonly ProductInfoHeaderValue Agent = new("device-agent", AgentBuild.Current.Version);
    private static readonly HashSet<ReadingKey> None = [];

    private readonly ItemWriter _items = new(table);

    /// <summary>Writes readings with different keys; the keys of those that the service did not get to.</summary>
    /// <exception cref="BatchWriteException">The answer is an error.</exception>
    /// <exception cref="BadAnswerException">It is none of DynamoDB's.</exception>
    /// <exception cref="HttpRequestException">There was no answer.</exception>
    public async Task<IReadOnlySet<ReadingKey>> WriteAsync(IReadOnlyList<PendingReading> readings, TemporaryCredentials credentials, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>(readings.Sum(r => (2 * r.Record.Payload.Length) + ItemWriter.WrappingBytes) + ItemWriter.WrappingBytes);
        _items.WriteBatch(readings, body);
        var answer = await SendAsync(body.WrittenMemory, credentials, cancellationToken).ConfigureAwait(false);
        return answer.AsSpan().SequenceEqual("{\"UnprocessedItems\":{}}"u8) ? None : Unprocessed(answer, readings);
    }

    /// <summary>Deletes the item of a key; false when the service did not get to it.</summary>
    /// <inheritdoc cref="WriteAsync" path="/exception"/>
    public async Task<bool> DeleteAsync(ReadingKey key, TemporaryCredentials credentials, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>(ItemWriter.WrappingBytes);
        _items.WriteDeletion(key, body);
        var answer = await SendAsync(body.WrittenMemory, credentials, cancellationToken).ConfigureAwait(false);
        try
        {
            using var document = JsonDocument.Parse(answer);
            return !document.RootElement.TryGetProperty("UnprocessedItems", out var left) || left.ValueKind == JsonValueKind.Null || !left.EnumerateObject().Any();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new BadAnswerException("it does not say whether the item was deleted", e);
        }
    }

    private async Task<byte[]> SendAsync(ReadOnlyMemory<byte> body, TemporaryCredentials credentials, CancellationToken cancellationToken)
    {
        using var request = Sign(body, credentials);
        using var response = await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        var answer = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        if (response.Headers.TryGetValues("x-amz-crc32", out var checksum) && checksum.First() != Crc32.HashToUInt32(answer).ToString(CultureInfo.InvariantCulture))
        {
            throw new BadAnswerException("it was changed on the way, as its checksum tells");
        }

        if (response.StatusCode != HttpStatusCode.OK) throw BatchWriteException.From(response, answer);
        return answer;
    }

    private HttpRequestMessage Sign(ReadOnlyMemory<byte> body, TemporaryCredentials credentials)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var date = now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var token = credentials.SessionToken.Reveal();
        var hash = Convert.ToHexStringLower(SHA256.HashData(body.Span));
        var canonical = $"POST\n{endpoint.AbsolutePath}\n\ncontent-type:{ContentType}\nhost:{endpoint.Authority}\nx-amz-date:{date}\nx-amz-security-token:{token}\nx-amz-target:{Target}\n\n{SignedHeaders}\n{hash}";
        var signature = AWS4Signer.ComputeSignature(credentials.AccessKeyId, credentials.SecretAccessKey.Reveal(), table.Region, now, Service, SignedHeaders, canonical);
        var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = ContentTypeHeader } } };
        request.Headers.UserAgent.Add(Agent);
        request.Headers.TryAddWithoutValidation("X-Amz-Date", date);
        request.Headers.TryAddWithoutValidation("X-Amz-Security-Token", token);
        request.Headers.TryAddWithoutValidation("X-Amz-Target", Target);
        request.Headers.TryAddWithoutValidation("Authorization", signature.ForAuthorizationHeader);
        return request;
    }

    /// <summary>
    /// What was not written. Only a JSON object that is about what was sent acknowledges it: one that cannot be read, or with items that were not sent, comes
    /// from something else than DynamoDB, or was meant for somebody else. An empty list may be left out, as AWS's JSON protocol has it.
    /// </summary>
    /// <exception cref="BadAnswerException">It is not such an answer.</exception>
    private HashSet<ReadingKey> Unprocessed(byte[] answer, IReadOnlyList<PendingReading> readings)
    {
        var sent = readings.Select(r => r.Key).ToHashSet();
        var left = new HashSet<ReadingKey>();
        try
        {
            using var document = JsonDocument.Parse(answer, new JsonDocumentOptions { MaxDepth = DeepestAnswer });
            if (!document.RootElement.TryGetProperty("UnprocessedItems", out var tables) || tables.ValueKind == JsonValueKind.Null) return left;
            foreach (var write in tables.EnumerateObject().SelectMany(t => t.Value.EnumerateArray()))
            {
                var item = write.GetProperty("PutRequest").GetProperty("Item");
                var key = new ReadingKey(item.GetProperty(table.PartitionKey).GetProperty("S").GetString()!, item.GetProperty(table.SortKey).GetProperty("S").GetString()!);
                if (!sent.Contains(key)) throw new BadAnswerException("of the items that it calls unprocessed one was not sent");
                left.Add(key);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new BadAnswerException("it does not say which items are unprocessed", e);
        }

        return left;
    }
}

/// <summary>An answer other than success.</summary>
internal sealed class BatchWriteException : AmazonServiceException
{
    private readonly Dictionary<string, string> _headers = [];

    private BatchWriteException(string message, string code, string requestId, HttpResponseMessage response)
        : base(message, null, ErrorType.Unknown, code, requestId, response.StatusCode)
    {
        foreach (var (name, values) in response.Headers.NonValidated) _headers[name.ToLowerInvariant()] = values.ToString();
    }

    /// <summary>A header of the answer; null when it has none of that name.</summary>
    public string? Header(string name) => _headers.GetValueOrDefault(name.ToLowerInvariant());

    /// <param name="response">Status and headers.</param>
    /// <param name="body">Its body; what is no error of DynamoDB's gives no code.</param>
    public static BatchWriteException From(HttpResponseMessage response, ReadOnlyMemory<byte> body)
    {
        var (code, message) = Read(body);
        var requestId = response.Headers.TryGetValues("x-amzn-RequestId", out var ids) ? ids.First() : "";
        return new BatchWriteException(message, code, requestId, response);
    }

    private static (string Code, string Message) Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return (Text(document.RootElement, "__type"), Text(document.RootElement, "message") is { Length: > 0 } message ? message : Text(document.RootElement, "Message"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return ("", "");
        }
    }

    private static string Text(JsonElement error, string name) => error.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
