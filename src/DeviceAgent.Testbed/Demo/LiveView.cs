namespace DeviceAgent.Testbed.Demo;

/// <summary>
/// Shows what lands: a table that is redrawn on a terminal; elsewhere a line a device every few seconds. More than <see cref="MostDevices"/> are summed up.
/// </summary>
/// <param name="output">Where it goes.</param>
/// <param name="width">The terminal's columns, asked for with every drawing; 0 when there is no terminal, or nobody knows how wide it is.</param>
/// <param name="time">The clock.</param>
internal sealed class LiveView(TextWriter output, Func<int> width, TimeProvider time)
{
    public const int MostDevices = 20;

    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);

    private int _drawn;
    private long? _lastLines;

    public void Show(IReadOnlyList<DeviceStatus> devices)
    {
        if (width() is > 0 and var columns) Redraw(devices, columns - 1);
        else Append(devices);
    }

    private void Redraw(IReadOnlyList<DeviceStatus> devices, int columns)
    {
        if (_drawn > 0) output.Write($"\e[{_drawn}A");
        Line($"{"device",-16} {"rows",8} {"rows/s",7}  {"credentials",-22} trouble now");
        foreach (var device in devices.Take(MostDevices))
            Line($"{device.Thing,-16} {device.Rows,8} {device.RowsPerSecond,7:0.0}  {Credentials(device),-22} {Trouble(device)}");
        if (devices.Count > MostDevices) Line(Total(devices));
        _drawn = 1 + Math.Min(devices.Count, MostDevices + 1);

        void Line(string text) => output.WriteLine($"\e[2K{(text.Length > columns ? text[..columns] : text)}");
    }

    private void Append(IReadOnlyList<DeviceStatus> devices)
    {
        var now = time.GetTimestamp();
        if (_lastLines is { } last && time.GetElapsedTime(last, now) < LineInterval) return;
        _lastLines = now;
        if (devices.Count > MostDevices)
        {
            output.WriteLine($"{time.GetUtcNow():HH:mm:ss} {Total(devices)}");
            return;
        }

        foreach (var device in devices)
            output.WriteLine($"{time.GetUtcNow():HH:mm:ss} {device.Thing}: {device.Rows} rows, {device.RowsPerSecond:0.0}/s, credentials {Credentials(device)}, trouble: {Trouble(device)}");
    }

    private static string Total(IReadOnlyList<DeviceStatus> devices)
    {
        var troubled = devices.Where(d => d.Trouble is not null).ToList();
        return $"{devices.Count} devices: {devices.Count(d => d.AgentRunning)} agents running, {devices.Sum(d => d.Rows)} rows, {devices.Sum(d => d.RowsPerSecond):0.0}/s, "
            + (troubled.Count == 0 ? "trouble: none" : $"{troubled.Count} in trouble, {troubled[^1].Thing}: {Trouble(troubled[^1])}");
    }

    private static string Trouble(DeviceStatus device) => device.Trouble is { } trouble ? $"since {trouble.Since.UtcDateTime:HH:mm:ss} UTC: {trouble.Text}" : "none";

    private string Credentials(DeviceStatus device)
    {
        if (!device.AgentRunning) return "agent not running";
        if (device.CredentialExpiration is not { } expiration) return "none yet";
        var left = expiration - time.GetUtcNow();
        return left <= TimeSpan.Zero ? "expired" : $"expire in {(left >= TimeSpan.FromHours(1) ? $"{(int)left.TotalHours}h {left.Minutes:00}m" : $"{left.Minutes}m {left.Seconds:00}s")}";
    }
}
