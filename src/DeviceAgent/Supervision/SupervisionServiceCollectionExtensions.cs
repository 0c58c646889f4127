using Microsoft.Extensions.DependencyInjection;

namespace DeviceAgent.Supervision;

internal static class SupervisionServiceCollectionExtensions
{
    /// <summary>Tells the process that started the agent how it stands.</summary>
    public static IServiceCollection AddSupervision(this IServiceCollection services, Supervisor supervisor)
    {
        services.AddSingleton<IServiceNotifier>(supervisor.Notifier);
        return services;
    }
}
