using Amazon.DynamoDBv2;
using DeviceAgent.Clock;
using DeviceAgent.Credentials;
using DeviceAgent.Traffic;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Upload.DynamoDb;

internal static class DynamoDbServiceCollectionExtensions
{
    /// <summary>The table as a sink, by the device's credentials (<see cref="DynamoDbSink"/>) and by others (<see cref="OpenSink"/>).</summary>
    public static IServiceCollection AddDynamoDb(this IServiceCollection services, TableOptions table)
    {
        services.AddSingleton(table);
        services.AddSingleton(s => new WireHttpClientFactory(s.GetRequiredService<TrafficMeter>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IAmazonDynamoDB>(s => DynamoDbClient.Create(
            s.GetRequiredService<RoleAliasCredentials>(), table, s.GetRequiredService<WireHttpClientFactory>(), s.GetRequiredService<DeviceClock>()));
        services.AddSingleton<ITableAccess, RoleAliasAccess>();
        services.AddSingleton(s => new BatchWriteClient(
            s.GetRequiredService<WireHttpClientFactory>().Client, DynamoDbClient.EndpointOf(s.GetRequiredService<IAmazonDynamoDB>()), table, s.GetRequiredService<DeviceClock>()));
        services.AddSingleton<DynamoDbSink>();
        services.AddSingleton<DynamoDbSinkOpener>();
        services.AddSingleton<OpenSink>(s => s.GetRequiredService<DynamoDbSinkOpener>().Open);
        return services;
    }
}

/// <summary>Opens the table with given credentials, beside the active ones, over the same connections.</summary>
internal sealed class DynamoDbSinkOpener(TableOptions table, WireHttpClientFactory http, BatchWriteClient writes, DeviceClock clock, ILogger<DynamoDbSink> logger)
{
    /// <inheritdoc cref="OpenSink"/>
    public OpenedSink Open(Func<TemporaryCredentials> credentials)
    {
        var access = new FixedAccess(credentials, clock);
        var client = DynamoDbClient.Create(access, table, http, clock);
        return new OpenedSink(new DynamoDbSink(client, writes, table, access, clock, logger), client);
    }
}
