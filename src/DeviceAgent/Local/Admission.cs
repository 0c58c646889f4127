using DeviceAgent.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace DeviceAgent.Local;

/// <summary>
/// Refuses what reaches the port and was not sent by a program on this device: a browser's page (also one whose name was rebound
/// to 127.0.0.1), a proxy, a server that was talked into fetching an address.
/// </summary>
internal sealed class LoopbackGuard(int port)
{
    private static readonly string[] LocalNames = ["127.0.0.1", "[::1]", "localhost"];

    private static readonly string[] Forwarding = ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", HeaderNames.Via, "Forwarded"];

    /// <summary>Why the request is refused, or null.</summary>
    public string? FindProblem(HttpRequest request)
    {
        if (!IsLocal(request.Host, port)) return $"the Host header must be 127.0.0.1:{port}, [::1]:{port} or localhost:{port}";
        foreach (var name in request.Headers.Keys)
        {
            if (IsOfABrowser(name)) return $"requests of browsers are refused (header {name})";
            if (Forwarding.Contains(name, StringComparer.OrdinalIgnoreCase)) return $"forwarded requests are refused (header {name})";
        }

        return null;
    }

    /// <summary>Whether the header tells of a browser.</summary>
    public static bool IsOfABrowser(string name) =>
        name.Equals(HeaderNames.Origin, StringComparison.OrdinalIgnoreCase) || name.StartsWith("Sec-Fetch-", StringComparison.OrdinalIgnoreCase);

    /// <summary>The header that tells of a proxy; null where there is none.</summary>
    public static string? ForwardingOf(HttpRequest request) => request.Headers.Keys.FirstOrDefault(n => Forwarding.Contains(n, StringComparer.OrdinalIgnoreCase));

    /// <param name="host">Of the request.</param>
    /// <param name="port">The listener's; null: any.</param>
    public static bool IsLocal(HostString host, int? port) =>
        host.HasValue && LocalNames.Contains(host.Host, StringComparer.OrdinalIgnoreCase) && (port is null || (host.Port ?? 80) == port);
}

/// <summary>The Unix socket: its file's mode has said who may, except for credentials.</summary>
/// <param name="users">Who gets credentials; null where none are handed out.</param>
internal sealed class SocketAdmission(SocketUsers? users) : IAdmission
{
    public void Admit(HttpContext context, LocalRoute route)
    {
        if (route.Guard is RouteGuard.None or RouteGuard.Token or RouteGuard.SocketOnly) return;
        if (route.Guard != RouteGuard.AllowedUser || users is null) throw new RefusedException(StatusCodes.Status403Forbidden, "this is not answered on the Unix socket");
        users.Admit(context);
    }
}

/// <summary>The users that get credentials on the socket: root, the agent's own and those of the allow list.</summary>
internal sealed class SocketUsers(LocalCredentialsOptions options, AuditLog audit)
{
    /// <summary>Notes who asks, for the handler.</summary>
    public void Admit(HttpContext context)
    {
        var caller = PeerProcess.Of(context) ?? new LocalCaller(LocalCaller.Socket);
        context.Features.Set(caller);
        if (FindProblem(caller.User) is not { } problem) return;
        audit.Refused(caller, problem);
        throw new RefusedException(StatusCodes.Status403Forbidden, problem);
    }

    private string? FindProblem(uint? user)
    {
        if (user is not { } id || !LocalUsers.IsKnown(id)) return "the kernel does not tell which user asks";
        if (id == LocalUsers.Root || id == LocalUsers.Own || options.AllowedUsers.Contains(id)) return null;
        return $"user {id} gets no credentials: add it to credentials.allowedUsers and restart the agent";
    }
}

/// <summary>The loopback port for readings: the ingest token.</summary>
internal sealed class IngestAdmission(ListenerToken token) : IAdmission
{
    public void Admit(HttpContext context, LocalRoute route)
    {
        if (route.Guard is not (RouteGuard.None or RouteGuard.Token)) throw new RefusedException(StatusCodes.Status403Forbidden, "this is answered on the Unix socket only");
        if (route.Guard == RouteGuard.None || token.IsIn(context.Request)) return;
        context.Response.Headers.WWWAuthenticate = "Bearer";
        throw new RefusedException(StatusCodes.Status401Unauthorized, $"the header 'Authorization: Bearer ...' with the content of {ListenerToken.IngestFileName} in the agent's state directory is required");
    }
}

/// <summary>The loopback port for credentials: a client's token, or a session token of the metadata service.</summary>
internal sealed class CredentialsAdmission(ClientTokens clients, ImdsTokens sessions, ClientBudgets budgets) : IAdmission
{
    public void Admit(HttpContext context, LocalRoute route)
    {
        var request = context.Request;

        // As it was sent: no other spelling, no query, no address of a proxy's request.
        if (context.Features.Get<IHttpRequestFeature>()?.RawTarget != route.Path) throw new RefusedException(StatusCodes.Status404NotFound, $"the request must be for {route.Path}, written like that");
        if (request.ContentLength > 0 || request.Headers.TransferEncoding.Count > 0)
        {
            context.Response.Headers.Connection = "close";
            throw new RefusedException(StatusCodes.Status413PayloadTooLarge, "the request must have no body");
        }

        switch (route.Guard)
        {
            case RouteGuard.None: break;
            case RouteGuard.Token: RequireToken(context); break;
            case RouteGuard.Session: RequireSession(context); break;
            default: throw new RefusedException(StatusCodes.Status403Forbidden, "this is answered on the Unix socket only");
        }
    }

    /// <summary>Notes which client asks, for the handler.</summary>
    private void RequireToken(HttpContext context)
    {
        var caller = context.Features.Get<LocalCaller>()!;
        var authorization = context.Request.Headers.Authorization;
        if (clients.Find(authorization.Count == 1 ? authorization[0] : null) is { } client)
        {
            context.Features.Set(caller with { Client = client });
            return;
        }

        // Wrong tokens are counted by user: they use up nothing of those who have the right one.
        budgets.Take(caller.Name).Dispose();
        throw new RefusedException(
            StatusCodes.Status401Unauthorized, "the header Authorization must be the content of a client's token file (AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE); 'device-agent clients add NAME' makes one");
    }

    private void RequireSession(HttpContext context)
    {
        var header = context.Request.Headers[ImdsApi.TokenHeader];
        if (sessions.LifeOf(header.Count == 1 ? header[0] : null) is { } life)
        {
            context.Response.Headers[ImdsApi.TtlHeader] = ImdsApi.Seconds(life);
            return;
        }

        budgets.Take(context.Features.Get<LocalCaller>()!.Name).Dispose();
        throw new RefusedException(StatusCodes.Status401Unauthorized, $"the header {ImdsApi.TokenHeader} with a token that is still good is required (IMDSv2); version 1 is not served");
    }
}
