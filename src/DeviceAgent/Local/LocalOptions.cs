using System.Collections;
using System.Text;
using System.Text.Json.Nodes;
using DeviceAgent.Settings;
using DeviceAgent.Storage;

namespace DeviceAgent.Local;

/// <summary>The section <c>endpoint</c>: how other programs on the device reach the agent.</summary>
internal sealed record EndpointOptions
{
    public const string SocketName = "device-agent.sock";

    public const UnixFileMode DefaultSocketMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <summary>What the kernel takes as a socket's path (sun_path, less the final zero).</summary>
    public const int MaxSocketPathBytes = 107;

    /// <summary>Set by systemd for <c>RuntimeDirectory=</c>.</summary>
    public const string RuntimeVariable = "RUNTIME_DIRECTORY";

    private const string Off = "off";

    /// <summary>What systemd calls <c>StateDirectory=NAME</c> and <c>RuntimeDirectory=NAME</c>.</summary>
    private const string StateRoot = "/var/lib/";

    private const string RuntimeRoot = "/run/";

    /// <summary>
    /// The Unix socket; by default device-agent.sock in the runtime directory that systemd gives, where other users' programs can reach it, else in the state
    /// directory; null when switched off (<c>off</c>).
    /// </summary>
    public string? Socket { get; init; }

    /// <summary>Where an agent that systemd started may listen, as a command sees it that has no runtime directory; null where the configuration says.</summary>
    public string? SocketOfService { get; init; }

    /// <summary>Where a running agent may listen, the likely place first.</summary>
    public IEnumerable<string> Sockets => new[] { SocketOfService, Socket }.OfType<string>();

    /// <summary>Who may connect to it: three octal digits, by default 660 (user and group).</summary>
    public UnixFileMode SocketMode { get; init; } = DefaultSocketMode;

    /// <summary>A TCP port on 127.0.0.1 and ::1 as well: 1 to 65535; none by default.</summary>
    public int? Port { get; init; }

    /// <summary>Serves the page for people on the socket: for who may use that.</summary>
    public bool Page { get; init; }

    /// <summary>A TCP port on 127.0.0.1 and ::1 for the page, with a token of its own: 1 to 65535; none by default.</summary>
    public int? PagePort { get; init; }

    /// <summary>Whether there is a page to fill.</summary>
    public bool HasPage => Page || PagePort is not null;

    /// <summary>Readings taken from local programs, on average over a few seconds: 1 to 100000 a second.</summary>
    public int MaxReadingsPerSecond { get; init; } = 1000;

    /// <summary>The default that the service manager makes; null where it made no runtime directory.</summary>
    public static SettingsLayer? OfServiceManager(IDictionary environment) => (environment[RuntimeVariable] as string)?.Split(':')[0] is { Length: > 0 } folder
        ? new SettingsLayer(RuntimeVariable, new JsonObject { ["endpoint"] = new JsonObject { ["socket"] = Path.Combine(folder, SocketName) } })
        : null;

    public static EndpointOptions Read(SettingsReader settings, string stateDirectory)
    {
        var defaults = new EndpointOptions();
        var options = new EndpointOptions
        {
            Socket = ReadSocket(settings, stateDirectory),
            SocketOfService = !settings.Has("socket") && stateDirectory.StartsWith(StateRoot, StringComparison.Ordinal) ? Path.Combine(RuntimeRoot, stateDirectory[StateRoot.Length..], SocketName) : null,
            SocketMode = ReadMode(settings),
            Port = settings.Has("port") ? settings.Integer("port", 0, 1, 65_535) : null,
            Page = settings.Flag("page", defaults.Page),
            PagePort = settings.Has("pagePort") ? settings.Integer("pagePort", 0, 1, 65_535) : null,
            MaxReadingsPerSecond = settings.Integer("maxReadingsPerSecond", defaults.MaxReadingsPerSecond, 1, 100_000),
        };
        if (options.PagePort is { } page && page == options.Port) settings.Error("pagePort", page.ToString(), "is endpoint.port already; the page needs a port of its own, because that one refuses browsers");
        if (options is { Page: true, Socket: null }) settings.Error("page", "true", "the page would be on the socket, which is off: set endpoint.pagePort instead");
        settings.ReportUnknown();
        return options;
    }

    private static string? ReadSocket(SettingsReader settings, string stateDirectory)
    {
        var text = settings.Text("socket");
        if (Off.Equals(text, StringComparison.OrdinalIgnoreCase)) return null;
        if (text is not null && SocketForm(text) is { } form) settings.Error("socket", text, form);
        var path = text is null ? Path.Combine(stateDirectory, SocketName) : Path.GetFullPath(text, settings.BaseDirectory);
        if (Encoding.UTF8.GetByteCount(path) > MaxSocketPathBytes)
            settings.Error("socket", path, $"is longer than {MaxSocketPathBytes} bytes, the most that a socket's path may have: set a shorter one, e.g. /run/device-agent.sock, or off");
        if (Directory.Exists(path)) settings.Error("socket", path, "is a folder; it must be the path of the socket, or off");
        return path;
    }

    private static string? SocketForm(string text) =>
        text.StartsWith('@') ? "is an abstract socket, which is not supported: write the path of a file, e.g. /run/device-agent.sock" : PathForm.FindProblem(text);

    private static UnixFileMode ReadMode(SettingsReader settings)
    {
        if (settings.Text("socketMode") is not { } text) return DefaultSocketMode;
        if (text.TrimStart('0') is { Length: > 0 and <= 3 } digits && digits.All(c => c is >= '0' and <= '7')) return (UnixFileMode)Convert.ToInt32(digits, 8);
        settings.Error("socketMode", text, "must be the octal file mode of the socket, e.g. 0660 (as a text: JSON knows no octal numbers)");
        return DefaultSocketMode;
    }
}

/// <summary>The section <c>credentials</c>: who on the device gets credentials of the agent, and how.</summary>
internal sealed record LocalCredentialsOptions
{
    private const string ClientsFolder = "clients";

    /// <summary>The TCP port on 127.0.0.1 and ::1 that hands out credentials: 1 to 65535; none by default.</summary>
    public int? Port { get; init; }

    /// <summary>Answers on that port as EC2's metadata service does, to every local user.</summary>
    public bool Imds { get; init; }

    /// <summary>The TTL of the answers' packets, 1 to 255: with 1 they pass no router.</summary>
    public int HopLimit { get; init; } = 1;

    /// <summary>Who gets credentials by the socket, beside root and the agent's own user.</summary>
    public IReadOnlyList<uint> AllowedUsers { get; init; } = [];

    /// <summary>One token file for each client of the port.</summary>
    public required string ClientsDirectory { get; init; }

    /// <param name="settings">The section.</param>
    /// <param name="stateDirectory">Where the clients are by default.</param>
    /// <param name="endpointPort">The port that is taken already.</param>
    /// <param name="pagePort">Another one.</param>
    public static LocalCredentialsOptions Read(SettingsReader settings, string stateDirectory, int? endpointPort, int? pagePort = null)
    {
        var options = new LocalCredentialsOptions
        {
            Port = settings.Has("port") ? settings.Integer("port", 0, 1, 65_535) : null,
            Imds = settings.Flag("imds", false),
            HopLimit = settings.Integer("hopLimit", 1, 1, 255),
            AllowedUsers = ReadUsers(settings),
            ClientsDirectory = settings.FilePath("clientsDirectory") ?? Path.Combine(stateDirectory, ClientsFolder),
        };
        if (options.Port is { } taken && taken == pagePort) settings.Error("port", taken.ToString(), "is endpoint.pagePort already; credentials need a port of their own");
        if (options.Port is { } port && port == endpointPort) settings.Error("port", port.ToString(), "is endpoint.port already; credentials need a port of their own");
        if (options is { Imds: true, Port: null }) settings.Error("imds", "true", "needs credentials.port as well: the port on which it answers");
        settings.ReportUnknown();
        return options;
    }

    private static List<uint> ReadUsers(SettingsReader settings)
    {
        var users = new List<uint>();
        foreach (var name in settings.Words("allowedUsers"))
        {
            if (LocalUsers.IdOf(name) is { } id) users.Add(id);
            else settings.Error("allowedUsers", name, "is no user of /etc/passwd; give the name of one, or a numeric user id");
        }

        return users;
    }
}
