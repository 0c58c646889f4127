namespace DeviceAgent.Readings;

/// <summary>Which timestamps replayed readings carry.</summary>
internal enum TimestampMode
{
    /// <summary>Those of the file.</summary>
    Recorded,

    /// <summary>The moment of the replay.</summary>
    Now,
}
