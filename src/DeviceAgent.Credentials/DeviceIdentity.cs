using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DeviceAgent.Credentials.Identity;

namespace DeviceAgent.Credentials;

/// <summary>
/// The device's certificate with its private key, and the intermediates that are sent along. Thread-safe. For one that follows its
/// files see <see cref="DeviceIdentitySource"/>.
/// </summary>
public sealed class DeviceIdentity : IDisposable
{
    /// <summary>From here on an ending certificate is worth a warning.</summary>
    private static readonly TimeSpan ExpiryWarning = TimeSpan.FromDays(30);

    private readonly Lazy<SslStreamCertificateContext> _tls;
    private int _uses = 1;
    private int _disposed;

    /// <summary>
    /// Takes a certificate that is in memory already, for example one with a key in a hardware module. The identity owns
    /// both from now on.
    /// </summary>
    /// <param name="certificate">The device's certificate; must have its private key.</param>
    /// <param name="chain">Intermediates to send along, in any order; null for none.</param>
    /// <exception cref="DeviceIdentityException">There is no private key: .NET would silently not send the certificate.</exception>
    public DeviceIdentity(X509Certificate2 certificate, X509Certificate2Collection? chain = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        if (!certificate.HasPrivateKey)
            throw new DeviceIdentityException([Problems.CertificateWithoutKey(certificate.Subject)]);

        Certificate = certificate;
        Chain = chain ?? [];
        Subject = certificate.Subject;
        CertificateId = Convert.ToHexStringLower(SHA256.HashData(certificate.RawData));
        NotBefore = certificate.NotBefore;
        NotAfter = certificate.NotAfter;
        // Offline: nothing is fetched to complete the chain, what was given is what is sent.
        _tls = new Lazy<SslStreamCertificateContext>(() => SslStreamCertificateContext.Create(Certificate, Chain, offline: true));
    }

    /// <summary>The device's certificate, with its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The certificates between the device's and its root; may be empty.</summary>
    public X509Certificate2Collection Chain { get; }

    /// <summary>The certificate's subject, e.g. <c>CN=boiler-07</c>.</summary>
    public string Subject { get; }

    /// <summary>AWS IoT's id of the certificate: the SHA-256 of its DER form, 64 lower-case hex digits.</summary>
    public string CertificateId { get; }

    /// <summary>The first moment of the certificate's validity.</summary>
    public DateTimeOffset NotBefore { get; }

    /// <summary>The last moment of the certificate's validity.</summary>
    public DateTimeOffset NotAfter { get; }

    /// <summary>What a TLS client presents; valid while the identity is in use.</summary>
    internal SslStreamCertificateContext Tls => _tls.Value;

    /// <summary>Reads certificate, key and chain, and checks that they belong together.</summary>
    /// <exception cref="DeviceIdentityException">Something is missing, unreadable, in a wrong form, protected by another
    /// password, open to other users, or does not match; all problems are listed.</exception>
    public static DeviceIdentity Load(DeviceIdentityOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return IdentityLoader.Load(options);
    }

    /// <summary>Reads the private key alone, to make a certificate signing request with. The caller disposes it.</summary>
    /// <exception cref="DeviceIdentityException">It cannot be used; all problems are listed.</exception>
    public static AsymmetricAlgorithm LoadPrivateKey(DeviceIdentityOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return IdentityLoader.LoadPrivateKey(options);
    }

    /// <summary>
    /// Whether <paramref name="now"/> lies within the certificate's dates. Not a reason to refuse it: a device without a
    /// real-time clock starts with a wrong time, and the endpoint judges the dates anyway.
    /// </summary>
    public CertificateValidity ValidityAt(DateTimeOffset now) =>
        now < NotBefore ? CertificateValidity.NotYetValid
        : now > NotAfter ? CertificateValidity.Expired
        : CertificateValidity.Valid;

    /// <summary>What is worth a warning at <paramref name="now"/>: expired, not valid yet, or ending within 30 days; the intermediates included.</summary>
    public IReadOnlyList<DeviceIdentityProblem> WarningsAt(DateTimeOffset now) =>
        [.. OwnWarningsAt(now), .. Chain.Select(c => IntermediateWarningAt(c, now)).OfType<DeviceIdentityProblem>()];

    /// <summary>Whether it and all its intermediates are valid at that time.</summary>
    internal bool IsWithinDates(DateTimeOffset now) => new[] { Certificate }.Concat(Chain).All(c => now >= c.NotBefore && now <= c.NotAfter);

    private IReadOnlyList<DeviceIdentityProblem> OwnWarningsAt(DateTimeOffset now) => ValidityAt(now) switch
    {
        CertificateValidity.Expired => [Problems.CertificateExpired(Subject, NotAfter, now)],
        CertificateValidity.NotYetValid => [Problems.CertificateNotYetValid(Subject, NotBefore, now)],
        _ when NotAfter - now < ExpiryWarning => [Problems.CertificateEndsSoon(Subject, NotAfter)],
        _ => [],
    };

    private static DeviceIdentityProblem? IntermediateWarningAt(X509Certificate2 certificate, DateTimeOffset now)
    {
        DateTimeOffset start = certificate.NotBefore, end = certificate.NotAfter;
        if (now > end) return Problems.IntermediateExpired(certificate.Subject, end, now);
        if (now < start) return Problems.IntermediateNotYetValid(certificate.Subject, start, now);
        return end - now < ExpiryWarning ? Problems.IntermediateEndsSoon(certificate.Subject, end) : null;
    }

    /// <summary>Frees certificate and key; when they are in use at this moment, the last user's end does it.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0) EndUse();
    }

    /// <summary>Whether the same certificates would be sent.</summary>
    internal bool IsSameAs(DeviceIdentity other) =>
        CertificateId == other.CertificateId && Chain.Select(c => c.Thumbprint).SequenceEqual(other.Chain.Select(c => c.Thumbprint));

    /// <summary>Keeps it from being freed until <see cref="EndUse"/>. False when it has been freed.</summary>
    internal bool TryUse()
    {
        int uses;
        do
        {
            uses = Volatile.Read(ref _uses);
            if (uses == 0) return false;
        }
        while (Interlocked.CompareExchange(ref _uses, uses + 1, uses) != uses);
        return true;
    }

    internal void EndUse()
    {
        if (Interlocked.Decrement(ref _uses) > 0) return;
        Certificate.Dispose();
        foreach (var certificate in Chain) certificate.Dispose();
    }
}

/// <summary>Whether a moment lies within a certificate's dates.</summary>
public enum CertificateValidity
{
    /// <summary>The moment is within them.</summary>
    Valid = 0,

    /// <summary>The moment is before the first date: often a clock that is wrong.</summary>
    NotYetValid,

    /// <summary>The moment is after the last date.</summary>
    Expired,
}
