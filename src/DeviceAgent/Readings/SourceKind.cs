namespace DeviceAgent.Readings;

/// <summary>Where readings come from.</summary>
internal enum SourceKind
{
    /// <summary>A thermostat in a simulated room.</summary>
    Simulated,

    /// <summary>A CSV or NDJSON file.</summary>
    Replay,

    /// <summary>The sensors that the Linux kernel shows.</summary>
    Linux,

    /// <summary>JSON objects, one a line, on standard input.</summary>
    Stdin,
}
