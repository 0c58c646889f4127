namespace DeviceAgent.Readings;

/// <summary>What the numbers are that stand for times.</summary>
internal enum TimestampUnit
{
    /// <summary>Seconds, milliseconds, microseconds or nanoseconds since 1970, whichever lies between 2000 and a day from now; or ISO-8601.</summary>
    Auto,

    /// <summary>Seconds since 1970.</summary>
    S,

    /// <summary>Milliseconds since 1970.</summary>
    Ms,

    /// <summary>Microseconds since 1970.</summary>
    Us,

    /// <summary>Nanoseconds since 1970.</summary>
    Ns,

    /// <summary>ISO-8601 and no numbers.</summary>
    Iso,

    /// <summary>Days of a spreadsheet (1 = 1900-01-01), in UTC.</summary>
    Excel,

    /// <summary>Seconds since the start that the configuration gives.</summary>
    StartSeconds,
}
