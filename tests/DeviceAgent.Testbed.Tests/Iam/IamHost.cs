using System.Net;
using DeviceAgent.Testbed.Iam;
using DeviceAgent.Testbed.Signing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Testbed.Tests.Iam;

/// <summary>The IAM and STS doors on a free port of the loopback: IAM under /, STS under /sts.</summary>
internal sealed class IamHost : IAsyncDisposable
{
    private const string StsPath = "/sts";
    private static readonly OperatorKey _operator = new("AKIAOPERATOR", "operator-secret");

    private readonly IamFixture _iam = new();
    private readonly SessionTokens _tokens = new(new byte[32]);
    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5) });
    private readonly WebApplication _app;

    private IamHost()
    {
        var verifier = new SigV4Verifier(_tokens, _operator, new SigV4Options(), _iam.Time);
        var iam = new IamApi(new SignedRequestReader(verifier, SignedDoor.Iam, _iam.Time), _iam.Service);
        var sts = new StsApi(new SignedRequestReader(verifier, SignedDoor.Sts, _iam.Time));
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(context => context.Request.Path.Value == StsPath ? sts.HandleAsync(context) : iam.HandleAsync(context));
    }

    public IamService Iam => _iam.Service;

    public SigningKey OperatorKey { get; } = new(_operator.AccessKeyId, _operator.SecretAccessKey, Token: null);

    public static async Task<IamHost> StartAsync()
    {
        var host = new IamHost();
        await host._app.StartAsync();
        return host;
    }

    public SigningKey SessionKey(string role = "ddb-access")
    {
        var session = new RoleSession(
            role, $"arn:aws:iam::123456789012:role/{role}", "AROAEXAMPLE", "cert", _iam.Time.GetUtcNow().AddHours(1), new Dictionary<string, string>());
        var issued = _tokens.Issue(session);
        return new SigningKey(issued.AccessKeyId, issued.SecretAccessKey, issued.SessionToken);
    }

    /// <summary>Calls IAM as the operator.</summary>
    public Task<QueryAnswer> IamAsync(string action, params (string Name, string Value)[] parameters) =>
        IamAsync(OperatorKey, action, parameters);

    public Task<QueryAnswer> IamAsync(SigningKey key, string action, params (string Name, string Value)[] parameters) =>
        SendAsync(key, HttpMethod.Post, "iam", "/", [("Action", action), ("Version", "2010-05-08"), .. parameters]);

    public Task<QueryAnswer> StsAsync(SigningKey key, string action) =>
        SendAsync(key, HttpMethod.Post, "sts", StsPath, [("Action", action), ("Version", "2011-06-15")]);

    public async Task<QueryAnswer> SendAsync(
        SigningKey key, HttpMethod method, string service, string path, (string Name, string Value)[] parameters)
    {
        using var request = QuerySigner.Request(key, method, new Uri(new Uri(_app.Urls.Single()), path), service, parameters, _iam.Time.GetUtcNow());
        using var response = await _http.SendAsync(request);
        return await QueryAnswer.ReadAsync(response);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _http.Dispose();
        _iam.Dispose();
    }
}
