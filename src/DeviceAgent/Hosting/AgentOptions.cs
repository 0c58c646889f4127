using DeviceAgent.Certificate;
using DeviceAgent.Clock;
using DeviceAgent.Control;
using DeviceAgent.Credentials;
using DeviceAgent.Local;
using DeviceAgent.Readings;
using DeviceAgent.Readings.Reduction;
using DeviceAgent.RoleAlias;
using DeviceAgent.Settings;
using DeviceAgent.Spool;
using DeviceAgent.Traffic;
using DeviceAgent.Upload;
using DeviceAgent.Upload.DynamoDb;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Hosting;

/// <summary>The agent's whole configuration, checked.</summary>
internal sealed record AgentOptions
{
    /// <summary>The thing that the certificate belongs to: 1 to 128 of A-Z a-z 0-9 : _ -.</summary>
    public required string ThingName { get; init; }

    /// <summary>Stands in readings that bring none of their own; the thing's name when left out.</summary>
    public required string SerialNumber { get; init; }

    /// <summary>Everything that must survive a restart: spool, role alias, remote settings, clock, enrolment, audit log, tokens, socket.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>certificatePath, privateKeyPath, privateKeyPassword(File), certificateChainPath, allowInsecureKeyPermissions.</summary>
    public required DeviceIdentityOptions Identity { get; init; }

    /// <summary>The pair in the state directory that may stand in for it.</summary>
    public StoredIdentity StoredIdentity => new(Identity, StateDirectory, Configured.Credentials);

    /// <summary>Where the pair is that is active: as in <see cref="Identity"/>, unless one in the state directory stands in for it.</summary>
    public DeviceIdentityOptions ActiveIdentity { get => field ?? Identity; init; }

    /// <summary>credentialsEndpoint, roleAlias, thingName, caPath.</summary>
    public required RoleAliasOptions Credentials { get; init; }

    /// <summary>After a power cut the first request for credentials waits a random part of this, 0 to 2 h. 20 min keep a fleet of 10,000 below twice its usual rate.</summary>
    public TimeSpan PowerReturnSpread { get; init; } = TimeSpan.FromSeconds(10);

    public required TableOptions Table { get; init; }

    /// <summary>At least one.</summary>
    public required IReadOnlyList<SourceOptions> Sources { get; init; }

    /// <summary>The one that reads the device's sensors, or would.</summary>
    public SourceOptions SensorSource => Sources.FirstOrDefault(s => s.Kind == SourceKind.Linux) ?? Sources[0];

    public required ReductionOptions Reduction { get; init; }

    public required UploadOptions Upload { get; init; }

    public required DataBudgetOptions DataBudget { get; init; }

    public required RotationOptions Rotation { get; init; }

    public required SpoolOptions Spool { get; init; }

    public required EndpointOptions Endpoint { get; init; }

    public required LocalCredentialsOptions LocalCredentials { get; init; }

    public required ProvisioningOptions Provisioning { get; init; }

    public required ClockOptions Clock { get; init; }

    public required ControlOptions Control { get; init; }

    /// <summary>trace, debug, information, warning, error, critical or none.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>How lines of the log are written.</summary>
    public LogFormat LogFormat { get; init; }

    /// <summary>What these were read from.</summary>
    public ConfiguredSettings Configured { get; init; } = new([], "", ServiceCredentials.None);

    /// <summary>What the provisioning template is given.</summary>
    public IReadOnlyDictionary<string, string> EnrolmentParameters => new Dictionary<string, string>(Provisioning.Parameters)
    {
        ["ThingName"] = ThingName,
        ["SerialNumber"] = SerialNumber,
    };
}
