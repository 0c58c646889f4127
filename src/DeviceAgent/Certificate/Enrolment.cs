using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DeviceAgent.Control;
using DeviceAgent.Credentials;
using DeviceAgent.Credentials.Text;
using DeviceAgent.RoleAlias;

namespace DeviceAgent.Certificate;

/// <summary>
/// Gets a certificate for the thing and stages it with its key. Cut off anywhere and called again, it goes on where it was; nothing that is
/// active is touched.
/// </summary>
internal sealed class Enrolment(
    FleetProvisioning cloud, StagedIdentity staged, EnrolmentFile file, ProvisioningOptions options, IReadOnlyDictionary<string, string> parameters)
{
    /// <summary>What the thing is called that the certificate was registered for, and what the template told; null after a restart.</summary>
    public RegisteredThing? Thing { get; private set; }

    /// <param name="key">Makes the key, or gives the one in hardware.</param>
    /// <param name="thingName">Stands in the request.</param>
    /// <param name="password">Protects the key's file.</param>
    /// <param name="progress">Is told of the steps.</param>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    /// <returns>A record that is registered, or why there is none.</returns>
    /// <exception cref="IOException">A file could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be written.</exception>
    public async Task<(EnrolmentRecord? Record, RejectionReason? Refusal)> EnrolAsync(
        Func<AsymmetricAlgorithm> key, string thingName, Secret? password, IChangeProgress progress, CancellationToken cancellationToken)
    {
        if (Resume() is { } record)
        {
            if (record.Phase == EnrolmentPhase.Registered) return (record, null);
            progress.Reached(EnrolmentStep.Registering);
            var (resumed, fault) = await RegisterAsync(record, cancellationToken).ConfigureAwait(false);
            if (resumed is not null || fault!.Code != ProvisioningCode.RegistrationRefused) return (resumed, fault);
            // Its hour is over: AWS IoT has forgotten it. (What could not be asked may be registered already: it is kept.)
            file.Delete();
            staged.Discard();
        }

        progress.Reached(EnrolmentStep.Requesting);
        var (issued, refusal) = await IssueAsync(key, thingName, password, cancellationToken).ConfigureAwait(false);
        if (issued is null) return (null, refusal);
        progress.Reached(EnrolmentStep.Registering);
        return await RegisterAsync(issued, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What is staged, when it is whole.</summary>
    private EnrolmentRecord? Resume()
    {
        if (file.Read() is not { Phase: EnrolmentPhase.Issued or EnrolmentPhase.Registered } record) return null;
        try
        {
            using var identity = DeviceIdentity.Load(staged.Options);
            return identity.CertificateId == record.CertificateId ? record : null;
        }
        catch (DeviceIdentityException)
        {
            return null;
        }
    }

    private async Task<(EnrolmentRecord? Record, RejectionReason? Refusal)> IssueAsync(
        Func<AsymmetricAlgorithm> makeKey, string thingName, Secret? password, CancellationToken cancellationToken)
    {
        string csr;
        byte[] publicKey;
        try
        {
            using var key = makeKey();
            (csr, publicKey) = (NewKey.RequestFor(key, thingName), key.ExportSubjectPublicKeyInfo());
            if (!staged.KeyStays) staged.WriteKey(NewKey.Pem(key, password));
        }
        catch (Exception e) when (e is DeviceIdentityException or CryptographicException)
        {
            return (null, new RejectionReason(ProvisioningCode.KeyUnusable, e.Message));
        }

        var (issued, refusal) = await cloud.CreateFromCsrAsync(csr, cancellationToken).ConfigureAwait(false);
        if (issued is null) return Discard(refusal!);
        return Stage(issued, publicKey) is var (id, problem) && id is null
            ? Discard(problem!)
            : (file.Save(new EnrolmentRecord { Phase = EnrolmentPhase.Issued, CertificateId = id!, OwnershipToken = issued.OwnershipToken }), null);
    }

    /// <summary>
    /// What came is judged before it is registered: a certificate for another key would bind somebody else's key to this thing. Only the certificate is kept of
    /// the text, and its id is reckoned here.
    /// </summary>
    private (string? CertificateId, RejectionReason? Problem) Stage(IssuedCertificate issued, byte[] publicKey)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(issued.Pem);
            if (!certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(publicKey))
            {
                return (null, new RejectionReason(
                    ProvisioningCode.CertificateNotOurs,
                    "The certificate that came is not for the key that the request was signed with. Nothing was registered. Ask again; if it happens again, somebody else answers for AWS IoT."));
            }

            staged.WriteCertificate(certificate.ExportCertificatePem());
            using var identity = DeviceIdentity.Load(staged.Options);
            return (identity.CertificateId, null);
        }
        catch (Exception e) when (e is CryptographicException or DeviceIdentityException)
        {
            return (null, new RejectionReason(ProvisioningCode.CertificateRefused, $"The certificate that came cannot be used: {PrintableText.Of(e.Message)} Nothing was registered."));
        }
    }

    private (EnrolmentRecord? Record, RejectionReason? Refusal) Discard(RejectionReason refusal)
    {
        staged.Discard();
        return (null, refusal);
    }

    private async Task<(EnrolmentRecord? Record, RejectionReason? Refusal)> RegisterAsync(EnrolmentRecord record, CancellationToken cancellationToken)
    {
        var (thing, refusal) = await cloud.RegisterAsync(options.Template, record.OwnershipToken ?? "", parameters, cancellationToken).ConfigureAwait(false);
        if (thing is null) return (null, refusal);
        Thing = thing;
        return (file.Save(record.At(EnrolmentPhase.Registered)), null);
    }
}

/// <summary>The steps that are told while a certificate is replaced.</summary>
internal static class EnrolmentStep
{
    public const string Requesting = "requesting";
    public const string Registering = "registering";
    public const string Fetching = "fetching";
    public const string Proving = "proving";
    public const string Connecting = "connecting";
    public const string Swapping = "exchanging";
    public const string Committed = "committed";
}
