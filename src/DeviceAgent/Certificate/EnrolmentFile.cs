using System.Text.Json.Serialization;
using DeviceAgent.Storage;

namespace DeviceAgent.Certificate;

/// <summary><c>certificate.json</c> in the state directory: whether a new certificate is on its way, and how far it has come.</summary>
internal sealed class EnrolmentFile(string stateDirectory)
{
    public const string FileName = "certificate.json";

    private readonly StateFile<EnrolmentRecord> _file = new(Path.Combine(stateDirectory, FileName), EnrolmentRecordJson.Default.EnrolmentRecord);

    /// <summary>Why it cannot be used; null when nothing is wrong with it. Only looks.</summary>
    public string? Problem => _file.Read().Problem;

    /// <summary>Only looks. Null when there is none, or none that can be used: then a new certificate is asked for.</summary>
    /// <exception cref="IOException">There is one, and it cannot be read: whether a swap was begun is not known.</exception>
    public EnrolmentRecord? Read()
    {
        var reading = _file.Read();
        return reading.Fault is { } fault ? throw new IOException($"{reading.Problem}.", fault) : reading.Value;
    }

    /// <summary>Keeps a damaged one aside.</summary>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public string? Recover() => _file.Recover().Problem;

    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public EnrolmentRecord Save(EnrolmentRecord record)
    {
        _file.Write(record);
        return record;
    }

    public void Delete() => _file.Delete();

    /// <summary>Ends a swap of certificate and key that was cut off; see <see cref="StoredIdentity.FinishSwap"/>.</summary>
    /// <exception cref="IOException">A file could not be renamed.</exception>
    /// <exception cref="UnauthorizedAccessException">A folder may not be written to.</exception>
    public void FinishSwap(StagedIdentity staged)
    {
        if (Read() is not { Phase: EnrolmentPhase.Swapping } record) return;
        staged.Swap();
        Save(record.At(EnrolmentPhase.Swapped, record.Replaces));
    }
}

/// <summary>A new certificate on its way, as it is on disk.</summary>
internal sealed class EnrolmentRecord
{
    public required EnrolmentPhase Phase { get; init; }

    public required string CertificateId { get; init; }

    /// <summary>Proves to AWS IoT whose the certificate is; worthless once it is registered.</summary>
    public string? OwnershipToken { get; init; }

    /// <summary>From the swap on: the id of the configured certificate for which the new pair stands in; null where the files themselves are replaced.</summary>
    public string? Replaces { get; init; }

    public EnrolmentRecord At(EnrolmentPhase phase, string? replaces = null) => new() { Phase = phase, CertificateId = CertificateId, Replaces = replaces };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, WriteIndented = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(EnrolmentRecord))]
internal sealed partial class EnrolmentRecordJson : JsonSerializerContext;

/// <summary>How far a new certificate has come. Each is on disk before what follows from it is done.</summary>
internal enum EnrolmentPhase
{
    /// <summary>It is made, and staged with its key. AWS IoT forgets it unless it is registered within the hour.</summary>
    Issued,

    /// <summary>It belongs to the thing and is active.</summary>
    Registered,

    /// <summary>It takes the place of the active one: from here on there is only forward.</summary>
    [JsonStringEnumMemberName("Exchanging")]
    Swapping,

    /// <summary>It is active.</summary>
    [JsonStringEnumMemberName("Exchanged")]
    Swapped,
}
