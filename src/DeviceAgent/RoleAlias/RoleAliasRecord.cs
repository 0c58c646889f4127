using System.Text.Json.Serialization;
using DeviceAgent.Credentials;

namespace DeviceAgent.RoleAlias;

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
