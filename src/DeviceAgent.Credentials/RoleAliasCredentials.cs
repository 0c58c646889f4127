using Amazon.Runtime;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Credentials;

/// <summary>
/// Credentials for any client of the AWS SDK for .NET, from the device's certificate and a role alias.
/// <example>
/// <code>
/// await using var credentials = RoleAliasCredentials.Create(
///     new DeviceIdentityOptions { CertificatePath = "/etc/device/device.pem", PrivateKeyPath = "/etc/device/device.key" },
///     new RoleAliasOptions
///     {
///         Endpoint = "c0ffee0123.credentials.iot.us-east-1.amazonaws.com",
///         RoleAlias = "fleet-ddb",
///         ThingName = "boiler-07",
///     });
/// using var dynamoDb = new AmazonDynamoDBClient(credentials, RegionEndpoint.USEast1);
/// </code>
/// </example>
/// </summary>
public sealed class RoleAliasCredentials : AWSCredentials, IAsyncDisposable
{
    private readonly CredentialCache _cache;

    /// <summary>Over a cache that stays the caller's to dispose.</summary>
    public RoleAliasCredentials(CredentialCache cache)
    {
        ArgumentNullException.ThrowIfNull(cache);
        _cache = cache;
    }

    /// <summary>The cache underneath: status, forced refresh.</summary>
    public CredentialCache Cache => _cache;

    /// <summary>Builds identity, client and cache; disposing the result disposes them.</summary>
    /// <param name="identity">Where certificate and key are.</param>
    /// <param name="options">Which credentials to ask for, and where.</param>
    /// <param name="loggerFactory">Where to log; null for nowhere.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    /// <exception cref="DeviceIdentityException">Certificate or key cannot be used.</exception>
    /// <exception cref="RoleAliasOptionsException">An option cannot be used.</exception>
    public static RoleAliasCredentials Create(
        DeviceIdentityOptions identity, RoleAliasOptions options, ILoggerFactory? loggerFactory = null, TimeProvider? timeProvider = null) =>
        throw new NotImplementedException();

    /// <summary>The credentials; blocks while none is valid and one is being fetched.</summary>
    /// <exception cref="CredentialsUnavailableException">None is valid and none could be fetched.</exception>
    public override ImmutableCredentials GetCredentials() => GetCredentialsAsync().GetAwaiter().GetResult();

    /// <summary>The credentials; waits while none is valid and one is being fetched.</summary>
    /// <exception cref="CredentialsUnavailableException">None is valid and none could be fetched.</exception>
    public override async Task<ImmutableCredentials> GetCredentialsAsync()
    {
        var credentials = await _cache.GetAsync().ConfigureAwait(false);
        return new ImmutableCredentials(credentials.AccessKeyId, credentials.SecretAccessKey.Reveal(), credentials.SessionToken.Reveal());
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
