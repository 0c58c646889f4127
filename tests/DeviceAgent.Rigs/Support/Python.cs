namespace DeviceAgent.Rigs.Support;

internal static class Python
{
    /// <summary>A Python that has boto3: the first one in the path, or the system's.</summary>
    public static async Task<string> WithBoto3Async()
    {
        foreach (var python in new[] { "python3", "/usr/bin/python3" })
        {
            if ((await Command.RunAsync(python, ["-c", "import boto3"])).ExitCode == 0) return python;
        }

        Assert.Fail("boto3 is not installed: apt install python3-boto3 (scripts/test.sh does)");
        return "";
    }
}
