using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using DeviceAgent.Credentials;
using DeviceAgent.Storage;

namespace DeviceAgent.Local;

/// <summary>The token file of a client: <c>NAME.token</c>, for its owner and group only, without a final newline because SDKs send the content as it is.</summary>
internal static class ClientToken
{
    public const string Extension = ".token";

    /// <summary>Shorter ones are not taken: they could be guessed.</summary>
    public const int MinLength = 32;

    private const int MaxNameLength = 64;
    private const int TokenBytes = 32;
    private const long MaxFileBytes = 4096;

    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    public static bool IsName(string name) =>
        name.Length is > 0 and <= MaxNameLength && name[0] != '.' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    public static string PathOf(string folder, string client) => Path.Combine(folder, client + Extension);

    public static void Create(string path) =>
        DurableFile.Write(path, Encoding.ASCII.GetBytes(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes))), FileMode);

    /// <summary>The token, or why it is not taken.</summary>
    public static (Secret? Token, string? Problem) Read(string path)
    {
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
                return (null, $"'{path}' can be read by every user of the device: chmod 640 it, and revoke the client if it may have been read");
            if (new FileInfo(path).Length > MaxFileBytes) return (null, $"'{path}' is no token: it is larger than {MaxFileBytes} bytes");
            var token = File.ReadAllText(path).TrimEnd('\r', '\n');
            return token.Length >= MinLength ? (new Secret(token), null) : (null, $"the token in '{path}' is shorter than {MinLength} characters: revoke the client and add it again");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"'{path}' cannot be read: {e.Message}");
        }
    }
}
