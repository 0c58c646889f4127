using System.Text.Json;
using DeviceAgent.Readings;

namespace DeviceAgent.Control.Jobs;

/// <summary>What a job asks for.</summary>
/// <param name="Operation">Its name; null when <paramref name="Problem"/> says why there is none.</param>
/// <param name="Problem">Why it cannot be carried out.</param>
internal sealed record JobDocument(string? Operation, ChangeOutcome? Problem)
{
    private const string OperationName = "operation";
    private const string ExpiresAtName = "expiresAt";

    /// <summary>Checks what every job has; the rest is the operation's.</summary>
    /// <param name="document">As it came.</param>
    /// <param name="now">For <c>expiresAt</c>; null while the time is not known, when nothing expires.</param>
    public static JobDocument Read(JsonElement document, DateTimeOffset? now)
    {
        if (document.ValueKind != JsonValueKind.Object) return Invalid("The job document must be a JSON object.");
        if (!document.TryGetProperty(OperationName, out var name) || name.ValueKind != JsonValueKind.String || name.GetString() is not { Length: > 0 } operation)
            return Invalid("The job document must name its \"operation\", e.g. \"rotate-role-alias\".");
        if (!document.TryGetProperty(ExpiresAtName, out var expires)) return new JobDocument(operation, null);
        if (expires.ValueKind != JsonValueKind.String || !TimestampText.TryParse(expires.GetString()!, out var end))
            return Invalid($"\"{ExpiresAtName}\" must be an ISO-8601 time, e.g. \"2026-12-01T00:00:00Z\".");
        return now > end
            ? new JobDocument(operation, ChangeOutcome.Rejected(ChangeCodes.Expired, $"The job expired at {TimestampText.Format(end)}; it is {TimestampText.Format(now.Value)} now."))
            : new JobDocument(operation, null);
    }

    private static JobDocument Invalid(string reason) => new(null, ChangeOutcome.Rejected(ChangeCodes.InvalidArgument, reason));
}
