using Amazon.DynamoDBv2;
using DeviceAgent.Credentials;
using DeviceAgent.Credentials.Transport;
using DeviceAgent.Settings;
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
        services.AddSingleton(s => HappyEyeballsConnector.ForSockets(s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<WireHttpClientFactory>();
        services.AddSingleton<IAmazonDynamoDB>(s => new AmazonDynamoDBClient(
            s.GetRequiredService<RoleAliasCredentials>(), ClientConfiguration.Of(table, s.GetRequiredService<WireHttpClientFactory>())));
        services.AddSingleton<ITableAccess, RoleAliasAccess>();
        services.AddSingleton<DynamoDbTable>();
        services.AddSingleton<ITable>(s => s.GetRequiredService<DynamoDbTable>());
        services.AddSingleton<TableOpener>();
        services.AddSingleton<Deliverer>();
        services.AddSingleton<UploadState>();
        services.AddHostedService<Uploader>();
        return services;
    }
}
