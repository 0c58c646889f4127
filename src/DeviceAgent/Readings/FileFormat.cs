namespace DeviceAgent.Readings;

/// <summary>How a recording is written.</summary>
internal enum FileFormat
{
    /// <summary>RFC 4180 with a header.</summary>
    Csv,

    /// <summary>One JSON object a line.</summary>
    Ndjson,
}
