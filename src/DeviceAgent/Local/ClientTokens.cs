using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Local;

/// <summary>
/// The clients that may ask on the port, as their token files stand in the folder at this moment: one that is added is known at
/// the next request, one that is removed is refused at the next. Only hashes are kept. Thread-safe.
/// </summary>
internal sealed class ClientTokens(string folder, ILogger<ClientTokens> logger)
{
    /// <summary>More files than that are not looked at.</summary>
    public const int MaxClients = 64;

    private readonly Lock _gate = new();
    private IReadOnlyList<FileStamp> _stamps = [];
    private IReadOnlyList<(string Client, byte[] Hash)> _clients = [];

    /// <summary>The client whose token it is, or null. All are compared, by hash, so that the time tells neither which nor how far.</summary>
    public string? Find(string? token)
    {
        if (token is null) return null;
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(token));
        string? found = null;
        foreach (var (client, expected) in Current())
        {
            if (CryptographicOperations.FixedTimeEquals(hash, expected)) found = client;
        }

        return found;
    }

    private IReadOnlyList<(string Client, byte[] Hash)> Current()
    {
        lock (_gate)
        {
            var stamps = Stamps();
            if (!stamps.SequenceEqual(_stamps)) (_clients, _stamps) = (Load(stamps), stamps);
            return _clients;
        }
    }

    private List<(string Client, byte[] Hash)> Load(List<FileStamp> stamps)
    {
        var clients = new List<(string, byte[])>();
        foreach (var path in stamps.Select(s => s.Path))
        {
            var (token, problem) = ClientToken.Read(path);
            if (token is not null) clients.Add((Path.GetFileNameWithoutExtension(path), SHA256.HashData(Encoding.UTF8.GetBytes(token.Reveal()))));
            else logger.ClientIgnored(problem!);
        }

        return clients;
    }

    private List<FileStamp> Stamps()
    {
        try
        {
            return
            [
                .. new DirectoryInfo(folder).EnumerateFiles("*" + ClientToken.Extension)
                    .Where(f => ClientToken.IsName(Path.GetFileNameWithoutExtension(f.Name)))
                    .OrderBy(f => f.Name, StringComparer.Ordinal).Take(MaxClients)
                    .Select(f => new FileStamp(f.FullName, f.LastWriteTimeUtc, f.Length, OperatingSystem.IsWindows() ? UnixFileMode.None : f.UnixFileMode)),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No folder, no clients; or one that went while it was looked at, which the next request sees.
            return [];
        }
    }

    private readonly record struct FileStamp(string Path, DateTime Written, long Length, UnixFileMode Mode);
}
