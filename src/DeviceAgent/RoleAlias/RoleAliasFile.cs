using System.Text.Json.Serialization;
using DeviceAgent.Credentials;
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

/// <summary>Which role alias is active, as it is on disk. One file, replaced as a whole: there is always exactly one answer.</summary>
/// <param name="Version">Of this form.</param>
/// <param name="Configured">What the configuration said when this was written; when it says something else, this is void.</param>
/// <param name="Active">The active alias.</param>
/// <param name="Previous">While the alias is on probation: the one before, to which it goes back; else null.</param>
/// <param name="Last">How the last change ended; null when there was none.</param>
internal sealed record RoleAliasRecord(int Version, string Configured, [property: JsonPropertyName("inForce")] string Active, string? Previous, LastChange? Last)
{
    public const int CurrentVersion = 1;

    public static RoleAliasRecord Initial(string configured, LastChange? last = null) => new(CurrentVersion, configured, configured, null, last);

    /// <summary>Why it cannot be used; null when it can.</summary>
    [JsonIgnore]
    public string? Problem =>
        Version != CurrentVersion ? $"it has version {Version}, this agent knows {CurrentVersion}"
        : !RoleAliasOptionsValidator.IsRoleAlias(Configured) || !RoleAliasOptionsValidator.IsRoleAlias(Active) ? "it does not name a role alias"
        : Previous is not null && !RoleAliasOptionsValidator.IsRoleAlias(Previous) ? "it does not name a role alias to go back to"
        : null;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RoleAliasRecord))]
internal sealed partial class RoleAliasRecordJson : JsonSerializerContext;
