using Amazon.Runtime;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DeviceAgent.Credentials;

/// <summary>The device's credentials as a service.</summary>
public static class ServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="RoleAliasCredentials"/>, one for the whole program and also as <see cref="AWSCredentials"/>, which any client of
    /// the AWS SDK takes. The options are checked when the host starts; all that is wrong with them is reported together
    /// (<see cref="OptionsValidationException"/>). Logs to the program's logging; takes its <see cref="TimeProvider"/> when it has one.
    /// </summary>
    /// <param name="services">Where to.</param>
    /// <param name="configure">Sets the options.</param>
    public static IServiceCollection AddIotRoleAliasCredentials(this IServiceCollection services, Action<IotRoleAliasOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<IotRoleAliasOptions>().Configure(configure);
        return services.AddCredentials();
    }

    /// <summary>The same with the options from a section of the configuration, whose keys are the properties' names.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="section">The section. An unknown key in it is an error.</param>
    public static IServiceCollection AddIotRoleAliasCredentials(this IServiceCollection services, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        services.AddOptions<IotRoleAliasOptions>().Bind(section, o => o.ErrorOnUnknownConfiguration = true);
        return services.AddCredentials();
    }

    private static IServiceCollection AddCredentials(this IServiceCollection services)
    {
        services.AddOptions<IotRoleAliasOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<IotRoleAliasOptions>, IotRoleAliasOptionsValidator>());
        services.TryAddSingleton(Create);
        services.TryAddSingleton<AWSCredentials>(s => s.GetRequiredService<RoleAliasCredentials>());
        return services;
    }

    private static RoleAliasCredentials Create(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<IotRoleAliasOptions>>().Value;
        return RoleAliasCredentials.Create(
            options.ToIdentity(), options.ToRoleAlias(), services.GetService<ILoggerFactory>(), services.GetService<TimeProvider>(), options.ToCache());
    }
}
