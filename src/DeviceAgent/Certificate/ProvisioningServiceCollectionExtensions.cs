using DeviceAgent.Control;
using DeviceAgent.Control.Cloud;
using DeviceAgent.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceAgent.Certificate;

internal static class ProvisioningServiceCollectionExtensions
{
    /// <summary>The exchange of the certificate from afar. Needs the connection to AWS IoT.</summary>
    public static IServiceCollection AddCertificateRotation(this IServiceCollection services, AgentOptions options)
    {
        if (options.Control.Host is null) return services;

        services.AddSingleton<LinkRenewal>();
        services.AddHostedService(s => s.GetRequiredService<LinkRenewal>());
        services.AddSingleton(s => ActivatorUtilities.CreateInstance<IdentityProof>(s, options.Credentials));
        services.AddSingleton(s => new FleetProvisioning(s.GetRequiredService<CloudLink>().Requests, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s =>
        {
            var (staged, file) = (new StagedIdentity(options.Identity), new EnrolmentFile(options.StateDirectory));
            var enrolment = new Enrolment(s.GetRequiredService<FleetProvisioning>(), staged, file, options.Provisioning, options.EnrolmentParameters);
            return ActivatorUtilities.CreateInstance<CertificateRotation>(s, options.Identity, staged, file, enrolment, options.ThingName);
        });
        services.AddSingleton<IOperation, RotateCertificate>();
        return services;
    }
}
