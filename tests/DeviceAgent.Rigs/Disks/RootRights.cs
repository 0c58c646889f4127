using System.Runtime.InteropServices;
using Xunit.Abstractions;

namespace DeviceAgent.Rigs.Disks;

/// <summary>Mounting needs root.</summary>
internal static partial class RootRights
{
    private const string Without = "DEVICE_AGENT_WITHOUT_ROOT";

    /// <summary>True with root's rights; false where the environment says to do without; otherwise the test fails.</summary>
    public static bool Available(ITestOutputHelper output)
    {
        if (GetEffectiveUserId() == 0) return true;
        if (Environment.GetEnvironmentVariable(Without) != "1")
        {
            Assert.Fail($"this test mounts file systems and needs root: run it as root (sudo scripts/test.sh), or set {Without}=1 to leave it out");
        }

        var line = $"########## LEFT OUT, NOT TESTED: {Without}=1 and no root, so no disk was cut, filled or measured ##########";
        output.WriteLine(line);
        Console.Error.WriteLine(line);
        return false;
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUserId();
}
