using System.Formats.Asn1;

namespace DeviceAgent.Credentials.Identity;

/// <summary>
/// Bounds what deriving a key from its password costs, before anything is derived: the file says how often, and a damaged or hostile one may say two
/// thousand million times.
/// </summary>
internal static class KeyDerivation
{
    /// <summary>Rounds of PBKDF2 and of the older ways. OpenSSL writes 2048, the most that is recommended anywhere is 1.3 million; a small device does 100 000 a second.</summary>
    public const int MaxIterations = 2_000_000;

    /// <summary>Scrypt's N x r x p; OpenSSL writes 131 072.</summary>
    public const int MaxScryptWork = 1_048_576;

    /// <summary>What scrypt may take; OpenSSL's own limit is half of it.</summary>
    private const int MaxScryptBytes = 64 * 1024 * 1024;

    private const string Pbes2 = "1.2.840.113549.1.5.13";
    private const string Scrypt = "1.3.6.1.4.1.11591.4.11";

    /// <summary>Why the password is not tried; null when it can be. What cannot be read is for the readers of keys to tell.</summary>
    public static DeviceIdentityProblem? FindProblem(byte[] encryptedPkcs8, string path)
    {
        try
        {
            var algorithm = new AsnReader(encryptedPkcs8, AsnEncodingRules.BER).ReadSequence().ReadSequence();
            var name = algorithm.ReadObjectIdentifier();
            var parameters = algorithm.ReadSequence();
            if (name == Pbes2)
            {
                var derivation = parameters.ReadSequence();
                name = derivation.ReadObjectIdentifier();
                parameters = derivation.ReadSequence();
            }

            // The salt comes first in all of them.
            parameters.ReadEncodedValue();
            if (name != Scrypt) return Number(parameters) is var rounds and > MaxIterations ? Problems.DerivationTooCostly(path, $"{rounds} rounds", $"{MaxIterations}") : null;
            var (cost, size, lanes) = (Number(parameters), Number(parameters), Number(parameters));
            return (decimal)cost * size * lanes > MaxScryptWork || 128L * size * Math.Max(cost, lanes) > MaxScryptBytes
                ? Problems.DerivationTooCostly(path, $"scrypt with N={cost}, r={size}, p={lanes}", $"N x r x p = {MaxScryptWork} in 64 MiB")
                : null;
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    /// <summary>The next number; the largest for one that is larger.</summary>
    private static long Number(AsnReader parameters)
    {
        if (parameters.TryReadInt32(out var number)) return number;
        parameters.ReadEncodedValue();
        return int.MaxValue;
    }
}
