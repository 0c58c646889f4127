using Amazon;
using Amazon.DynamoDBv2;
using DeviceAgent.Clock;
using DeviceAgent.Credentials;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Upload;

internal static class UploadServiceCollectionExtensions
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(20);

    /// <summary>From the spool into the table.</summary>
    public static IServiceCollection AddUpload(this IServiceCollection services, UploadOptions options, TableOptions table)
    {
        services.AddSingleton(options);
        services.AddSingleton(new ItemMapper(table));
        services.AddSingleton<IAmazonDynamoDB>(s => new AmazonDynamoDBClient(s.GetRequiredService<RoleAliasCredentials>(), ClientConfig(table)));
        services.AddSingleton<ITable>(s => MakeTable(s, table));
        services.AddSingleton<Deliverer>();
        services.AddHostedService<Uploader>();
        return services;
    }

    /// <summary>The SDK does one attempt; when to try again is decided here, where the error's meaning is known.</summary>
    private static AmazonDynamoDBConfig ClientConfig(TableOptions table)
    {
        var config = new AmazonDynamoDBConfig { MaxErrorRetry = 0, Timeout = RequestTimeout };
        if (table.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.ToString();
            config.AuthenticationRegion = table.Region;
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(table.Region);
        }

        return config;
    }

    private static DynamoDbTable MakeTable(IServiceProvider services, TableOptions table)
    {
        var cache = services.GetRequiredService<CredentialCache>();
        var clock = services.GetRequiredService<DeviceClock>();
        return new DynamoDbTable(
            services.GetRequiredService<IAmazonDynamoDB>(),
            table,
            async token =>
            {
                await cache.GetAsync(token).ConfigureAwait(false);
                ClockCorrection.Apply(clock);
            },
            cache.RefreshAsync,
            services.GetRequiredService<ILogger<DynamoDbTable>>());
    }
}
