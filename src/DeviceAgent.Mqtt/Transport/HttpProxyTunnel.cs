using System.Text;
using DeviceAgent.Credentials.Transport;

namespace DeviceAgent.Mqtt.Transport;

/// <summary>Asks an HTTP proxy for a tunnel with CONNECT.</summary>
internal static class HttpProxyTunnel
{
    private const int LongestAnswer = 8 * 1024;

    /// <exception cref="MqttConnectException">The proxy does not open it.</exception>
    public static async Task OpenAsync(Stream stream, MqttProxyOptions proxy, string host, int port, CancellationToken cancellationToken)
    {
        string statusLine;
        try
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(Request(proxy, host, port)), cancellationToken).ConfigureAwait(false);
            statusLine = await ReadStatusLineAsync(stream, cancellationToken).ConfigureAwait(false);
        }
        catch (ProxyAnswerException e)
        {
            throw Failed(proxy, ProxyAnswers.Describe(e.Answer), e);
        }
        catch (IOException e)
        {
            throw Failed(proxy, ProxyAnswers.Describe(ProxyAnswer.None), e);
        }

        var parts = statusLine.Split(' ', 3);
        if (parts.Length < 2 || !parts[0].StartsWith("HTTP/1.", StringComparison.Ordinal) || !int.TryParse(parts[1], out var status))
            throw Failed(proxy, "does not answer in HTTP");
        if (status is < 200 or > 299) throw Failed(proxy, $"answered {status}{(status == 407 ? " (it wants a user name and password)" : "")}");
    }

    private static string Request(MqttProxyOptions proxy, string host, int port)
    {
        var target = host.Contains(':') ? $"[{host}]:{port}" : $"{host}:{port}";
        var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{proxy.UserName}:{proxy.Password}"));
        var authorization = proxy.UserName is null ? "" : $"Proxy-Authorization: Basic {credentials}\r\n";
        return $"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{authorization}\r\n";
    }

    /// <summary>Byte by byte, because what follows the head belongs to the tunnel.</summary>
    private static async Task<string> ReadStatusLineAsync(Stream stream, CancellationToken cancellationToken)
    {
        var head = new byte[LongestAnswer];
        for (var length = 0; length < head.Length; length++)
        {
            await stream.ReadExactlyAsync(head.AsMemory(length, 1), cancellationToken).ConfigureAwait(false);
            // What is not HTTP may never end: its first byte tells.
            if (length == 0 && ProxyAnswers.Of(head[0]) is not ProxyAnswer.Http and var other) throw new ProxyAnswerException(other);
            if (head.AsSpan(0, length + 1).EndsWith("\r\n\r\n"u8)) return Encoding.ASCII.GetString(head, 0, head.AsSpan().IndexOf((byte)'\r'));
        }

        throw new IOException("The proxy's answer does not end.");
    }

    /// <summary>What answers is no HTTP proxy.</summary>
    private sealed class ProxyAnswerException(ProxyAnswer answer) : IOException(ProxyAnswers.Describe(answer))
    {
        public ProxyAnswer Answer => answer;
    }

    private static MqttConnectException Failed(MqttProxyOptions proxy, string what, Exception? cause = null) => new(
        MqttConnectFailure.Proxy, $"The proxy {proxy.Host}:{proxy.Port} {what}.", "Check its address, its credentials, and that it allows CONNECT to the server's port.", cause);
}
