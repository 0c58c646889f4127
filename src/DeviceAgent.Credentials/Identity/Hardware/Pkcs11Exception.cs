namespace DeviceAgent.Credentials.Identity.Hardware;

/// <summary>A module or its token did not give what was asked for.</summary>
internal sealed class Pkcs11Exception(DeviceIdentityProblem problem) : Exception(problem.ToString())
{
    public DeviceIdentityProblem Problem => problem;
}
