using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DeviceAgent.Credentials.Identity;

/// <summary>Reads certificates from PEM, DER and PFX (PKCS#12) files.</summary>
internal static class CertificateReader
{
    /// <summary>HRESULT of ERROR_INVALID_PASSWORD, which the framework gives on every platform.</summary>
    private const int InvalidPassword = unchecked((int)0x80070056);

    private const string SignedData = "1.2.840.113549.1.7.2";

    public static bool IsPfx(IdentityFile file) => ContentType(file) == X509ContentType.Pkcs12;

    /// <summary>
    /// All certificates of a PEM file in order, or those of a DER file; PKCS#7 (<c>.p7b</c>) in either form. Empty after adding the reason to
    /// <paramref name="problems"/>.
    /// </summary>
    public static List<X509Certificate2> Read(IdentityFile file, List<DeviceIdentityProblem> problems)
    {
        var certificates = new List<X509Certificate2>();
        var before = problems.Count;
        foreach (var block in file.Pem?.Blocks ?? []) Add(block.Label, block.Content);
        foreach (var fault in file.Pem?.Faults ?? []) if (!fault.IsOfKey) problems.Add(Problems.PemDamaged(file.Path, fault));
        if (file.Pem is null && ContentType(file) is X509ContentType.Cert or X509ContentType.Pkcs7) Add(PemText.Certificate, file.Bytes);

        if (certificates.Count == 0 && problems.Count == before)
            problems.Add(file.Pem is { } pem ? Problems.NoCertificate(file.Path, pem.Blocks) : Problems.CertificateNotRecognised(file.Path, FoundForm.Of(file)));
        return certificates;

        void Add(string label, byte[] content)
        {
            try
            {
                if (IsPkcs7(content)) AddPkcs7(content);
                // X509 CERTIFICATE is the old name. Behind a TRUSTED one stands what OpenSSL trusts it for.
                else if (label is PemText.Certificate or "X509 CERTIFICATE") certificates.Add(Load(content));
                else if (label == "TRUSTED CERTIFICATE") certificates.Add(Load(new AsnReader(content, AsnEncodingRules.BER).ReadEncodedValue().Span));
                else if (label is "PKCS7" or "CMS" or "PKCS #7 SIGNED DATA") throw new CryptographicException("It is not signed data.");
            }
            catch (Exception e) when (e is CryptographicException or AsnContentException)
            {
                problems.Add(Problems.CertificateDamaged(file.Path, certificates.Count + 1, e.Message));
            }
        }

        void AddPkcs7(byte[] content)
        {
            var count = certificates.Count;
            foreach (var certificate in OfPkcs7(content)) certificates.Add(Load(certificate.Span));
            if (certificates.Count == count) problems.Add(Problems.Pkcs7WithoutCertificate(file.Path));
        }
    }

    private static bool IsPkcs7(byte[] content)
    {
        try
        {
            var outer = new AsnReader(content, AsnEncodingRules.BER).ReadSequence();
            return outer.PeekTag() == Asn1Tag.ObjectIdentifier && outer.ReadObjectIdentifier() == SignedData;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    /// <summary>The certificates of RFC 2315's SignedData: version, digest algorithms, content, [0] certificates.</summary>
    private static List<ReadOnlyMemory<byte>> OfPkcs7(byte[] content)
    {
        var outer = new AsnReader(content, AsnEncodingRules.BER).ReadSequence();
        outer.ReadObjectIdentifier();
        var data = outer.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadSequence();
        data.ReadInteger();
        data.ReadEncodedValue();
        data.ReadEncodedValue();
        var certificates = new List<ReadOnlyMemory<byte>>();
        var tag = new Asn1Tag(TagClass.ContextSpecific, 0);
        if (!data.HasData || !data.PeekTag().HasSameClassAndValue(tag)) return certificates;
        for (var set = data.ReadSetOf(skipSortOrderValidation: true, tag); set.HasData;)
        {
            var isCertificate = set.PeekTag() == Asn1Tag.Sequence;
            var one = set.ReadEncodedValue();
            if (isCertificate) certificates.Add(one);
        }

        return certificates;
    }

    /// <summary>The certificates of a PFX file, that with the key first; empty after adding the reason to <paramref name="problems"/>.</summary>
    public static List<X509Certificate2> ReadPfx(IdentityFile file, Secret? password, List<DeviceIdentityProblem> problems)
    {
        try
        {
            var all = X509CertificateLoader.LoadPkcs12Collection(file.Bytes, password?.Reveal());
            foreach (var certificate in all) Check(certificate);
            if (all.Any(c => c.HasPrivateKey)) return [.. all.OrderByDescending(c => c.HasPrivateKey)];
            foreach (var certificate in all) certificate.Dispose();
            problems.Add(Problems.NoKey(file.Path, []));
        }
        catch (CryptographicException e) when (e.HResult == InvalidPassword)
        {
            problems.Add(password is null ? Problems.PasswordMissing(file.Path) : Problems.PasswordWrong(file.Path));
        }
        catch (CryptographicException e)
        {
            problems.Add(Problems.PfxDamaged(file.Path, e.Message));
        }

        return [];
    }

    private static X509Certificate2 Load(ReadOnlySpan<byte> der)
    {
        var certificate = X509CertificateLoader.LoadCertificate(der);
        try
        {
            Check(certificate);
            return certificate;
        }
        catch
        {
            certificate.Dispose();
            throw;
        }
    }

    /// <summary>The framework reads dates and names when they are asked for; damage shows here and not later.</summary>
    /// <exception cref="CryptographicException">One of them is damaged.</exception>
    private static void Check(X509Certificate2 certificate)
    {
        _ = (certificate.NotBefore, certificate.NotAfter);
        _ = (certificate.Subject, certificate.Issuer, certificate.PublicKey);
    }

    internal static X509ContentType ContentType(IdentityFile file)
    {
        if (file.Pem is not null || file.Bytes.Length == 0) return X509ContentType.Unknown;
        try
        {
            return X509Certificate2.GetCertContentType(file.Bytes);
        }
        catch (CryptographicException)
        {
            return X509ContentType.Unknown;
        }
    }
}
