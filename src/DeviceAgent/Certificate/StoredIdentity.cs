using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Serialization;
using DeviceAgent.Credentials;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Settings;
using DeviceAgent.Storage;

namespace DeviceAgent.Certificate;

/// <summary>
/// <c>identity/</c> in the state directory: the pair that stands in for the configured one where the agent cannot replace that in its place. It counts
/// as long as the configured certificate is the one that it replaced; another one that an operator puts there wins again.
/// </summary>
/// <param name="configured">Where the configuration says that certificate and key are.</param>
/// <param name="stateDirectory">The agent's.</param>
/// <param name="passed">What the service manager passes: it cannot be replaced.</param>
internal sealed class StoredIdentity(DeviceIdentityOptions configured, string stateDirectory, ServiceCredentials passed)
{
    public const string FolderName = "identity";
    public const string SetAsideName = "identity.replaced";

    private const string CertificateName = "certificate.pem";
    private const string KeyName = "private.key";
    private const string RecordName = "identity.json";

    /// <summary>More than any certificate.</summary>
    private const int MaxBytes = 1024 * 1024;

    private readonly string _folder = Path.GetFullPath(Path.Combine(stateDirectory, FolderName));

    private readonly StateFile<StoredIdentityRecord> _record = new(
        Path.Combine(stateDirectory, FolderName, RecordName), StoredIdentityRecordJson.Default.StoredIdentityRecord);

    /// <summary>Where the stored pair is, or will be. A key in hardware stays where it is.</summary>
    public DeviceIdentityOptions Files => configured with
    {
        CertificatePath = Path.Combine(_folder, CertificateName),
        PrivateKeyPath = new StagedIdentity(configured).KeyStays ? configured.PrivateKeyPath : Path.Combine(_folder, KeyName),
    };

    /// <summary>Where the active pair is. Reads only.</summary>
    /// <exception cref="IOException">Which one it is cannot be told.</exception>
    public DeviceIdentityOptions Active => StandsIn(null) ? Files : configured;

    /// <summary>The same, once a swap that was cut off has ended. Reads only.</summary>
    /// <exception cref="IOException">Which one it is cannot be told.</exception>
    public DeviceIdentityOptions ActiveAfterSwap(EnrolmentFile file)
    {
        var swapping = file.Read() is { Phase: EnrolmentPhase.Swapping } record ? record : null;
        var active = StandsIn(swapping) ? Files : configured;
        return swapping is null || (swapping.Replaces is not null) != (active != configured) ? active : new StagedIdentity(active).Swapped;
    }

    /// <summary>Ends a swap that was cut off. Call it before certificate and key are loaded.</summary>
    /// <exception cref="IOException">A file could not be renamed, or it cannot be told what is to be done.</exception>
    /// <exception cref="UnauthorizedAccessException">A folder may not be written to.</exception>
    public void FinishSwap(EnrolmentFile file)
    {
        if (file.Read() is not { Phase: EnrolmentPhase.Swapping } record) return;
        if (record.Replaces is null) file.FinishSwap(new StagedIdentity(configured));
        else if (StandsIn(record)) file.FinishSwap(new StagedIdentity(Files));
        else file.Delete(); // An operator has put another certificate there since.
    }

    /// <summary>Why <see cref="FinishSwap"/> and <see cref="Tidy"/> could not do what they have to do; null when they could. Reads only.</summary>
    /// <exception cref="IOException">What is to be done cannot be told.</exception>
    public string? StartProblem(EnrolmentFile file) => WrittenAtStart(file).Select(FolderAccess.WriteProblem).FirstOrDefault(p => p is not null);

    private IEnumerable<string> WrittenAtStart(EnrolmentFile file)
    {
        if (file.Read() is { Phase: EnrolmentPhase.Swapping } record)
        {
            var isStored = record.Replaces is not null;
            IEnumerable<string> swapped = !isStored ? new StagedIdentity(configured).Folders : StandsIn(record) ? new StagedIdentity(Files).Folders : [];
            return swapped.Append(stateDirectory);
        }

        if (IsHere || !File.Exists(Files.CertificatePath)) return [];
        if (!StandsIn(null)) return [stateDirectory];
        return _record.Read().Value is null ? [_folder] : [];
    }

    /// <summary>Where a new pair is to go: in the place of the active one where that can be written, else here.</summary>
    /// <returns>The place; and the id of the configured certificate that is replaced by a pair here, null where the files themselves are replaced.</returns>
    /// <exception cref="IOException">There is no such place, or it cannot be told.</exception>
    public (StagedIdentity Staged, string? Replaces) Target()
    {
        var inPlace = new StagedIdentity(configured);
        if (inPlace.Fault() is not null) return (inPlace, null);
        if (IsHere && IsPassed) throw new IOException($"'{_folder}' is the agent's own folder: keep the configured certificate in another one, because its key is passed by the service manager.");
        if (IsHere || (!StandsIn(null) && !IsPassed && inPlace.CanBeReplaced)) return (inPlace, null);

        // Else the record of the new pair would be that of an old one that no longer counts, until the swap.
        Tidy();
        PrivateFolder.Make(_folder);
        return (new StagedIdentity(Files), ConfiguredId() ?? throw new IOException($"'{configured.CertificatePath}' cannot be read."));
    }

    /// <summary>Remembers which certificate the stored pair is for. Call it before the swap is noted.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public void Remember(string replaces) => _record.Write(new StoredIdentityRecord(replaces));

    /// <summary>
    /// Puts away a stored pair that no longer counts, and makes a damaged record of one that does count anew. To be called when the active pair is loaded.
    /// </summary>
    /// <exception cref="IOException">A file or folder could not be written or moved.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public void Tidy()
    {
        if (IsHere || !File.Exists(Files.CertificatePath)) return;
        if (StandsIn(null))
        {
            if (_record.Recover().Value is null && ConfiguredId() is { } replaced) Remember(replaced);
            return;
        }

        var aside = Path.Combine(stateDirectory, SetAsideName);
        if (Directory.Exists(aside)) Directory.Delete(aside, recursive: true);
        Directory.Move(_folder, aside);
    }

    /// <summary>Whether the service manager passes certificate or key: those are never replaced in their place.</summary>
    public bool IsPassed => passed.Folder is { } credentials && new StagedIdentity(configured).Folders.Any(f => IsWithin(Resolved(credentials), Resolved(f)));

    /// <summary>Whether the configured files themselves are in the folder: then nothing stands in for them.</summary>
    private bool IsHere => new[] { configured.CertificatePath, configured.PrivateKeyPath }.Any(f => Path.GetDirectoryName(f) == _folder);

    /// <param name="swapping">A swap that was cut off; null when there is none.</param>
    private bool StandsIn(EnrolmentRecord? swapping)
    {
        if (swapping?.Replaces is { } replaced) return replaced == ConfiguredId();
        if (IsHere || !File.Exists(Files.CertificatePath)) return false;
        var reading = _record.Read();
        if (reading.Fault is { } fault) throw new IOException($"{reading.Problem}.", fault);

        if (reading.Value is { } record) return record.Replaces == ConfiguredId();

        // Without a record it is told by their age: what an operator put there since was issued later.
        using var here = Read(Files.CertificatePath);
        using var there = Read(configured.CertificatePath);
        return here is not null && there is not null && here.NotBefore >= there.NotBefore;
    }

    /// <summary>AWS IoT's id of the certificate at the configured path; null when there is none that can be read.</summary>
    private string? ConfiguredId()
    {
        using var certificate = Read(configured.CertificatePath);
        return certificate is null ? null : Convert.ToHexStringLower(SHA256.HashData(certificate.RawData));
    }

    private static X509Certificate2? Read(string path)
    {
        try
        {
            return X509CertificateLoader.LoadCertificate(InputFile.Read(path, MaxBytes));
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool IsWithin(string folder, string other) => other == folder || other.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static string Resolved(string folder)
    {
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        try
        {
            return Directory.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }
        catch (IOException)
        {
            return path;
        }
    }
}

/// <summary><c>identity.json</c> beside the stored pair.</summary>
/// <param name="Replaces">The id of the configured certificate for which it stands in.</param>
internal sealed record StoredIdentityRecord(string Replaces);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(StoredIdentityRecord))]
internal sealed partial class StoredIdentityRecordJson : JsonSerializerContext;
