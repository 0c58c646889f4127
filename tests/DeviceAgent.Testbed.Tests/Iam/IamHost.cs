using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Amazon.Runtime.Internal.Auth;
using DeviceAgent.Testbed.Iam;
using DeviceAgent.Testbed.Signing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Testbed.Tests.Iam;

/// <summary>The IAM and STS APIs on a free port of the loopback: IAM under /, STS under /sts.</summary>
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
        var iam = new IamApi(new SignedRequestReader(verifier, SignedService.Iam, _iam.Time), _iam.Service);
        var sts = new StsApi(new SignedRequestReader(verifier, SignedService.Sts, _iam.Time));
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

/// <summary>An answer of the Query protocol, taken apart as a client does.</summary>
internal sealed record QueryAnswer(int Status, string? ContentType, string? RequestIdHeader, XElement Root)
{
    public static async Task<QueryAnswer> ReadAsync(HttpResponseMessage response) => new(
        (int)response.StatusCode,
        response.Content.Headers.ContentType?.MediaType,
        response.Headers.TryGetValues("x-amzn-RequestId", out var ids) ? ids.Single() : null,
        XElement.Parse(await response.Content.ReadAsStringAsync()));

    public string ErrorCode => this["Error/Code"];

    public string ErrorMessage => this["Error/Message"];

    /// <summary>The text at a path of element names below the root, which must exist once.</summary>
    public string this[string path] => Elements(path).Single().Value;

    public IReadOnlyList<XElement> Elements(string path) =>
        [.. path.Split('/').Aggregate((IEnumerable<XElement>)[Root], (found, name) => found.Elements(Root.Name.Namespace + name))];

    public IReadOnlyList<string> Values(string path) => [.. Elements(path).Select(element => element.Value)];
}

/// <summary>Requests of the Query protocol, signed with the key derivation of the AWS SDK.</summary>
internal static class QuerySigner
{
    public static HttpRequestMessage Request(
        SigningKey key, HttpMethod method, Uri uri, string service, IEnumerable<(string Name, string Value)> parameters, DateTimeOffset now)
    {
        var form = string.Join('&', parameters
            .OrderBy(parameter => parameter.Name, StringComparer.Ordinal)
            .Select(parameter => $"{Uri.EscapeDataString(parameter.Name)}={Uri.EscapeDataString(parameter.Value)}"));
        var (query, body) = method == HttpMethod.Get ? (form, "") : ("", form);
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = uri.Authority,
            ["x-amz-date"] = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'"),
        };
        if (key.Token is not null) headers["x-amz-security-token"] = key.Token;

        var signedHeaders = string.Join(';', headers.Keys);
        var canonical = string.Join('\n', [
            method.Method, uri.AbsolutePath, query, .. headers.Select(header => $"{header.Key}:{header.Value}"), "", signedHeaders,
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)))]);
        var signature = AWS4Signer.ComputeSignature(
            key.AccessKeyId, key.Secret, "us-east-1", now.UtcDateTime, service, signedHeaders, canonical);

        var request = new HttpRequestMessage(method, query.Length > 0 ? new Uri($"{uri}?{query}") : uri);
        if (body.Length > 0) request.Content = new StringContent(body, Encoding.UTF8, "application/x-www-form-urlencoded");
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        request.Headers.TryAddWithoutValidation("Authorization", signature.ForAuthorizationHeader);
        return request;
    }
}

internal sealed record SigningKey(string AccessKeyId, string Secret, string? Token);
