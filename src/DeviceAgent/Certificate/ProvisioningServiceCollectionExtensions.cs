using DeviceAgent.Control;
using DeviceAgent.Control.Cloud;
using DeviceAgent.Credentials;
using DeviceAgent.Settings;
using DeviceAgent.Traffic;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceAgent.Certificate;

internal static class ProvisioningServiceCollectionExtensions
{
    /// <summary>The rotation of the certificate by a job. Needs the connection to AWS IoT.</summary>
    public static IServiceCollection AddCertificateRotation(
        this IServiceCollection services, string thingName, DeviceIdentityOptions identity, RoleAliasOptions credentials, string stateDirectory,
        ProvisioningOptions options, IReadOnlyDictionary<string, string> parameters, ServiceCredentials passed)
    {
        services.AddSingleton<ConnectionRenewal>();
        services.AddHostedService(s => s.GetRequiredService<ConnectionRenewal>());
        services.AddSingleton(s => ActivatorUtilities.CreateInstance<IdentityProof>(s, credentials.CountedBy(s.GetRequiredService<TrafficMeter>())));
        services.AddSingleton(s => new FleetProvisioning(s.GetRequiredService<IotConnection>().Requests, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s =>
        {
            var (store, file) = (new StoredIdentity(identity, stateDirectory, passed), new EnrolmentFile(stateDirectory));
            Func<StagedIdentity, Enrolment> enrol = staged => new Enrolment(s.GetRequiredService<FleetProvisioning>(), staged, file, options, parameters);
            return ActivatorUtilities.CreateInstance<CertificateRotation>(s, identity, store, file, enrol, thingName);
        });
        services.AddSingleton<IOperation, RotateCertificateOperation>();
        return services;
    }
}
