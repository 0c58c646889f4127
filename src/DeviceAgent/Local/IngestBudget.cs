namespace DeviceAgent.Local;

/// <summary>How much may be on its way from local programs to the medium: bounds the memory that they can make the agent use. Thread-safe.</summary>
internal sealed class IngestBudget
{
    /// <summary>Readings that wait for their commit.</summary>
    public const int MaxReadings = 4096;

    /// <summary>Bodies that are being read and readings that wait for their commit.</summary>
    public const long MaxBytes = 8 * 1024 * 1024;

    private readonly Lock _gate = new();
    private int _readings;
    private long _bytes;

    /// <summary>False when it does not fit, and nothing is taken.</summary>
    public bool TryTake(int readings, long bytes)
    {
        lock (_gate)
        {
            if (_readings + readings > MaxReadings || _bytes + bytes > MaxBytes) return false;
            _readings += readings;
            _bytes += bytes;
            return true;
        }
    }

    public void Return(int readings, long bytes)
    {
        lock (_gate)
        {
            _readings -= readings;
            _bytes -= bytes;
        }
    }
}
