namespace DeviceAgent.Testbed.Faults;

/// <summary>A fault that may clear itself after a number of hits.</summary>
internal interface ICountedFault<TSelf> where TSelf : class, ICountedFault<TSelf>
{
    int? Count { get; }

    TSelf WithCount(int count);

    /// <summary>The fault after one more hit; null when that was the last one.</summary>
    sealed TSelf? AfterHit() => Count switch
    {
        null => (TSelf)this,
        <= 1 => null,
        { } count => WithCount(count - 1),
    };
}
