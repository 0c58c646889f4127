using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DeviceAgent.Credentials.Text;

namespace DeviceAgent.Credentials.Identity.Hardware;

/// <summary>Reads what a pkcs11 URI names; what is wrong becomes a problem.</summary>
internal sealed class HardwareReader(Secret? password, bool allowOpenPinFile, List<DeviceIdentityProblem> problems)
{
    public AsymmetricAlgorithm? PrivateKey(string text) => Read<AsymmetricAlgorithm>(text, (uri, pin) => OperatingSystem.IsLinux() ? Pkcs11Module.PrivateKey(uri, pin) : null);

    public X509Certificate2? Certificate(string text) => Read<X509Certificate2>(text, (uri, pin) => OperatingSystem.IsLinux() ? Pkcs11Module.Certificate(uri, pin) : null);

    private T? Read<T>(string text, Func<Pkcs11Uri, Secret?, T?> read) where T : class
    {
        var uri = Pkcs11Uri.Parse(text);
        var before = problems.Count;
        if (uri.Fault() is { } fault) problems.Add(HardwareProblems.NotUnderstood(uri, fault));
        else if (!OperatingSystem.IsLinux()) problems.Add(HardwareProblems.NotOnThisSystem(uri));
        else if (uri.ModulePath is { } module && !File.Exists(module)) problems.Add(HardwareProblems.ModuleFileMissing(uri, module));
        else if (uri.ModulePath is { } other && InputFile.KindOf(other) is { } kind) problems.Add(HardwareProblems.ModuleNotAFile(uri, other, kind));
        var pin = problems.Count > before ? null : Pin(uri);
        if (problems.Count > before) return null;
        try
        {
            return read(uri, pin);
        }
        catch (Pkcs11Exception e)
        {
            problems.Add(e.Problem);
            return null;
        }
    }

    private Secret? Pin(Pkcs11Uri uri)
    {
        if (uri.PinFile is not { } path) return uri.Pin ?? password;
        var faults = new List<DeviceIdentityProblem>();
        using var file = IdentityFile.Read(path, faults);
        if (file is null) problems.Add(HardwareProblems.PinFileUnreadable(uri, path, faults[0].What));
        else if (file.OpenToOthers && !allowOpenPinFile) problems.Add(HardwareProblems.PinFileOpenToOthers(uri, path));
        else if (TextDecoder.Decode(file.Bytes, out var fault) is { } pin) return new Secret(pin.TrimEnd('\r', '\n'));
        else problems.Add(HardwareProblems.PinFileUnreadable(uri, path, fault!));
        return null;
    }
}
