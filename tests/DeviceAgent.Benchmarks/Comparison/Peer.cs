namespace DeviceAgent.Benchmarks.Comparison;

/// <summary>One of those who are compared: how it is started for each thing that is measured.</summary>
internal abstract class Peer(string key, string name)
{
    /// <summary>As <c>--peers</c> names it.</summary>
    public string Key => key;

    /// <summary>The head of its column.</summary>
    public string Name => name;

    /// <summary>Whether each request is a process of its own: fewer of them are enough, and nothing is left between them.</summary>
    public virtual bool IsProcessPerRequest => false;

    /// <summary>Stores each line of its standard input at once, with credentials of the provider, in a state that is new.</summary>
    public abstract MeasuredProcess StartStream();

    /// <summary>One reading now and then one a minute; null where nothing runs in between.</summary>
    public abstract MeasuredProcess? StartIdle();

    /// <summary>Writes the file's readings in requests of so many, and ends.</summary>
    public abstract MeasuredProcess StartWriting(string file, int batch);

    /// <summary>How many ms each of so many fetches of credentials took, with a new connection for each.</summary>
    public abstract Task<IReadOnlyList<double>> FetchAsync(int times);

    /// <summary>How many ms another program on the device waits for credentials that are there; null where it cannot have them.</summary>
    public virtual Task<IReadOnlyList<double>?> CachedGetAsync() => Task.FromResult<IReadOnlyList<double>?>(null);

    /// <summary>Writes what has piled up, the readings of the file, and ends.</summary>
    public virtual Task<MeasuredProcess?> StartDrainAsync(string file) => Task.FromResult<MeasuredProcess?>(StartWriting(file, Stage.BatchSize));
}
