using DeviceAgent.Credentials;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Local;

/// <summary>
/// The port that hands out credentials. <c>GET /v1/credentials</c> is the container endpoint of the AWS SDKs
/// (AWS_CONTAINER_CREDENTIALS_FULL_URI), for those who know a client's token; the rest is <see cref="ImdsApi"/>'s, where that is on.
/// </summary>
internal sealed class CredentialsEndpoint
{
    public const string Path = "/v1/credentials";

    /// <summary>Idle connections cost little, and more of them make it harder to push a good client's out.</summary>
    private static readonly ListenerLimits Limits = new() { Connections = 256, LeastConnections = 16 };

    private const string Leak = "programs may have sent it their tokens, with which it gets credentials: once it is stopped, run 'device-agent clients rotate --all', which replaces them";

    private readonly LoopbackGuard _guard;
    private readonly RouteTable _routes;
    private readonly AuditLog _audit;
    private readonly Refusals _refusals;

    public CredentialsEndpoint(
        LocalCredentialsOptions options, CredentialsAdmission admission, CredentialsApi credentials, ImdsApi imds, AuditLog audit, ILogger<CredentialsEndpoint> logger)
    {
        var port = options.Port ?? throw new ArgumentException("There is no port.", nameof(options));
        _audit = audit;
        _guard = new LoopbackGuard(port);
        _refusals = new Refusals(CredentialsAnswer.ProblemAsync, logger);
        _routes = new RouteTable([new(HttpMethods.Get, Path, RouteGuard.Token, credentials.GetAsync), .. options.Imds ? imds.Routes : []], admission);
        Listener = new ExtraListener(ListenAddress.Loopback.Both(port, options.HopLimit), Limits, HandleAsync, Leak);
        if (options.Imds) logger.OpenToAllUsers(port);
    }

    public ExtraListener Listener { get; }

    private Task HandleAsync(HttpContext context) => _refusals.GuardAsync(context, async () =>
    {
        var caller = new LocalCaller(context.Request.Path.Value == Path ? LocalCaller.Container : LocalCaller.Imds, User: context.Features.Get<ConnectionSlot>()?.Peer);
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
        if (_guard.FindProblem(context.Request) is { } problem) throw new RefusedException(StatusCodes.Status403Forbidden, problem);
        return _routes.HandleAsync(context);
    }
}

/// <summary><c>GET /v1/credentials</c> and <c>POST /v1/credentials/refresh</c> on the agent's socket, for users of the allow list.</summary>
internal sealed class SocketRoutes(CredentialsApi credentials, AuditLog audit)
{
    public LocalRoute Get => new(HttpMethods.Get, CredentialsEndpoint.Path, RouteGuard.AllowedUser, context => AuditedAsync(context, credentials.GetAsync));

    public LocalRoute Refresh => new(HttpMethods.Post, CredentialsEndpoint.Path + "/refresh", RouteGuard.AllowedUser, context => AuditedAsync(context, credentials.RefreshAsync));

    private async Task AuditedAsync(HttpContext context, RequestDelegate handle)
    {
        try
        {
            await handle(context).ConfigureAwait(false);
        }
        catch (RefusedException e)
        {
            audit.Refused(context.Features.Get<LocalCaller>()!, e.Message);
            throw;
        }
    }
}

/// <summary>Fetches credentials when the agent starts, so that the first program that asks need not wait; the cache renews them from then on.</summary>
internal sealed class CredentialWarmUp(CredentialCache cache) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await cache.GetAsync(stoppingToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is CredentialsUnavailableException || (e is OperationCanceledException && stoppingToken.IsCancellationRequested))
        {
            // The cache has logged why, and tries again; or the agent stops.
        }
    }
}
