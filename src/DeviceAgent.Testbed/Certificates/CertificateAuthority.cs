using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DeviceAgent.Testbed.Certificates;

/// <summary>
/// The testbed's certificate authority: made on the first start, loaded on the later ones. It signs the certificate
/// of the testbed's own listeners and the device certificates that the registry hands out.
/// </summary>
internal sealed class CertificateAuthority : IDisposable
{
    /// <summary>When certificates made by AWS IoT end.</summary>
    public static readonly DateTimeOffset EndOfTime = new(2049, 12, 31, 23, 59, 59, TimeSpan.Zero);

    private static readonly TimeSpan ServerValidity = TimeSpan.FromDays(397);
    private static readonly TimeSpan ServerRenewal = TimeSpan.FromDays(30);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly KeyPairFile _serverFile;
    private readonly ECDsa _key;
    private readonly CertificateSigner _signer;
    private X509Certificate2? _server;

    /// <param name="directory">A folder of its own (mode 0700); the private keys in it have mode 0600.</param>
    /// <param name="time">The clock of the host: TLS clients judge validity by theirs.</param>
    /// <exception cref="InvalidDataException">What the folder holds cannot be used.</exception>
    public CertificateAuthority(string directory, TimeProvider time)
    {
        _time = time;
        PrivateFiles.MakeDirectory(directory);
        _serverFile = new KeyPairFile(directory, "server");
        var file = new KeyPairFile(directory, "ca");
        Certificate = file.Load() ?? file.Save(Found());
        _key = Certificate.GetECDsaPrivateKey()
            ?? throw new InvalidDataException($"The CA key in {directory} is not an EC key. Remove the folder to start with a new CA.");
        _signer = new CertificateSigner(Certificate, _key);
        _server = _serverFile.Load();
    }

    /// <summary>The CA certificate, with its private key.</summary>
    public X509Certificate2 Certificate { get; }

    public string CertificatePem => Certificate.ExportCertificatePem() + "\n";

    /// <summary>The certificate of the testbed's listeners for localhost, 127.0.0.1 and ::1, with its key; a new one when the old one nears its end.</summary>
    public X509Certificate2 ServerCertificate
    {
        get
        {
            lock (_gate)
            {
                if (_server is not null && IsSound(_server)) return _server;
                using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
                var request = new CertificateRequest("CN=localhost, O=DeviceAgent testbed", key, HashAlgorithmName.SHA256);
                using var bare = _signer.Server(request, NotBefore(), _time.GetUtcNow() + ServerValidity);
                return _server = _serverFile.Save(bare.CopyWithPrivateKey(key));
            }
        }
    }

    /// <summary>A new key and a certificate for it, with AWS's far expiry date unless another is given.</summary>
    public DeviceCertificate CreateDeviceCertificate(string commonName, DeviceKeyKind kind, DateTimeOffset? notAfter = null)
    {
        using AsymmetricAlgorithm key = kind == DeviceKeyKind.EcP256 ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : RSA.Create(2048);
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(commonName);
        var request = key is RSA rsa
            ? new CertificateRequest(subject.Build(), rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(subject.Build(), (ECDsa)key, HashAlgorithmName.SHA256);
        using var certificate = _signer.Device(request, NotBefore(), notAfter ?? EndOfTime);
        return new DeviceCertificate(
            certificate.ExportCertificatePem() + "\n",
            key.ExportSubjectPublicKeyInfoPem() + "\n",
            key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    /// <summary>Signs a PKCS#10 request (PEM). Its subject and key are used, its requested extensions are not.</summary>
    /// <exception cref="CryptographicException">The request is not one, or its signature is wrong.</exception>
    /// <exception cref="ArgumentException">There is no PEM request in the text.</exception>
    public X509Certificate2 SignRequest(string requestPem)
    {
        var request = CertificateRequest.LoadSigningRequestPem(requestPem, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.Default, RSASignaturePadding.Pkcs1);
        return _signer.Device(request, NotBefore(), EndOfTime);
    }

    public void Dispose()
    {
        _server?.Dispose();
        _key.Dispose();
        Certificate.Dispose();
    }

    private X509Certificate2 Found()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return CertificateSigner.SelfSigned(new X500DistinguishedName("CN=DeviceAgent testbed CA, O=DeviceAgent testbed"), key, _time.GetUtcNow().AddDays(-1), EndOfTime);
    }

    private bool IsSound(X509Certificate2 server) =>
        server.NotAfter.ToUniversalTime() - _time.GetUtcNow().UtcDateTime > ServerRenewal && CertificateChecks.IsIssuedBy(server, Certificate);

    /// <summary>Slightly in the past, for devices whose clocks are slow; never before the CA itself is valid.</summary>
    private DateTimeOffset NotBefore()
    {
        var wanted = _time.GetUtcNow().AddHours(-1);
        var earliest = new DateTimeOffset(Certificate.NotBefore.ToUniversalTime());
        return wanted > earliest ? wanted : earliest;
    }
}
