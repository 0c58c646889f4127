using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Local;

/// <summary>
/// What the AWS SDKs ask of EC2's instance metadata service, version 2 (AWS_EC2_METADATA_SERVICE_ENDPOINT): a session token by PUT,
/// then role, credentials and region with it. Version 1, which needs no token, is refused.
/// </summary>
internal sealed class ImdsApi(ImdsTokens tokens, ClientBudgets budgets, CredentialsApi credentials, AuditLog audit, string region)
{
    /// <summary>The role's name for the SDKs. Always the same, so that a change of the role alias comes in between no two requests.</summary>
    public const string Role = "device-agent";

    public const string TokenHeader = "X-aws-ec2-metadata-token";
    public const string TtlHeader = "X-aws-ec2-metadata-token-ttl-seconds";
    private const string CredentialsPath = "/latest/meta-data/iam/security-credentials/";
    private const string PlacementPath = "/latest/meta-data/placement/";
    private const string PlainText = "text/plain; charset=utf-8";
    private const int MaxTtl = 21_600;

    /// <summary>Also with two slashes at the front: so the AWS SDK for .NET asks when the endpoint in its environment ends in one.</summary>
    public IReadOnlyList<LocalRoute> Routes => [.. Documented, .. Documented.Select(r => r with { Path = "/" + r.Path })];

    private IReadOnlyList<LocalRoute> Documented =>
    [
        new(HttpMethods.Put, "/latest/api/token", RouteGuard.None, IssueAsync),
        .. WithAndWithoutSlash(CredentialsPath, context => TextAsync(context, Role)),
        new(HttpMethods.Get, CredentialsPath + Role, RouteGuard.Session, credentials.GetAsync),
        .. WithAndWithoutSlash(PlacementPath + "availability-zone/", context => TextAsync(context, AvailabilityZone)),
        .. WithAndWithoutSlash(PlacementPath + "region/", context => TextAsync(context, region)),
        .. WithAndWithoutSlash("/latest/dynamic/instance-identity/document/", DocumentAsync),
    ];

    /// <summary>A device is in no zone; SDKs take the last letter away to have the region.</summary>
    private string AvailabilityZone => region + "a";

    public static string Seconds(TimeSpan life) => Math.Ceiling(life.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<LocalRoute> WithAndWithoutSlash(string path, RequestDelegate handle) =>
        [new(HttpMethods.Get, path, RouteGuard.Session, handle), new(HttpMethods.Get, path.TrimEnd('/'), RouteGuard.Session, handle)];

    private Task IssueAsync(HttpContext context)
    {
        var caller = context.Features.Get<LocalCaller>()!;
        using var request = budgets.Take(caller.Name);
        var header = context.Request.Headers[TtlHeader];
        if (header.Count != 1 || !int.TryParse(header[0], NumberStyles.None, CultureInfo.InvariantCulture, out var ttl) || ttl is < 1 or > MaxTtl)
            throw new RefusedException($"the header {TtlHeader} must be a number of seconds from 1 to {MaxTtl}");
        var token = tokens.Issue(caller.User, TimeSpan.FromSeconds(ttl));
        audit.Done(caller, "token issued");
        context.Response.Headers[TtlHeader] = ttl.ToString(CultureInfo.InvariantCulture);
        return WriteAsync(context, token);
    }

    private Task TextAsync(HttpContext context, string text)
    {
        using var request = budgets.Take(context.Features.Get<LocalCaller>()!.Name);
        return WriteAsync(context, text);
    }

    private Task DocumentAsync(HttpContext context)
    {
        using var request = budgets.Take(context.Features.Get<LocalCaller>()!.Name);
        return Answer.JsonAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteString("region", region);
            json.WriteString("availabilityZone", AvailabilityZone);
        });
    }

    private static Task WriteAsync(HttpContext context, string text) => Answer.BytesAsync(context, StatusCodes.Status200OK, PlainText, Encoding.UTF8.GetBytes(text));
}

/// <summary>Session tokens of the metadata service, as hashes and in memory only. Bounded: the oldest of the user who has most goes first. Thread-safe.</summary>
internal sealed class ImdsTokens(TimeProvider time)
{
    public const int MaxTokens = 256;

    private const int TokenBytes = 32;

    private readonly Lock _gate = new();
    private readonly List<Session> _sessions = [];

    /// <summary>A new token that is good for so long.</summary>
    public string Issue(uint? user, TimeSpan life)
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
        lock (_gate)
        {
            _sessions.RemoveAll(s => !IsAlive(s));
            if (_sessions.Count >= MaxTokens) _sessions.Remove(_sessions.GroupBy(s => s.User).MaxBy(g => g.Count())!.First());
            _sessions.Add(new Session(user, Hash(token), time.GetTimestamp(), life));
        }

        return token;
    }

    /// <summary>How long the token is still good; null when it is not.</summary>
    public TimeSpan? LifeOf(string? token)
    {
        if (token is null) return null;
        var hash = Hash(token);
        lock (_gate)
        {
            Session? found = null;
            foreach (var session in _sessions)
            {
                if (CryptographicOperations.FixedTimeEquals(hash, session.Hash)) found = session;
            }

            return found is not null && IsAlive(found) ? found.Life - time.GetElapsedTime(found.IssuedAt) : null;
        }
    }

    private bool IsAlive(Session session) => time.GetElapsedTime(session.IssuedAt) < session.Life;

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private sealed record Session(uint? User, byte[] Hash, long IssuedAt, TimeSpan Life);
}
