namespace DeviceAgent.Readings.Sources.Linux;

/// <summary>One of the kernel's interfaces to sensors.</summary>
internal interface ISensorKind
{
    /// <summary>The sensors that are there now.</summary>
    IAsyncEnumerable<Sensor> FindAsync(CancellationToken cancellationToken);
}
