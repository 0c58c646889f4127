using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using DeviceAgent.Credentials;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Credentials.Transport;

namespace DeviceAgent.Upload.DynamoDb;

/// <summary>Sorts what the client throws by what is to be done about it.</summary>
internal sealed class FaultClassifier(TableOptions table)
{
    /// <summary>
    /// Validation texts that speak of the table's keys, not of one item. Every item here has both keys, as strings that are not
    /// empty, so it is the table that does not fit; no item may be set aside for it.
    /// </summary>
    private static readonly string[] KeyMismatches = ["Type mismatch for key", "Missing the key", "does not match the schema", "at 'tableName'", "TableName must be"];

    /// <summary>Of codes and request ids: a real one has 60 at most.</summary>
    private const int LongestName = 100;

    /// <summary>What is wrong with an item is told at some length.</summary>
    private const int LongestMessage = 500;

    /// <summary>True for what a failed request may throw; anything else is a fault in the program.</summary>
    public static bool IsExpected(Exception e) =>
        e is AmazonServiceException or AmazonClientException
            or HttpRequestException or IOException or SocketException or TimeoutException or OperationCanceledException;

    public UploadFault Classify(Exception exception)
    {
        var fault = Sort(exception);
        if (exception is not AmazonServiceException service) return fault;
        return fault with { Subject = service.ErrorCode is { Length: > 0 } code ? PrintableText.Of(code, LongestName) : fault.Subject, RetryAfter = AnswerTime.RetryAfter(service) };
    }

    private UploadFault Sort(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is CredentialsUnavailableException unavailable) return new UploadFault(FaultKind.NoCredentials, $"There are no credentials yet: {unavailable.Failure.Message}") { Subject = unavailable.Failure.Kind.ToString() };
        }

        return exception switch
        {
            AmazonServiceException { StatusCode: HttpStatusCode.RequestEntityTooLarge } => new UploadFault(FaultKind.Rejected, "The request is too large (HTTP 413)."),
            AmazonServiceException { StatusCode: HttpStatusCode.TooManyRequests } => new UploadFault(FaultKind.Throttled, "Too many requests (HTTP 429)."),
            AmazonServiceException { StatusCode: HttpStatusCode.ProxyAuthenticationRequired } => ProxyWantsPassword,
            AmazonServiceException { ErrorCode.Length: > 0 } service => Sort(service),
            BadAnswerException bad => new UploadFault(FaultKind.Transient, $"The answer is not one of DynamoDB's: {bad.Message}.", "Check dynamoDbEndpoint, and whether a proxy is in between."),
            AmazonServiceException { StatusCode: > 0 } service => new UploadFault(FaultKind.Transient, $"The answer is not one of DynamoDB's (HTTP {(int)service.StatusCode}).", "Check dynamoDbEndpoint, and whether a proxy is in between."),
            _ when Find<HttpRequestException>(exception) is { HttpRequestError: HttpRequestError.ProxyTunnelError } refused => OfTunnel(refused),
            OperationCanceledException or TimeoutException => new UploadFault(FaultKind.Transient, "DynamoDB did not answer in time.", "Check the network, and dynamoDbEndpoint if it is set."),
            _ => new UploadFault(FaultKind.Transient, $"DynamoDB was not reached: {PrintableText.Of(Innermost(exception).Message.TrimEnd('.'))}.", Way is { } proxy
                ? $"Check the network, that {proxy} is the plain HTTP port of a proxy that allows CONNECT, and dynamoDbEndpoint if it is set."
                : "Check the network, and dynamoDbEndpoint if it is set."),
        };
    }

    private static UploadFault ProxyWantsPassword => new(
        FaultKind.Transient, "The proxy does not let this device through without a user and a password that it knows (407).", "Put them into HTTPS_PROXY (http_proxy for an endpoint by http): http://user:password@host:port, percent-encoded.");

    private static UploadFault OfTunnel(HttpRequestException refused) => refused.StatusCode == HttpStatusCode.ProxyAuthenticationRequired
        ? ProxyWantsPassword
        : new UploadFault(
            FaultKind.Transient,
            $"The proxy does not connect to DynamoDB ({(refused.StatusCode is { } status ? $"{(int)status}" : "it does not answer in HTTP")}).",
            "Let the proxy pass CONNECT to DynamoDB, or name the host in NO_PROXY.");

    /// <summary>The proxy on the way to the table, without its user and password; null: none.</summary>
    private string? Way => ProxySetting.Read([]).GetProxy(table.Endpoint ?? new Uri($"https://dynamodb.{table.Region}.amazonaws.com"))?.GetLeftPart(UriPartial.Authority);

    private static T? Find<T>(Exception? exception) where T : Exception
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is T found) return found;
        }

        return null;
    }

    private UploadFault Sort(AmazonServiceException e)
    {
        var code = PrintableText.Of(e.ErrorCode[(e.ErrorCode.LastIndexOf('#') + 1)..], LongestName);
        var what = $"{code}: {PrintableText.Of(WithoutRequest(e.Message), LongestMessage)} (HTTP {(int)e.StatusCode}, request {PrintableText.Of(e.RequestId, LongestName)}).";
        return code switch
        {
            "ProvisionedThroughputExceededException" or "ThrottlingException" or "Throttling" or "RequestLimitExceeded" or "LimitExceededException" => new UploadFault(
                FaultKind.Throttled, what, "Raise the table's capacity if this goes on."),
            "ExpiredTokenException" or "ExpiredToken" => new UploadFault(FaultKind.StaleCredentials, what) { IfRepeated = FaultKind.Transient },
            "UnrecognizedClientException" => new UploadFault(FaultKind.StaleCredentials, what),
            "RequestTimeTooSkewed" or "RequestExpired" => ClockSkew(e, what),
            "InvalidSignatureException" when IsClockSkew(e.Message) => ClockSkew(e, what),
            "InvalidSignatureException" or "MissingAuthenticationTokenException" or "IncompleteSignatureException" => Parked(
                what, $"The signature is refused: check region ('{table.Region}') and dynamoDbEndpoint, and that no proxy changes requests."),
            "AccessDeniedException" => Denied(
                what, $"The role behind the role alias must allow dynamodb:BatchWriteItem on the table '{table.TableName}'; a policy with ${{credentials-iot:ThingName}} needs a table that is called like the thing."),
            "ResourceNotFoundException" => Parked(
                what, $"Create the table '{table.TableName}' in {table.Region} with partition key {table.PartitionKey} (S) and sort key {table.SortKey} (S), or correct tableName; a table that is being created will do in a moment."),
            "ValidationException" when KeyMismatches.Any(t => e.Message.Contains(t, StringComparison.Ordinal)) => Parked(what, TableCheck.KeyRemedy(table)),
            "ValidationException" or "SerializationException" or "ItemCollectionSizeLimitExceededException" => new UploadFault(FaultKind.Rejected, what),
            "UnknownOperationException" => Parked(what, "The endpoint is not DynamoDB: check dynamoDbEndpoint."),
            _ => new UploadFault(FaultKind.Transient, what),
        };
    }

    /// <summary>Some services answer a wrong signature with what they would have signed, the session token included.</summary>
    private static string WithoutRequest(string message) => message.IndexOf("The Canonical String", StringComparison.Ordinal) is >= 0 and var at ? message[..at].TrimEnd() : message;

    /// <summary>The answer's own date tells the service's time; without one, fresh credentials do.</summary>
    private static UploadFault ClockSkew(AmazonServiceException e, string what) => new(
        AnswerTime.ServerTime(e) is null ? FaultKind.StaleCredentials : FaultKind.ClockSkew, what, "The device's clock is wrong; it is corrected by the service's. Set up time synchronisation.");

    private static UploadFault Denied(string what, string remedy) => Parked(what, remedy) with { IsDenied = true };

    private static UploadFault Parked(string what, string remedy) => new(FaultKind.Parked, what, remedy);

    private static bool IsClockSkew(string message) =>
        message.StartsWith("Signature expired", StringComparison.Ordinal) || message.StartsWith("Signature not yet current", StringComparison.Ordinal);

    private static Exception Innermost(Exception e)
    {
        while (e.InnerException is { } inner) e = inner;
        return e;
    }
}

/// <summary>An answer with a good status says nothing that can be used: nothing that was sent counts as arrived.</summary>
/// <param name="what">As the rest of a sentence; nothing of the answer is quoted.</param>
/// <param name="cause">What reading it threw.</param>
internal sealed class BadAnswerException(string what, Exception? cause = null) : AmazonClientException(what, cause);

/// <summary>What the headers of a failed request's answer say about time. The SDK keeps the answer in the exception's cause.</summary>
internal static class AnswerTime
{
    /// <summary>Longer waits that a service asks for are cut to this.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    /// <summary>From <c>x-amz-retry-after</c> (milliseconds), else <c>Retry-After</c> (seconds, or a date by the answer's own clock).</summary>
    public static TimeSpan? RetryAfter(AmazonServiceException exception)
    {
        if (AnswerOf(exception) is not { } answer) return null;
        var wait = Milliseconds(answer("x-amz-retry-after")) ?? Plain(answer);
        return wait is not { } w || w <= TimeSpan.Zero ? null : w < LongestWait ? w : LongestWait;
    }

    /// <summary>The service's clock when it answered.</summary>
    public static DateTimeOffset? ServerTime(AmazonServiceException exception) => AnswerOf(exception) is { } answer ? Date(answer) : null;

    /// <summary>The headers of the answer by name.</summary>
    private static Func<string, string?>? AnswerOf(AmazonServiceException exception) => exception switch
    {
        BatchWriteException answered => answered.Header,
        { InnerException: HttpErrorResponseException { Response: { } response } } => response.GetHeaderValue,
        _ => null,
    };

    private static TimeSpan? Milliseconds(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) ? TimeSpan.FromMilliseconds(Math.Min(milliseconds, int.MaxValue)) : null;

    private static TimeSpan? Plain(Func<string, string?> answer)
    {
        if (!RetryConditionHeaderValue.TryParse(answer("Retry-After"), out var wait)) return null;
        return wait.Delta ?? wait.Date - Date(answer);
    }

    private static DateTimeOffset? Date(Func<string, string?> answer) =>
        DateTimeOffset.TryParseExact(answer("Date"), "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : null;
}
