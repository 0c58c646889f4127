using DeviceAgent.Local;
using DeviceAgent.Timing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Tests.Local;

/// <summary>A route with a guard is refused, by each listener and before its handler is called, to who does not bring what it asks for.</summary>
public sealed class RouteGuardTests : IDisposable
{
    private const string Path = "/v1/secret";
    private const RouteGuard OfTomorrow = (RouteGuard)99;

    private readonly TemporaryFolder _folder = new();
    private readonly AuditLog _audit;
    private readonly ImdsTokens _sessions = new(TimeProvider.System);
    private readonly ClientBudgets _budgets = new(TimeProvider.System);
    private int _handled;

    public RouteGuardTests() => _audit = new AuditLog(new AuditFile(_folder.Path), new LoopWatch(TimeProvider.System), TimeProvider.System, NullLogger<AuditLog>.Instance);

    [Theory]
    [InlineData((int)RouteGuard.None, null)]
    [InlineData((int)RouteGuard.Token, null)]
    [InlineData((int)RouteGuard.SocketOnly, null)]
    [InlineData((int)RouteGuard.AllowedUser, 403)]
    [InlineData((int)RouteGuard.Session, 403)]
    [InlineData((int)OfTomorrow, 403)]
    public async Task OnSocket_FromAUserWhomTheKernelDoesNotTell_IsServedOrRefused(int guard, int? refusal)
    {
        await AssertAsync(new SocketAdmission(new SocketUsers(new LocalCredentialsOptions { ClientsDirectory = "" }, _audit)), (RouteGuard)guard, Request(), refusal);
        await AssertAsync(new SocketAdmission(users: null), (RouteGuard)guard, Request(), refusal);
    }

    [Theory]
    [InlineData((int)RouteGuard.None, null, null)]
    [InlineData((int)RouteGuard.Token, 401, null)]
    [InlineData((int)RouteGuard.SocketOnly, 403, 403)]
    [InlineData((int)RouteGuard.AllowedUser, 403, 403)]
    [InlineData((int)RouteGuard.Session, 403, 403)]
    [InlineData((int)OfTomorrow, 403, 403)]
    public async Task OnTheIngestPort_WithoutAndWithTheToken_IsServedOrRefused(int guard, int? without, int? with)
    {
        var file = _folder.File(ListenerToken.IngestFileName);
        var admission = new IngestAdmission(ListenerToken.LoadOrCreate(file));
        await AssertAsync(admission, (RouteGuard)guard, Request(), without);
        await AssertAsync(admission, (RouteGuard)guard, Request(authorization: "Bearer of-something-else"), without);
        await AssertAsync(admission, (RouteGuard)guard, Request(authorization: "Bearer " + (await File.ReadAllTextAsync(file)).Trim()), with);
    }

    [Theory]
    [InlineData((int)RouteGuard.None, null, null, null)]
    [InlineData((int)RouteGuard.Token, 401, null, 401)]
    [InlineData((int)RouteGuard.Session, 401, 401, null)]
    [InlineData((int)RouteGuard.SocketOnly, 403, 403, 403)]
    [InlineData((int)RouteGuard.AllowedUser, 403, 403, 403)]
    [InlineData((int)OfTomorrow, 403, 403, 403)]
    public async Task OnTheCredentialsPort_WithoutAndWithAClientsTokenOrASession_IsServedOrRefused(int guard, int? without, int? withToken, int? withSession)
    {
        var path = ClientToken.PathOf(_folder.Path, "telemetry");
        ClientToken.Create(path);
        var admission = new CredentialsAdmission(new ClientTokens(_folder.Path, NullLogger<ClientTokens>.Instance), _sessions, _budgets);
        await AssertAsync(admission, (RouteGuard)guard, Request(), without);
        await AssertAsync(admission, (RouteGuard)guard, Request(authorization: "of-nobody", session: "of-nobody"), without);
        await AssertAsync(admission, (RouteGuard)guard, Request(authorization: await File.ReadAllTextAsync(path)), withToken);
        await AssertAsync(admission, (RouteGuard)guard, Request(session: _sessions.Issue(1000, TimeSpan.FromMinutes(1))), withSession);
    }

    public void Dispose()
    {
        _audit.Dispose();
        _folder.Dispose();
    }

    private async Task AssertAsync(IAdmission admission, RouteGuard guard, HttpContext context, int? refusal)
    {
        _handled = 0;
        var table = new RouteTable([new(HttpMethods.Get, Path, guard, HandleAsync)], admission);
        if (refusal is null) await table.HandleAsync(context);
        else Assert.Equal(refusal, (await Assert.ThrowsAsync<RefusedException>(() => table.HandleAsync(context))).Status);
        Assert.Equal(refusal is null ? 1 : 0, _handled);
    }

    private Task HandleAsync(HttpContext context)
    {
        _handled++;
        return Task.CompletedTask;
    }

    /// <summary>Without a connection, so that the kernel cannot be asked whose it is.</summary>
    private static DefaultHttpContext Request(string? authorization = null, string? session = null)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = HttpMethods.Get;
        context.Request.Path = Path;
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = Path;
        context.Features.Set(new LocalCaller(LocalCaller.Container));
        if (authorization is not null) context.Request.Headers.Authorization = authorization;
        if (session is not null) context.Request.Headers[ImdsApi.TokenHeader] = session;
        return context;
    }
}
