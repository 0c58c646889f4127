using System.Text.Json;
using DeviceAgent.Credentials.Text;
using static DeviceAgent.Credentials.CredentialFailureKind;

namespace DeviceAgent.Credentials.Provider;

/// <summary>Reads <c>{"credentials":{"accessKeyId","secretAccessKey","sessionToken","expiration"}}</c>.</summary>
internal static class CredentialsParser
{
    /// <summary>
    /// The longest that a role alias may ask for (credentialDurationSeconds 43200), and a bit for the clocks. What is later comes of a wrong <c>Date</c>, or of
    /// somebody who wants his credentials to be kept.
    /// </summary>
    private static readonly TimeSpan MaxLifetime = TimeSpan.FromHours(12) + TimeSpan.FromMinutes(5);

    private const string ExpirationForm = " such as \"2026-01-05T10:00:00Z\"";

    private static readonly string[] Fields = ["accessKeyId", "secretAccessKey", "sessionToken", "expiration"];

    /// <summary>The credentials, or what is wrong with them. <paramref name="sentAt"/> is the answer's <c>Date</c>, or the local time when it has none.</summary>
    public static FetchResult Parse(
        ReadOnlyMemory<byte> body, ServiceAnswer answer, FailureContext context, DateTimeOffset sentAt, long receivedAt)
    {
        JsonDocument json;
        try
        {
            json = JsonInput.Parse(body);
        }
        catch (JsonException e)
        {
            // Only the place: the exception's own message quotes the body. What is no text has no lines.
            return Failed(AnswerFailures.Malformed(answer, context, JsonInput.PlaceOf(e) is { } place ? $"it breaks off or errs in {place}" : e.Message));
        }

        using (json)
        {
            if (json.RootElement.ValueKind != JsonValueKind.Object
                || !json.RootElement.TryGetProperty("credentials", out var credentials)
                || credentials.ValueKind != JsonValueKind.Object)
                return Failed(AnswerFailures.Incomplete(answer, context, ["the object credentials"]));

            var found = Fields.ToDictionary(f => f, f => credentials.TryGetProperty(f, out var value) ? value : default);
            var others = found.Where(f => f.Value.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.String)).ToArray();
            if (others.Length > 0)
                return Failed(AnswerFailures.Malformed(answer, context, string.Join(", ", others.Select(f => $"{f.Key} is {KindOf(f.Value)} where a text belongs{(f.Key == "expiration" ? ExpirationForm : "")}"))));
            var values = found.ToDictionary(f => f.Key, f => f.Value.ValueKind == JsonValueKind.String ? f.Value.GetString() : null);
            var missing = Fields.Where(f => string.IsNullOrEmpty(values[f])).ToArray();
            if (missing.Length > 0) return Failed(AnswerFailures.Incomplete(answer, context, missing));
            if (!IsoTimestamp.TryParse(values["expiration"], out var timestamp))
                return Failed(AnswerFailures.Malformed(answer, context, $"expiration is not a time{ExpirationForm}"));
            if (CredentialsGrammar.FindProblem(values["accessKeyId"]!, values["secretAccessKey"]!, values["sessionToken"]!) is { } problem)
                return Failed(AnswerFailures.Malformed(answer, context, problem));
            var expiration = timestamp.Time;
            if (expiration <= sentAt) return Failed(AnswerFailures.Expired(answer, context, expiration, sentAt));

            // One of the two clocks may be slow: other programs shall not be told an end that is over.
            var latest = (sentAt > context.Now ? sentAt : context.Now) + MaxLifetime;

            return new FetchResult.Success(new TemporaryCredentials
            {
                AccessKeyId = values["accessKeyId"]!,
                SecretAccessKey = new Secret(values["secretAccessKey"]!),
                SessionToken = new Secret(values["sessionToken"]!),
                Expiration = expiration < latest ? expiration : latest,
                Lifetime = expiration - sentAt < MaxLifetime ? expiration - sentAt : MaxLifetime,
                ReceivedAt = receivedAt,
                ProviderDate = answer.Date,
                ClockOffset = answer.ClockOffset ?? TimeSpan.Zero,
            });
        }
    }

    private static string KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        JsonValueKind.Array => "a list",
        _ => "an object",
    };

    private static FetchResult.Failure Failed(CredentialFailure failure) => new(failure);
}

/// <summary>A 200 that holds nothing usable. Nothing of the body is quoted: it may hold parts of secrets.</summary>
internal static class AnswerFailures
{
    private const string NotTheProvider = "service: something other than the credentials provider may be answering";

    private const string CheckEndpoint =
        "Compare the endpoint with: aws iot describe-endpoint --endpoint-type iot:CredentialProvider; check for a proxy on the way";

    public static CredentialFailure TooLarge(ServiceAnswer a, FailureContext c, int limit) => a.Failure(
        AnswerTooLarge, $"The answer of {c.Endpoint} is larger than {limit / 1024} KiB (a real one has about 1 KiB).", NotTheProvider, CheckEndpoint);

    public static CredentialFailure Malformed(ServiceAnswer a, FailureContext c, string detail) => a.Failure(
        AnswerMalformed, $"The answer of {c.Endpoint} is not the JSON that it should be: {detail}.", NotTheProvider, CheckEndpoint);

    public static CredentialFailure Incomplete(ServiceAnswer a, FailureContext c, IReadOnlyList<string> missing) => a.Failure(
        AnswerIncomplete, $"The answer of {c.Endpoint} lacks {string.Join(", ", missing)}.", NotTheProvider, CheckEndpoint);

    public static CredentialFailure Expired(ServiceAnswer a, FailureContext c, DateTimeOffset expiration, DateTimeOffset sentAt) => a.Failure(
        AnswerExpired,
        $"{c.Endpoint} sent credentials that are expired already (end {expiration.UtcDateTime:u}, its own clock {sentAt.UtcDateTime:u}).",
        a.ClockOffset is null && c.ClockIsWrong ? $"clock: the local time {c.LocalTime} is wrong" : "service: an old answer, perhaps from a cache on the way",
        a.ClockOffset is null
            ? $"Set the clock: timedatectl set-ntp true (the local time is {c.LocalTime})"
            : "It is asked again. If it lasts, look for a caching proxy between the device and the endpoint");

    public static CredentialFailure NotHttp(FailureContext c, string detail) => new(
        AnswerMalformed, $"{c.Endpoint} answers with something that is not valid HTTP/1.1 ({detail}).", NotTheProvider, CheckEndpoint);
}
