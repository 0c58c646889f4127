using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Serialization;
using DeviceAgent.Credentials;
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

    private readonly string _folder = Path.Combine(stateDirectory, FolderName);

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

    /// <summary>Where a new pair is to go: in the place of the active one where that can be written, else here.</summary>
    /// <returns>The place; and the id of the configured certificate that is replaced by a pair here, null where the files themselves are replaced.</returns>
    /// <exception cref="IOException">It cannot be told.</exception>
    public (StagedIdentity Staged, string? Replaces) Target()
    {
        if (!StandsIn(null))
        {
            var inPlace = new StagedIdentity(configured);
            if (inPlace.Fault() is not null || IsHere || inPlace.Folders.All(f => !IsPassed(f) && IsWritable(f))) return (inPlace, null);
        }

        PrivateFolder.Make(_folder);
        return (new StagedIdentity(Files), _record.Read().Value?.Replaces ?? ConfiguredId() ?? throw new IOException($"'{configured.CertificatePath}' cannot be read."));
    }

    /// <summary>Remembers which certificate the stored pair is for. Call it before the swap is noted.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public void Remember(string replaces) => _record.Write(new StoredIdentityRecord(replaces));

    /// <summary>Puts away a stored pair that no longer counts. To be called when the configured pair has been loaded.</summary>
    /// <exception cref="IOException">It could not be moved.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public void SetAsideWhenSuperseded()
    {
        if (IsHere || !File.Exists(Files.CertificatePath) || StandsIn(null)) return;
        var aside = Path.Combine(stateDirectory, SetAsideName);
        if (Directory.Exists(aside)) Directory.Delete(aside, recursive: true);
        Directory.Move(_folder, aside);
    }

    /// <summary>Whether the configured files themselves are in the folder: then nothing stands in for them.</summary>
    private bool IsHere => new[] { configured.CertificatePath, configured.PrivateKeyPath }.Any(f => Path.GetDirectoryName(f) == _folder);

    /// <param name="swapping">A swap that was cut off; null when there is none.</param>
    private bool StandsIn(EnrolmentRecord? swapping)
    {
        if (swapping?.Replaces is { } replaced) return replaced == ConfiguredId();
        if (IsHere || !File.Exists(Files.CertificatePath)) return false;
        var reading = _record.Read();
        if (reading.Fault is { } fault) throw new IOException($"{reading.Problem}.", fault);

        // A damaged record does not say that an operator has put another certificate there: the newer pair is the safer one.
        return reading.Value is null || reading.Value.Replaces == ConfiguredId();
    }

    /// <summary>AWS IoT's id of the certificate at the configured path; null when there is none that can be read.</summary>
    private string? ConfiguredId()
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(configured.CertificatePath);
            return Convert.ToHexStringLower(SHA256.HashData(certificate.RawData));
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private bool IsPassed(string folder) => passed.Folder is { } credentials && folder == Path.TrimEndingDirectorySeparator(credentials);

    /// <summary>Tried rather than asked for: a file system may be read-only, and the rights may be those of an access list.</summary>
    private static bool IsWritable(string folder)
    {
        try
        {
            var probe = Path.Combine(folder, ".device-agent-" + Guid.NewGuid().ToString("N"));
            using (new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose)) return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

/// <summary><c>identity.json</c> beside the stored pair.</summary>
/// <param name="Replaces">The id of the configured certificate for which it stands in.</param>
internal sealed record StoredIdentityRecord(string Replaces);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(StoredIdentityRecord))]
internal sealed partial class StoredIdentityRecordJson : JsonSerializerContext;
