namespace DeviceAgent.Control;

/// <summary>The operations, as a job document names them.</summary>
internal static class OperationNames
{
    public const string RotateRoleAlias = "rotate-role-alias";
    public const string RotateCertificate = "rotate-certificate";
    public const string SetConfig = "set-config";
    public const string RefreshCredentials = "refresh-credentials";
}
