using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Certificates;

namespace DeviceAgent.Testbed.Registry;

/// <summary>The certificate authorities that the account's operators registered.</summary>
internal sealed class CaRegistry(RegistryTables tables, TimeProvider time)
{
    private const string CodeId = "current";

    public IReadOnlyList<CaCertificateRecord> All => tables.CaCertificates.All;

    public string RegistrationCode
    {
        get
        {
            lock (tables.Gate)
            {
                var code = tables.RegistrationCodes.Find(CodeId)
                    ?? tables.RegistrationCodes.Put(CodeId, new RegistrationCode(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32))));
                return code.Code;
            }
        }
    }

    /// <summary>The next one asked for is new.</summary>
    public void DeleteRegistrationCode()
    {
        if (!tables.RegistrationCodes.Delete(CodeId)) throw RegistryException.NotFound("There is no registration code.");
    }

    public CaCertificateRecord Register(string pem, string? verificationPem, string mode, bool active, bool autoRegistration, JsonObject? registrationConfig)
    {
        var now = time.GetUtcNow();
        using var authority = CertificateText.Accept("caCertificate", pem, now);
        if (!CertificateChecks.IsAuthority(authority))
            throw RegistryException.CertificateValidation("caCertificate is not a CA certificate: its basic constraints do not say CA:TRUE.");
        if (mode == CertificateMode.Default) Verify(authority, verificationPem, now);
        else if (verificationPem is not null) throw RegistryException.InvalidRequest("verificationCertificate must not be given with certificateMode SNI_ONLY.");

        var record = new CaCertificateRecord(
            CertificateIds.Of(authority), authority.ExportCertificatePem() + "\n", active ? CertificateStatus.Active : CertificateStatus.Inactive, mode,
            autoRegistration, registrationConfig, authority.NotBefore.ToUniversalTime(), authority.NotAfter.ToUniversalTime(), now, now, CustomerVersion: 1);
        lock (tables.Gate)
        {
            if (tables.CaCertificates.Find(record.Id) is { } existing)
                throw RegistryException.AlreadyExists("The CA certificate is already registered.", existing.Id, existing.Arn);
            return tables.CaCertificates.Put(record.Id, record);
        }
    }

    public CaCertificateRecord Get(string id)
    {
        id = NameRules.CertificateId("caCertificateId", id);
        return tables.CaCertificates.Find(id) ?? throw RegistryException.NotFound($"CA certificate {id} does not exist.");
    }

    /// <summary>Null leaves a setting as it is.</summary>
    public void Update(string id, string? status, bool? autoRegistration, JsonObject? registrationConfig, bool removeAutoRegistration)
    {
        lock (tables.Gate)
        {
            var old = Get(id);
            tables.CaCertificates.Put(old.Id, old with
            {
                Status = status ?? old.Status,
                AutoRegistration = autoRegistration ?? old.AutoRegistration,
                RegistrationConfig = removeAutoRegistration ? null : registrationConfig ?? old.RegistrationConfig,
                Modified = time.GetUtcNow(),
                CustomerVersion = old.CustomerVersion + 1,
            });
        }
    }

    public void Delete(string id)
    {
        lock (tables.Gate)
        {
            var record = Get(id);
            if (record.Status != CertificateStatus.Inactive)
                throw RegistryException.CertificateState($"CA certificate must be INACTIVE before deletion. (id: {record.Id})");
            tables.CaCertificates.Delete(record.Id);
        }
    }

    /// <summary>The registered CA that signed a certificate, or null.</summary>
    public CaCertificateRecord? IssuerOf(X509Certificate2 certificate)
    {
        foreach (var record in All)
        {
            using var authority = X509Certificate2.CreateFromPem(record.Pem);
            if (CertificateChecks.IsIssuedBy(certificate, authority)) return record;
        }

        return null;
    }

    /// <summary>A signed registration code proves possession of the CA's key.</summary>
    private void Verify(X509Certificate2 authority, string? verificationPem, DateTimeOffset now)
    {
        if (verificationPem is null)
            throw RegistryException.InvalidRequest("verificationCertificate is needed unless certificateMode is SNI_ONLY.");
        using var verification = CertificateText.Accept("verificationCertificate", verificationPem, now);
        if (!CertificateChecks.IsIssuedBy(verification, authority))
            throw RegistryException.CertificateValidation("verificationCertificate is not signed by caCertificate.");
        if (verification.GetNameInfo(X509NameType.SimpleName, forIssuer: false) != RegistrationCode)
            throw RegistryException.RegistrationCodeValidation("The common name of verificationCertificate is not the registration code of this account.");
    }
}

/// <summary>A certificate authority that an operator registered.</summary>
internal sealed record CaCertificateRecord(
    string Id, string Pem, string Status, string Mode, bool AutoRegistration, JsonObject? RegistrationConfig,
    DateTimeOffset NotBefore, DateTimeOffset NotAfter, DateTimeOffset Created, DateTimeOffset Modified, int CustomerVersion)
{
    public string Arn => CloudAccount.Arn("iot", $"cacert/{Id}");
}

/// <summary>What an operator puts into a verification certificate to prove that the CA key is theirs.</summary>
internal sealed record RegistrationCode(string Code);
