using System.Globalization;
using System.Reflection;

namespace DeviceAgent.Clock;

/// <summary>The day on which the agent was built: no clock that is right lies before it.</summary>
internal static class BuildTime
{
    public static DateTimeOffset Value { get; } = DateTimeOffset.ParseExact(
        typeof(BuildTime).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "BuildDate").Value!,
        "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
