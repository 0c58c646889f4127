namespace DeviceAgent.Testbed.Provisioning.Templates;

/// <summary>What to do about something that exists and is not as the template would make it.</summary>
internal enum OverrideSetting
{
    /// <summary>Refuse. Also what happens when the template says nothing: AWS's guide names no default, and this one surprises nobody later.</summary>
    Fail,

    DoNothing,

    Replace,

    /// <summary>Attributes and groups only.</summary>
    Merge,
}
