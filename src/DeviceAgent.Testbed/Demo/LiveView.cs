namespace DeviceAgent.Testbed.Demo;

/// <summary>
/// Shows what lands: a table that is redrawn on a terminal; elsewhere a line a device every few seconds. More than <see cref="MostDevices"/> are summed up.
/// </summary>
internal sealed class LiveView(TextWriter output, bool terminal, TimeProvider time)
{
    public const int MostDevices = 20;

    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);

    private int _drawn;
    private long? _lastLines;

    public void Show(IReadOnlyList<DeviceStatus> devices)
    {
        if (terminal) Redraw(devices);
        else Append(devices);
    }

    private void Redraw(IReadOnlyList<DeviceStatus> devices)
    {
        if (_drawn > 0) output.Write($"\e[{_drawn}A");
        Line($"{"device",-16} {"rows",8} {"rows/s",7}  {"credentials",-22} last error");
        foreach (var device in devices.Take(MostDevices))
            Line($"{device.Thing,-16} {device.Rows,8} {device.RowsPerSecond,7:0.0}  {Credentials(device),-22} {device.LastError ?? "none"}");
        if (devices.Count > MostDevices) Line(Total(devices));
        _drawn = 1 + Math.Min(devices.Count, MostDevices + 1);

        void Line(string text)
        {
            var width = Math.Max(20, Console.WindowWidth - 1);
            output.WriteLine($"\e[2K{(text.Length > width ? text[..width] : text)}");
        }
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
            output.WriteLine($"{time.GetUtcNow():HH:mm:ss} {device.Thing}: {device.Rows} rows, {device.RowsPerSecond:0.0}/s, credentials {Credentials(device)}, last error: {device.LastError ?? "none"}");
    }

    private static string Total(IReadOnlyList<DeviceStatus> devices)
    {
        var error = devices.LastOrDefault(d => d.LastError is not null);
        return $"{devices.Count} devices: {devices.Count(d => d.AgentRunning)} agents running, {devices.Sum(d => d.Rows)} rows, {devices.Sum(d => d.RowsPerSecond):0.0}/s, "
            + (error is null ? "last error: none" : $"{devices.Count(d => d.LastError is not null)} had errors, {error.Thing}: {error.LastError}");
    }

    private string Credentials(DeviceStatus device)
    {
        if (!device.AgentRunning) return "agent not running";
        if (device.CredentialExpiration is not { } expiration) return "none yet";
        var left = expiration - time.GetUtcNow();
        return left <= TimeSpan.Zero ? "expired" : $"expire in {(left >= TimeSpan.FromHours(1) ? $"{(int)left.TotalHours}h {left.Minutes:00}m" : $"{left.Minutes}m {left.Seconds:00}s")}";
    }
}
