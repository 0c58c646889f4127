namespace DeviceAgent.Testbed.Provisioning;

/// <summary>A certificate with an end: an unclaimed one goes when its ownership token ends, a claim after five minutes.</summary>
/// <param name="CertificateId">Which one.</param>
/// <param name="Expires">When it goes.</param>
/// <param name="TokenHash">SHA-256 of the ownership token; null with a claim.</param>
internal sealed record TemporaryCertificate(string CertificateId, DateTimeOffset Expires, string? TokenHash);
