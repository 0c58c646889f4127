using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceAgent.Diagnostics;

/// <summary>
/// Everything that the agent counts, as instruments of the meter <c>DeviceAgent</c>. Counters start at zero with the process.
/// What is counted once is counted where it becomes true: <see cref="Committed"/> after the commit, <see cref="Uploaded"/> after DynamoDB's answer.
/// </summary>
internal sealed class AgentMetrics
{
    public const string MeterName = "DeviceAgent";

    /// <summary>The tag that tells the classes of <see cref="Evicted"/> apart.</summary>
    public const string ClassTag = "class";

    /// <summary>The tag that tells the ends of <see cref="ControlChanges"/> apart.</summary>
    public const string OutcomeTag = "outcome";

    /// <summary>The tag that tells the purposes of <see cref="BytesSent"/> and <see cref="BytesReceived"/> apart.</summary>
    public const string PurposeTag = "purpose";

    /// <summary>The tag that tells the results of <see cref="RoleAliasChanges"/> apart.</summary>
    public const string ResultTag = "result";

    /// <summary>The tag that tells the sensors of <see cref="SensorsOutOfRange"/> apart.</summary>
    public const string SensorTag = "sensor";

    public AgentMetrics(IMeterFactory factory)
    {
        Meter = factory.Create(MeterName);
        Read = Counter("readings.read", "Readings that a source or a local program handed in.");
        Refused = Counter("readings.refused", "Readings that were handed in and not taken: malformed, too large, or under pressure.");
        Reduced = Counter("readings.reduced", "Readings of the source that were not sent by themselves: in a window, or within a dead band.");
        Late = Counter("readings.late", "Readings of the source that came after their window was closed, and were sent as they are.");
        Windows = Counter("reduction.windows", "Items of windows that were put into the spool.");
        SensorsOutOfRange = Counter("sensors.out_of_range", "Values of sensors that were left out, because no such sensor can measure them, by sensor.");
        Spooled = Counter("readings.spooled", "Readings that were put into the spool (on disk or in the memory ring).");
        Committed = Counter("readings.committed", "Readings that are on disk.");
        Evicted = Counter("readings.shed", "Readings that were dropped by the rule of the quota, by class.");
        Uploaded = Counter("readings.uploaded", "Readings that DynamoDB accepted.");
        Retried = Counter("readings.retried", "Readings that were sent again after a fault or as unprocessed.");
        DeadLettered = Counter("readings.dead_lettered", "Readings that DynamoDB will never accept and that became dead letters.");
        Requests = Counter("upload.requests", "BatchWriteItem requests.");
        Throttled = Counter("upload.throttled", "BatchWriteItem requests that were throttled, in whole or in part.");
        Commits = Counter("spool.commits", "Commits, each with one sync of the medium.");
        RoleAliasChanges = Counter("role_alias.changes", "Changes of the role alias that were asked for, by their result.");
        BytesSent = Counter("wire.bytes_sent", "Bytes written to the connections to AWS, TLS included, by purpose.");
        BytesReceived = Counter("wire.bytes_received", "Bytes read from the connections to AWS, TLS included, by purpose.");
        ControlConnections = Counter("control.connections", "Connections to AWS IoT that were made.");
        ControlChanges = Counter("control.changes", "Changes that operators asked for, by outcome.");
    }

    /// <summary>For the gauges of the features (spool depth, age of the oldest reading, ...).</summary>
    public Meter Meter { get; }

    public Counter<long> Read { get; }

    public Counter<long> Refused { get; }

    public Counter<long> Reduced { get; }

    public Counter<long> Late { get; }

    public Counter<long> Windows { get; }

    public Counter<long> SensorsOutOfRange { get; }

    public Counter<long> Spooled { get; }

    public Counter<long> Committed { get; }

    public Counter<long> Evicted { get; }

    public Counter<long> Uploaded { get; }

    public Counter<long> Retried { get; }

    public Counter<long> DeadLettered { get; }

    public Counter<long> Requests { get; }

    public Counter<long> Throttled { get; }

    public Counter<long> Commits { get; }

    public Counter<long> RoleAliasChanges { get; }

    public Counter<long> BytesSent { get; }

    public Counter<long> BytesReceived { get; }

    public Counter<long> ControlConnections { get; }

    public Counter<long> ControlChanges { get; }

    private Counter<long> Counter(string name, string description) => Meter.CreateCounter<long>(name, description: description);
}

internal static class DiagnosticsServiceCollectionExtensions
{
    /// <summary>The agent's counters, heard from the first on.</summary>
    public static IServiceCollection AddAgentMetrics(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton(s => new MetricsCollector(s.GetRequiredService<IMeterFactory>()));
        services.AddSingleton(s =>
        {
            s.GetRequiredService<MetricsCollector>();
            return new AgentMetrics(s.GetRequiredService<IMeterFactory>());
        });
        return services;
    }
}
