using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.Misc;
using Org.BouncyCastle.Asn1.Nist;
using Org.BouncyCastle.Asn1.Pkcs;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.OpenSsl;
using Org.BouncyCastle.Pkcs;
using Org.BouncyCastle.Security;
using EncryptionException = Org.BouncyCastle.OpenSsl.EncryptionException;
using PemParser = Org.BouncyCastle.Utilities.IO.Pem.PemReader;

namespace DeviceAgent.Credentials.Identity;

/// <summary>
/// Reads the private keys that the framework does not, or tells what is wrong with them (docs/decisions/0009-bouncycastle-for-keys.md). The only class
/// that names BouncyCastle, whose assembly is loaded when this is called and not before.
/// </summary>
internal static class BouncyCastleKeys
{
    private const string Scrypt = "1.3.6.1.4.1.11591.4.11";
    private const string Pkcs12Encryption = "1.2.840.113549.1.12.1.";

    /// <summary>A key of the framework; null after adding the reason to <paramref name="problems"/>.</summary>
    /// <param name="pem">The block of the key, alone.</param>
    /// <param name="password">Null when the block is not encrypted.</param>
    /// <param name="path">Its file, for the words.</param>
    /// <param name="problems">What is wrong.</param>
    public static AsymmetricAlgorithm? Read(string pem, Secret? password, string path, List<DeviceIdentityProblem> problems)
    {
        DeviceIdentityProblem problem;
        try
        {
            var (key, kind) = Decode(pem, password);
            switch (key)
            {
                case RsaPrivateCrtKeyParameters when kind is null:
                    return Export(RSA.Create(), key);
                case ECPrivateKeyParameters ec when NameOf(ec.Parameters) is { } curve:
                    return Export(ECDsa.Create(), new ECPrivateKeyParameters("EC", ec.D, curve));
                case ECPrivateKeyParameters:
                    problem = Problems.CurveWithoutName(path);
                    break;
                default:
                    problem = Problems.KindNotTaken(path, kind ?? "unknown");
                    break;
            }
        }
        catch (Exception e) when (e is EncryptionException or SecurityUtilityException or NotSupportedException)
        {
            problem = Problems.EncryptionNotSupported(path);
        }
        catch (Exception)
        {
            // There is no one exception for what cannot be read: another password shows in whatever the parser stumbles over.
            problem = password is null ? Problems.KeyDamaged(path) : Problems.PasswordWrong(path);
        }

        problems.Add(problem);
        return null;
    }

    /// <summary>The key, and what it is called when it is neither EC nor RSA.</summary>
    private static (AsymmetricKeyParameter Key, string? Kind) Decode(string pem, Secret? password)
    {
        using var text = new StringReader(pem);
        var block = new PemParser(text).ReadPemObject();
        if (block.Type is not (PemText.Pkcs8 or PemText.EncryptedPkcs8))
        {
            using var again = new StringReader(pem);
            var pair = (AsymmetricCipherKeyPair)new PemReader(again, password is null ? null : new Password(password)).ReadObject();
            return (pair.Private, null);
        }

        var info = password is null ? PrivateKeyInfo.GetInstance(block.Content) : Decrypt(EncryptedPrivateKeyInfo.GetInstance(block.Content), password);
        return (PrivateKeyFactory.CreateKey(info), KindOf(info.PrivateKeyAlgorithm.Algorithm.Id));
    }

    private static string? KindOf(string algorithm) => algorithm switch
    {
        "1.2.840.113549.1.1.1" or "1.2.840.10045.2.1" => null,
        "1.2.840.113549.1.1.10" => "RSA-PSS",
        "1.2.840.10040.4.1" => "DSA",
        "1.3.101.110" => "X25519",
        "1.3.101.112" => "Ed25519",
        "1.3.101.113" => "Ed448",
        _ => algorithm,
    };

    private static PrivateKeyInfo Decrypt(EncryptedPrivateKeyInfo encrypted, Secret password)
    {
        var algorithm = encrypted.EncryptionAlgorithm;
        if (algorithm.Algorithm.Equals(PkcsObjectIdentifiers.IdPbeS2))
        {
            // Not PbeS2Parameters: that takes PBKDF2 alone.
            var parameters = Asn1Sequence.GetInstance(algorithm.Parameters);
            var derivation = AlgorithmIdentifier.GetInstance(parameters[0]);
            if (derivation.Algorithm.Id == Scrypt)
            {
                return DecryptScrypt(
                    encrypted.GetEncryptedData(), ScryptParams.GetInstance(derivation.Parameters), EncryptionScheme.GetInstance(parameters[1]), password);
            }
        }

        using var characters = new Password(password, ofBytes: !algorithm.Algorithm.Id.StartsWith(Pkcs12Encryption, StringComparison.Ordinal));
        return PrivateKeyInfoFactory.CreatePrivateKeyInfo(characters.GetPassword(), encrypted);
    }

    private static PrivateKeyInfo DecryptScrypt(byte[] data, ScryptParams derivation, EncryptionScheme scheme, Secret password)
    {
        var (cost, size, lanes) = (derivation.CostParameter.IntValueExact, derivation.BlockSize.IntValueExact, derivation.ParallelizationParameter.IntValueExact);
        var secret = Encoding.UTF8.GetBytes(password.Reveal());
        using var aes = Aes.Create();
        try
        {
            aes.Key = SCrypt.Generate(secret, derivation.Salt.GetOctets(), cost, size, lanes, AesKeyLength(scheme.Algorithm));
            return PrivateKeyInfo.GetInstance(aes.DecryptCbc(data, Asn1OctetString.GetInstance(scheme.Parameters).GetOctets()));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private static int AesKeyLength(DerObjectIdentifier cipher) =>
        cipher.Equals(NistObjectIdentifiers.IdAes256Cbc) ? 32
        : cipher.Equals(NistObjectIdentifiers.IdAes192Cbc) ? 24
        : cipher.Equals(NistObjectIdentifiers.IdAes128Cbc) ? 16
        : throw new NotSupportedException(cipher.Id);

    /// <summary>The name of a curve, also when its parameters are spelled out: certificates name theirs, and TLS knows curves by name only.</summary>
    private static DerObjectIdentifier? NameOf(ECDomainParameters curve) =>
        ECNamedCurveTable.Names.Select(ECNamedCurveTable.GetOid).FirstOrDefault(
            o => ECNamedCurveTable.GetByOid(o) is { } named && named.N.Equals(curve.N) && named.Curve.Equals(curve.Curve) && named.G.Equals(curve.Curve.ImportPoint(curve.G)));

    private static T Export<T>(T key, AsymmetricKeyParameter parameters) where T : AsymmetricAlgorithm
    {
        var pkcs8 = PrivateKeyInfoFactory.CreatePrivateKeyInfo(parameters).GetDerEncoded();
        try
        {
            key.ImportPkcs8PrivateKey(pkcs8, out _);
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pkcs8);
        }
    }

    /// <summary>A password as BouncyCastle wants it, wiped on dispose.</summary>
    private sealed class Password : IPasswordFinder, IDisposable
    {
        private readonly char[] _characters;

        /// <param name="secret">The password.</param>
        /// <param name="ofBytes">Each character is a byte of its UTF-8 form, which is what OpenSSL encrypts with; BouncyCastle takes a character for a byte.</param>
        public Password(Secret secret, bool ofBytes = true) =>
            _characters = ofBytes ? Encoding.Latin1.GetChars(Encoding.UTF8.GetBytes(secret.Reveal())) : secret.Reveal().ToCharArray();

        public char[] GetPassword() => _characters;

        public void Dispose() => Array.Clear(_characters);
    }
}
