using System.Security.Cryptography;
using System.Text.Json;
using DeviceAgent.Credentials.Text;

namespace DeviceAgent.Credentials.Provider;

/// <summary>Reads the answer of the credentials provider, at most <see cref="MaxBodyBytes"/> of it.</summary>
internal sealed class AnswerReader(TimeProvider timeProvider)
{
    public const int MaxBodyBytes = 64 * 1024;

    /// <summary>Of error types and request ids: a real one has 40.</summary>
    private const int LongestId = 100;

    /// <param name="response">The head of the answer.</param>
    /// <param name="date">Its <c>Date</c>, if it can be believed.</param>
    /// <param name="context">Names for messages.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<FetchResult> ReadAsync(
        HttpResponseMessage response, DateTimeOffset? date, FailureContext context, CancellationToken cancellationToken)
    {
        var receivedAt = timeProvider.GetTimestamp();
        var answer = Describe(response, date, timeProvider.GetUtcNow());
        var buffer = new byte[MaxBodyBytes + 1];
        try
        {
            var length = await FillAsync(buffer, response.Content, cancellationToken).ConfigureAwait(false);
            if (answer.Status != 200)
            {
                var text = ErrorText(buffer.AsMemory(0, Math.Min(length, MaxBodyBytes)));
                return new FetchResult.Failure(StatusFailures.Of(answer with { Text = text }, context));
            }

            if (length > MaxBodyBytes) return new FetchResult.Failure(AnswerFailures.TooLarge(answer, context, MaxBodyBytes));
            return CredentialsParser.Parse(buffer.AsMemory(0, length), answer, context, date ?? context.Now, receivedAt);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    private static ServiceAnswer Describe(HttpResponseMessage response, DateTimeOffset? date, DateTimeOffset now) => new(
        (int)response.StatusCode,
        "",
        Header(response, "x-amzn-ErrorType") is { } type ? type.Split(':')[0].Split('#')[^1] : null,
        Header(response, "x-amzn-RequestId"),
        response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } until } when until > (date ?? now) => until - (date ?? now),
            _ => null,
        },
        date,
        date - now);

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? PrintableText.Of(values.First().Trim(), LongestId) : null;

    private static async Task<int> FillAsync(byte[] buffer, HttpContent content, CancellationToken cancellationToken)
    {
        using var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        return await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// <c>message</c> or <c>Message</c> of a JSON object, and nothing else: what stands in a body is not known, and a set of credentials may come with any status.
    /// </summary>
    private static string ErrorText(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonInput.Parse(body);
            if (json.RootElement.ValueKind == JsonValueKind.Object
                && !json.RootElement.TryGetProperty("credentials", out _)
                && (json.RootElement.TryGetProperty("message", out var message) || json.RootElement.TryGetProperty("Message", out message))
                && message.ValueKind == JsonValueKind.String)
                return PrintableText.Of(message.GetString()!.Trim());
        }
        catch (JsonException)
        {
            // Not JSON, so it has no message.
        }

        return "";
    }
}

/// <summary>What is worth keeping of an answer that is no success.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Text">The service's own words, made fit for one log line; empty when it sent none.</param>
/// <param name="ErrorType"><c>x-amzn-ErrorType</c>, trimmed.</param>
/// <param name="RequestId"><c>x-amzn-RequestId</c>.</param>
/// <param name="RetryAfter"><c>Retry-After</c>.</param>
/// <param name="Date">The service's <c>Date</c>.</param>
/// <param name="ClockOffset">The same minus the local clock.</param>
internal sealed record ServiceAnswer(
    int Status, string Text, string? ErrorType, string? RequestId, TimeSpan? RetryAfter, DateTimeOffset? Date, TimeSpan? ClockOffset)
{
    /// <summary>The service's words in quotation marks, or that there were none.</summary>
    public string Quote => Text.Length == 0 ? "without a message" : $"\"{Text}\"";

    public CredentialFailure Failure(CredentialFailureKind kind, string message, string cause, string remedy) =>
        new(kind, message, cause, remedy, Status, ErrorType, RequestId, RetryAfter) { ProviderDate = Date, ClockOffset = ClockOffset };
}
