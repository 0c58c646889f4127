namespace DeviceAgent.Readings;

/// <summary>The last reading of each serial number, as JSON, for people who look at the device. Thread-safe.</summary>
internal sealed class LastReadings
{
    /// <summary>Serial numbers; of more, those that were heard of last.</summary>
    private const int Most = 16;

    /// <summary>Longer readings are not kept.</summary>
    private const int LongestBytes = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (long Order, byte[] Json)> _readings = [];
    private long _order;

    /// <summary>The newest first.</summary>
    public IReadOnlyList<byte[]> All
    {
        get
        {
            lock (_gate) return [.. _readings.Values.OrderByDescending(r => r.Order).Select(r => r.Json)];
        }
    }

    public void Note(AcceptedReading reading)
    {
        if (reading.Payload.Length > LongestBytes) return;
        lock (_gate)
        {
            var serialNumber = reading.Reading.SerialNumber;
            if (_readings.Count == Most && !_readings.ContainsKey(serialNumber)) _readings.Remove(_readings.MinBy(r => r.Value.Order).Key);
            _readings[serialNumber] = (++_order, reading.Payload);
        }
    }
}
