using DeviceAgent.Storage;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.RoleAlias;

/// <summary><c>role-alias.json</c> in the state directory.</summary>
/// <param name="stateDirectory">Made by whoever writes first.</param>
/// <param name="logger">Is told of a file that cannot be used.</param>
/// <param name="write">How it is written; null for the way of all state files.</param>
internal sealed class RoleAliasFile(string stateDirectory, ILogger logger, WriteFile? write = null)
{
    public const string FileName = "role-alias.json";

    private readonly StateFile<RoleAliasRecord> _file = new(Path.Combine(stateDirectory, FileName), RoleAliasRecordJson.Default.RoleAliasRecord, r => r.Problem, write);

    /// <summary>Only looks. Null when there is none, or none that can be used.</summary>
    public RoleAliasRecord? Read() => _file.Read().Value;

    /// <summary>The same for the agent itself, which keeps a damaged file aside and says so.</summary>
    public RoleAliasRecord? Recover()
    {
        var reading = _file.Recover();
        if (reading.Fault is not null) logger.FileNotRead(reading.Problem!);
        else if (reading.Problem is { } problem) logger.FileSetAside(problem);
        return reading.Value;
    }

    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public void Save(RoleAliasRecord record) => _file.Write(record);

    /// <summary>The same where the agent is right without it: what goes wrong is only logged.</summary>
    public bool TrySave(RoleAliasRecord record)
    {
        if (_file.TryWrite(record) is not { } problem) return true;
        logger.FileNotSaved(_file.Path, problem);
        return false;
    }
}
