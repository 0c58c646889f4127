using System.Security.Cryptography;

namespace DeviceAgent.Credentials.Identity;

/// <summary>Reads the private key of a PEM file: PKCS#8 plain or encrypted, PKCS#1, SEC1.</summary>
internal static class PrivateKeyReader
{
    private const string Encrypted = "ENCRYPTED PRIVATE KEY";

    /// <summary>The key; null after adding the reason to <paramref name="problems"/>.</summary>
    public static AsymmetricAlgorithm? Read(IdentityFile file, Secret? password, List<DeviceIdentityProblem> problems)
    {
        if (!file.IsPem)
        {
            problems.Add(Problems.KeyNotPem(file.Path));
            return null;
        }

        // The framework does not see such a block as PEM at all, because of the headers inside.
        if (file.Text.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal))
        {
            problems.Add(Problems.KeyTraditionallyEncrypted(file.Path));
            return null;
        }

        foreach (var (label, block) in PemReader.Blocks(file))
        {
            if (label is not (Encrypted or "PRIVATE KEY" or "RSA PRIVATE KEY" or "EC PRIVATE KEY")) continue;
            if (label == Encrypted && password is null)
            {
                problems.Add(Problems.PasswordMissing(file.Path));
                return null;
            }

            var pem = file.Text[block];
            var secret = label == Encrypted ? password : null;
            var key = Import(ECDsa.Create(), pem, secret) ?? Import(RSA.Create(), pem, secret);
            if (key is null) problems.Add(secret is null ? Problems.KeyDamaged(file.Path) : Problems.PasswordWrong(file.Path));
            return key;
        }

        problems.Add(Problems.NoKey(file.Path));
        return null;
    }

    private static AsymmetricAlgorithm? Import(AsymmetricAlgorithm key, ReadOnlySpan<char> pem, Secret? password)
    {
        try
        {
            if (password is null) key.ImportFromPem(pem);
            else key.ImportFromEncryptedPem(pem, password.Reveal());
            return key;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            // Of the other algorithm, damaged, or another password: the caller can tell once both have been tried.
            key.Dispose();
            return null;
        }
    }
}
