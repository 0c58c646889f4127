using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Auth;
using DeviceAgent.Credentials.Timing;

namespace DeviceAgent.Fleet.Aws;

/// <summary>One request to AWS.</summary>
/// <param name="Operation">As AWS calls it, for messages.</param>
/// <param name="Service">To which it goes.</param>
/// <param name="Method">Of HTTP.</param>
/// <param name="Path">Made by <see cref="AwsPath.Of"/>.</param>
internal sealed record AwsRequest(string Operation, AwsService Service, HttpMethod Method, string Path)
{
    /// <summary>Values that are null are left out.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> Query { get; init; } = [];

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public byte[] Body { get; init; } = [];

    public string ContentType { get; init; } = "application/json";
}

internal static class AwsPath
{
    /// <summary><c>Of("things", name)</c> is <c>/things/NAME</c>, each part percent-encoded.</summary>
    public static string Of(params IEnumerable<string> parts) => string.Concat(parts.Select(p => $"/{Uri.EscapeDataString(p)}"));
}

/// <summary>
/// Signs requests with SigV4, sends them and tries again what passes by itself. There is no AWSSDK.IoT among the packages, so this is all that stands between
/// the commands and AWS IoT's REST interface (docs/decisions/0017). Thread-safe.
/// </summary>
internal sealed class AwsClient : IDisposable
{
    /// <summary>So many requests run at once, e.g. to read the shadows of a fleet.</summary>
    public const int Concurrency = 16;

    private const int Attempts = 8;
    private const string DateFormat = "yyyyMMdd'T'HHmmss'Z'";
    private static readonly Backoff Pause = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(8));

    private readonly AwsSettings _settings;
    private readonly AWSCredentials _credentials;
    private readonly HttpClient _http;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly SemaphoreSlim _resolving = new(1);
    private Uri? _dataEndpoint;
    private long _ahead;

    public AwsClient(AwsSettings settings, TimeProvider time, Random random)
    {
        (_settings, _time, _random) = (settings, time, random);
        _credentials = settings.Credentials();
        _http = new HttpClient(Handler(settings.CaBundle)) { Timeout = TimeSpan.FromSeconds(30) };
    }

    public string Region => _settings.Region;

    /// <summary>By AWS's clock, as far as answers have told it.</summary>
    public DateTimeOffset Now => _time.GetUtcNow() + TimeSpan.FromTicks(Volatile.Read(ref _ahead));

    /// <summary>The answer's body as JSON; an empty object when there is none.</summary>
    /// <exception cref="AwsException">It was refused, or AWS cannot be reached.</exception>
    public async Task<JsonElement> AskAsync(AwsRequest request, CancellationToken cancellationToken)
    {
        var body = await AskForBytesAsync(request, cancellationToken).ConfigureAwait(false);
        if (body.Length == 0) return EmptyObject();
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new AwsException($"{request.Operation}: the answer is not JSON. Is the endpoint right?", e);
        }
    }

    /// <summary>The answer's body as it came.</summary>
    public async Task<byte[]> AskForBytesAsync(AwsRequest request, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TryAsync(request, cancellationToken).ConfigureAwait(false);
            }
            catch (AwsException e) when (attempt < Attempts && Passes(e))
            {
                await Task.Delay(Pause.After(attempt, _random), _time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _resolving.Dispose();
    }

    private static bool Passes(AwsException e) => e.Status is 429 or >= 500 || e.Code is "ThrottlingException" or "Throttling" or "LimitExceededException" && e.Reason.Contains("rate", StringComparison.OrdinalIgnoreCase)
        || (e.Status == 0 && e.InnerException is HttpRequestException { HttpRequestError: not (HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError) });

    private async Task<byte[]> TryAsync(AwsRequest request, CancellationToken cancellationToken)
    {
        var endpoint = await EndpointOfAsync(request.Service, cancellationToken).ConfigureAwait(false);
        using var message = await SignAsync(request, endpoint, cancellationToken).ConfigureAwait(false);
        try
        {
            using var answer = await _http.SendAsync(message, cancellationToken).ConfigureAwait(false);
            if (answer.Headers.Date is { } date) Volatile.Write(ref _ahead, (date - _time.GetUtcNow()) is var ahead && ahead.Duration() > TimeSpan.FromSeconds(5) ? ahead.Ticks : 0);
            var body = await answer.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            return answer.IsSuccessStatusCode ? body : throw AwsError.Of(request.Operation, answer, body);
        }
        catch (HttpRequestException e)
        {
            throw new AwsException($"{request.Operation}: {endpoint.Host} is not reached: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new AwsException($"{request.Operation}: {endpoint.Host} does not answer.", e);
        }
    }

    private async Task<Uri> EndpointOfAsync(AwsService service, CancellationToken cancellationToken)
    {
        if (_settings.ConfiguredEndpoint(service) is { } configured) return configured;
        if (service != AwsService.IotData) return service.HostIn(Region);
        if (Volatile.Read(ref _dataEndpoint) is { } known) return known;
        await _resolving.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_dataEndpoint is { } found) return found;
            var answer = await AskAsync(new AwsRequest("DescribeEndpoint", AwsService.Iot, HttpMethod.Get, "/endpoint") { Query = [new("endpointType", "iot:Data-ATS")] }, cancellationToken).ConfigureAwait(false);
            return _dataEndpoint = new Uri($"https://{answer.GetProperty("endpointAddress").GetString()}");
        }
        finally
        {
            _resolving.Release();
        }
    }

    private async Task<HttpRequestMessage> SignAsync(AwsRequest request, Uri endpoint, CancellationToken cancellationToken)
    {
        var now = Now.UtcDateTime;
        var credentials = await CredentialsAsync(cancellationToken).ConfigureAwait(false);
        var query = string.Join('&', request.Query.Where(q => q.Value is not null).OrderBy(q => q.Key, StringComparer.Ordinal).Select(q => $"{Uri.EscapeDataString(q.Key)}={Uri.EscapeDataString(q.Value!)}"));
        var path = endpoint.AbsolutePath.TrimEnd('/') + request.Path;
        var url = new Uri($"{endpoint.GetLeftPart(UriPartial.Authority)}{path}{(query.Length > 0 ? $"?{query}" : "")}");
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["host"] = url.Authority, ["x-amz-date"] = now.ToString(DateFormat, CultureInfo.InvariantCulture) };
        if (credentials.UseToken) headers["x-amz-security-token"] = credentials.Token;
        foreach (var (name, value) in request.Headers) headers[name] = value;
        var names = string.Join(';', headers.Keys);

        // The path that is sent is encoded once, the signed one twice.
        var signedPath = string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
        var canonical = $"{request.Method}\n{signedPath}\n{query}\n{string.Concat(headers.Select(h => $"{h.Key}:{h.Value.Trim()}\n"))}\n{names}\n{Convert.ToHexStringLower(SHA256.HashData(request.Body))}";
        var signature = AWS4Signer.ComputeSignature(credentials, request.Service.RegionOf(Region), now, request.Service.SigningName, names, canonical);

        var message = new HttpRequestMessage(request.Method, url);
        foreach (var (name, value) in headers.Where(h => h.Key != "host")) message.Headers.TryAddWithoutValidation(name, value);
        message.Headers.TryAddWithoutValidation("Authorization", signature.ForAuthorizationHeader);
        if (request.Body.Length > 0) message.Content = new ByteArrayContent(request.Body) { Headers = { ContentType = MediaTypeHeaderValue.Parse(request.ContentType) } };
        return message;
    }

    private async Task<ImmutableCredentials> CredentialsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _credentials.GetCredentialsAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw AwsSettings.NoCredentials(e);
        }
    }

    private static SocketsHttpHandler Handler(string? bundle)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            MaxConnectionsPerServer = Concurrency,
            AutomaticDecompression = DecompressionMethods.All,
        };
        if (bundle is null) return handler;
        var roots = new X509Certificate2Collection();
        try
        {
            roots.ImportFromPemFile(bundle);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new AwsException($"AWS_CA_BUNDLE: '{bundle}' cannot be read: {e.Message}", e);
        }

        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(roots);
        handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        return handler;
    }

    private static JsonElement EmptyObject()
    {
        using var document = JsonDocument.Parse("{}");
        return document.RootElement.Clone();
    }
}

/// <summary>Reads refusals: REST-JSON's and, for IAM and STS, XML's.</summary>
internal static class AwsError
{
    public static AwsException Of(string operation, HttpResponseMessage answer, byte[] body)
    {
        var text = Encoding.UTF8.GetString(body);
        var (code, message) = Read(text);
        if (answer.Headers.TryGetValues("x-amzn-ErrorType", out var types)) code = types.First();
        code = (code ?? $"HTTP {(int)answer.StatusCode}").Split(':')[0];
        return new AwsException(operation, (int)answer.StatusCode, code[(code.LastIndexOf('#') + 1)..], Credentials.Text.PrintableText.Of(message ?? (text.Length < 300 ? text : "")));
    }

    private static (string? Code, string? Message) Read(string text)
    {
        if (text.TrimStart().StartsWith('<')) return (XmlText.First(text, "Code"), XmlText.First(text, "Message"));
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind != JsonValueKind.Object ? default : (Text(document.RootElement, "__type", "code", "Code"), Text(document.RootElement, "message", "Message"));
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private static string? Text(JsonElement json, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (json.TryGetProperty(name, out var value)) return value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText();
        }

        return null;
    }
}
