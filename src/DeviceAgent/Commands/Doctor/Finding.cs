namespace DeviceAgent.Commands.Doctor;

/// <summary>What a check found.</summary>
/// <param name="Check">Its name, one of <see cref="CheckName"/>.</param>
/// <param name="Result">How bad it is.</param>
/// <param name="What">What is, or why it was not looked at.</param>
internal sealed record Finding(string Check, FindingResult Result, string What)
{
    /// <summary>The likely cause; null where there is nothing more to say.</summary>
    public string? Cause { get; init; }

    /// <summary>What to do about it; null where there is nothing to do.</summary>
    public string? Remedy { get; init; }

    public static Finding Ok(string check, string what) => new(check, FindingResult.Ok, what);

    public static Finding Skipped(string check, string why) => new(check, FindingResult.Skipped, why);

    /// <summary>Not looked at, because another check has not ended well.</summary>
    public static Finding Needs(string check, string other) => Skipped(check, $"needs '{other}'");

    public static Finding Warning(string check, string what, string? remedy) => new(check, FindingResult.Warning, what) { Remedy = remedy };

    public static Finding Failure(string check, string what, string? remedy, string? cause = null) => new(check, FindingResult.Failure, what) { Remedy = remedy, Cause = cause };
}

/// <summary>From good to bad.</summary>
internal enum FindingResult
{
    /// <summary>All is well.</summary>
    Ok,

    /// <summary>Not looked at.</summary>
    Skipped,

    /// <summary>The agent works, and somebody should see to it.</summary>
    Warning,

    /// <summary>The agent cannot do its work, or not all of it.</summary>
    Failure,
}

/// <summary>The names of the checks, which programs may go by.</summary>
internal static class CheckName
{
    public const string Configuration = "configuration";
    public const string Certificate = "certificate";
    public const string PrivateKey = "private-key";
    public const string Clock = "clock";
    public const string Dns = "dns";
    public const string Proxy = "proxy";
    public const string Tcp = "tcp";
    public const string Tls = "tls";
    public const string Credentials = "credentials";
    public const string Table = "table";
    public const string Write = "write";
    public const string Mqtt = "mqtt";
    public const string OtherMqttPort = "mqtt-other-port";
    public const string StateDirectory = "state-directory";
    public const string Disk = "disk";
    public const string Flash = "flash";
    public const string Agent = "agent";
    public const string Systemd = "systemd";
}
