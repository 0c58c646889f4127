namespace DeviceAgent.Credentials.Provider;

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
