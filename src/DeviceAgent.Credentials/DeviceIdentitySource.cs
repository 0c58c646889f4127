using System.Security.Cryptography;
using DeviceAgent.Credentials.Identity;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Credentials;

/// <summary>
/// The device's identity, as its files have it: a certificate or key that is replaced on disk is used for new connections within
/// <see cref="PollInterval"/>, without a restart. What cannot be used (half written, a key that does not match yet) changes nothing, is said
/// once when it stays so, and is looked at again when the files change. Thread-safe.
/// </summary>
public sealed class DeviceIdentitySource : IDisposable
{
    /// <summary>How often the files are looked at: 10 s.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(10);

    private readonly Lock _loading = new();
    private DeviceIdentityOptions? _options;
    private readonly ILogger? _logger;
    private readonly ITimer? _timer;
    private volatile DeviceIdentity _current;
    private volatile bool _disposed;
    private string? _loadedFiles;
    private (string Files, string? Untold)? _refused;

    /// <summary>An identity that stays as it is.</summary>
    /// <param name="identity">Certificate and key; disposed with this.</param>
    public DeviceIdentitySource(DeviceIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        _current = identity;
    }

    /// <summary>An identity that follows its files.</summary>
    /// <param name="identity">What was loaded from <paramref name="options"/>; disposed by this.</param>
    /// <param name="options">Where certificate and key are.</param>
    /// <param name="timeProvider">Says when to look at the files.</param>
    /// <param name="logger">Where a replacement is told, and why one cannot be used; never a secret.</param>
    public DeviceIdentitySource(DeviceIdentity identity, DeviceIdentityOptions options, TimeProvider timeProvider, ILogger logger)
        : this(identity)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(timeProvider);
        ArgumentNullException.ThrowIfNull(logger);
        _options = options;
        _logger = logger;
        _timer = timeProvider.CreateTimer(_ => Poll(), null, PollInterval, PollInterval);
    }

    /// <summary>Another identity has become the current one. Raised on the thread that found it, outside of every lock.</summary>
    public event EventHandler? Changed;

    /// <summary>The current identity, to look at; to connect with it, call <see cref="Use"/>.</summary>
    public DeviceIdentity Current => _current;

    /// <summary>The files that are followed; null for an identity that stays as it is.</summary>
    public DeviceIdentityOptions? Files => Volatile.Read(ref _options);

    /// <summary>Loads the identity and follows its files.</summary>
    /// <exception cref="DeviceIdentityException">It cannot be used; all problems are listed.</exception>
    public static DeviceIdentitySource Load(DeviceIdentityOptions options, TimeProvider timeProvider, ILogger logger) =>
        new(DeviceIdentity.Load(options), options, timeProvider, logger);

    /// <summary>The current identity, kept from being freed until the result is disposed: take it for each new connection.</summary>
    /// <exception cref="ObjectDisposedException">The identity is disposed.</exception>
    public DeviceIdentityUse Use()
    {
        while (true)
        {
            var identity = _current;
            if (identity.TryUse()) return new DeviceIdentityUse(identity);
            // Replaced in between: there is a newer one.
            ObjectDisposedException.ThrowIf(ReferenceEquals(identity, _current), this);
        }
    }

    /// <summary>Looks at the files now.</summary>
    /// <returns>Whether another identity has become the current one.</returns>
    /// <exception cref="DeviceIdentityException">The files cannot be used; the current identity stays.</exception>
    public bool Reload()
    {
        if (_options is null) return false;
        bool changed;
        lock (_loading) changed = Take(IdentityFingerprint.Of(_options));
        if (changed) Changed?.Invoke(this, EventArgs.Empty);
        return changed;
    }

    /// <summary>Follows other files from now on, and looks at them at once. When they cannot be used, nothing changes.</summary>
    /// <param name="options">Where certificate and key are now.</param>
    /// <returns>Whether another identity has become the current one.</returns>
    /// <exception cref="DeviceIdentityException">The files cannot be used; the current identity stays, and the files of before are followed.</exception>
    /// <exception cref="InvalidOperationException">This identity follows no files.</exception>
    public bool Follow(DeviceIdentityOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        bool changed;
        lock (_loading)
        {
            var before = _options ?? throw new InvalidOperationException("This identity follows no files.");
            var loaded = _loadedFiles;
            if (options != before) (_options, _loadedFiles) = (options, null);
            try
            {
                changed = Take(IdentityFingerprint.Of(options));
            }
            catch
            {
                (_options, _loadedFiles) = (before, loaded);
                throw;
            }
        }

        if (changed) Changed?.Invoke(this, EventArgs.Empty);
        return changed;
    }

    /// <summary>Follows the files no longer, and frees the identity once nobody uses it.</summary>
    public void Dispose()
    {
        lock (_loading)
        {
            if (_disposed) return;
            _disposed = true;
        }

        _timer?.Dispose();
        _current.Dispose();
    }

    private void Poll()
    {
        // A key in a slow module is being loaded: the next look will do.
        if (!_loading.TryEnter()) return;
        bool changed;
        try
        {
            changed = TakeOrTell(IdentityFingerprint.Of(_options!));
        }
        finally
        {
            _loading.Exit();
        }

        if (changed) Changed?.Invoke(this, EventArgs.Empty);
    }

    private bool TakeOrTell(string files)
    {
        if (_refused is { } refused && refused.Files == files)
        {
            // Key and certificate come one after the other: only what stays wrong until the next look is worth a word. It is not
            // tried twice: a wrong PIN would lock a hardware module.
            if (refused.Untold is { } problems) Log.IdentityUnusable(_logger!, _current.CertificateId, problems);
            _refused = (files, null);
            return false;
        }

        try
        {
            return Take(files);
        }
        catch (DeviceIdentityException e)
        {
            _refused = (files, string.Join(" | ", e.Problems));
        }
        catch (CryptographicException e)
        {
            _refused = (files, e.Message);
        }

        return false;
    }

    /// <summary>Takes over what the files hold when it is another identity.</summary>
    private bool Take(string files)
    {
        if (_disposed) return false;
        var loaded = files == _loadedFiles ? null : DeviceIdentity.Load(_options!);
        (_loadedFiles, _refused) = (files, null);
        if (loaded is null) return false;
        if (loaded.IsSameAs(_current))
        {
            loaded.Dispose();
            return false;
        }

        var old = _current;
        _current = loaded;
        Log.IdentityReplaced(_logger!, loaded.CertificateId, loaded.NotAfter, old.CertificateId);
        old.Dispose();
        return true;
    }
}

/// <summary>An identity that is in use: it is not freed before this is disposed, even when another has taken its place.</summary>
public sealed class DeviceIdentityUse : IDisposable
{
    private int _ended;

    internal DeviceIdentityUse(DeviceIdentity identity) => Identity = identity;

    /// <summary>Certificate and key.</summary>
    public DeviceIdentity Identity { get; }

    /// <summary>Ends the use.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0) Identity.EndUse();
    }
}
