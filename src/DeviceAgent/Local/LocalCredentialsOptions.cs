using DeviceAgent.Settings;

namespace DeviceAgent.Local;

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
    public static LocalCredentialsOptions Read(SettingsReader settings, string stateDirectory, int? endpointPort)
    {
        var options = new LocalCredentialsOptions
        {
            Port = settings.Has("port") ? settings.Integer("port", 0, 1, 65_535) : null,
            Imds = settings.Flag("imds", false),
            HopLimit = settings.Integer("hopLimit", 1, 1, 255),
            AllowedUsers = ReadUsers(settings),
            ClientsDirectory = settings.FilePath("clientsDirectory") ?? Path.Combine(stateDirectory, ClientsFolder),
        };
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
