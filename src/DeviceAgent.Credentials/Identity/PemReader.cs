using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DeviceAgent.Credentials.Identity;

/// <summary>Finds the blocks of a PEM file; text between them is ignored.</summary>
internal static class PemReader
{
    /// <summary>All certificates of the file, in order; damaged ones go to <paramref name="problems"/>.</summary>
    public static List<X509Certificate2> Certificates(IdentityFile file, List<DeviceIdentityProblem> problems)
    {
        var certificates = new List<X509Certificate2>();
        foreach (var (label, block) in Blocks(file))
        {
            if (label != "CERTIFICATE") continue;
            try
            {
                certificates.Add(X509Certificate2.CreateFromPem(file.Text[block]));
            }
            catch (CryptographicException e)
            {
                problems.Add(Problems.CertificateDamaged(file.Path, certificates.Count + 1, e.Message));
            }
        }

        return certificates;
    }

    /// <summary>Label and place of every block.</summary>
    public static IReadOnlyList<(string Label, Range Block)> Blocks(IdentityFile file)
    {
        var blocks = new List<(string, Range)>();
        var offset = 0;
        while (PemEncoding.TryFind(file.Text[offset..], out var fields))
        {
            var (start, length) = fields.Location.GetOffsetAndLength(file.Text.Length - offset);
            blocks.Add((file.Text[offset..][fields.Label].ToString(), (offset + start)..(offset + start + length)));
            offset += start + length;
        }

        return blocks;
    }
}
