using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Local;

internal static class LocalCredentialsServiceCollectionExtensions
{
    /// <summary>Credentials for other programs on the device, all from the agent's one cache. To be added before the endpoint, whose doors it uses.</summary>
    public static IServiceCollection AddLocalCredentials(this IServiceCollection services, LocalCredentialsOptions options, string stateDirectory, string region)
    {
        services.AddSingleton(s => new AuditLog(new AuditFile(stateDirectory), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<AuditLog>>()));
        services.AddHostedService(s => s.GetRequiredService<AuditLog>());
        services.AddSingleton<ClientBudgets>();
        services.AddSingleton<CredentialsApi>();
        services.AddSingleton(s => new SocketUsers(options, s.GetRequiredService<AuditLog>()));
        services.AddSingleton(s => new SocketRoutes(s.GetRequiredService<CredentialsApi>(), s.GetRequiredService<AuditLog>()));
        services.AddSingleton(s => s.GetRequiredService<SocketRoutes>().Get);
        services.AddSingleton(s => s.GetRequiredService<SocketRoutes>().Refresh);
        if (options.Port is null) return services;

        services.AddHostedService<FirstFetch>();
        services.AddSingleton(s => new ClientTokens(options.ClientsDirectory, s.GetRequiredService<ILogger<ClientTokens>>()));
        services.AddSingleton<ImdsTokens>();
        services.AddSingleton<CredentialsAdmission>();
        services.AddSingleton<LoopbackPeer>();
        services.AddSingleton(s => new ImdsApi(
            s.GetRequiredService<ImdsTokens>(), s.GetRequiredService<ClientBudgets>(), s.GetRequiredService<CredentialsApi>(), s.GetRequiredService<AuditLog>(), region));
        services.AddSingleton(options).AddSingleton<CredentialsDoor>();
        services.AddSingleton(s => s.GetRequiredService<CredentialsDoor>().Door);
        return services;
    }
}
