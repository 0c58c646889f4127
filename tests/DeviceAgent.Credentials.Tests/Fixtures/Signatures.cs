using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Security;
using BouncyCertificate = Org.BouncyCastle.X509.X509Certificate;

namespace DeviceAgent.Credentials.Tests.Fixtures;

/// <summary>Whether a key belongs to its certificate: the framework signs, BouncyCastle verifies.</summary>
internal static class Signatures
{
    public static void AssertSigns(X509Certificate2 certificate)
    {
        var data = "hello"u8.ToArray();
        using var ec = certificate.GetECDsaPrivateKey();
        using var rsa = certificate.GetRSAPrivateKey();
        var signature = ec is not null
            ? ec.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)
            : rsa!.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var verifier = SignerUtilities.GetSigner(ec is not null ? "SHA-256withECDSA" : "SHA-256withRSA");
        verifier.Init(false, new BouncyCertificate(certificate.RawData).GetPublicKey());
        verifier.BlockUpdate(data, 0, data.Length);
        Assert.True(verifier.VerifySignature(signature));
    }
}
