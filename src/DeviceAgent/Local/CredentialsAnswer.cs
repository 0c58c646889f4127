using DeviceAgent.Credentials;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Local;

/// <summary>Answers in the form that the AWS SDKs read.</summary>
internal static class CredentialsAnswer
{
    public static Task WriteAsync(HttpContext context, TemporaryCredentials credentials) => Answer.JsonAsync(context, StatusCodes.Status200OK, json =>
    {
        json.WriteString("Code", "Success");
        json.WriteString("Type", "AWS-HMAC");
        json.WriteString("LastUpdated", Text(credentials.Expiration - credentials.Lifetime));
        json.WriteString("AccessKeyId", credentials.AccessKeyId);
        json.WriteString("SecretAccessKey", credentials.SecretAccessKey.Reveal());
        json.WriteString("Token", credentials.SessionToken.Reveal());
        json.WriteString("Expiration", Text(credentials.Expiration));
    });

    /// <summary>What the AWS SDK for JavaScript shows to its user of an answer that is none.</summary>
    public static Task ProblemAsync(HttpContext context, int status, string problem, TimeSpan? retryAfter)
    {
        if (retryAfter is { } delay) Answer.RetryAfter(context.Response, delay);
        return Answer.JsonAsync(context, status, json =>
        {
            json.WriteString("Code", CodeOf(status));
            json.WriteString("Message", problem);
        });
    }

    /// <summary>Whole seconds: not every SDK reads fractions.</summary>
    public static string Text(DateTimeOffset moment) => $"{moment.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}";

    private static string CodeOf(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => "Unauthorized",
        StatusCodes.Status403Forbidden => "Forbidden",
        StatusCodes.Status404NotFound => "NotFound",
        StatusCodes.Status405MethodNotAllowed => "MethodNotAllowed",
        StatusCodes.Status413PayloadTooLarge => "BodyNotAllowed",
        StatusCodes.Status429TooManyRequests => "TooManyRequests",
        StatusCodes.Status503ServiceUnavailable => "CredentialsUnavailable",
        _ => "BadRequest",
    };
}
