using System.Text.Json;
using DeviceAgent.Storage;

namespace DeviceAgent.Certificate;

/// <summary><c>certificate.json</c> in the state directory: whether a new certificate is on its way, and how far it has come.</summary>
internal sealed class EnrolmentFile(string stateDirectory)
{
    public const string FileName = "certificate.json";

    private readonly string _path = Path.Combine(stateDirectory, FileName);

    /// <summary>Null when there is none, or none that makes sense: then a new certificate is asked for.</summary>
    public EnrolmentRecord? Load()
    {
        try
        {
            return File.Exists(_path) ? JsonSerializer.Deserialize(File.ReadAllBytes(_path), EnrolmentRecordJson.Default.EnrolmentRecord) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public EnrolmentRecord Save(EnrolmentRecord record)
    {
        PrivateFolder.Make(stateDirectory);
        DurableFile.Write(_path, JsonSerializer.SerializeToUtf8Bytes(record, EnrolmentRecordJson.Default.EnrolmentRecord));
        return record;
    }

    public void Delete() => File.Delete(_path);

    /// <summary>Ends a swap of certificate and key that was cut off. Call it before they are loaded.</summary>
    /// <exception cref="IOException">A file could not be renamed.</exception>
    /// <exception cref="UnauthorizedAccessException">A folder may not be written to.</exception>
    public void FinishSwap(StagedIdentity staged)
    {
        if (Load() is not { Phase: EnrolmentPhase.Exchanging } record) return;
        staged.Swap();
        Save(record.At(EnrolmentPhase.Exchanged));
    }
}
