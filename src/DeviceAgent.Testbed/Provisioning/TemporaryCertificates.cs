using System.Security.Cryptography;
using System.Text;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.State;

namespace DeviceAgent.Testbed.Provisioning;

/// <summary>Certificates that are deleted unless they are claimed, and the tokens that prove whose they are.</summary>
internal sealed class TemporaryCertificates : IAsyncDisposable
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(1);

    private readonly Documents<TemporaryCertificate> _kept;
    private readonly RegistryService _registry;
    private readonly TimeProvider _time;
    private readonly ITimer _sweeps;

    public TemporaryCertificates(StateStore store, RegistryService registry, TimeProvider time)
    {
        _kept = new Documents<TemporaryCertificate>(store, "iot.temporary-certificate", ProvisioningJson.Default.TemporaryCertificate);
        (_registry, _time) = (registry, time);
        _sweeps = time.CreateTimer(_ => Sweep(), null, TimeSpan.Zero, SweepInterval);
    }

    /// <summary>Starts the certificate's time; gives the token of which only the hash is kept.</summary>
    public string IssueToken(string certificateId, TimeSpan lifetime)
    {
        var token = Convert.ToBase64String(RandomNumberGenerator.GetBytes(48));
        _kept.Put(certificateId, new TemporaryCertificate(certificateId, _time.GetUtcNow() + lifetime, HashOf(token)));
        return token;
    }

    /// <summary>The certificate of a token; null when there is no such token, or no longer.</summary>
    public string? OwnedWith(string token)
    {
        var (hash, now) = (HashOf(token), _time.GetUtcNow());
        return _kept.All.FirstOrDefault(t => t.TokenHash == hash && t.Expires > now)?.CertificateId;
    }

    public void KeepUntil(string certificateId, DateTimeOffset end) => _kept.Put(certificateId, new TemporaryCertificate(certificateId, end, TokenHash: null));

    /// <summary>It was claimed: it stays, and its token is used up.</summary>
    public void Claim(string certificateId) => _kept.Delete(certificateId);

    public ValueTask DisposeAsync() => _sweeps.DisposeAsync();

    private void Sweep()
    {
        foreach (var temporary in _kept.All.Where(t => t.Expires <= _time.GetUtcNow()))
        {
            _kept.Delete(temporary.CertificateId);
            try
            {
                if (temporary.TokenHash is null) _registry.Certificates.Update(temporary.CertificateId, CertificateStatus.Inactive);
                if (temporary.TokenHash is null || IsUnclaimed(temporary.CertificateId)) _registry.Certificates.Delete(temporary.CertificateId, force: true);
            }
            catch (RegistryException)
            {
                // Somebody deleted it, or attached it to a thing: then it is theirs to deal with.
            }
        }
    }

    private bool IsUnclaimed(string certificateId) =>
        _registry.Certificates.Get(certificateId).Status == CertificateStatus.PendingActivation && _registry.PolicyTargets.PoliciesOf(certificateId).Count == 0;

    private static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}

/// <summary>A certificate that is deleted: an unclaimed one when its ownership token ends, a claim after five minutes.</summary>
/// <param name="CertificateId">Which one.</param>
/// <param name="Expires">When it goes.</param>
/// <param name="TokenHash">SHA-256 of the ownership token; null with a claim.</param>
internal sealed record TemporaryCertificate(string CertificateId, DateTimeOffset Expires, string? TokenHash);
