using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using DeviceAgent.Credentials;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Storage;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Local;

/// <summary>What a client of a loopback port must know, to hand in readings or to see the page: the content of a file that only the agent's user and group can read.</summary>
internal sealed class ListenerToken
{
    public const string IngestFileName = "ingest.token";

    /// <summary>Of the page.</summary>
    public const string PageFileName = "page.token";

    private const string Scheme = "Bearer ";
    private const int TokenBytes = 32;
    private const int MinLength = 32;
    private const int MaxBytes = 4096;

    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Compared by hash: equal length whatever was sent, so that the comparison's time tells nothing.</summary>
    private readonly byte[] _hash;

    private ListenerToken(Secret token) => _hash = SHA256.HashData(Encoding.UTF8.GetBytes(token.Reveal()));

    /// <summary>Reads the token, or makes one at the first start.</summary>
    /// <exception cref="EndpointException">The file cannot be used.</exception>
    public static ListenerToken LoadOrCreate(string path)
    {
        try
        {
            if (!File.Exists(path)) Create(path);
            if (ClientToken.OwnerProblem(path) is { } problem) throw new EndpointException($"the token file {problem}");
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
                throw new EndpointException($"the token file '{path}' can be read by every user of the device: chmod 640 it, and replace its content if it may have been read");
            var token = InputFile.ReadText(path, MaxBytes).Trim();
            if (token.Length >= MinLength) return new ListenerToken(new Secret(token));
            throw new EndpointException($"the token in '{path}' is shorter than {MinLength} characters: remove the file, and the next start makes a new one");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EndpointException($"the token file '{path}' cannot be used: {e.Message}", e);
        }
    }

    public bool IsIn(HttpRequest request)
    {
        var authorization = request.Headers.Authorization;
        if (authorization.Count != 1 || authorization[0] is not { } value || !value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return false;
        return CryptographicOperations.FixedTimeEquals(_hash, SHA256.HashData(Encoding.UTF8.GetBytes(value[Scheme.Length..].Trim())));
    }

    private static void Create(string path) =>
        DurableFile.Write(path, Encoding.ASCII.GetBytes(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes)) + "\n"), FileMode);
}
