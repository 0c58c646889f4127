using Amazon;
using Amazon.DynamoDBv2;
using DeviceAgent.Configuration;
using DeviceAgent.Credentials;
using DeviceAgent.Credentials.Wire;
using DeviceAgent.Upload.Wire;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceAgent.Upload;

internal static class UploadServiceCollectionExtensions
{
    /// <summary>From the spool into the table.</summary>
    public static IServiceCollection AddUpload(this IServiceCollection services, LiveOptions<UploadOptions> options, TableOptions table)
    {
        services.AddSingleton(options);
        services.AddSingleton(table);
        services.AddSingleton<ItemMapper>();
        services.AddSingleton(s => Connector.ForSockets(s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<WireHttpClientFactory>();
        services.AddSingleton<IAmazonDynamoDB>(s => new AmazonDynamoDBClient(s.GetRequiredService<RoleAliasCredentials>(), ClientConfig(table, s.GetRequiredService<WireHttpClientFactory>())));
        services.AddSingleton<ITableAccess, RoleAliasAccess>();
        services.AddSingleton<ITable, DynamoDbTable>();
        services.AddSingleton<Deliverer>();
        services.AddSingleton<UploadState>();
        services.AddHostedService<Uploader>();
        return services;
    }

    /// <summary>The SDK does one attempt; when to try again is decided here, where the error's meaning is known.</summary>
    private static AmazonDynamoDBConfig ClientConfig(TableOptions table, WireHttpClientFactory http)
    {
        var config = new AmazonDynamoDBConfig { MaxErrorRetry = 0, HttpClientFactory = http, DisableLogging = true };
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
}
