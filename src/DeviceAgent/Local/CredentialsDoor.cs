using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Local;

/// <summary>
/// The port that hands out credentials. <c>GET /v1/credentials</c> is the container endpoint of the AWS SDKs
/// (AWS_CONTAINER_CREDENTIALS_FULL_URI), for those who know a client's token; the rest is <see cref="ImdsApi"/>'s, where that is on.
/// </summary>
internal sealed class CredentialsDoor
{
    public const string Path = "/v1/credentials";

    /// <summary>Idle connections cost little, and more of them make it harder to push a good client's out.</summary>
    private static readonly DoorLimits Limits = new() { Connections = 256 };

    private readonly LoopbackGuard _guard;
    private readonly RouteTable _routes;
    private readonly ClientTokens _clients;
    private readonly ClientBudgets _budgets;
    private readonly CredentialsApi _credentials;
    private readonly AuditLog _audit;
    private readonly Refusals _refusals;
    private readonly LoopbackPeer _peer;

    public CredentialsDoor(
        LocalCredentialsOptions options, ClientTokens clients, ClientBudgets budgets, CredentialsApi credentials, ImdsApi imds, AuditLog audit, LoopbackPeer peer, ILogger<CredentialsDoor> logger)
    {
        var port = options.Port ?? throw new ArgumentException("There is no port.", nameof(options));
        (_clients, _budgets, _credentials, _audit, _peer) = (clients, budgets, credentials, audit, peer);
        _guard = new LoopbackGuard(port);
        _refusals = new Refusals(CredentialsAnswer.ProblemAsync, logger);
        _routes = new RouteTable([new(HttpMethods.Get, Path, RouteGuard.Token, ToClientAsync), .. options.Imds ? imds.Routes : []]);
        Door = new OtherDoor(new Door.Loopback(port, options.HopLimit), Limits, HandleAsync);
        if (options.Imds) logger.OpenToAllUsers(port);
    }

    public OtherDoor Door { get; }

    private Task HandleAsync(HttpContext context) => _refusals.GuardAsync(context, async () =>
    {
        var caller = new LocalCaller(context.Request.Path.Value == Path ? LocalCaller.Container : LocalCaller.Imds, User: _peer.UserOf(context.Connection));
        context.Features.Set(caller);
        try
        {
            await DispatchAsync(context).ConfigureAwait(false);
        }
        catch (RefusedException e)
        {
            _audit.Refused(context.Features.Get<LocalCaller>()!, e.Message);
            throw;
        }
    });

    private Task DispatchAsync(HttpContext context)
    {
        var request = context.Request;
        if (_guard.FindProblem(request) is { } problem) throw new RefusedException(StatusCodes.Status403Forbidden, problem);
        var route = _routes.Find(context);

        // As it was sent: no other spelling, no query, no address of a proxy's request.
        if (context.Features.Get<IHttpRequestFeature>()?.RawTarget != route.Path) throw new RefusedException(StatusCodes.Status404NotFound, $"the request must be for {route.Path}, written like that");
        if (request.ContentLength > 0 || request.Headers.TransferEncoding.Count > 0)
        {
            context.Response.Headers.Connection = "close";
            throw new RefusedException(StatusCodes.Status413PayloadTooLarge, "the request must have no body");
        }

        return route.Handle(context);
    }

    private Task ToClientAsync(HttpContext context)
    {
        var caller = context.Features.Get<LocalCaller>()!;
        var authorization = context.Request.Headers.Authorization;
        if (_clients.Find(authorization.Count == 1 ? authorization[0] : null) is { } client)
        {
            caller = caller with { Client = client };
            context.Features.Set(caller);
            return _credentials.GetAsync(context, caller);
        }

        // Wrong tokens are counted by user: they use up nothing of those who have the right one.
        _budgets.Take(caller.Name).Dispose();
        throw new RefusedException(
            StatusCodes.Status401Unauthorized, "the header Authorization must be the content of a client's token file (AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE); 'device-agent clients add NAME' makes one");
    }
}
