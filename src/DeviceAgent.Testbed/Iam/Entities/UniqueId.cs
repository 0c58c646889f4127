using System.Security.Cryptography;

namespace DeviceAgent.Testbed.Iam.Entities;

/// <summary>The ids that IAM gives to its entities: four letters for the kind and 17 at random.</summary>
internal static class UniqueId
{
    public static string Role() => New("AROA");

    public static string User() => New("AIDA");

    public static string Policy() => New("ANPA");

    private static string New(string kind) => kind + RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 17);
}
