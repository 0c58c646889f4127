using System.Net;
using System.Net.Http.Headers;

namespace DeviceAgent.Testbed.Signing;

/// <summary>Another implementation of DynamoDB that carries out what the front door has checked; it need not check signatures itself.</summary>
internal sealed class ForwardingBackend : IDynamoDbBackend, IDisposable
{
    /// <summary>About this connection, not about the request; the host is the other server's. Bodies come back uncompressed.</summary>
    private static readonly HashSet<string> NotForwarded = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Connection", "Keep-Alive", "Transfer-Encoding", "TE", "Trailer", "Upgrade", "Expect", "Proxy-Connection", "Content-Length", "Accept-Encoding",
    };

    private readonly Uri _target;
    private readonly HttpClient _http;

    public ForwardingBackend(Uri target)
    {
        _target = target;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        _http = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(30) };
    }

    public async Task<DynamoDbAnswer> ExecuteAsync(DynamoDbCall call, CancellationToken cancellationToken)
    {
        try
        {
            using var request = Copy(call);
            using var response = await _http.SendAsync(request, cancellationToken);
            var crc32 = response.Headers.TryGetValues("x-amz-crc32", out var values) ? values.First() : null;
            return new DynamoDbAnswer((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellationToken), crc32);
        }
        catch (HttpRequestException failure)
        {
            return Unreachable(failure.Message);
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Unreachable($"no answer within {_http.Timeout.TotalSeconds:0} s");
        }
    }

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Copy(DynamoDbCall call)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, _target) { Version = HttpVersion.Version11, Content = new ReadOnlyMemoryContent(call.Body) };
        foreach (var (name, value) in call.Request.Headers)
        {
            if (NotForwarded.Contains(name)) continue;
            HttpHeaders headers = name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase) ? request.Content.Headers : request.Headers;
            headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    private DynamoDbAnswer Unreachable(string cause) => DynamoDbAnswer.Service(
        500, "InternalServerError", $"The DynamoDB at {_target} that this testbed forwards to cannot be reached: {cause}. Is it running?");
}
