using static DeviceAgent.Credentials.CredentialFailureKind;

namespace DeviceAgent.Credentials.Provider;

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
