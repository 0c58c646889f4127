namespace DeviceAgent.Credentials.Identity;

/// <summary>The words for everything that can be wrong with an identity.</summary>
internal static class Problems
{
    public static DeviceIdentityProblem CertificateWithoutKey(string subject) => new(
        subject,
        "the certificate comes without its private key, so TLS would silently not present it",
        "Give the key that belongs to it");

    public static DeviceIdentityProblem CertificateExpired(string subject, DateTimeOffset end, DateTimeOffset now) => new(
        subject,
        $"the certificate expired at {end.UtcDateTime:u}; the local clock says {now.UtcDateTime:u}",
        "Check the clock (timedatectl); when it is right, issue and register a new certificate");

    public static DeviceIdentityProblem CertificateNotYetValid(string subject, DateTimeOffset start, DateTimeOffset now) => new(
        subject,
        $"the certificate is not valid before {start.UtcDateTime:u}; the local clock says {now.UtcDateTime:u}",
        "Most likely the clock is wrong: check it (timedatectl) and the time synchronisation");

    public static DeviceIdentityProblem CertificateEndsSoon(string subject, DateTimeOffset end) => new(
        subject,
        $"the certificate expires at {end.UtcDateTime:u}",
        "Issue and register a new certificate before then");
}
