using DeviceAgent.Control;
using DeviceAgent.Readings;
using DeviceAgent.Upload;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.RoleAlias;

internal static class RotationServiceCollectionExtensions
{
    /// <summary>The role alias in force, and its change. After the upload, whose table it watches.</summary>
    public static IServiceCollection AddRoleAliasRotation(
        this IServiceCollection services, RotationOptions options, string stateDirectory, string configuredAlias, string serialNumber)
    {
        services.AddSingleton(options);
        services.AddSingleton(s => new RoleAliasFile(stateDirectory, s.GetRequiredService<ILogger<RoleAliasFile>>()));
        services.AddSingleton(s => new RoleAliasState(configuredAlias, s.GetRequiredService<RoleAliasFile>(), s.GetRequiredService<ILogger<RoleAliasState>>()));
        services.AddSingleton(s => new StagedTable(s.GetRequiredService<DynamoDbTable>()));
        services.AddSingleton<ITable>(s => s.GetRequiredService<StagedTable>());
        services.AddSingleton<OpenTable>(s => s.GetRequiredService<TableOpener>().Open);
        services.AddSingleton(s => new Heartbeat(serialNumber, s.GetRequiredService<LiveTimestamps>(), s.GetRequiredService<ItemMapper>()));
        services.AddSingleton<RoleAliasRotation>();
        services.AddSingleton<IOperation, RotateRoleAliasOperation>();
        services.AddHostedService(s => s.GetRequiredService<RoleAliasRotation>());
        return services;
    }
}
