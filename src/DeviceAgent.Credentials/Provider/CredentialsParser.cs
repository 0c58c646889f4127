using System.Globalization;
using System.Text.Json;

namespace DeviceAgent.Credentials.Provider;

/// <summary>Reads <c>{"credentials":{"accessKeyId","secretAccessKey","sessionToken","expiration"}}</c>.</summary>
internal static class CredentialsParser
{
    /// <summary>The longest that a role alias may ask for: credentialDurationSeconds 43200. A larger difference is a wrong <c>Date</c>.</summary>
    private static readonly TimeSpan MaxLifetime = TimeSpan.FromHours(12);

    private static readonly string[] Fields = ["accessKeyId", "secretAccessKey", "sessionToken", "expiration"];

    /// <summary>The credentials, or what is wrong with them. <paramref name="sentAt"/> is the answer's <c>Date</c>, or the local time when it has none.</summary>
    public static FetchResult Parse(
        ReadOnlyMemory<byte> body, ServiceAnswer answer, FailureContext context, DateTimeOffset sentAt, long receivedAt)
    {
        JsonDocument json;
        try
        {
            json = JsonDocument.Parse(body);
        }
        catch (JsonException e)
        {
            // Only the place: the exception's own message quotes the body.
            return Failed(AnswerFailures.Malformed(answer, context, $"it breaks off or errs in line {e.LineNumber + 1}, byte {e.BytePositionInLine}"));
        }

        using (json)
        {
            if (json.RootElement.ValueKind != JsonValueKind.Object
                || !json.RootElement.TryGetProperty("credentials", out var credentials)
                || credentials.ValueKind != JsonValueKind.Object)
                return Failed(AnswerFailures.Incomplete(answer, context, ["the object credentials"]));

            var values = Fields.ToDictionary(f => f, f => Text(credentials, f));
            var missing = Fields.Where(f => string.IsNullOrEmpty(values[f])).ToArray();
            if (missing.Length > 0) return Failed(AnswerFailures.Incomplete(answer, context, missing));
            if (!DateTimeOffset.TryParse(
                    values["expiration"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var expiration))
                return Failed(AnswerFailures.Malformed(answer, context, "expiration is not a time"));
            if (expiration <= sentAt) return Failed(AnswerFailures.Expired(answer, context, expiration, sentAt));

            return new FetchResult.Success(new TemporaryCredentials
            {
                AccessKeyId = values["accessKeyId"]!,
                SecretAccessKey = new Secret(values["secretAccessKey"]!),
                SessionToken = new Secret(values["sessionToken"]!),
                Expiration = expiration,
                Lifetime = expiration - sentAt < MaxLifetime ? expiration - sentAt : MaxLifetime,
                ReceivedAt = receivedAt,
                ProviderDate = answer.Date,
                ClockOffset = answer.ClockOffset ?? TimeSpan.Zero,
            });
        }
    }

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) ? JsonText.Of(value) : null;

    private static FetchResult.Failure Failed(CredentialFailure failure) => new(failure);
}
