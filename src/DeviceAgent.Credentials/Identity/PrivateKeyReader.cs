using System.Security.Cryptography;

namespace DeviceAgent.Credentials.Identity;

/// <summary>
/// Reads a private key, EC or RSA, from a PEM or DER file: PKCS#8 plain or encrypted, PKCS#1, SEC1, and PEM encrypted in the traditional way. The framework
/// reads what it can; the rest is for <see cref="BouncyCastleKeys"/>.
/// </summary>
internal static class PrivateKeyReader
{
    /// <summary>The key; null after adding the reason to <paramref name="problems"/>.</summary>
    public static AsymmetricAlgorithm? Read(IdentityFile file, Secret? password, List<DeviceIdentityProblem> problems)
    {
        if (file.IsPem) return Read(file.Text, file.Path, password, problems);
        if (PemText.LabelOfKey(file.Bytes) is not { } label)
        {
            problems.Add(Problems.KeyNotRecognised(file.Path));
            return null;
        }

        var pem = PemEncoding.Write(label, file.Bytes);
        try
        {
            return Read(pem, file.Path, password, problems);
        }
        finally
        {
            Array.Clear(pem);
        }
    }

    private static AsymmetricAlgorithm? Read(ReadOnlySpan<char> text, string path, Secret? password, List<DeviceIdentityProblem> problems)
    {
        var traditional = PemText.TraditionalBlock(text);
        var (label, block) = traditional is { } range
            ? (PemText.EncryptedPkcs8, range)
            : PemText.Blocks(text).FirstOrDefault(b => b.Label.EndsWith(PemText.Pkcs8, StringComparison.Ordinal));
        var encrypted = label == PemText.EncryptedPkcs8;
        if (label is null)
        {
            problems.Add(Problems.NoKey(path));
        }
        else if (label is not (PemText.EncryptedPkcs8 or PemText.Pkcs8 or PemText.Pkcs1 or PemText.Sec1))
        {
            problems.Add(label == PemText.OpenSsh ? Problems.FormOfOpenSsh(path) : Problems.KindNotTaken(path, label[..^PemText.Pkcs8.Length].TrimEnd()));
        }
        else if (encrypted && password is null)
        {
            problems.Add(Problems.PasswordMissing(path));
        }
        else
        {
            var pem = text[block];
            var secret = encrypted ? password : null;
            var key = traditional is null ? Import(ECDsa.Create(), pem, secret) ?? Import(RSA.Create(), pem, secret) : null;
            return key ?? BouncyCastleKeys.Read(pem.ToString(), secret, path, problems);
        }

        return null;
    }

    private static AsymmetricAlgorithm? Import(AsymmetricAlgorithm key, ReadOnlySpan<char> pem, Secret? password)
    {
        try
        {
            if (password is null) key.ImportFromPem(pem);
            else key.ImportFromEncryptedPem(pem, password.Reveal());
            // A curve whose parameters are spelled out never matches a certificate, which names its curve.
            if (key is not ECDsa ec || ec.ExportParameters(includePrivateParameters: false).Curve.IsNamed) return key;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            // Of the other algorithm, damaged, another password, or in a form that the framework does not read.
        }

        key.Dispose();
        return null;
    }
}
