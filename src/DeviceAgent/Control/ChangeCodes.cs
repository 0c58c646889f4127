namespace DeviceAgent.Control;

/// <summary>Why a change was refused, for programs, as far as this is not said by the operation itself.</summary>
internal static class ChangeCodes
{
    /// <summary>The job asks for something that this agent does not know.</summary>
    public const string UnknownOperation = "unknownOperation";

    /// <summary>What the operation was given cannot be used.</summary>
    public const string InvalidArgument = "invalidArgument";

    /// <summary>A value is out of range, or of another kind.</summary>
    public const string InvalidSettings = "invalidSettings";

    /// <summary>There is no such setting, or not one that can be changed from afar.</summary>
    public const string UnknownSetting = "unknownSetting";

    /// <summary>The job's <c>expiresAt</c> is over.</summary>
    public const string Expired = "expired";

    /// <summary>The state directory cannot be written.</summary>
    public const string StateNotSaved = "stateNotSaved";

    /// <summary>A fault of the agent; its log has the details.</summary>
    public const string Unexpected = "unexpected";

    /// <summary>What the request itself is to blame for: no device will ever do it.</summary>
    public static bool IsOfTheRequest(string? code) => code is UnknownOperation or InvalidArgument or InvalidSettings or UnknownSetting or Expired;
}
