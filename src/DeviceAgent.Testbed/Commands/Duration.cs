using System.Globalization;

namespace DeviceAgent.Testbed.Commands;

/// <summary>Durations as people write them: <c>30s</c>, <c>5m</c>, <c>1h</c>, <c>500ms</c>; a plain number is seconds.</summary>
internal static class Duration
{
    public static bool TryParse(string text, out TimeSpan duration)
    {
        var (number, unit) = text.Trim() switch
        {
            var t when t.EndsWith("ms", StringComparison.Ordinal) => (t[..^2], TimeSpan.FromMilliseconds(1)),
            var t when t.EndsWith('s') => (t[..^1], TimeSpan.FromSeconds(1)),
            var t when t.EndsWith('m') => (t[..^1], TimeSpan.FromMinutes(1)),
            var t when t.EndsWith('h') => (t[..^1], TimeSpan.FromHours(1)),
            var t => (t, TimeSpan.FromSeconds(1)),
        };
        var valid = double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            && count > 0 && count * unit.TotalSeconds <= TimeSpan.FromDays(365).TotalSeconds;
        duration = valid ? count * unit : default;
        return valid;
    }
}
