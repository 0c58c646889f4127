namespace DeviceAgent.Readings;

/// <summary>Where readings come from. The sequence ends when the source has no more, and promptly when cancelled.</summary>
internal interface ISource
{
    IAsyncEnumerable<Sample> ReadAsync(CancellationToken cancellationToken);
}
