using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DeviceAgent.Credentials.Provider;

/// <summary>Reads the roots that the endpoint's certificate must end in.</summary>
internal static class CaBundle
{
    /// <summary>The roots, or null when no bundle is configured: the system's. Adds to <paramref name="problems"/>.</summary>
    public static X509Certificate2Collection? Load(string? path, List<OptionProblem> problems)
    {
        if (path is null) return null;
        var roots = new X509Certificate2Collection();
        try
        {
            roots.ImportFromPemFile(path);
            if (roots.Count == 0)
                problems.Add(Problem(path, "the file holds no PEM certificate", "It needs a block -----BEGIN CERTIFICATE-----."));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            problems.Add(Problem(path, "the file does not exist", "Put it there, or leave the option out to trust the system's roots."));
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException or CryptographicException or ArgumentException or NotSupportedException)
        {
            problems.Add(Problem(path, $"the file cannot be read ({e.Message})", "Make it a readable PEM file of certificates."));
        }

        return roots;
    }

    private static OptionProblem Problem(string path, string what, string remedy) =>
        new(nameof(RoleAliasOptions.CaBundlePath), path, what, remedy);
}
