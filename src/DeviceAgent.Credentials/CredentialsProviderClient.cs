namespace DeviceAgent.Credentials;

/// <summary>
/// Asks the AWS IoT credentials provider for temporary credentials, over mutual TLS with the device's certificate. One call
/// is one request: no retry, no cache (see <see cref="CredentialCache"/>). Thread-safe.
/// </summary>
public sealed class CredentialsProviderClient : IDisposable
{
    private readonly RoleAliasOptions _options;

    /// <summary>Checks the options and reads the CA bundle.</summary>
    /// <param name="identity">The device's certificate and key; stays the caller's to dispose.</param>
    /// <param name="options">Which credentials to ask for, and where.</param>
    /// <param name="timeProvider">Judges certificate dates, measures the clock offset and the timeouts.</param>
    /// <exception cref="RoleAliasOptionsException">An option cannot be used; all problems are listed.</exception>
    public CredentialsProviderClient(DeviceIdentity identity, RoleAliasOptions options, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(timeProvider);
        _options = options;
    }

    /// <summary>Asks for credentials of <see cref="RoleAliasOptions.RoleAlias"/>.</summary>
    /// <exception cref="OperationCanceledException">The caller cancelled; a timeout of the request itself is a result.</exception>
    public Task<FetchResult> FetchAsync(CancellationToken cancellationToken = default) =>
        FetchAsync(_options.RoleAlias, cancellationToken);

    /// <summary>Asks for credentials of another alias: a new one is tried beside the old.</summary>
    /// <exception cref="OperationCanceledException">The caller cancelled; a timeout of the request itself is a result.</exception>
    public Task<FetchResult> FetchAsync(string roleAlias, CancellationToken cancellationToken = default)
    {
        throw new NotImplementedException();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
