using System.Security.Cryptography;
using System.Text;

namespace DeviceAgent.Credentials.Identity;

/// <summary>
/// Reads a private key, EC or RSA, from a PEM or DER file: PKCS#8 plain or encrypted, PKCS#1, SEC1, and PEM encrypted in the traditional way. The framework
/// reads what it can; the rest is for <see cref="BouncyCastleKeys"/>.
/// </summary>
internal static class PrivateKeyReader
{
    /// <summary>The key; null after adding the reason to <paramref name="problems"/>.</summary>
    /// <param name="file">PEM or DER.</param>
    /// <param name="password">Null when none is configured.</param>
    /// <param name="fits">Chooses among several keys of one file.</param>
    /// <param name="problems">What is wrong.</param>
    public static AsymmetricAlgorithm? Read(IdentityFile file, Secret? password, Func<AsymmetricAlgorithm, bool> fits, List<DeviceIdentityProblem> problems)
    {
        if (file.Pem is { } pem) return Read(pem, file.Path, password, fits, problems);
        if (PemText.LabelOfKey(file.Bytes) is { } label) return Read(new PemBlock(label, [], file.Bytes, 1), file.Path, password, problems);
        problems.Add(Problems.KeyNotRecognised(file.Path, FoundForm.Of(file)));
        return null;
    }

    private static AsymmetricAlgorithm? Read(PemText pem, string path, Secret? password, Func<AsymmetricAlgorithm, bool> fits, List<DeviceIdentityProblem> problems)
    {
        var blocks = pem.Blocks.Where(b => b.IsKey).DistinctBy(b => Convert.ToHexString(SHA256.HashData(b.Content))).ToArray();
        if (blocks.Length == 1) return Read(blocks[0], path, password, problems);
        if (blocks.Length == 0)
        {
            problems.Add(pem.Faults.FirstOrDefault(f => f.IsOfKey) is { } fault ? Problems.PemDamaged(path, fault) : Problems.NoKey(path, pem.Blocks));
            return null;
        }

        var before = problems.Count;
        foreach (var block in blocks)
        {
            if (Read(block, path, password, problems) is not { } key) continue;
            if (fits(key))
            {
                problems.RemoveRange(before, problems.Count - before);
                return key;
            }

            key.Dispose();
        }

        problems.Add(Problems.SeveralKeys(path, blocks));
        return null;
    }

    private static AsymmetricAlgorithm? Read(PemBlock block, string path, Secret? password, List<DeviceIdentityProblem> problems)
    {
        var traditional = block.IsTraditionallyEncrypted;
        if (block.Label is not (PemText.EncryptedPkcs8 or PemText.Pkcs8 or PemText.Pkcs1 or PemText.Sec1))
        {
            problems.Add(block.Label == PemText.OpenSsh ? Problems.FormOfOpenSsh(path) : Problems.KindNotTaken(path, block.Label[..^PemText.Pkcs8.Length].TrimEnd()));
            return null;
        }

        // What the content is counts, not what it is called.
        var label = traditional ? block.Label : PemText.LabelOfKey(block.Content) ?? block.Label;
        var encrypted = traditional || label == PemText.EncryptedPkcs8;
        if (encrypted && password is null)
        {
            problems.Add(Problems.PasswordMissing(path));
            return null;
        }

        if (label == PemText.EncryptedPkcs8 && KeyDerivation.FindProblem(block.Content, path) is { } costly)
        {
            problems.Add(costly);
            return null;
        }

        var pem = Write(label, block, traditional);
        try
        {
            var secret = encrypted ? password : null;
            var key = traditional ? null : Import(ECDsa.Create(), pem, secret) ?? Import(RSA.Create(), pem, secret);
            return key ?? BouncyCastleKeys.Read(new string(pem), secret, path, problems);
        }
        finally
        {
            Array.Clear(pem);
        }
    }

    /// <summary>The block as every reader takes it.</summary>
    private static char[] Write(string label, PemBlock block, bool withHeaders)
    {
        var pem = PemEncoding.Write(label, block.Content);
        if (!withHeaders) return pem;
        var headers = new StringBuilder().AppendJoin('\n', block.Headers).Append("\n\n").ToString();
        var first = $"-----BEGIN {label}-----\n".Length;
        char[] whole = [.. pem.AsSpan(0, first), .. headers, .. pem.AsSpan(first)];
        Array.Clear(pem);
        return whole;
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
        catch (Exception e) when (e is CryptographicException or ArgumentException or PlatformNotSupportedException)
        {
            // Of the other algorithm, damaged, another password, or in a form that the framework does not read.
        }

        key.Dispose();
        return null;
    }
}
