using System.Collections.ObjectModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using DeviceAgent.Credentials.Text;

namespace DeviceAgent.Control;

/// <summary>The end of a change, as it is reported in the shadow and in the job.</summary>
/// <param name="Result">How it ended.</param>
/// <param name="Code">Why, for programs: <c>writesDenied</c>, <c>aliasUnknown</c>, ...; null when applied, unless nothing had to be changed.</param>
/// <param name="Reason">Why, for people, with what to do about it; null when applied, unless nothing had to be changed. No secrets; at most 1024 characters.</param>
internal sealed record ChangeOutcome(ChangeResult Result, string? Code = null, string? Reason = null)
{
    public const int LongestReason = 1024;

    /// <summary>It quotes what was asked for, and what services and files say: cleaned here, whoever made it.</summary>
    public string? Reason { get; init => field = PrintableText.Of(value, LongestReason); } = PrintableText.Of(Reason, LongestReason);

    /// <summary>What is told to the job besides, by name; each at most <see cref="LongestReason"/> characters. It is not kept.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, string> Details { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    public static ChangeOutcome Applied { get; } = new(ChangeResult.Applied);

    /// <summary>A fault of the agent ended it.</summary>
    public static ChangeOutcome Unexpected { get; } = new(ChangeResult.Rejected, ChangeCodes.Unexpected, "The agent met a fault of its own; its log has the details.");

    /// <summary>As it is told: <c>applied</c>, <c>unchanged</c>, <c>rejected</c>, <c>rolledBack</c>.</summary>
    [JsonIgnore]
    public string Name => IsUnchanged ? ChangeCodes.Unchanged : JsonNamingPolicy.CamelCase.ConvertName(Result.ToString());

    /// <summary>It was so before.</summary>
    [JsonIgnore]
    public bool IsUnchanged => this is { Result: ChangeResult.Applied, Code: ChangeCodes.Unchanged };

    /// <summary>What is asked for is so already.</summary>
    public static ChangeOutcome Unchanged(string reason) => new(ChangeResult.Applied, ChangeCodes.Unchanged, $"Changed nothing: {reason}");

    public static ChangeOutcome Rejected(string code, string reason) => new(ChangeResult.Rejected, code, reason);

    public static ChangeOutcome RolledBack(string code, string reason) => new(ChangeResult.RolledBack, code, reason);
}

/// <summary>How a change that an operator asked for ended.</summary>
internal enum ChangeResult
{
    /// <summary>It is active, durably.</summary>
    Applied,

    /// <summary>Nothing was changed.</summary>
    Rejected,

    /// <summary>It was active for a while; what was before is active again.</summary>
    RolledBack,
}

/// <summary>How an operator asked for something.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ChangeOrigin>))]
internal enum ChangeOrigin
{
    [JsonStringEnumMemberName("shadow")]
    Shadow,

    [JsonStringEnumMemberName("job")]
    Job,
}

/// <summary>Why a change was refused, for programs, as far as this is not said by the operation itself.</summary>
internal static class ChangeCodes
{
    /// <summary>The job asks for something that this agent does not know.</summary>
    public const string UnknownOperation = "unknownOperation";

    /// <summary>What the operation was given cannot be used.</summary>
    public const string InvalidArgument = "invalidArgument";

    /// <summary>A value is out of range, or of another kind.</summary>
    public const string InvalidSettings = "invalidSettings";

    /// <summary>What was sent holds what no reader takes: nested too deep, a name twice, half a character, a number beyond all.</summary>
    public const string NotReadable = "notReadable";

    /// <summary>There is no such setting, or not one that can be changed remotely.</summary>
    public const string UnknownSetting = "unknownSetting";

    /// <summary>Rolled back: with these settings the agent ended unasked again and again.</summary>
    public const string NotProven = "notProven";

    /// <summary>Nothing had to be changed: it is so already.</summary>
    public const string Unchanged = "unchanged";

    /// <summary>It was done so shortly before that it is not done again yet.</summary>
    public const string TooSoon = "tooSoon";

    /// <summary>The job's <c>expiresAt</c> is over.</summary>
    public const string Expired = "expired";

    /// <summary>The state directory cannot be written.</summary>
    public const string StateNotSaved = "stateNotSaved";

    /// <summary>A fault of the agent; its log has the details.</summary>
    public const string Unexpected = "unexpected";

    /// <summary>What the request itself is to blame for: no device will ever do it.</summary>
    public static bool IsOfTheRequest(string? code) => code is UnknownOperation or NotReadable or InvalidArgument or InvalidSettings or UnknownSetting or Expired;
}
