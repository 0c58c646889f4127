using DeviceAgent.Credentials;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Local;

/// <summary>Hands out what the agent's cache holds, to callers whose right has been checked: at once while a renewal runs or fails.</summary>
internal sealed class CredentialsApi(CredentialCache cache, ClientBudgets budgets, AuditLog audit, TimeProvider time)
{
    /// <summary>While none are held and some are being fetched: SDKs wait for one to two seconds themselves.</summary>
    private static readonly TimeSpan PortWait = TimeSpan.FromMilliseconds(700);

    /// <summary>The same for a command, which waits for as long as a fetch may take.</summary>
    private static readonly TimeSpan SocketWait = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <exception cref="RefusedException">429: too many requests; 503: none are valid, with the reason.</exception>
    public async Task GetAsync(HttpContext context)
    {
        var caller = context.Features.Get<LocalCaller>()!;
        using var request = budgets.Take(caller.Name);

        // After a power cut the agent's own upload waits for up to 20 minutes; a program that waits for an answer does not.
        cache.SkipStartSpread();
        var credentials = await ValidAsync(cache.GetAsync(context.RequestAborted), caller.Channel == LocalCaller.Socket ? SocketWait : PortWait, context.RequestAborted).ConfigureAwait(false);
        await CredentialsAnswer.WriteAsync(context, credentials).ConfigureAwait(false);
        audit.Granted(caller, credentials.AccessKeyId);
    }

    /// <summary>Fetches now. When that fails, the current set stays active.</summary>
    /// <exception cref="RefusedException">429, or 503 with the reason.</exception>
    public async Task RefreshAsync(HttpContext context)
    {
        var caller = context.Features.Get<LocalCaller>()!;
        using var request = budgets.Take(caller.Name);
        var credentials = await ValidAsync(new(cache.RefreshAsync(context.RequestAborted)), SocketWait, context.RequestAborted).ConfigureAwait(false);
        audit.Done(caller, "refreshed");
        await Answer.JsonAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteString("access_key_id", credentials.AccessKeyId);
            json.WriteString("expiration", CredentialsAnswer.Text(credentials.Expiration));
        }).ConfigureAwait(false);
    }

    private async Task<TemporaryCredentials> ValidAsync(ValueTask<TemporaryCredentials> pending, TimeSpan wait, CancellationToken cancellationToken)
    {
        if (pending.IsCompletedSuccessfully) return pending.Result;
        try
        {
            return await pending.AsTask().WaitAsync(wait, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new RefusedException(StatusCodes.Status503ServiceUnavailable, "credentials are being fetched and have not come yet", RetryAfter);
        }
        catch (CredentialsUnavailableException e)
        {
            throw new RefusedException(StatusCodes.Status503ServiceUnavailable, e.Message, cache.Status.NextRefresh - time.GetUtcNow() ?? RetryAfter);
        }
    }
}

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
