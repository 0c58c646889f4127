using System.Security.Cryptography;
using System.Text;
using DeviceAgent.Credentials.Identity.Hardware;

namespace DeviceAgent.Credentials.Identity;

/// <summary>
/// Tells whether the files of an identity have changed, by what is in them and who may read them: a date may be preserved by a
/// copy, and a link may lead elsewhere.
/// </summary>
internal static class IdentityFingerprint
{
    public static string Of(DeviceIdentityOptions options)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in Files(options)) Append(hash, path);
        return Convert.ToHexString(hash.GetCurrentHash());
    }

    private static IEnumerable<string> Files(DeviceIdentityOptions options) =>
        new[] { options.CertificatePath, options.PrivateKeyPath, options.CertificateChainPath }.OfType<string>()
            .Select(p => Pkcs11Uri.IsOne(p) ? Pkcs11Uri.Parse(p).PinFile : p).OfType<string>();

    private static void Append(IncrementalHash hash, string path)
    {
        var problems = new List<DeviceIdentityProblem>();
        using var file = IdentityFile.Read(path, problems);
        var head = file is null ? problems[0].What : $"{file.Bytes.Length} {file.OpenToOthers}";
        hash.AppendData(Encoding.UTF8.GetBytes($"\n{head}\n"));
        if (file is not null) hash.AppendData(file.Bytes);
    }
}
