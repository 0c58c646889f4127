using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using DeviceAgent.Credentials;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Credentials.Timing;
using DeviceAgent.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Local;

/// <summary>The token file of a client: <c>NAME.token</c>, for its owner and group only, without a final newline because SDKs send the content as it is.</summary>
internal static class ClientToken
{
    public const string Extension = ".token";

    /// <summary>Shorter ones are not taken: they could be guessed.</summary>
    public const int MinLength = 32;

    private const int MaxNameLength = 64;
    private const int TokenBytes = 32;
    private const int MaxFileBytes = 4096;

    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    public static bool IsName(string name) =>
        name.Length is > 0 and <= MaxNameLength && name[0] != '.' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    public static string PathOf(string folder, string client) => Path.Combine(folder, client + Extension);

    /// <param name="path">Where it is to be.</param>
    /// <param name="give">Gives it to its owner before it has its name; null: it stays with who makes it.</param>
    /// <param name="rights">The rights of the file that it replaces: it has no others.</param>
    public static void Create(string path, Action<SafeFileHandle>? give = null, UnixFileMode rights = FileMode) =>
        DurableFile.Write(path, Encoding.ASCII.GetBytes(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes))), rights & FileMode, give);

    /// <summary>Why nothing in the folder is taken: whoever may write there would hand out the device's credentials. Null when it may be.</summary>
    public static string? FolderProblem(string folder)
    {
        if (FileStatus.Of(folder) is not { } status) return null;
        if (!IsTrusted(status))
            return $"no token in '{folder}' counts, because the folder belongs to the user {LocalUsers.Shown(status.User)}, who could put one there: chown {LocalUsers.Shown(LocalUsers.Own)} '{folder}', and look at what is in it";
        return status.IsWritableByOthers
            ? $"no token in '{folder}' counts, because other users could put one there (mode {status.Octal}): chmod go-w '{folder}', and look at what is in it"
            : null;
    }

    /// <summary>Why a token file is not taken whatever is in it; null when it may be.</summary>
    public static string? OwnerProblem(string path)
    {
        if (FileStatus.Of(path) is not { } status) return null;
        if (!IsTrusted(status))
            return $"'{path}' belongs to the user {LocalUsers.Shown(status.User)}, who knows what is in it: rm '{path}', and add the client again";
        return status.IsWritableByOthers ? $"other users may write to '{path}' (mode {status.Octal}): rm '{path}', and add the client again" : null;
    }

    /// <summary>The agent's own, or root's.</summary>
    private static bool IsTrusted(FileStatus status) => status.User == LocalUsers.Root || status.User == LocalUsers.Own;

    /// <summary>The token, or why it is not taken.</summary>
    public static (Secret? Token, string? Problem) Read(string path)
    {
        try
        {
            if (OwnerProblem(path) is { } problem) return (null, problem);
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
                return (null, $"'{path}' can be read by every user of the device: chmod 640 it, and revoke the client if it may have been read");
            if (new FileInfo(path).Length > MaxFileBytes) return (null, $"'{path}' is no token: it is larger than {MaxFileBytes} bytes");
            var token = InputFile.ReadText(path, MaxFileBytes).TrimEnd('\r', '\n');
            return token.Length >= MinLength ? (new Secret(token), null) : (null, $"the token in '{path}' is shorter than {MinLength} characters: revoke the client and add it again");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"'{path}' cannot be read: {e.Message}");
        }
    }
}

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
    private string? _folderProblem;

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
            var problem = ClientToken.FolderProblem(folder);
            if (problem is not null && problem != _folderProblem) logger.ClientIgnored(problem);
            _folderProblem = problem;
            var stamps = problem is null ? Stamps() : [];
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
                    .Select(f => new FileStamp(f.FullName, f.LastWriteTimeUtc, f.Length, FileStatus.Of(f.FullName) ?? default)),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No folder, no clients; or one that went while it was looked at, which the next request sees.
            return [];
        }
    }

    private readonly record struct FileStamp(string Path, DateTime Written, long Length, FileStatus Status);
}

/// <summary>The request budget of each client: 20 a second, bursts of 40, 8 in progress. Thread-safe.</summary>
internal sealed class ClientBudgets(TimeProvider time)
{
    public const int PerSecond = 20;
    public const int Burst = 40;
    public const int Concurrent = 8;

    /// <summary>Clients that are remembered; the one that was quiet for longest is forgotten.</summary>
    private const int MaxClients = 256;

    private static readonly TimeSpan BusyRetryAfter = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Budget> _budgets = [];

    /// <summary>Takes one request; what is returned ends it.</summary>
    /// <exception cref="RefusedException">429: too many.</exception>
    public IDisposable Take(string client)
    {
        var budget = Of(client);
        if (budget.Rate.TryTake() is { } wait) throw new RefusedException(StatusCodes.Status429TooManyRequests, $"more than {PerSecond} requests a second of {client}; keep credentials until they are near their end", wait);
        if (Interlocked.Increment(ref budget.InProgress) <= Concurrent) return new Request(budget);
        Interlocked.Decrement(ref budget.InProgress);
        throw new RefusedException(StatusCodes.Status429TooManyRequests, $"more than {Concurrent} requests of {client} at the same time", BusyRetryAfter);
    }

    private Budget Of(string client)
    {
        lock (_gate)
        {
            if (!_budgets.TryGetValue(client, out var budget))
            {
                if (_budgets.Count >= MaxClients) _budgets.Remove(_budgets.Where(b => b.Value.InProgress == 0).MinBy(b => b.Value.LastAt).Key ?? client);
                _budgets[client] = budget = new Budget(TokenBucket.PerSecond(PerSecond, Burst, time));
            }

            budget.LastAt = time.GetTimestamp();
            return budget;
        }
    }

    private sealed class Budget(TokenBucket rate)
    {
        public int InProgress;

        public TokenBucket Rate => rate;

        public long LastAt { get; set; }
    }

    private sealed class Request(Budget budget) : IDisposable
    {
        private Budget? _budget = budget;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _budget, null) is { } budget) Interlocked.Decrement(ref budget.InProgress);
        }
    }
}
