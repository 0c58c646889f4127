using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DeviceAgent.Credentials;
using DeviceAgent.Credentials.Identity;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Settings;

namespace DeviceAgent.Commands.Init;

/// <summary>
/// What a folder holds of a device: its certificate with the key that belongs to it, roots, and what else tells of its settings. Such folders are left by
/// <c>scripts/aws-setup.sh</c> and by the console of AWS IoT (the single files, or what <c>connect_device_package.zip</c> holds). Contents decide, not names.
/// </summary>
internal sealed partial class DeviceFolder
{
    /// <summary>The configuration that <c>aws-setup.sh</c> makes.</summary>
    private const string ConfigurationName = "agent.json";

    /// <summary>Far more than such a folder has: somebody has named the wrong one.</summary>
    private const int MostFiles = 200;

    /// <summary>That are told of one by one.</summary>
    private const int MostLinks = 5;

    private const int MostScriptBytes = 64 * 1024;

    private static readonly string[] Scripts = [".sh", ".ps1", ".txt", ".py"];

    private readonly List<string> _problems = [];
    private int _links;
    private int _unreadable;

    private DeviceFolder(string path, SourceFiles? files) => (Path, Files) = (path, files ?? new SourceFiles(path));

    public string Path { get; }

    /// <summary>What is read of it.</summary>
    public SourceFiles Files { get; }

    /// <summary>Null where none is found.</summary>
    public string? Certificate { get; private set; }

    /// <summary>The key that belongs to the certificate; null where it stands in the certificate's file, or is not found.</summary>
    public string? PrivateKey { get; private set; }

    /// <summary>Roots that this system does not know, so that the endpoints could not be trusted without them; null where it knows all that there are.</summary>
    public string? Roots { get; private set; }

    /// <summary>Roots that are found and not needed.</summary>
    public string? KnownRoots { get; private set; }

    /// <summary>What the certificate or the name of its file says; a guess.</summary>
    public string? ThingName { get; private set; }

    /// <summary>The broker's address, as the console's <c>start.sh</c> has it.</summary>
    public string? DataEndpoint { get; private set; }

    /// <summary>The settings of an <c>agent.json</c> in it, paths made absolute; empty where there is none.</summary>
    public JsonObject Settings { get; private set; } = [];

    /// <summary>Why something that is there was not taken.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <param name="path">The folder.</param>
    /// <param name="files">Reads what is in it; null: as it is.</param>
    /// <exception cref="CommandException">It is no folder, or cannot be read.</exception>
    public static DeviceFolder Look(string path, SourceFiles? files = null)
    {
        var folder = new DeviceFolder(System.IO.Path.GetFullPath(path), files);
        try
        {
            folder.Search();
            return folder;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new CommandException($"the folder '{path}' cannot be read (permission): run this by sudo", e);
        }
        catch (IOException e)
        {
            throw new CommandException($"the folder '{path}' cannot be read: {e.Message}", e);
        }
    }

    private void Search()
    {
        if (!Directory.Exists(Path)) throw new CommandException($"there is no folder '{Path}': give --from the one that aws-setup.sh left, or into which the console's files were downloaded{(Path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase) ? " (unzip it first)" : "")}");
        var files = FilesIn(Path, isTop: true);
        if (files.Count > MostFiles) throw new CommandException($"'{Path}' has more than {MostFiles} files: name the folder that holds the device's certificate and key alone");
        List<IdentityPart> parts = [.. files.OrderBy(f => f.Count(c => c == '/')).ThenBy(f => f, StringComparer.Ordinal).Where(CanRead).Select(f => IdentityPart.Of(f, Files)).OfType<IdentityPart>()];
        FindPair(parts);
        FindRoots(parts);
        ReadSettings();
        DataEndpoint = files.Where(f => Scripts.Contains(System.IO.Path.GetExtension(f), StringComparer.OrdinalIgnoreCase)).Select(EndpointIn).FirstOrDefault(e => e is not null);
        foreach (var part in parts) part.Dispose();
        if (Certificate is null && files.Any(f => f.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))) _problems.Add("there is a .zip: unzip it first");
    }

    /// <summary>Those of the folder and of the folders in it; what is passed over is told of.</summary>
    private List<string> FilesIn(string folder, bool isTop)
    {
        var files = new List<string>();
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos().Take(MostFiles + 1).ToList())
        {
            if (entry.LinkTarget is not null)
            {
                if (++_links <= MostLinks) _problems.Add($"{NameOf(entry.FullName)} is a link and was passed over");
            }
            else if (entry is not DirectoryInfo)
            {
                files.Add(entry.FullName);
            }
            else if (isTop && files.Count <= MostFiles)
            {
                try
                {
                    files.AddRange(FilesIn(entry.FullName, isTop: false));
                }
                catch (UnauthorizedAccessException)
                {
                    NoteUnreadable(entry.FullName);
                }
            }
        }

        return files;
    }

    private bool CanRead(string file)
    {
        try
        {
            CryptographicOperations.ZeroMemory(Files.Read(file, SettingsLayers.MaxFileBytes));
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            NoteUnreadable(file);
        }
        catch (IOException)
        {
            // Too long for a certificate or key, no file, or gone.
        }

        return false;
    }

    private void NoteUnreadable(string path)
    {
        _unreadable++;
        _problems.Add($"{NameOf(path)} cannot be read (permission): run this by sudo");
    }

    /// <summary>The certificate whose key is here as well; the same certificate in two files counts once.</summary>
    private void FindPair(List<IdentityPart> parts)
    {
        var (certificates, keys) = (parts.Where(p => p.IsDevice).ToList(), parts.Where(p => p.HasKey).ToList());
        var pairs = certificates.SelectMany(c => keys.Select(k => (Certificate: c, Key: k))).Where(p => p.Certificate.BelongsTo(p.Key)).DistinctBy(p => p.Certificate.Id).ToList();
        if (pairs.Count > 1)
        {
            _problems.Add($"there are {pairs.Count} certificates with their keys ({string.Join(", ", pairs.Select(p => NameOf(p.Certificate.Path)))}): name yours with --certificate and --private-key");
            return;
        }

        if (pairs.Count == 0 && certificates.Count == 1 && keys is [{ IsLocked: true }]) pairs.Add((certificates[0], keys[0]));
        if (pairs is [var pair])
        {
            Certificate = pair.Certificate.Path;
            PrivateKey = pair.Key.Path == pair.Certificate.Path ? null : pair.Key.Path;
            ThingName = ThingOf(pair.Certificate);
            return;
        }

        if (certificates.Count > 0 && keys.Count > 0)
            _problems.Add($"no private key ({string.Join(", ", keys.Select(k => NameOf(k.Path)))}) belongs to a certificate ({string.Join(", ", certificates.Select(c => NameOf(c.Path)))}): the files are of different devices");
        else if (certificates.Count > 0 && _unreadable + _links == 0)
            _problems.Add($"there is a certificate ({NameOf(certificates[0].Path)}) without its private key: the console shows that for download only when it makes the certificate; make another one where it is lost");
        else if (keys.Count > 0)
            _problems.Add($"there is a private key ({NameOf(keys[0].Path)}) without its certificate: download it (aws iot describe-certificate, or the console)");
    }

    /// <summary>Self-signed certificates beside the device's. What the system trusts anyway is left out: with caPath nothing else would be trusted.</summary>
    private void FindRoots(List<IdentityPart> parts)
    {
        var roots = parts.Where(p => p.IsRoot && p.Path != Certificate).ToList();
        if (roots.Count == 0) return;
        using var store = new X509Store(StoreName.Root, StoreLocation.LocalMachine);
        store.Open(OpenFlags.ReadOnly);
        var known = store.Certificates.Select(c => c.Thumbprint).ToHashSet();
        var unknown = roots.Where(r => !r.Certificates.All(c => known.Contains(c.Thumbprint))).ToList();

        // Who signed the device's certificate need not be who signed the servers'.
        if (parts.Find(p => p.Path == Certificate) is { } own && unknown.Count > 1) unknown.RemoveAll(r => r.Certificates.Any(c => own.IsIssuedBy(c)));
        if (unknown.Count > 1) _problems.Add($"there are {unknown.Count} files of roots that this system does not know ({string.Join(", ", unknown.Select(r => NameOf(r.Path)))}): name the one for the endpoints with --ca");
        Roots = unknown.Count == 1 ? unknown[0].Path : null;
        KnownRoots = unknown.Count == 0 ? roots[0].Path : null;
    }

    private void ReadSettings()
    {
        var file = System.IO.Path.Combine(Path, ConfigurationName);
        if (!File.Exists(file)) return;
        var errors = new List<ConfigurationError>();
        if (SettingsLayers.TryReadFile(file, errors, Files.Read) is not { } layer)
        {
            _problems.Add($"{ConfigurationName}: {errors[0].Problem}");
            return;
        }

        Settings = SettingPaths.Absolute(layer.Values, Path);
    }

    /// <summary>By the certificate's name, where its authority gave it the thing's; else by the file's, as the console names it.</summary>
    private static string? ThingOf(IdentityPart certificate) =>
        new[] { certificate.CommonName, ConsoleFile().Match(System.IO.Path.GetFileName(certificate.Path)) is { Success: true } match ? match.Groups[1].Value : null }
            .FirstOrDefault(n => n is not null && ThingForm().IsMatch(n) && !HashForm().IsMatch(n));

    private string? EndpointIn(string script)
    {
        try
        {
            return TextDecoder.Decode(Files.Read(script, MostScriptBytes), out _) is { } text && EndpointForm().Match(text) is { Success: true } match ? match.Value : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private string NameOf(string path) => PrintableText.Of(System.IO.Path.GetRelativePath(Path, path))!;

    /// <summary>AWS IoT's own certificates are all called "AWS IoT Certificate".</summary>
    [GeneratedRegex(@"\A[a-zA-Z0-9:_-]{1,128}\z")]
    private static partial Regex ThingForm();

    [GeneratedRegex(@"\A[0-9a-f]{10,64}\z")]
    private static partial Regex HashForm();

    [GeneratedRegex(@"\A(.+)\.cert\.pem\z")]
    private static partial Regex ConsoleFile();

    [GeneratedRegex(@"\b[a-z0-9]+-ats\.iot\.[a-z0-9-]+\.amazonaws\.com(\.cn)?\b")]
    private static partial Regex EndpointForm();
}

/// <summary>A file with a certificate or a private key.</summary>
internal sealed class IdentityPart : IDisposable
{
    private readonly List<X509Certificate2> _certificates;
    private readonly SourceFiles _files;

    private IdentityPart(string path, SourceFiles files, List<X509Certificate2> certificates, bool hasKey, bool isLocked, bool isPfx) =>
        (Path, _files, _certificates, HasKey, IsLocked, IsPfx) = (path, files, certificates, hasKey, isLocked, isPfx);

    public string Path { get; }

    public IReadOnlyList<X509Certificate2> Certificates => _certificates;

    public bool HasKey { get; }

    /// <summary>Only with a password.</summary>
    public bool IsLocked { get; }

    public bool IsDevice => _certificates.Exists(c => !IsAuthority(c)) || (IsPfx && HasKey);

    public bool IsRoot => _certificates.Count > 0 && _certificates.TrueForAll(c => IsAuthority(c) && c.SubjectName.RawData.AsSpan().SequenceEqual(c.IssuerName.RawData));

    public string? Id => Device is { } own ? Convert.ToHexStringLower(SHA256.HashData(own.RawData)) : Path;

    public string? CommonName => Device?.GetNameInfo(X509NameType.SimpleName, forIssuer: false);

    private bool IsPfx { get; }

    private X509Certificate2? Device => _certificates.Find(c => !IsAuthority(c));

    /// <summary>Null where the file holds neither.</summary>
    public static IdentityPart? Of(string path, SourceFiles files)
    {
        var ignored = new List<DeviceIdentityProblem>();
        using var file = IdentityFile.Read(path, ignored, files.Read);
        if (file is null) return null;
        var keys = file.Pem?.Blocks.Where(b => b.IsKey).ToList() ?? [];
        var isPfx = file.Pem is null && CertificateReader.IsPfx(file);
        var certificates = isPfx ? CertificateReader.ReadPfx(file, null, ignored) : CertificateReader.Read(file, ignored);
        var der = file.Pem is null && !isPfx && certificates.Count == 0 ? PemText.LabelOfKey(file.Bytes) : null;
        var isLocked = der == PemText.EncryptedPkcs8 || keys.Exists(k => k.Label == PemText.EncryptedPkcs8 || k.IsTraditionallyEncrypted) || (isPfx && certificates.Count == 0);
        var part = new IdentityPart(path, files, certificates, keys.Count > 0 || isPfx || der is not null, isLocked, isPfx);
        return part.HasKey || certificates.Count > 0 ? part : null;
    }

    public bool IsIssuedBy(X509Certificate2 authority) => Device?.IssuerName.RawData.AsSpan().SequenceEqual(authority.SubjectName.RawData) == true;

    /// <summary>Whether the key of the other file is this certificate's.</summary>
    public bool BelongsTo(IdentityPart key)
    {
        try
        {
            using var identity = IdentityLoader.Load(new DeviceIdentityOptions { CertificatePath = Path, PrivateKeyPath = key.Path == Path ? null : key.Path, AllowInsecureKeyPermissions = true }, _files.Read);
            return true;
        }
        catch (DeviceIdentityException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        foreach (var certificate in _certificates) certificate.Dispose();
    }

    private static bool IsAuthority(X509Certificate2 certificate) => certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(e => e.CertificateAuthority);
}
