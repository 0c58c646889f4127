using System.Diagnostics;

namespace DeviceAgent.Credentials.Tests.Fixtures;

/// <summary>The command <c>openssl</c>: makes the files that people have.</summary>
internal static class OpenSsl
{
    /// <summary>Runs it with arguments that are separated by spaces, and gives what it wrote to its output.</summary>
    public static byte[] Run(string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("openssl", arguments.Split(' ')) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"openssl {arguments}: {error.Result}");
        return output.ToArray();
    }
}
