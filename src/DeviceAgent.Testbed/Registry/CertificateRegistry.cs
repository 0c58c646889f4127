using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DeviceAgent.Testbed.Certificates;

namespace DeviceAgent.Testbed.Registry;

/// <summary>The device certificates of the account.</summary>
internal sealed class CertificateRegistry(RegistryTables tables, CaRegistry authorities, CertificateAuthority authority, TimeProvider time)
{
    private const int MaximumRequestLength = 4096;

    public IReadOnlyList<DeviceCertificateRecord> All => tables.Certificates.All;

    /// <summary>Makes a certificate with a key that the service does not keep.</summary>
    public (DeviceCertificateRecord Record, DeviceCertificate Certificate) CreateWithKeys(string commonName, DeviceKeyKind kind, bool active) =>
        CreateWithKeys(commonName, kind, StatusOf(active));

    /// <param name="commonName">Of the certificate's subject.</param>
    /// <param name="kind">Of the key.</param>
    /// <param name="status">One of <see cref="CertificateStatus"/>.</param>
    /// <param name="notAfter">When it ends; null is the end of 2049.</param>
    public (DeviceCertificateRecord Record, DeviceCertificate Certificate) CreateWithKeys(
        string commonName, DeviceKeyKind kind, string status, DateTimeOffset? notAfter = null)
    {
        var made = authority.CreateDeviceCertificate(commonName, kind, notAfter);
        using var certificate = X509Certificate2.CreateFromPem(made.CertificatePem);
        return (Add(certificate, status, CertificateMode.Default, caCertificateId: null), made);
    }

    public DeviceCertificateRecord CreateFromRequest(string requestPem, bool active) => CreateFromRequest(requestPem, StatusOf(active));

    /// <param name="requestPem">PKCS#10.</param>
    /// <param name="status">One of <see cref="CertificateStatus"/>.</param>
    public DeviceCertificateRecord CreateFromRequest(string requestPem, string status)
    {
        if (requestPem.Length is 0 or > MaximumRequestLength)
            throw RegistryException.InvalidRequest($"certificateSigningRequest must have length between 1 and {MaximumRequestLength}");
        try
        {
            using var certificate = authority.SignRequest(requestPem);
            if (!CertificateChecks.HasAcceptableKey(certificate.PublicKey))
                throw RegistryException.InvalidRequest("The key of the certificate signing request must be RSA of at least 2048 bits or EC on P-256, P-384 or P-521.");
            return Add(certificate, status, CertificateMode.Default, caCertificateId: null);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw RegistryException.InvalidRequest($"certificateSigningRequest is not a PKCS#10 request with a good signature: {e.Message}");
        }
    }

    /// <summary>Registers a certificate that a registered CA signed.</summary>
    public DeviceCertificateRecord Register(string pem, string? caPem, string status)
    {
        var now = time.GetUtcNow();
        using var certificate = CertificateText.Accept("certificatePem", pem, now);
        lock (tables.Gate)
        {
            var issuer = caPem is null ? authorities.IssuerOf(certificate) : GivenIssuer(certificate, caPem, now);
            if (issuer is null)
                throw RegistryException.CertificateValidation("No CA registered with this account signed certificatePem: register the CA with RegisterCACertificate, or use RegisterCertificateWithoutCA.");
            if (issuer.Status != CertificateStatus.Active)
                throw RegistryException.CertificateState($"The CA certificate {issuer.Id} is {issuer.Status}; it must be ACTIVE.");
            return Add(certificate, Settable(status), CertificateMode.Default, issuer.Id);
        }
    }

    public DeviceCertificateRecord RegisterWithoutCa(string pem, string status)
    {
        using var certificate = CertificateText.Accept("certificatePem", pem, time.GetUtcNow());
        return Add(certificate, Settable(status), CertificateMode.SniOnly, caCertificateId: null);
    }

    public DeviceCertificateRecord Get(string id)
    {
        id = NameRules.CertificateId("certificateId", id);
        return tables.Certificates.Find(id) ?? throw RegistryException.NotFound($"Certificate {id} does not exist.");
    }

    public void Update(string id, string status)
    {
        Settable(status);
        lock (tables.Gate)
        {
            var old = Get(id);
            tables.Certificates.Put(old.Id, old with { Status = status, Modified = time.GetUtcNow(), CustomerVersion = old.CustomerVersion + 1 });
        }
    }

    /// <param name="id">Which certificate.</param>
    /// <param name="force">Detach its policies as well; things must be detached by hand in any case.</param>
    public void Delete(string id, bool force)
    {
        lock (tables.Gate)
        {
            var record = Get(id);
            if (record.Status == CertificateStatus.Active)
                throw RegistryException.CertificateState($"Certificate must be deactivated (not ACTIVE) before deletion. (id: {record.Id})");
            if (tables.ThingAttachments.All.Any(a => a.CertificateId == record.Id))
                throw RegistryException.DeleteConflict($"Things must be detached before deletion (arn: {record.Arn})");
            var policies = tables.PolicyAttachments.All.Where(a => a.CertificateId == record.Id).ToList();
            if (policies.Count > 0 && !force)
                throw RegistryException.DeleteConflict($"Certificate policies must be detached before deletion (arn: {record.Arn})");
            foreach (var attachment in policies) tables.PolicyAttachments.Delete(attachment.Id);
            tables.Certificates.Delete(record.Id);
        }
    }

    private CaCertificateRecord GivenIssuer(X509Certificate2 certificate, string caPem, DateTimeOffset now)
    {
        using var given = CertificateText.Accept("caCertificatePem", caPem, now);
        var issuer = tables.CaCertificates.Find(CertificateIds.Of(given))
            ?? throw RegistryException.CertificateValidation("caCertificatePem is not registered with this account: register it with RegisterCACertificate first.");
        return CertificateChecks.IsIssuedBy(certificate, given)
            ? issuer
            : throw RegistryException.CertificateValidation("certificatePem is not signed by caCertificatePem.");
    }

    private DeviceCertificateRecord Add(X509Certificate2 certificate, string status, string mode, string? caCertificateId)
    {
        var now = time.GetUtcNow();
        var record = new DeviceCertificateRecord(
            CertificateIds.Of(certificate), certificate.ExportCertificatePem() + "\n", status, mode, caCertificateId,
            certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime(), now, now, CustomerVersion: 1);
        lock (tables.Gate)
        {
            if (tables.Certificates.Find(record.Id) is { } existing)
                throw RegistryException.AlreadyExists("The certificate is already provisioned or registered", existing.Id, existing.Arn);
            return tables.Certificates.Put(record.Id, record);
        }
    }

    private static string StatusOf(bool active) => active ? CertificateStatus.Active : CertificateStatus.Inactive;

    private static string Settable(string status) => CertificateStatus.Settable.Contains(status)
        ? status
        : throw RegistryException.InvalidRequest($"A certificate cannot be given the status '{status}'; one of {string.Join(", ", CertificateStatus.Settable)} is possible.");
}

/// <summary>A device certificate as the registry knows it. It has a <c>CaCertificateId</c> when a registered CA signed it.</summary>
internal sealed record DeviceCertificateRecord(
    string Id, string Pem, string Status, string Mode, string? CaCertificateId,
    DateTimeOffset NotBefore, DateTimeOffset NotAfter, DateTimeOffset Created, DateTimeOffset Modified, int CustomerVersion)
{
    public string Arn => ArnOf(Id);

    public static string ArnOf(string id) => CloudAccount.Arn("iot", $"cert/{id}");
}

/// <summary>The states of a certificate, spelt as the API spells them.</summary>
internal static class CertificateStatus
{
    public const string Active = "ACTIVE";

    public const string Inactive = "INACTIVE";

    public const string Revoked = "REVOKED";

    /// <summary>Made for a device that has not registered its thing yet; not usable until then.</summary>
    public const string PendingActivation = "PENDING_ACTIVATION";

    /// <summary>What a caller may ask for. The other states belong to transfers and to just-in-time registration.</summary>
    public static IReadOnlyList<string> Settable { get; } = [Active, Inactive, Revoked];
}

/// <summary>DEFAULT: signed by a registered CA whose key was proved. SNI_ONLY: registered without a CA.</summary>
internal static class CertificateMode
{
    public const string Default = "DEFAULT";

    public const string SniOnly = "SNI_ONLY";
}
