using System.Globalization;
using System.Net.Http.Headers;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;

namespace DeviceAgent.Upload;

/// <summary>What the headers of a failed request's answer say about time. The SDK keeps the answer in the exception's cause.</summary>
internal static class AnswerTime
{
    /// <summary>Longer waits that a service asks for are cut to this.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    /// <summary>From <c>x-amz-retry-after</c> (milliseconds), else <c>Retry-After</c> (seconds, or a date by the answer's own clock).</summary>
    public static TimeSpan? RetryAfter(AmazonServiceException exception)
    {
        if (AnswerOf(exception) is not { } answer) return null;
        var wait = Milliseconds(answer.GetHeaderValue("x-amz-retry-after")) ?? Plain(answer);
        return wait is not { } w || w <= TimeSpan.Zero ? null : w < LongestWait ? w : LongestWait;
    }

    /// <summary>The service's clock when it answered.</summary>
    public static DateTimeOffset? ServerTime(AmazonServiceException exception) => AnswerOf(exception) is { } answer ? Date(answer) : null;

    private static IWebResponseData? AnswerOf(AmazonServiceException exception) => (exception.InnerException as HttpErrorResponseException)?.Response;

    private static TimeSpan? Milliseconds(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) ? TimeSpan.FromMilliseconds(Math.Min(milliseconds, int.MaxValue)) : null;

    private static TimeSpan? Plain(IWebResponseData answer)
    {
        if (!RetryConditionHeaderValue.TryParse(answer.GetHeaderValue("Retry-After"), out var wait)) return null;
        return wait.Delta ?? wait.Date - Date(answer);
    }

    private static DateTimeOffset? Date(IWebResponseData answer) =>
        DateTimeOffset.TryParseExact(answer.GetHeaderValue("Date"), "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : null;
}
