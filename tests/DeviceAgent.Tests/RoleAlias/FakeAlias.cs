using DeviceAgent.Credentials;
using DeviceAgent.Upload;

namespace DeviceAgent.Tests.RoleAlias;

/// <summary>What the cloud does for one role alias.</summary>
internal sealed class FakeAlias
{
    /// <summary>Why it issues no credentials; null: it does.</summary>
    public CredentialFailure? Refusal { get; set; }

    /// <summary>Why its role cannot write; null: it can.</summary>
    public UploadFault? WriteFault { get; set; }

    /// <summary>Leaves all items unprocessed.</summary>
    public bool LeavesUnprocessed { get; set; }

    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(1);
}
