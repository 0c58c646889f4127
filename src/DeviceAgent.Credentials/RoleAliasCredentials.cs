using System.Security.Cryptography;
using Amazon.Runtime;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

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
public sealed class RoleAliasCredentials : AWSCredentials, IAsyncDisposable, IDisposable
{
    private readonly CredentialCache _cache;
    private readonly CredentialsProviderClient? _ownedClient;
    private readonly DeviceIdentitySource? _ownedIdentity;

    /// <summary>Over a cache that stays the caller's to dispose.</summary>
    public RoleAliasCredentials(CredentialCache cache)
    {
        ArgumentNullException.ThrowIfNull(cache);
        _cache = cache;
    }

    private RoleAliasCredentials(CredentialCache cache, CredentialsProviderClient client, DeviceIdentitySource identity)
        : this(cache)
    {
        _ownedClient = client;
        _ownedIdentity = identity;
    }

    /// <summary>The cache underneath: status, forced refresh.</summary>
    public CredentialCache Cache => _cache;

    /// <summary>Builds identity, client and cache; disposing the result disposes them.</summary>
    /// <param name="identity">Where certificate and key are; files that are replaced are taken over within seconds.</param>
    /// <param name="options">Which credentials to ask for, and where.</param>
    /// <param name="loggerFactory">Where to log; null for nowhere.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    /// <param name="cacheOptions">The constants of the cache; null for the defaults.</param>
    /// <exception cref="DeviceIdentityException">Certificate or key cannot be used.</exception>
    /// <exception cref="RoleAliasOptionsException">An option cannot be used.</exception>
    public static RoleAliasCredentials Create(
        DeviceIdentityOptions identity, RoleAliasOptions options, ILoggerFactory? loggerFactory = null, TimeProvider? timeProvider = null,
        CredentialCacheOptions? cacheOptions = null)
    {
        var time = timeProvider ?? TimeProvider.System;
        var logger = (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger<CredentialCache>();
        var source = DeviceIdentitySource.Load(identity, time, logger);
        try
        {
            foreach (var warning in source.Current.WarningsAt(time.GetUtcNow()))
                Log.CertificateWarning(logger, warning.Subject, warning.What, warning.Remedy);
            var client = new CredentialsProviderClient(source, options, time);
            var random = new Random(RandomNumberGenerator.GetInt32(int.MaxValue));
            var cache = new CredentialCache(client, cacheOptions ?? new CredentialCacheOptions(), time, random, logger);
            source.Changed += (_, _) => cache.TryAgain();
            return new RoleAliasCredentials(cache, client, source);
        }
        catch (RoleAliasOptionsException)
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>The credentials; blocks while none is valid and one is being fetched.</summary>
    /// <exception cref="CredentialsUnavailableException">None is valid and none could be fetched.</exception>
    public override ImmutableCredentials GetCredentials()
    {
        var pending = _cache.GetAsync();
        return ToSdk(pending.IsCompletedSuccessfully ? pending.Result : pending.AsTask().GetAwaiter().GetResult());
    }

    /// <summary>The credentials; waits while none is valid and one is being fetched.</summary>
    /// <exception cref="CredentialsUnavailableException">None is valid and none could be fetched.</exception>
    public override async Task<ImmutableCredentials> GetCredentialsAsync() => ToSdk(await _cache.GetAsync().ConfigureAwait(false));

    /// <summary>Disposes what <see cref="Create"/> built; a cache that was given stays as it is.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_ownedClient is null) return;
        await _cache.DisposeAsync().ConfigureAwait(false);
        _ownedClient.Dispose();
        _ownedIdentity?.Dispose();
    }

    /// <inheritdoc cref="DisposeAsync"/>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private static ImmutableCredentials ToSdk(TemporaryCredentials credentials) =>
        new(credentials.AccessKeyId, credentials.SecretAccessKey.Reveal(), credentials.SessionToken.Reveal());
}
