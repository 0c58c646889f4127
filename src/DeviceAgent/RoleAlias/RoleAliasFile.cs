using System.Text.Json;
using DeviceAgent.Storage;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.RoleAlias;

/// <summary>Puts the content in the place of a file's, durably.</summary>
internal delegate void WriteFile(string path, ReadOnlySpan<byte> content);

/// <summary><c>role-alias.json</c> in the state directory.</summary>
/// <param name="stateDirectory">Made by whoever writes first.</param>
/// <param name="logger">Is told of a file that cannot be used.</param>
/// <param name="write">How it is written.</param>
internal sealed class RoleAliasFile(string stateDirectory, ILogger logger, WriteFile write)
{
    public const string FileName = "role-alias.json";

    /// <summary>What cannot be understood is kept under this ending.</summary>
    public const string CorruptEnding = ".corrupt";

    private readonly string _path = Path.Combine(stateDirectory, FileName);

    public RoleAliasFile(string stateDirectory, ILogger<RoleAliasFile> logger)
        : this(stateDirectory, logger, static (path, content) => DurableFile.Write(path, content))
    {
    }

    /// <summary>Null when there is none, or none that can be used.</summary>
    public RoleAliasRecord? Load()
    {
        try
        {
            if (!File.Exists(_path)) return null;
            var record = JsonSerializer.Deserialize(File.ReadAllBytes(_path), RoleAliasRecordJson.Default.RoleAliasRecord);
            if (record is { Problem: null }) return record;
            SetAside(record?.Problem ?? "it is empty");
        }
        catch (JsonException e)
        {
            SetAside(e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.FileNotRead(_path, e.Message);
        }

        return null;
    }

    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public void Save(RoleAliasRecord record)
    {
        PrivateFolder.Make(stateDirectory);
        write(_path, JsonSerializer.SerializeToUtf8Bytes(record, RoleAliasRecordJson.Default.RoleAliasRecord));
    }

    /// <summary>The same where the agent is right without it: what goes wrong is only logged.</summary>
    public bool TrySave(RoleAliasRecord record)
    {
        try
        {
            Save(record);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.FileNotSaved(_path, e.Message);
            return false;
        }
    }

    private void SetAside(string problem)
    {
        var aside = _path + CorruptEnding;
        try
        {
            File.Move(_path, aside, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            aside = $"its place ({e.Message})";
        }

        logger.FileSetAside(_path, problem, aside);
    }
}
